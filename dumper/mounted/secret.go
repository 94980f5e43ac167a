// Package mounted reads Secrets that kubelet mounted as files.
package mounted

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// maxValueBytes is more than a Secret can hold (1 MiB), so that a wrong path does not fill the memory.
const maxValueBytes = 1 << 20

// Secret is a mounted Secret.
type Secret struct {
	// Dir in which each key is a file.
	Dir string
	// Name of the Secret, so that a message can name it; empty outside Kubernetes.
	Name string
	// Keys that it must hold, so that a hint can name them all at once.
	Keys []string
}

// MissingError says that a Secret, or a key of it, is not there.
type MissingError struct {
	Secret Secret
	Key    string
	// Whole is true when a named Secret has no key at all: it does not exist, or is empty.
	Whole bool
}

// Error is one sentence that names the Secret and the key.
func (e *MissingError) Error() string {
	switch {
	case e.Secret.Name == "":
		return fmt.Sprintf("there is no file %s", e.Secret.Path(e.Key))
	case e.Whole:
		return fmt.Sprintf("the Secret %s does not exist, or is empty", e.Secret.Name)
	}
	return fmt.Sprintf("the Secret %s has no key %s", e.Secret.Name, e.Key)
}

// Hint says what to do about it.
func (e *MissingError) Hint() string {
	switch {
	case e.Secret.Name == "":
		return "write the value to that file, without quotes"
	case e.Whole:
		return fmt.Sprintf("create the Secret %s in the dump's namespace, with the keys %s", e.Secret.Name, strings.Join(e.Secret.Keys, " and "))
	}
	return fmt.Sprintf("add the key %s to the Secret %s", e.Key, e.Secret.Name)
}

// Describe names a key in a sentence.
func (s Secret) Describe(key string) string {
	if s.Name == "" {
		return "the file " + s.Path(key)
	}
	return fmt.Sprintf("the key %s of the Secret %s", key, s.Name)
}

// Value of a key. One newline at its end is taken off, because editors and `echo` leave one there; everything else,
// spaces included, belongs to the value. The error is a *MissingError when the key is not there.
func (s Secret) Value(key string) (string, error) {
	data, err := s.Bytes(key)
	if err != nil {
		return "", err
	}
	value, found := strings.CutSuffix(string(data), "\n")
	if found {
		value = strings.TrimSuffix(value, "\r")
	}
	return value, nil
}

// hasKeys reports whether any key is there. For an optional Secret that does not exist, or is empty, kubelet mounts a folder with nothing in it but its own ..data and ..<time>.
func (s Secret) hasKeys() bool {
	entries, err := os.ReadDir(s.Dir)
	return err == nil && slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return !strings.HasPrefix(e.Name(), "..") })
}

// Path of a key's file.
func (s Secret) Path(key string) string { return filepath.Join(s.Dir, key) }

// Bytes of a key, as they are. The error is a *MissingError when the key is not there.
func (s Secret) Bytes(key string) ([]byte, error) {
	path := s.Path(key)
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &MissingError{Secret: s, Key: key, Whole: s.Name != "" && !s.hasKeys()}
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", s.Describe(key), err)
	}
	if info.Size() > maxValueBytes {
		return nil, fmt.Errorf("%s is larger than 1 MiB", s.Describe(key))
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", s.Describe(key), err)
	}
	return data, nil
}
