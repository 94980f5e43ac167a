package archive

import (
	"cmp"
	"context"
	"path"

	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/dumper/store"
	"github.com/volcado-io/volcado/internal/contract"
)

// maxReclaimed objects below one dump's prefix: an attempt leaves three, and there are few attempts. A prefix with more is not
// what it should be, and nothing is removed there.
const maxReclaimed = 10_000

// Killed are the attempts without a manifest, which makes an artifact exist: they were killed, or are still running.
func (r *Report) Killed() store.Attempts {
	killed, objects := store.Attempts{}, 0
	for folder, files := range r.files {
		objects += len(files)
		if _, complete := files[contract.ManifestFile]; complete || !r.isAttempt(folder) {
			continue
		}
		for file := range files {
			killed[path.Base(folder)] = append(killed[path.Base(folder)], file)
		}
	}
	if objects > maxReclaimed {
		return nil
	}
	return killed
}

// isAttempt reports whether a folder is one of an attempt, directly below the prefix.
func (r *Report) isAttempt(folder string) bool {
	return contract.IsAttempt(path.Base(folder)) && folder == r.prefix+path.Base(folder)+"/"
}

// Adopt finds the newest complete copy of one dump, database and name of a file, and gives the result that its attempt
// wrote, or should have written. It is nil where there is none. The result keeps no manifest: one can be large.
func (r *Report) Adopt(ctx context.Context, of contract.Settlement) (newest *contract.Result, err error) {
	var ended []string
	for folder, files := range r.files {
		if _, found := files[contract.ManifestFile]; found && r.isAttempt(folder) {
			ended = append(ended, folder)
		}
	}
	if len(ended) > maxFound {
		return nil, result.Errorf(contract.StorageError, "find out who else writes there", "more than %d attempts of one dump have a manifest below %s", maxFound, r.Location)
	}
	for _, folder := range ended {
		a, err := inspectAttempt(ctx, r.store, folder, r.files[folder])
		if err != nil {
			return nil, err
		}
		if m := a.Manifest; a.Complete && m.Attempt == path.Base(folder) && isOf(m, of) && isNewer(m, newest) {
			newest = adopted(m)
		}
	}
	return newest, nil
}

func isOf(m *contract.Manifest, of contract.Settlement) bool {
	artifact := m.Artifact()
	return artifact != nil && artifact.File == of.File && m.Dump == of.Dump && m.Database == of.Database
}

func isNewer(m *contract.Manifest, than *contract.Result) bool {
	return than == nil || cmp.Or(m.FinishedAt.Compare(than.FinishedAt), cmp.Compare(m.Attempt, than.Adopted)) > 0
}

func adopted(m *contract.Manifest) *contract.Result {
	server, client := m.Server, m.Client
	return &contract.Result{
		Adopted: m.Attempt, Artifact: m.Artifact(), Server: &server, Client: &client,
		Warnings: contract.Brief(m.Warnings), StartedAt: m.StartedAt, FinishedAt: m.FinishedAt,
	}
}
