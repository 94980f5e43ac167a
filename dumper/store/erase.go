package store

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/internal/contract"
)

const (
	// maxRound of a dump's remnants are in memory at once. An attempt leaves three, and there are few attempts.
	maxRound = 1000
	// maxRounds of a deletion. A dump with more remnants than fit into these is not finished at once, but the next deletion
	// goes on where this one ended.
	maxRounds = 10
	// maxStrangersTold of a dump are told one by one.
	maxStrangersTold = 10
	// eraseTimeout is the longest time that the deletion of one dump can take. A store that is slow without an end must not keep
	// other dumps from being deleted.
	eraseTimeout = 5 * time.Minute
)

// remnant is one thing that is stored below the prefix of a dump.
type remnant struct {
	key string
	// version of the object, in a bucket that keeps versions. A marker is one that says that there is no object.
	version string
	marker  bool
	// upload is the id of one that was neither completed nor aborted.
	upload string
	bytes  int64
	// temporary: it has the name of a file of ours that is being written into a folder.
	temporary bool
	// strange: it is none that an attempt makes, whatever its name is.
	strange bool
}

// isOurs reports whether an attempt leaves an object of that name below its key.
func isOurs(file string) bool {
	_, artifact := contract.FormatOfFile(file)
	return artifact || file == contract.ManifestFile || file == probeFile
}

// temporarySuffix of a file in a folder that is being written.
const temporarySuffix = ".tmp"

// isTemporary reports whether a file of that name is one of ours that is being written into a folder.
func isTemporary(file string) bool {
	whole, found := strings.CutSuffix(file, temporarySuffix)
	return file == probeFile || found && isOurs(whole)
}

// isOf reports whether an attempt of the dump with that prefix made it. It goes by the name alone: nothing else is known of
// what a killed attempt left.
func (r remnant) isOf(prefix string) bool {
	below, found := strings.CutPrefix(r.key, prefix)
	attempt, file, _ := strings.Cut(below, "/")
	return found && !r.strange && contract.IsAttempt(attempt) && (isOurs(file) || r.temporary)
}

// rank is the order of removal. What can be read goes first, and the manifest, which tells of it, after it. A marker goes last:
// without it, the version before it could be read again.
func (r remnant) rank() int {
	switch {
	case r.marker:
		return 2
	case strings.HasSuffix(r.key, "/"+contract.ManifestFile) && r.upload == "":
		return 1
	}
	return 0
}

// String is for the log.
func (r remnant) String() string {
	switch {
	case r.upload != "":
		return fmt.Sprintf("%s (unfinished upload %.64s)", r.key, r.upload)
	case r.marker:
		return fmt.Sprintf("%s (delete marker %.64s)", r.key, r.version)
	case r.version != "":
		return fmt.Sprintf("%s (version %.64s)", r.key, r.version)
	}
	return r.key
}

// Erased is what was removed of a dump.
type Erased struct {
	// Objects are versions, delete markers, unfinished uploads and temporary files too.
	Objects int64
	// Bytes of all but the unfinished uploads, whose bytes no list tells.
	Bytes int64
}

// Erase removes all that the attempts of one dump left below its prefix, which ends with a slash, and nothing else. It
// succeeds when a list that was made after the last removal shows nothing of the dump. It can be interrupted at any point,
// and begun again.
func (s *Store) Erase(ctx context.Context, prefix string, log *slog.Logger) (Erased, error) {
	late := result.Errorf(contract.StorageUnreachable, "look at the store: it answers too slowly", "removing one dump from %s took longer than %s", s.URI(""), eraseTimeout)
	ctx, done := context.WithTimeoutCause(ctx, eraseTimeout, late)
	defer done()
	e := &erasure{store: s, prefix: prefix, log: log}
	if err := e.run(ctx); err != nil {
		return e.erased, s.explain(ctx, err, strings.TrimSuffix(prefix, "/"))
	}
	return e.erased, nil
}

// erasure of one dump.
type erasure struct {
	store  *Store
	prefix string
	log    *slog.Logger
	erased Erased
	// removed in the round before, as the store said.
	removed map[string]bool
	// strangers that the first round saw.
	strangers int
}

func (e *erasure) run(ctx context.Context) error {
	for round := range maxRounds {
		found, whole, err := e.gather(ctx, round == 0)
		if err != nil {
			return err
		}
		if len(found) == 0 {
			e.store.place.tidy(e.prefix)
			return nil
		}
		if err := e.remove(ctx, ordered(found, whole)); err != nil {
			return err
		}
	}
	return result.Errorf(contract.StorageError, "run the deletion again, which goes on where this one ended", "a dump left more than %d objects in %s", maxRounds*maxRound, e.store.URI(""))
}

// gather as many remnants of the dump as one round can hold. whole: these are all. Some stores list a version twice, at the end
// of one page and at the beginning of the next, and fail when it is removed twice.
func (e *erasure) gather(ctx context.Context, first bool) (found []remnant, whole bool, err error) {
	listed := map[string]bool{}
	for r, err := range e.store.place.below(ctx, e.prefix) {
		switch {
		case err != nil:
			return nil, false, err
		case listed[r.String()]:
		case r.isOf(e.prefix):
			listed[r.String()] = true
			if found = append(found, r); len(found) == maxRound {
				return found, false, nil
			}
		case first:
			if e.strangers++; e.strangers <= maxStrangersTold {
				e.log.Warn("this is none of the dump's, and stays", "location", e.store.URI(r.key))
			}
		}
	}
	if more := e.strangers - maxStrangersTold; first && more > 0 {
		e.log.Warn("more is there that is none of the dump's, and stays", "location", e.store.URI(e.prefix), "count", more)
	}
	return found, true, nil
}

// ordered by rank, and by age within one: a list has the newest version first, and while an older one is there it can be read.
// Where these are not all, markers stay while there is anything else, because it may be one of theirs that was not gathered.
func ordered(found []remnant, whole bool) []remnant {
	slices.Reverse(found)
	slices.SortStableFunc(found, func(a, b remnant) int { return a.rank() - b.rank() })
	if !whole && found[0].rank() < 2 {
		found = slices.DeleteFunc(found, func(r remnant) bool { return r.marker })
	}
	return found
}

// remove them in this order. What is refused does not keep those of the same rank from being removed, but those of the next:
// while an artifact stays, its manifest tells of it.
func (e *erasure) remove(ctx context.Context, found []remnant) error {
	var refused error
	removed := map[string]bool{}
	rank := 0
	for _, r := range found {
		name := r.String()
		if e.removed[name] {
			return result.Errorf(contract.StorageError, "look at the store: it may take some time to show a removal, or it may not remove anything",
				"the store of %s says that it removed an object, and lists it still", e.store.URI(""))
		}
		if refused != nil && r.rank() > rank {
			break
		}
		rank = r.rank()
		if err := e.store.place.remove(ctx, r); err != nil {
			err = e.store.explain(ctx, err, r.key)
			e.log.Error("this could not be removed", "location", e.store.URI(name), "error", result.FailureOf(err).Message)
			if refused == nil {
				refused = err
			}
			if ctx.Err() != nil {
				return refused
			}
			continue
		}
		removed[name] = true
		e.erased.Objects++
		e.erased.Bytes += max(r.bytes, 0)
		e.log.Info("removed", "location", e.store.URI(name), "bytes", r.bytes)
	}
	e.removed = removed
	return refused
}
