package compress

import (
	"fmt"
	"io"
	"runtime"

	zst "github.com/klauspost/compress/zstd"
)

const (
	// window is how far back the compressor looks: it keeps about twice as much in memory.
	window = 2 << 20
	// maxWindow that a file to be read can have. Every decoder of zstd takes files with a window of up to 8 MiB.
	maxWindow = 8 << 20
	// maxBlocks in flight, of at most 128 KiB each.
	maxBlocks = 4
)

// zstd is one frame with a checksum at its end.
var zstd = codec{
	// The fastest level whose output is no larger than that of zstd -3 (docs/benchmarks.md).
	level: 3,
	writer: func(w io.Writer, level int) (io.WriteCloser, error) {
		return zst.NewWriter(w, zst.WithEncoderLevel(zst.EncoderLevelFromZstd(level)), zst.WithWindowSize(window),
			zst.WithEncoderConcurrency(min(runtime.GOMAXPROCS(0), maxBlocks)))
	},
	reader: func(r io.Reader) (io.ReadCloser, error) {
		z, err := zst.NewReader(r, zst.WithDecoderMaxWindow(maxWindow), zst.WithDecoderLowmem(true),
			zst.WithDecoderConcurrency(min(runtime.GOMAXPROCS(0), maxBlocks)))
		if err != nil {
			return nil, fmt.Errorf("this is not zstd: %w", err)
		}
		return z.IOReadCloser(), nil
	},
}
