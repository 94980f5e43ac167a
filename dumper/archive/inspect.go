package archive

import (
	"context"
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
	Location string `json:"location"`
	// Attempts in the order of their keys.
	Attempts []Attempt `json:"attempts"`
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

// Inspect lists the attempts below a key without reading artifacts.
func Inspect(ctx context.Context, s *store.Store, key string) (*Report, error) {
	prefix := attemptPrefix(key)
	report := &Report{Location: s.URI(strings.TrimSuffix(prefix, "/")), Attempts: []Attempt{}}
	files := map[string]map[string]int64{}
	var folders []string
	for object, err := range s.List(ctx, prefix) {
		if err != nil {
			return nil, err
		}
		folder, file := path.Split(object.Key)
		if files[folder] == nil {
			files[folder] = map[string]int64{}
			folders = append(folders, folder)
		}
		files[folder][file] = object.SizeBytes
	}
	slices.Sort(folders)
	for _, folder := range folders {
		attempt, err := inspectAttempt(ctx, s, folder, files[folder])
		if err != nil {
			return nil, err
		}
		report.Attempts = append(report.Attempts, attempt)
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
	attempt.Manifest = manifest
	for _, file := range manifest.Files {
		switch size, there := files[file.Name]; {
		case !there:
			attempt.Problem = "there is a manifest and no " + file.Name
			return attempt, nil
		case size != file.Size:
			attempt.Problem = file.Name + " does not have the size that the manifest states"
			return attempt, nil
		}
	}
	attempt.Complete = true
	return attempt, nil
}
