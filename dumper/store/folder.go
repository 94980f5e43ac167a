package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path"
	"path/filepath"
	"syscall"

	"gocloud.dev/blob"

	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/internal/contract"
)

// Modes of what is written into a folder. A copy of a database is nobody's business but the owner's and the group's,
// which on a volume is the pod's fsGroup.
const (
	folderMode = 0o750
	fileMode   = 0o640
)

// Purpose for which a folder is opened.
type Purpose int

const (
	// ToRead and nothing else.
	ToRead Purpose = iota
	// ToWrite into it. It is made if it does not exist.
	ToWrite
	// ToRemove what is in it. Where it does not exist nobody knows what is left: a volume may not be mounted.
	ToRemove
)

// OpenFolder opens a folder. Everything that is written, read and removed stays below it, see beneath; the path to the
// folder itself may hold links.
func OpenFolder(folder string, purpose Purpose) (*Store, error) {
	place := &folderPlace{beneath: beneath{path: folder, reading: purpose == ToRead}}
	if purpose == ToWrite {
		if err := os.MkdirAll(folder, folderMode); err != nil {
			return nil, place.explain(err, "")
		}
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		if info, look := os.Stat(folder); look == nil && !info.IsDir() {
			err = syscall.ENOTDIR // which OpenRoot says in words alone
		}
		return nil, place.explain(err, "")
	}
	place.root = root
	place.bucket = blob.NewBucket(&folderBucket{place.beneath})
	return &Store{bucket: place.bucket, place: place}, nil
}

type folderPlace struct {
	beneath
	bucket *blob.Bucket
}

func (p *folderPlace) uri(key string) string { return filepath.Join(p.path, filepath.FromSlash(key)) }

func (p *folderPlace) list(ctx context.Context, prefix string) iter.Seq2[Object, error] {
	return func(yield func(Object, error) bool) {
		listing := p.bucket.List(&blob.ListOptions{Prefix: prefix})
		for {
			o, err := listing.Next(ctx)
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield(Object{}, err)
				return
			}
			if !yield(Object{Key: o.Key, SizeBytes: o.Size}, nil) {
				return
			}
		}
	}
}

func (p *folderPlace) probe(ctx context.Context, key string) (err error) {
	defer func() {
		if err != nil {
			_ = p.sweep(ctx, path.Dir(key)+"/")
		}
	}()
	folder, err := p.folder(path.Dir(key), true)
	if err != nil {
		return err
	}
	defer folder.Close()
	f, err := folder.OpenFile(probeFile, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode)
	if err != nil {
		return err
	}
	_, err = f.Write([]byte{0})
	return errors.Join(err, f.Close(), folder.Remove(probeFile))
}

func (p *folderPlace) create(ctx context.Context, key string, _ int64) (object, digest, error) {
	ctx, cancel := context.WithCancel(ctx)
	w, err := p.bucket.NewWriter(ctx, key, &blob.WriterOptions{ContentType: contentType(key)})
	if err != nil {
		cancel()
		return nil, nil, err
	}
	return &folderFile{w, cancel, p.uri(key)}, untold{}, nil
}

type folderFile struct {
	*blob.Writer
	cancel context.CancelFunc
	path   string
}

// commit fails with a reason that is tried again where the file is gone. The volume has not changed then: another attempt of
// the same dump has begun meanwhile, and took it for what one that was killed had left.
func (f *folderFile) commit() error {
	defer f.cancel()
	err := f.Close()
	if errors.Is(err, fs.ErrNotExist) {
		return result.Errorf(contract.StorageError, "look at the other attempts of this dump: one that begins removes what the others have not finished",
			"%s was removed while it was written", f.path)
	}
	return err
}

// abort cancels the context before Close, which is gocloud's way to give a write up. Close then reports that it was
// cancelled, as was asked for.
func (f *folderFile) abort() {
	f.cancel()
	_ = f.Close()
}

// checksum is never asked for.
func (p *folderPlace) checksum(context.Context, string) (string, error) { return "", nil }

func (p *folderPlace) explain(err error, key string) *result.Error {
	where := p.uri(key)
	unread := errors.Is(err, fs.ErrPermission)
	missing := errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
	switch {
	case p.reading && unread:
		return result.Errorf(contract.StorageAccessDenied, "give your account the permission to read it", "%s cannot be read: %w", where, cause(err))
	case p.reading && missing:
		return result.Errorf(contract.InvalidRequest, "check the path", "%s cannot be opened: %w", where, cause(err))
	case NoRoom(err):
		return result.Errorf(contract.StorageFull, "free space on the volume or enlarge it", "the volume has no room for %s: %w", where, cause(err))
	case errors.Is(err, syscall.EROFS), unread:
		return result.Errorf(contract.VolumeNotWritable, "mount the volume read-write, and let the group 65532 (the pod's fsGroup) write to it",
			"%s cannot be written: %w", where, cause(err))
	case missing:
		return result.Errorf(contract.VolumeNotWritable, "check that the volume is mounted there", "%s cannot be opened: %w", where, cause(err))
	}
	return result.Errorf(contract.StorageError, "if it stays, look at the volume", "the volume failed at %s: %w", where, cause(err))
}

// NoRoom reports whether the system had no room for what was written.
func NoRoom(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG)
}

// cause is the system's own word, without gocloud's and the path, which the sentence has already.
func cause(err error) error {
	if number, ok := errors.AsType[syscall.Errno](err); ok {
		return fmt.Errorf("%w", number)
	}
	return err
}
