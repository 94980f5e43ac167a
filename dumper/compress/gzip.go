package compress

import (
	"bufio"
	"fmt"
	"io"

	"github.com/klauspost/pgzip"
)

const (
	// blockBytes are compressed by one processor at a time.
	blockBytes = 512 << 10
	// readAheadBlocks bounds what a reader decompresses ahead.
	readAheadBlocks = 4
)

// gzip is ordinary gzip, made of blocks.
var gzip = codec{
	// The fastest level whose output is no larger than that of gzip -6, on a database of natural text and numbers
	// (docs/benchmarks.md). Levels 1 to 4 leave 5 to 9 % more.
	level: 5,
	writer: func(w io.Writer, level int) (io.WriteCloser, error) {
		z, err := pgzip.NewWriterLevel(w, level)
		if err != nil {
			return nil, err
		}
		// One block more, so that no processor waits while the next is filled.
		if err := z.SetConcurrency(blockBytes, processors()+1); err != nil {
			return nil, err
		}
		return z, nil
	},
	reader: func(r io.Reader) (io.ReadCloser, error) {
		z, err := pgzip.NewReaderN(bufio.NewReaderSize(r, 1<<20), blockBytes, readAheadBlocks)
		if err != nil {
			return nil, fmt.Errorf("this is not gzip: %w", err)
		}
		return z, nil
	},
}
