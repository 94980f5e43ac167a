package dumper

import (
	"context"
	"errors"
	"io"

	"github.com/volcado-io/volcado/dumper/compress"
	"github.com/volcado-io/volcado/dumper/encrypt"
	"github.com/volcado-io/volcado/dumper/store"
	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/recipients"
)

// sink compresses the files of a copy, encrypts them if that is asked for, and stores them. Nothing is visible in storage before commit.
type sink struct {
	store  *store.Store
	prefix string
	format contract.Format
	level  int
	// recipients of a format that is encrypted.
	recipients recipients.List
	files      []*file
}

// file of a copy on its way into storage.
type file struct {
	name       string
	upload     *store.Writer
	compressor io.WriteCloser
	encryptor  io.Closer // nil where the format is not encrypted
	text       int64     // bytes of text that were written
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
	f := &file{name: name, upload: upload}
	if err := f.open(s); err != nil {
		upload.Abort()
		return nil, err
	}
	s.files = append(s.files, f)
	return f, nil
}

// open the stages before the upload.
func (f *file) open(s *sink) (err error) {
	to := io.Writer(f.upload)
	if s.format.Encrypted {
		encryptor, err := encrypt.NewWriter(to, s.recipients)
		if err != nil {
			return err
		}
		to, f.encryptor = encryptor, encryptor
	}
	f.compressor, err = compress.NewWriter(to, s.format.Name, s.level)
	return err
}

func (f *file) Write(p []byte) (int, error) {
	n, err := f.compressor.Write(p)
	f.text += int64(n)
	return n, err
}

// Close ends the compressed stream, and the encrypted one around it. What was stored stays invisible.
func (f *file) Close() error {
	if f.closed {
		return nil
	}
	f.closed = true
	if err := f.compressor.Close(); err != nil || f.encryptor == nil {
		return err
	}
	return f.encryptor.Close()
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
