package store

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/volcado-io/volcado/internal/contract"
)

// cleanupTimeout bounds what is done after a failure, when the context that failed can no longer be used. It is shorter
// than the 30 seconds that kubelet gives a pod to stop.
const cleanupTimeout = 10 * time.Second

// Attempts are the files that attempts left, by the attempt's name.
type Attempts map[string][]string

// Reclaim removes what attempts that were killed left below the prefix of a dump, which ends with a slash: their files, and
// uploads that were never completed. It does what it can, within cleanupTimeout.
func (s *Store) Reclaim(ctx context.Context, prefix string, killed Attempts) (err error) {
	ctx, cancel := context.WithTimeout(ctx, cleanupTimeout)
	defer cancel()
	for attempt, files := range killed {
		if contract.IsAttempt(attempt) {
			ours := slices.DeleteFunc(slices.Clone(files), func(file string) bool { return !isOurs(file) })
			err = errors.Join(err, s.discard(ctx, prefix+attempt+"/", ours))
		}
	}
	return errors.Join(err, s.sweep(ctx, prefix))
}

// Discard removes what an attempt left below its prefix (which ends with a slash): these files, unfinished uploads, empty
// folders. It does what it can, within cleanupTimeout, even when ctx has ended. The error says what may have stayed.
func (s *Store) Discard(ctx context.Context, prefix string, files ...string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupTimeout)
	defer cancel()
	return s.discard(ctx, prefix, files)
}

func (s *Store) discard(ctx context.Context, prefix string, files []string) (err error) {
	for _, file := range files {
		if removeErr := s.place.remove(ctx, remnant{key: prefix + file}); removeErr != nil {
			err = errors.Join(err, s.explain(ctx, removeErr, prefix+file))
		}
	}
	return errors.Join(err, s.sweep(ctx, prefix))
}

func (s *Store) sweep(ctx context.Context, prefix string) error {
	if err := s.place.sweep(ctx, prefix); err != nil {
		return s.explain(ctx, err, prefix)
	}
	return nil
}
