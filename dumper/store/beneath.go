package store

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/internal/contract"
)

// beneath is a folder below which everything stays. A volume may be shared: whoever else writes to it could lay a
// symbolic link where an artifact is going to be, and have it written to the pod's memory, which is gone with the pod,
// or among somebody else's artifacts. So no link is followed, not even one that stays on the volume.
type beneath struct {
	// path as a person knows it.
	path string
	root *os.Root
	// reading: nothing is written there, so no reason is one of writing.
	reading bool
}

// folder opens the folder with that slash-separated name below; "." is the folder itself. create makes what is missing
// on the way.
func (b beneath) folder(name string, create bool) (*os.Root, error) {
	if !fs.ValidPath(name) {
		return nil, result.Errorf(contract.InvalidRequest, "give a key without empty parts and dots", "%q is no place below %s", name, b.path)
	}
	folder, err := b.root.OpenRoot(".")
	if err != nil || name == "." {
		return folder, err
	}
	walked := b.path
	for part := range strings.SplitSeq(name, "/") {
		walked = filepath.Join(walked, part)
		next, err := b.enter(folder, part, walked, create)
		_ = folder.Close()
		if err != nil {
			return nil, err
		}
		folder = next
	}
	return folder, nil
}

// enter the folder with that name directly below parent.
func (b beneath) enter(parent *os.Root, name, where string, create bool) (*os.Root, error) {
	if create {
		if err := parent.Mkdir(name, folderMode); err != nil && !os.IsExist(err) {
			return nil, err
		}
	}
	seen, err := parent.Lstat(name)
	if err != nil {
		return nil, err
	}
	if seen.Mode().Type() == fs.ModeSymlink {
		return nil, b.linked(parent, name, where)
	}
	if !seen.IsDir() {
		return nil, &fs.PathError{Op: "open", Path: where, Err: syscall.ENOTDIR} // which OpenRoot says in words alone
	}
	folder, err := parent.OpenRoot(name)
	if err != nil {
		return nil, err
	}
	// It may have been replaced since it was looked at.
	if opened, err := folder.Stat("."); err != nil || !os.SameFile(seen, opened) {
		_ = folder.Close()
		return nil, b.replaced(where)
	}
	return folder, nil
}

// file opens a file for reading.
func (b beneath) file(key string) (*os.File, fs.FileInfo, error) {
	folder, err := b.folder(path.Dir(key), false)
	if err != nil {
		return nil, nil, err
	}
	defer folder.Close()
	name, where := path.Base(key), filepath.Join(b.path, key)
	seen, err := folder.Lstat(name)
	switch {
	case err != nil:
		return nil, nil, err
	case seen.IsDir():
		return nil, nil, fs.ErrNotExist
	case seen.Mode().Type() == fs.ModeSymlink:
		return nil, nil, b.linked(folder, name, where)
	case !seen.Mode().IsRegular():
		return nil, nil, result.Errorf(contract.StorageError, "remove it", "%s is no file: %s", where, seen.Mode())
	}
	// A pipe that took its place would be waited for.
	f, err := folder.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, nil, err
	}
	opened, err := f.Stat()
	if err != nil || !os.SameFile(seen, opened) {
		_ = f.Close()
		return nil, nil, b.replaced(where)
	}
	return f, opened, nil
}

func (b beneath) linked(parent *os.Root, name, where string) error {
	to := ""
	if target, err := parent.Readlink(name); err == nil {
		to = fmt.Sprintf(" to %q", target)
	}
	if b.reading {
		return result.Errorf(contract.InvalidRequest, "give the path of what it points to, if you trust it", "%s is a symbolic link%s, and links are not followed", where, to)
	}
	return result.Errorf(contract.VolumeNotWritable, "remove the link, and find out who else writes to the volume",
		"%s is a symbolic link%s, and links are not followed: what is written there would not be kept there", where, to)
}

func (b beneath) replaced(where string) error {
	reason := contract.VolumeNotWritable
	if b.reading {
		reason = contract.StorageError
	}
	return result.Errorf(reason, "find out who else writes to the volume", "%s was replaced while it was being used", where)
}
