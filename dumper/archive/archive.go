// Package archive reads what dumps left in storage: it finds artifacts by their manifests, and proves them whole.
package archive

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"

	"github.com/volcado-io/volcado/dumper/compress"
	"github.com/volcado-io/volcado/dumper/encrypt"
	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/dumper/sqlstream"
	"github.com/volcado-io/volcado/dumper/store"
	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/text"
)

// Entry is one complete artifact.
type Entry struct {
	// Prefix of the attempt's keys, with a slash at its end unless it is empty.
	Prefix   string
	Manifest *contract.Manifest
	// Keys that decrypt it; nil where nobody gave any. They are of no use where it is not encrypted.
	Keys *encrypt.Keys
}

// Locked reports whether the artifact is encrypted and there are no keys.
func (e Entry) Locked() bool { return e.Manifest.Encryption != nil && e.Keys == nil }

// Key of one of its files.
func (e Entry) Key(file contract.File) string { return e.Prefix + file.Name }

// Find the one artifact that a key means: the artifact's own key, its manifest's, its attempt's, or any prefix below
// which there is exactly one.
func Find(ctx context.Context, s *store.Store, key string) (*Entry, error) {
	prefix := attemptPrefix(key)
	manifest, err := readManifest(ctx, s, prefix)
	if err != nil {
		return nil, err
	}
	if manifest != nil {
		return &Entry{Prefix: prefix, Manifest: manifest}, nil
	}
	var found []string
	for object, err := range s.List(ctx, prefix) {
		if err != nil {
			return nil, err
		}
		if path.Base(object.Key) == contract.ManifestFile {
			found = append(found, strings.TrimSuffix(object.Key, contract.ManifestFile))
		}
		if len(found) > maxFound {
			break
		}
	}
	switch len(found) {
	case 0:
		return nil, result.Errorf(contract.InvalidRequest, "check bucket and key; `dumper inspect` lists what is there",
			"there is no complete artifact at %s: no %s", s.URI(strings.TrimSuffix(prefix, "/")), contract.ManifestFile)
	case 1:
		manifest, err := readManifest(ctx, s, found[0])
		if err != nil {
			return nil, err
		}
		if manifest != nil {
			return &Entry{Prefix: found[0], Manifest: manifest}, nil
		}
	}
	for i, prefix := range found {
		found[i] = s.URI(strings.TrimSuffix(prefix, "/"))
	}
	return nil, result.Errorf(contract.InvalidRequest, "give one of them: "+text.Names(found, 5),
		"there are %s artifacts below %s", count(len(found)), s.URI(strings.TrimSuffix(prefix, "/")))
}

// maxFound artifacts are counted where one was meant.
const maxFound = 1000

func count(found int) string {
	if found > maxFound {
		return fmt.Sprintf("more than %d", maxFound)
	}
	return strconv.Itoa(found)
}

// IsAttemptFile reports whether an attempt leaves a file of that name below its key.
func IsAttemptFile(name string) bool {
	_, artifact := contract.FormatOfFile(name)
	return artifact || name == contract.ManifestFile
}

// attemptPrefix of any key that a person may have.
func attemptPrefix(key string) string {
	if IsAttemptFile(path.Base(key)) {
		key = path.Dir(key)
	}
	key = strings.Trim(key, "/")
	if key == "" || key == "." {
		return ""
	}
	return key + "/"
}

// readManifest returns nil when there is none.
func readManifest(ctx context.Context, s *store.Store, prefix string) (*contract.Manifest, error) {
	data, found, err := s.ReadFile(ctx, prefix+contract.ManifestFile, contract.MaxManifestBytes)
	if err != nil || !found {
		return nil, err
	}
	manifest, err := contract.DecodeManifest(data)
	if err != nil {
		return nil, result.Errorf(contract.ArtifactDoubted, "the manifest was changed or written by another version", "%s: %w", s.URI(prefix+contract.ManifestFile), err)
	}
	return manifest, nil
}

// Cat writes the artifact's files to w, one after another, decrypted and decompressed unless raw. It fails at the end of a file
// that is not what the manifest says: size, SHA-256 and, unless raw, the format's own checksum and the length of the text.
func Cat(ctx context.Context, s *store.Store, entry *Entry, w io.Writer, raw bool) error {
	if entry.Locked() && !raw {
		return entry.locked(s)
	}
	for _, file := range entry.Manifest.Files {
		if err := cat(ctx, s, entry, file, w, raw); err != nil {
			return err
		}
	}
	return nil
}

// CatFor writes the artifact's text as the client of a target loads it, or fails before the first byte. It fails at the end
// like Cat. What a person should know goes into notes.
func CatFor(ctx context.Context, s *store.Store, entry *Entry, w, notes io.Writer, target *Target) error {
	if entry.Locked() {
		return entry.locked(s)
	}
	if err := target.Check(entry.Manifest, notes); err != nil {
		return err
	}
	adapt := target.adapt(entry.Manifest.Server)
	for _, file := range entry.Manifest.Files {
		if err := through(ctx, s, entry, file, w, adapt.Handle); err != nil {
			return err
		}
	}
	tell(adapt, notes)
	return nil
}

// through a stage, into w.
func through(ctx context.Context, s *store.Store, entry *Entry, file contract.File, w io.Writer, stage sqlstream.Stage) error {
	text, in := io.Pipe()
	defer text.Close()
	read := make(chan error, 1)
	go func() {
		err := cat(ctx, s, entry, file, in, false)
		read <- err
		in.CloseWithError(err)
	}()
	out := &sink{w: w}
	err := sqlstream.Copy(out, text, stage)
	switch key := entry.Key(file); {
	case out.err != nil:
		return unwritten(s, key, out.err)
	case errors.Is(err, sqlstream.ErrTooLong):
		// A dump with such a text fails, so it is not one's.
		return doubt(s, key, "%w", err)
	case err == nil:
		// An error that came of an early end reads like the end of the text.
		return <-read
	}
	return err
}

func cat(ctx context.Context, s *store.Store, entry *Entry, file contract.File, w io.Writer, raw bool) error {
	key := entry.Key(file)
	stored, size, err := s.Reader(ctx, key)
	if err != nil {
		return err
	}
	defer stored.Close()
	if size != file.Size {
		return doubt(s, key, "it has %d bytes and its manifest says %d", size, file.Size)
	}
	hash := sha256.New()
	// One byte more than there can be shows that there is more; a store can go on for ever.
	hashed := io.TeeReader(io.LimitReader(stored, file.Size+1), hash)
	compressed, text := hashed, io.NopCloser(hashed)
	if !raw {
		if compressed, err = entry.decrypted(s, key, hashed); err != nil {
			return err
		}
		if text, err = compress.NewReader(compressed, entry.Manifest.Format); err != nil {
			return doubt(s, key, "%w", err)
		}
	}
	out := &sink{w: w}
	most := file.UncompressedBytes
	if raw {
		most = file.Size + 1
	}
	// What is more than there can be is not handed on: a few bytes can stand for a text without an end.
	written, err := io.CopyBuffer(out, struct{ io.Reader }{io.LimitReader(text, most)}, make([]byte, 1<<20))
	if err == nil {
		var more int64
		if more, err = io.CopyN(io.Discard, text, 1); more > 0 {
			return doubt(s, key, "it holds more than the %d bytes of SQL that its manifest says", most)
		}
		if errors.Is(err, io.EOF) {
			err = nil
		}
	}
	switch _, explained := errors.AsType[*result.Error](err); {
	case out.err != nil:
		return unwritten(s, key, out.err)
	case explained:
		return err
	case err != nil:
		return doubt(s, key, "after %d bytes: %w", written, err)
	}
	if err := text.Close(); err != nil {
		return doubt(s, key, "%w", err)
	}
	// The end of what is encrypted proves it whole.
	if _, err := io.Copy(io.Discard, compressed); err != nil {
		return doubtUnlessExplained(s, key, err)
	}
	// Whatever follows belongs to the file too.
	if _, err := io.Copy(io.Discard, hashed); err != nil {
		return err
	}
	if sum := hex.EncodeToString(hash.Sum(nil)); sum != file.SHA256 {
		return doubt(s, key, "its SHA-256 is %s and its manifest says %s", sum, file.SHA256)
	}
	if !raw && written != file.UncompressedBytes {
		return doubt(s, key, "it holds %d bytes of SQL and its manifest says %d", written, file.UncompressedBytes)
	}
	return nil
}

// sink remembers that it was the writing that failed.
type sink struct {
	w   io.Writer
	err error
}

func (s *sink) Write(p []byte) (int, error) {
	n, err := s.w.Write(p)
	if err != nil {
		s.err = err
	}
	return n, err
}

func unwritten(s *store.Store, key string, err error) error {
	reason, hint := contract.Internal, "look at where the output goes"
	if store.NoRoom(err) {
		reason, hint = contract.StorageFull, "free space where the output goes"
	}
	return result.Errorf(reason, hint, "write the text of %s: %w", s.URI(key), err)
}

// Verify reads the artifact back whole: what Cat proves and, of a file whose manifest says so, that its text ends with the
// client's completion trailer. Of one that is Locked, it proves size and SHA-256 alone.
func Verify(ctx context.Context, s *store.Store, entry *Entry) error {
	if entry.Locked() {
		return Cat(ctx, s, entry, io.Discard, true)
	}
	for _, file := range entry.Manifest.Files {
		watch := sqlstream.NewWatch()
		if err := through(ctx, s, entry, file, io.Discard, watch.Handle); err != nil {
			return err
		}
		if entry.Manifest.Proves(file.Name, contract.ProofTrailer) && !watch.Completed() {
			return doubt(s, entry.Key(file), "its text does not end with the line %q", sqlstream.Trailer)
		}
	}
	return nil
}

func doubt(s *store.Store, key, format string, args ...any) error {
	return result.Errorf(contract.ArtifactDoubted, "do not restore it; make another dump",
		"%s is not what was written: %w", s.URI(key), fmt.Errorf(format, args...))
}
