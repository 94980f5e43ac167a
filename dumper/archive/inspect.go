package archive

import (
	"context"
	"iter"
	"path"
	"slices"
	"strings"

	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/dumper/store"
	"github.com/volcado-io/volcado/internal/contract"
)

// Report is what there is below a prefix.
type Report struct {
	// Location that was inspected.
	Location string
	// Attempts, read one after another. An error is the last.
	Attempts iter.Seq2[Attempt, error]
	// prefix that was inspected, and the files of each folder below it with their sizes.
	store  *store.Store
	prefix string
	files  map[string]map[string]int64
}

// Attempt is what one attempt left.
type Attempt struct {
	// Location of the attempt.
	Location string `json:"location"`
	// Complete: there is a manifest, and every file of it with the size that it states. `dumper verify` proves the rest.
	Complete bool `json:"complete"`
	// Problem says why it is not complete.
	Problem string `json:"problem,omitempty"`
	// Files by name, with their sizes in bytes.
	Files    map[string]int64   `json:"files"`
	Manifest *contract.Manifest `json:"manifest,omitempty"`
}

const (
	// maxListed is the memory that the list of what is below a prefix can take. An object takes the length of its key and
	// perObject.
	maxListed = 32 << 20
	perObject = 400
)

// Inspect lists the attempts below a key without reading artifacts, in the order of their keys. One manifest is in memory at a
// time.
func Inspect(ctx context.Context, s *store.Store, key string) (*Report, error) {
	prefix := attemptPrefix(key)
	files := map[string]map[string]int64{}
	report := &Report{Location: s.URI(strings.TrimSuffix(prefix, "/")), store: s, prefix: prefix, files: files}
	var folders []string
	taken := 0
	for object, err := range s.List(ctx, prefix) {
		if err != nil {
			return nil, err
		}
		if taken += len(object.Key) + perObject; taken > maxListed {
			return nil, result.Errorf(contract.InvalidRequest, "give a prefix with fewer objects below it", "there is more below %s than can be listed at once", report.Location)
		}
		folder, file := path.Split(object.Key)
		if files[folder] == nil {
			files[folder] = map[string]int64{}
			folders = append(folders, folder)
		}
		files[folder][file] = object.SizeBytes
	}
	slices.Sort(folders)
	report.Attempts = func(yield func(Attempt, error) bool) {
		for _, folder := range folders {
			attempt, err := inspectAttempt(ctx, s, folder, files[folder])
			if !yield(attempt, err) || err != nil {
				return
			}
		}
	}
	return report, nil
}

func inspectAttempt(ctx context.Context, s *store.Store, folder string, files map[string]int64) (Attempt, error) {
	attempt := Attempt{Location: s.URI(strings.TrimSuffix(folder, "/")), Files: files}
	if _, ok := files[contract.ManifestFile]; !ok {
		attempt.Problem = "there is no manifest: the attempt did not end, or failed"
		return attempt, nil
	}
	manifest, err := readManifest(ctx, s, folder)
	if err != nil {
		failure := result.FailureOf(err)
		if failure.Reason != contract.ArtifactDoubted {
			return attempt, err
		}
		attempt.Problem = failure.Message
		return attempt, nil
	}
	if manifest == nil {
		attempt.Problem = "there is no manifest any more"
		return attempt, nil
	}
	attempt.Manifest, attempt.Problem = manifest, missing(manifest, files)
	attempt.Complete = attempt.Problem == ""
	return attempt, nil
}

// missing is what is wrong with the files of an attempt, or nothing.
func missing(manifest *contract.Manifest, files map[string]int64) string {
	for _, file := range manifest.Files {
		switch size, there := files[file.Name]; {
		case !there:
			return "there is a manifest and no " + file.Name
		case size != file.Size:
			return file.Name + " does not have the size that the manifest states"
		}
	}
	return ""
}
