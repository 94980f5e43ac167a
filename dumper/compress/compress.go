// Package compress turns text into ordinary gzip on all processors, and back.
package compress

import (
	"bufio"
	"fmt"
	"io"
	"runtime"

	"github.com/klauspost/pgzip"
)

// Formats, as the API names them.
const (
	Gzip = "gzip"
	None = "none"
)

const (
	// blockBytes are compressed by one processor at a time.
	blockBytes = 1 << 20
	// maxProcessors that compress. With this many, the client is what everything waits for, and each more would take memory
	// for blocks all the same: without a CPU limit a pod sees all processors of its node.
	maxProcessors = 8
	// readAheadBlocks bounds what a reader decompresses ahead.
	readAheadBlocks = 4
)

// NewWriter compresses what is written to it into w. It must be closed. level is 1 (fast) to 9 (small). Its memory is
// bounded: a few blocks for each of at most maxProcessors.
func NewWriter(w io.Writer, format string, level int) (io.WriteCloser, error) {
	switch format {
	case None:
		return plain{w}, nil
	case Gzip:
	default:
		return nil, fmt.Errorf("unknown compression %q: use gzip or none", format)
	}
	if level < 1 || level > 9 {
		return nil, fmt.Errorf("compression level %d: use 1 to 9", level)
	}
	z, err := pgzip.NewWriterLevel(w, level)
	if err != nil {
		return nil, err
	}
	if err := z.SetConcurrency(blockBytes, blocks(runtime.GOMAXPROCS(0))); err != nil {
		return nil, err
	}
	return z, nil
}

// blocks in flight: one more than processors, so that none waits while the next block is filled.
func blocks(processors int) int { return min(processors, maxProcessors) + 1 }

// NewReader decompresses r. At the end of the stream gzip's own checksum and length have been verified, and that nothing
// follows.
func NewReader(r io.Reader, format string) (io.ReadCloser, error) {
	if format == None {
		return io.NopCloser(r), nil
	}
	z, err := pgzip.NewReaderN(bufio.NewReaderSize(r, 1<<20), blockBytes, readAheadBlocks)
	if err != nil {
		return nil, fmt.Errorf("this is not gzip: %w", err)
	}
	return z, nil
}

type plain struct{ io.Writer }

func (plain) Close() error { return nil }
