package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"

	"gocloud.dev/blob"
	"gocloud.dev/blob/fileblob"

	"github.com/volcado-io/volcado/dumper/result"
)

// Modes of what is written into a folder. A copy of a database is nobody's business but the owner's and the group's,
// which on a volume is the pod's fsGroup.
const (
	folderMode = 0o750
	fileMode   = 0o640
)

// OpenFolder opens a folder. create makes it if it does not exist.
func OpenFolder(root string, create bool) (*Store, error) {
	place := &folderPlace{root: root}
	if create {
		if err := os.MkdirAll(root, folderMode); err != nil {
			return nil, place.explain(err, "")
		}
	}
	bucket, err := fileblob.OpenBucket(root, &fileblob.Options{
		// A temporary file elsewhere would fill the pod's own disk and could not be renamed.
		NoTempDir:   true,
		DirFileMode: folderMode,
		// Files beside the artifact would only puzzle people.
		Metadata: fileblob.MetadataDontWrite,
	})
	if err != nil {
		return nil, result.Errorf(result.VolumeNotWritable, "check that the volume is mounted there", "open the folder %s: %w", root, err)
	}
	return &Store{bucket: bucket, place: place}, nil
}

type folderPlace struct{ root string }

func (p *folderPlace) uri(key string) string { return filepath.Join(p.root, filepath.FromSlash(key)) }

func (p *folderPlace) probe(ctx context.Context, key string) (err error) {
	defer func() {
		if err != nil {
			p.sweep(ctx, path.Dir(key)+"/")
		}
	}()
	folder := filepath.Dir(p.uri(key))
	if err := os.MkdirAll(folder, folderMode); err != nil {
		return err
	}
	f, err := os.CreateTemp(folder, "probe-*.tmp")
	if err != nil {
		return err
	}
	_, err = f.Write([]byte{0})
	return errors.Join(err, f.Close(), os.Remove(f.Name()))
}

func (p *folderPlace) writing(int64) (*blob.WriterOptions, int64) {
	return &blob.WriterOptions{
		ContentType: "application/octet-stream",
		BeforeWrite: func(as func(any) bool) error {
			var f *os.File
			if !as(&f) {
				return errors.New("gocloud did not show its file")
			}
			return f.Chmod(fileMode)
		},
	}, 0
}

// settle writes file and folder through to the disk: a success that a power cut takes back was none.
func (p *folderPlace) settle(key string) error {
	file := p.uri(key)
	for _, name := range []string{file, filepath.Dir(file)} {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		if err := errors.Join(f.Sync(), f.Close()); err != nil {
			return err
		}
	}
	return nil
}

func (p *folderPlace) remove(_ context.Context, key string) { _ = os.Remove(p.uri(key)) }

// sweep removes temporary files of the attempt, its folder, and the dump's folder if nothing else is in it. Other
// folders may be another dump's by now.
func (p *folderPlace) sweep(_ context.Context, prefix string) {
	folder := p.uri(strings.TrimSuffix(prefix, "/"))
	entries, _ := os.ReadDir(folder)
	for _, entry := range entries {
		if strings.HasSuffix(entry.Name(), ".tmp") {
			_ = os.Remove(filepath.Join(folder, entry.Name()))
		}
	}
	_ = os.Remove(folder)
	_ = os.Remove(filepath.Dir(folder))
}

func (p *folderPlace) explain(err error, key string) *result.Error {
	where := p.uri(key)
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), errors.Is(err, syscall.EFBIG):
		return result.Errorf(result.StorageFull, "free space on the volume or enlarge it", "the volume has no room for %s: %w", where, cause(err))
	case errors.Is(err, syscall.EROFS), errors.Is(err, fs.ErrPermission):
		return result.Errorf(result.VolumeNotWritable, "mount the volume read-write, and let the group 65532 (the pod's fsGroup) write to it",
			"%s cannot be written: %w", where, cause(err))
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		return result.Errorf(result.VolumeNotWritable, "check that the volume is mounted there", "%s cannot be opened: %w", where, cause(err))
	}
	return result.Errorf(result.StorageError, "it is tried again; if it stays, look at the volume", "the volume failed at %s: %w", where, cause(err))
}

// cause is the system's own word, without gocloud's and the path, which the sentence has already.
func cause(err error) error {
	if number, ok := errors.AsType[syscall.Errno](err); ok {
		return fmt.Errorf("%w", number)
	}
	return err
}
