package compress

import (
	"fmt"
	"io"

	zst "github.com/klauspost/compress/zstd"
)

const (
	// window is how far back the compressor looks. Each processor compresses four times as much of the text at a time, and
	// about three times as many of these pieces are in memory as there are processors. Rows are like their neighbours: twice
	// the window leaves more, because each piece begins without what the one before it has learnt.
	window = 512 << 10
	// maxWindow that a file to be read can have. Every decoder of zstd takes files with a window of up to 8 MiB.
	maxWindow = 8 << 20
)

// zstd is one frame with a checksum at its end.
var zstd = codec{
	// The fastest level whose output is no larger than that of zstd -3 (docs/benchmarks.md).
	level: 3,
	writer: func(w io.Writer, level int) (io.WriteCloser, error) {
		return zst.NewWriter(w, zst.WithEncoderLevel(zst.EncoderLevelFromZstd(level)), zst.WithWindowSize(window),
			zst.WithConcurrentBlocks(true), zst.WithEncoderConcurrency(processors()))
	},
	reader: func(r io.Reader) (io.ReadCloser, error) {
		z, err := zst.NewReader(r, zst.WithDecoderMaxWindow(maxWindow), zst.WithDecoderLowmem(true),
			zst.WithDecoderConcurrency(processors()))
		if err != nil {
			return nil, fmt.Errorf("this is not zstd: %w", err)
		}
		return z.IOReadCloser(), nil
	},
}
