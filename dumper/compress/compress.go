// Package compress turns text into the formats of internal/contract, on several processors, and back.
package compress

import (
	"fmt"
	"io"
	"runtime"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/contract"
)

// codec of one format. Its memory is bounded on a machine of any size.
// maxProcessors that compress or decompress. With this many, the client is what everything waits for, and each more would take
// memory for pieces of the text all the same: without a CPU limit a pod sees all processors of its node.
const maxProcessors = 4

func processors() int { return min(runtime.GOMAXPROCS(0), maxProcessors) }

type codec struct {
	// level when none is said; 0 where the format has no levels.
	level int
	// writer must be closed.
	writer func(w io.Writer, level int) (io.WriteCloser, error)
	// reader proves at the end that what it read was whole, and that nothing follows.
	reader func(io.Reader) (io.ReadCloser, error)
}

var codecs = map[string]codec{
	string(v1alpha1.CompressionGzip): gzip,
	string(v1alpha1.CompressionZstd): zstd,
	string(v1alpha1.CompressionNone): none,
}

var none = codec{
	writer: func(w io.Writer, _ int) (io.WriteCloser, error) { return plain{w}, nil },
	reader: func(r io.Reader) (io.ReadCloser, error) { return io.NopCloser(r), nil },
}

// Level that is used for a format when level is said; 0 says none. It is 0 for a format without levels, whatever is said.
// The error names the levels, or the formats, that there are.
func Level(format string, level int) (int, error) {
	c, err := codecOf(format)
	switch {
	case err != nil:
		return 0, err
	case level != 0 && (level < contract.FastestLevel || level > contract.SmallestLevel):
		return 0, fmt.Errorf("unknown compression level %d: use %d to %d", level, contract.FastestLevel, contract.SmallestLevel)
	case level == 0 || c.level == 0:
		return c.level, nil
	}
	return level, nil
}

// NewWriter compresses what is written to it into w. It must be closed. level is contract.FastestLevel to SmallestLevel, or 0
// for the format's own.
func NewWriter(w io.Writer, format string, level int) (io.WriteCloser, error) {
	c, err := codecOf(format)
	if err != nil {
		return nil, err
	}
	if level, err = Level(format, level); err != nil {
		return nil, err
	}
	return c.writer(w, level)
}

// NewReader decompresses r. At the end of the stream the format's own checksum has been verified, and that nothing follows.
func NewReader(r io.Reader, format string) (io.ReadCloser, error) {
	c, err := codecOf(format)
	if err != nil {
		return nil, err
	}
	return c.reader(r)
}

func codecOf(format string) (codec, error) {
	named, err := contract.FormatNamed(format)
	if err != nil {
		return codec{}, err
	}
	return codecs[named.Name], nil
}

type plain struct{ io.Writer }

func (plain) Close() error { return nil }
