package bot

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/read"
)

// errNameConflict is a dump of the name that this message's must have, asked for by somebody else.
var errNameConflict = errors.New("name conflict")

// unansweredError is a dump of which nobody knows whether the API server made it. Whoever asks once more writes another
// message, which would make another dump.
type unansweredError struct {
	dump client.ObjectKey
	err  error
}

func (e *unansweredError) Error() string {
	return fmt.Sprintf("whether DatabaseDump %s was created is not known: %v", e.dump, e.err)
}

func (e *unansweredError) Unwrap() error { return e.err }

// createBackoff is the wait before the same dump is sent once more: from a quarter of a second to four.
var createBackoff = wait.Backoff{Duration: 250 * time.Millisecond, Factor: 2, Jitter: 0.1, Steps: 5, Cap: 4 * time.Second}

// create makes the dump, or reads the one that this same message made before. Where an answer is lost it sends the same
// dump again: the name is a lock, so that it can be made only once. It does not stop half-way when whoever asked stops
// listening: then nobody would know whether there is a dump.
func (c *conversation) create(
	ctx context.Context, wanted *v1alpha1.DatabaseDump,
) (dump *v1alpha1.DatabaseDump, err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.patience)
	defer cancel()
	unanswered := false
	_ = createBackoff.DelayFunc().Until(ctx, true, true, func(ctx context.Context) (settled bool, _ error) {
		dump, err = c.createOnce(ctx, wanted)
		if err == nil || isRefusal(err) {
			return true, nil
		}
		unanswered = true
		return false, nil
	})
	if unanswered && err != nil && !errors.Is(err, errNameConflict) {
		// Not even a refusal of the last request tells what became of the first.
		return nil, &unansweredError{dump: client.ObjectKeyFromObject(wanted), err: err}
	}
	return dump, err
}

// createOnce sends one request, which may take half of the patience: a connection that has died silently must not take
// all of it.
func (c *conversation) createOnce(
	ctx context.Context, wanted *v1alpha1.DatabaseDump,
) (dump *v1alpha1.DatabaseDump, err error) {
	ctx, cancel := context.WithTimeout(ctx, c.patience/2)
	defer cancel()
	// A copy, because what the API server fills in (a UID, a version) may not be sent with the next request.
	dump = wanted.DeepCopy()
	if err := c.API.Create(ctx, dump); err == nil {
		return dump, nil
	} else if !apierrors.IsAlreadyExists(err) {
		return nil, fmt.Errorf("create DatabaseDump %s: %w", client.ObjectKeyFromObject(wanted), err)
	}
	dump = &v1alpha1.DatabaseDump{}
	if err := c.API.Get(ctx, client.ObjectKeyFromObject(wanted), dump); err != nil {
		return nil, fmt.Errorf("read DatabaseDump %s: %w", client.ObjectKeyFromObject(wanted), err)
	}
	if !read.IsOf(dump, *wanted.Spec.RequestedBy) {
		return nil, errNameConflict
	}
	return dump, nil
}

// isRefusal reports whether an error says for certain that this request did nothing: in HTTP's terms, the client's fault.
// Of a timeout, a broken connection, an API server in trouble or an answer that cannot be read nobody can say that.
func isRefusal(err error) bool {
	var status apierrors.APIStatus
	if errors.As(err, &status) {
		code := int(status.Status().Code)
		return code >= 400 && code < 500 && code != http.StatusRequestTimeout && code != http.StatusTooManyRequests
	}
	return errors.Is(err, errNameConflict) || meta.IsNoMatchError(err)
}
