package store

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"iter"
	"os"
	"path"
	"syscall"

	"github.com/volcado-io/volcado/internal/contract"
)

// entriesAtOnce are read of a folder, however many strangers have put there.
const entriesAtOnce = 100

// below yields the files of each attempt. A folder that cannot be read is an error: what is in it is not gone.
func (p *folderPlace) below(ctx context.Context, prefix string) iter.Seq2[remnant, error] {
	return func(yield func(remnant, error) bool) {
		dump, err := p.folder(path.Clean(prefix), false)
		if isGone(err) {
			return
		}
		if err != nil {
			yield(remnant{}, err)
			return
		}
		defer dump.Close()
		for entry, err := range entries(dump) {
			if err == nil {
				err = ctx.Err()
			}
			switch {
			case err != nil:
				yield(remnant{}, err)
				return
			case !entry.IsDir() || !contract.IsAttempt(entry.Name()):
				if !yield(remnant{key: prefix + entry.Name(), strange: true}, nil) {
					return
				}
			case !p.filesOf(dump, prefix, entry.Name(), yield):
				return
			}
		}
	}
}

// filesOf one attempt. It returns what yield returned last.
func (p *folderPlace) filesOf(dump *os.Root, prefix, attempt string, yield func(remnant, error) bool) bool {
	folder, err := p.enter(dump, attempt, p.uri(prefix+attempt), false)
	if isGone(err) {
		return true
	}
	if err != nil {
		yield(remnant{}, err)
		return false
	}
	defer folder.Close()
	for entry, err := range entries(folder) {
		if err != nil {
			yield(remnant{}, err)
			return false
		}
		r := remnant{key: prefix + attempt + "/" + entry.Name(), temporary: isTemporary(entry.Name()), strange: !entry.Type().IsRegular()}
		if info, err := entry.Info(); err == nil {
			r.bytes = info.Size()
		}
		if !yield(r, nil) {
			return false
		}
	}
	return true
}

// entries of a folder, some at once.
func entries(folder *os.Root) iter.Seq2[fs.DirEntry, error] {
	return func(yield func(fs.DirEntry, error) bool) {
		opened, err := folder.Open(".")
		if err != nil {
			yield(nil, err)
			return
		}
		defer opened.Close()
		for {
			some, err := opened.ReadDir(entriesAtOnce)
			for _, entry := range some {
				if !yield(entry, nil) {
					return
				}
			}
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield(nil, err)
				return
			}
		}
	}
}

// isGone reports whether there is nothing of that name, or no folder on the way to it.
func isGone(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}

func (p *folderPlace) remove(_ context.Context, r remnant) error {
	folder, err := p.folder(path.Dir(r.key), false)
	if err == nil {
		err = errors.Join(folder.Remove(path.Base(r.key)), folder.Close())
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// sweep removes temporary files of the attempt, its folder, and the dump's folder if nothing else is in it. Other
// folders may be another dump's by now.
func (p *folderPlace) sweep(_ context.Context, prefix string) error {
	attempt := path.Clean(prefix)
	if folder, err := p.folder(attempt, false); err == nil {
		for entry, err := range entries(folder) {
			if err == nil && isTemporary(entry.Name()) {
				_ = folder.Remove(entry.Name())
			}
		}
		_ = folder.Close()
	}
	p.removeFolder(attempt)
	p.removeFolder(path.Dir(attempt))
	return nil
}

// tidy removes the dump's folder and those of its attempts, where nothing is in them. The folder above them may be another
// dump's by now.
func (p *folderPlace) tidy(prefix string) {
	if dump, err := p.folder(path.Clean(prefix), false); err == nil {
		for entry, err := range entries(dump) {
			if err == nil && entry.IsDir() && contract.IsAttempt(entry.Name()) {
				_ = dump.Remove(entry.Name())
			}
		}
		_ = dump.Close()
	}
	p.removeFolder(path.Clean(prefix))
}

// removeFolder if it is empty. A link in its place stays, for people to see.
func (p *folderPlace) removeFolder(name string) {
	parent, err := p.folder(path.Dir(name), false)
	if err != nil {
		return
	}
	defer parent.Close()
	if info, err := parent.Lstat(path.Base(name)); err == nil && info.IsDir() {
		_ = parent.Remove(path.Base(name))
	}
}
