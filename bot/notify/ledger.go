package notify

import (
	"context"
	"errors"

	"k8s.io/apimachinery/pkg/types"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

// Ledger keeps what was said.
type Ledger interface {
	// Load reads the state of a dump, never one from before the last Save. ErrUnreadable is final for the record that the
	// dump has.
	Load(ctx context.Context, d *v1alpha1.DatabaseDump) (State, error)
	// Save replaces the state that s was made from. ErrConflict says that it is another by now: load and plan anew. ErrGone
	// says that there is no such dump any more. After any other error nobody knows whether it was saved; a state that is
	// then saved in its stead is saved only if it was not.
	Save(ctx context.Context, d *v1alpha1.DatabaseDump, s State) error
	// Forget a dump that is gone.
	Forget(uid types.UID)
}

var (
	// ErrConflict says that somebody else has changed the delivery record.
	ErrConflict = errors.New("the delivery record was changed by somebody else")
	// ErrGone says that the dump does not exist any more.
	ErrGone = errors.New("the dump does not exist any more")
)
