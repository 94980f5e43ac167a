// Package erase deletes what dumps left in a storage, many of them at once, and says of which something may be left.
package erase

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"

	"github.com/volcado-io/volcado/dumper"
	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/dumper/store"
	"github.com/volcado-io/volcado/internal/contract"
)

// atOnce so many dumps are deleted: what takes time is the way to the store and back. A store that answers with as much as it
// can takes memory for each of them.
const atOnce = 4

// Open a storage and return values that must not appear in messages.
type Open func(context.Context) (*store.Store, []string, error)

// Run deletes the dumps of a request, each whatever becomes of the others, and says in the end of which something may be left.
func Run(ctx context.Context, dumps []contract.Deletion, open Open, log *slog.Logger) contract.DeletionResult {
	opened, secrets, err := open(ctx)
	if err != nil {
		failure := dumper.Unsaid(result.FailureOf(err), secrets)
		return contract.DeletionResult{Failures: []contract.DeletionFailure{{Failure: failure}}}
	}
	defer opened.Close()
	r := &run{store: opened, secrets: secrets, log: log, failures: make([]*contract.Failure, len(dumps))}
	var working sync.WaitGroup
	slots := make(chan struct{}, atOnce)
	for i, d := range dumps {
		slots <- struct{}{}
		working.Go(func() {
			defer func() { <-slots }()
			r.erase(ctx, i, d)
		})
	}
	working.Wait()
	r.result.Failures = together(r.failures)
	return r.result
}

// run of one request.
type run struct {
	store   *store.Store
	secrets []string
	log     *slog.Logger

	mu     sync.Mutex
	result contract.DeletionResult
	// failures by the position of the dump.
	failures []*contract.Failure
	// away is why no dump can be deleted any more.
	away *contract.Failure
}

// erase the dump at a position.
func (r *run) erase(ctx context.Context, position int, d contract.Deletion) {
	log := r.log.With("dump", d.Dump, "uid", d.UID)
	if failure := r.hopeless(ctx); failure != nil {
		r.fail(position, failure)
		return
	}
	erased, err := r.store.Erase(ctx, d.KeyPrefix+"/", log)
	r.mu.Lock()
	r.result.Objects += erased.Objects
	r.result.Bytes += erased.Bytes
	r.mu.Unlock()
	if err == nil {
		log.Info("nothing is left", "removed", erased.Objects, "bytes", erased.Bytes)
		return
	}
	failure := dumper.Unsaid(result.FailureOf(err), r.secrets)
	log.Error("something may be left", "removed", erased.Objects, "bytes", erased.Bytes, "reason", failure.Reason, "error", failure.Message)
	r.fail(position, &failure)
}

// concerning the storage, and not what is in it: the other dumps would wait for the same answer.
var concerning = []contract.Reason{
	contract.BucketNotFound, contract.StorageUnreachable, contract.StorageTLSVerificationFailed, contract.StorageCredentialsMissing,
}

// hopeless is why there is no use in beginning with another dump: the command was told to stop, or the storage is away.
func (r *run) hopeless(ctx context.Context) *contract.Failure {
	if ctx.Err() != nil {
		failure := result.FailureOf(context.Cause(ctx))
		return &failure
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.away
}

func (r *run) fail(position int, failure *contract.Failure) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failures[position] = failure
	if slices.Contains(concerning, failure.Reason) {
		r.away = failure
	}
}

// together are the failures by kind, which is the reason and what to do. Where their messages differ, the first is told.
func together(failures []*contract.Failure) (all []contract.DeletionFailure) {
	others := map[int]int{}
	for position, failure := range failures {
		if failure == nil {
			continue
		}
		i := slices.IndexFunc(all, func(f contract.DeletionFailure) bool { return f.Reason == failure.Reason && f.Hint == failure.Hint })
		if i < 0 {
			i = len(all)
			all = append(all, contract.DeletionFailure{Failure: *failure})
		}
		all[i].Dumps = append(all[i].Dumps, position)
		if all[i].Message != failure.Message {
			others[i]++
		}
	}
	for i, more := range others {
		all[i].Message += fmt.Sprintf("; %d more of these dumps fail like this, see the log", more)
	}
	return all
}
