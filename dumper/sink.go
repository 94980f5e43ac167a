package dumper

import (
	"context"
	"errors"
	"io"

	"github.com/volcado-io/volcado/dumper/compress"
	"github.com/volcado-io/volcado/dumper/store"
	"github.com/volcado-io/volcado/internal/contract"
)

// sink compresses the files of a copy and stores them. Nothing is visible in storage before commit.
type sink struct {
	store  *store.Store
	prefix string
	format contract.Format
	level  int
	files  []*file
}

// file of a copy on its way into storage.
type file struct {
	name       string
	upload     *store.Writer
	compressor io.WriteCloser
	text       int64 // bytes of text that were written
	closed     bool
}

// stored is a file in storage, and what was sent of it.
type stored struct {
	contract.File
	sum store.Sum
}

// Create is engine.Sink's.
func (s *sink) Create(ctx context.Context, name string, expectedBytes int64) (io.WriteCloser, error) {
	name += s.format.Suffix
	// Binary data is twice as large in SQL text, and compression takes that away again.
	if !s.format.Compressed() {
		expectedBytes *= 2
	}
	upload, err := s.store.NewWriter(ctx, s.prefix+name, expectedBytes)
	if err != nil {
		return nil, err
	}
	compressor, err := compress.NewWriter(upload, s.format.Name, s.level)
	if err != nil {
		upload.Abort()
		return nil, err
	}
	f := &file{name: name, upload: upload, compressor: compressor}
	s.files = append(s.files, f)
	return f, nil
}

func (f *file) Write(p []byte) (int, error) {
	n, err := f.compressor.Write(p)
	f.text += int64(n)
	return n, err
}

// Close ends the compressed stream. What was stored stays invisible.
func (f *file) Close() error {
	if f.closed {
		return nil
	}
	f.closed = true
	return f.compressor.Close()
}

// abort removes what was sent of all files. It does nothing to what was committed.
func (s *sink) abort() {
	for _, f := range s.files {
		// The compressor's goroutines end only when it is closed; what they still write is thrown away.
		f.upload.GiveUp()
		_ = f.Close()
		f.upload.Abort()
	}
}

// commit makes the files visible.
func (s *sink) commit() ([]stored, error) {
	if len(s.files) == 0 {
		return nil, errors.New("the engine wrote no file")
	}
	var all []stored
	for _, f := range s.files {
		if err := f.Close(); err != nil {
			return nil, err
		}
		sum, err := f.upload.Commit()
		if err != nil {
			return nil, err
		}
		all = append(all, stored{sum: sum, File: contract.File{Name: f.name, Size: sum.Bytes, UncompressedBytes: f.text, SHA256: sum.SHA256}})
	}
	return all, nil
}
