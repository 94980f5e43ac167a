package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"gocloud.dev/blob/driver"
	"gocloud.dev/gcerrors"
)

// folderBucket makes a folder a bucket of gocloud's. gocloud's own fileblob follows links, see beneath.
type folderBucket struct{ beneath }

func (b *folderBucket) Close() error { return b.root.Close() }

func (b *folderBucket) ErrorCode(err error) gcerrors.ErrorCode {
	if errors.Is(err, fs.ErrNotExist) {
		return gcerrors.NotFound
	}
	return gcerrors.Unknown
}

func (b *folderBucket) As(any) bool { return false }

func (b *folderBucket) ErrorAs(error, any) bool { return false }

func (b *folderBucket) Attributes(_ context.Context, key string) (*driver.Attributes, error) {
	f, info, err := b.file(key)
	if err != nil {
		return nil, err
	}
	return &driver.Attributes{Size: info.Size(), ModTime: info.ModTime()}, f.Close()
}

// ListPaged gives everything in one page, in the order of the keys. Links, and folders that cannot be read, are not
// looked into.
func (b *folderBucket) ListPaged(ctx context.Context, options *driver.ListOptions) (*driver.ListPage, error) {
	below := "."
	if i := strings.LastIndexByte(options.Prefix, '/'); i > 0 {
		below = options.Prefix[:i]
	}
	page := &driver.ListPage{}
	folder, err := b.folder(below, false)
	if errors.Is(err, fs.ErrNotExist) {
		return page, nil
	}
	if err != nil {
		return nil, err
	}
	defer folder.Close()
	err = fs.WalkDir(folder.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		key := path.Join(below, name)
		if err != nil || !entry.Type().IsRegular() || !strings.HasPrefix(key, options.Prefix) {
			return ctx.Err()
		}
		if info, err := entry.Info(); err == nil {
			page.Objects = append(page.Objects, &driver.ListObject{Key: key, Size: info.Size(), ModTime: info.ModTime()})
		}
		return ctx.Err()
	})
	slices.SortFunc(page.Objects, func(a, b *driver.ListObject) int { return strings.Compare(a.Key, b.Key) })
	return page, err
}

func (b *folderBucket) NewRangeReader(_ context.Context, key string, offset, length int64, _ *driver.ReaderOptions) (driver.Reader, error) {
	if offset != 0 || length >= 0 {
		return nil, errors.ErrUnsupported
	}
	f, info, err := b.file(key)
	if err != nil {
		return nil, err
	}
	return &folderReader{File: f, attributes: driver.ReaderAttributes{Size: info.Size(), ModTime: info.ModTime()}}, nil
}

type folderReader struct {
	*os.File
	attributes driver.ReaderAttributes
}

func (r *folderReader) Attributes() *driver.ReaderAttributes { return &r.attributes }

func (r *folderReader) As(any) bool { return false }

func (b *folderBucket) NewTypedWriter(ctx context.Context, key, _ string, _ *driver.WriterOptions) (driver.Writer, error) {
	folder, err := b.folder(path.Dir(key), true)
	if err != nil {
		return nil, err
	}
	w := &folderWriter{ctx: ctx, bucket: b, folder: folder, key: key, temporary: path.Base(key) + temporarySuffix}
	if w.file, err = folder.OpenFile(w.temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode); err != nil {
		_ = folder.Close()
		return nil, err
	}
	return w, nil
}

// Copy is not used.
func (b *folderBucket) Copy(context.Context, string, string, *driver.CopyOptions) error {
	return errors.ErrUnsupported
}

// Delete is not used: see folderPlace.remove.
func (b *folderBucket) Delete(context.Context, string, *driver.DeleteOptions) error {
	return errors.ErrUnsupported
}

// SignedURL is not used: whoever has one has the data.
func (b *folderBucket) SignedURL(context.Context, string, *driver.SignedURLOptions) (string, error) {
	return "", errors.ErrUnsupported
}

// folderWriter writes a file under a temporary name, in a folder that it keeps open.
type folderWriter struct {
	ctx       context.Context
	bucket    *folderBucket
	folder    *os.Root
	key       string
	temporary string
	file      *os.File
}

func (w *folderWriter) Write(p []byte) (int, error) { return w.file.Write(p) }

// Close gives the file its name, unless the context was cancelled. What it returns after is on the disk: a success that
// a power cut takes back was none.
func (w *folderWriter) Close() (err error) {
	defer w.folder.Close()
	defer func() {
		if err != nil {
			_ = w.folder.Remove(w.temporary)
		}
	}()
	err = w.ctx.Err()
	if err == nil {
		// The mode given at creation is cut by the umask.
		err = errors.Join(w.file.Chmod(fileMode), w.file.Sync())
	}
	if err = errors.Join(err, w.file.Close()); err != nil {
		return err
	}
	if err := w.inPlace(); err != nil {
		return err
	}
	if err := w.folder.Rename(w.temporary, path.Base(w.key)); err != nil {
		return err
	}
	folder, err := w.folder.Open(".")
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// inPlace fails if the folder was moved away since it was opened, and another or a link is where it was.
func (w *folderWriter) inPlace() error {
	now, err := w.bucket.folder(path.Dir(w.key), false)
	if err != nil {
		return fmt.Errorf("look for the folder again: %w", err)
	}
	defer now.Close()
	nowInfo, err := now.Stat(".")
	if err != nil {
		return err
	}
	if info, err := w.folder.Stat("."); err != nil || !os.SameFile(info, nowInfo) {
		return w.bucket.replaced(filepath.Join(w.bucket.path, path.Dir(w.key)))
	}
	return nil
}
