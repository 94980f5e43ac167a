package bot_test

import (
	"context"
	"io"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/volcado-io/volcado/bot/chat"
)

var dumpResource = schema.GroupResource{Group: "volcado.io", Resource: "databasedumps"}

// createsWith lets the bot create through the function, which is told how many requests were before this one.
func (w *world) createsWith(create func(ctx context.Context, before int, really func() error) error) *atomic.Int32 {
	var creates atomic.Int32
	w.with(interceptor.NewClient(w.api, interceptor.Funcs{
		Create: func(ctx context.Context, c client.WithWatch, o client.Object, opts ...client.CreateOption) error {
			return create(ctx, int(creates.Add(1))-1, func() error { return c.Create(ctx, o, opts...) })
		},
	}))
	w.bot.SetPatience(2 * time.Second)
	return &creates
}

var errReset = &url.Error{Op: "Post", URL: "https://10.0.0.1:6443/apis", Err: io.ErrUnexpectedEOF}

func TestADumpWhoseAnswerIsLostIsFoundAgain(t *testing.T) {
	for name, lose := range map[string]func(ctx context.Context, really func() error) error{
		"the connection broke after it was made":  func(_ context.Context, really func() error) error { _ = really(); return errReset },
		"the connection broke before it was made": func(context.Context, func() error) error { return errReset },
		"the API server gave up after it was made": func(_ context.Context, really func() error) error {
			_ = really()
			return apierrors.NewTimeoutError("x", 0)
		},
		"the API server failed after it was made": func(_ context.Context, really func() error) error {
			_ = really()
			return apierrors.NewInternalError(io.EOF)
		},
		"the API server is busy for a moment":        func(context.Context, func() error) error { return apierrors.NewTooManyRequests("slow down", 0) },
		"the answer cannot be read":                  func(_ context.Context, really func() error) error { _ = really(); return io.ErrUnexpectedEOF },
		"the API server made it and does not answer": func(ctx context.Context, really func() error) error { _ = really(); <-ctx.Done(); return ctx.Err() },
	} {
		t.Run(name, func(t *testing.T) {
			w := newShop(t)
			w.createsWith(func(ctx context.Context, before int, really func() error) error {
				if before == 0 {
					return lose(ctx, really)
				}
				return really()
			})
			asked := w.askForShop()
			dump := w.theDump()
			w.eventually("it is told", func() bool { return w.chat.everSaid(dump.Name + ": a copy of") })
			w.report(dump, succeed)
			if r, outcome := asked.ended(); outcome != chat.Succeeded {
				t.Errorf("outcome %v\n%s", outcome, text(r))
			}
			if found := w.dumps(); len(found) != 1 {
				t.Errorf("%d dumps", len(found))
			}
		})
	}
}

// Asking once more would be a second message, and so a second dump.
func TestADumpThatMayHaveBeenStartedIsNotToBeAskedForAgain(t *testing.T) {
	for name, create := range map[string]func(before int, really func() error) error{
		"every answer is lost": func(_ int, really func() error) error { _ = really(); return errReset },
		"no request arrives":   func(int, func() error) error { return apierrors.NewInternalError(io.EOF) },
		"a refusal of what is sent again says nothing of what was sent first": func(before int, really func() error) error {
			if before > 0 {
				return apierrors.NewForbidden(dumpResource, "x", io.EOF)
			}
			_ = really()
			return errReset
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newShop(t)
			creates := w.createsWith(func(_ context.Context, before int, really func() error) error { return create(before, really) })
			r, outcome := w.ask("dump shop-" + w.namespace)
			if outcome != chat.Unavailable || creates.Load() < 2 {
				t.Errorf("outcome %v after %d requests\n%s", outcome, creates.Load(), text(r))
			}
			dump := "shop-" + w.namespace
			if found := w.dumps(); len(found) > 0 {
				dump = found[0].Name
			}
			if !strings.Contains(r.Headline, dump) || !strings.Contains(r.Headline, "may have been started") || !strings.Contains(r.Closing, "status "+dump) {
				t.Errorf("it does not say how to find out:\n%s", text(r))
			}
			if strings.Contains(strings.ToLower(text(r)), "again") {
				t.Errorf("it has somebody ask for a second dump:\n%s", text(r))
			}
		})
	}
}

func TestARefusedDumpIsNotAskedForAgain(t *testing.T) {
	for name, err := range map[string]error{
		"forbidden":             apierrors.NewForbidden(dumpResource, "x", io.EOF),
		"invalid":               apierrors.NewInvalid(schema.GroupKind{Kind: "DatabaseDump"}, "x", nil),
		"the namespace is gone": apierrors.NewNotFound(schema.GroupResource{Resource: "namespaces"}, "x"),
		"the token has expired": apierrors.NewUnauthorized("x"),
	} {
		t.Run(name, func(t *testing.T) {
			w := newShop(t)
			creates := w.createsWith(func(context.Context, int, func() error) error { return err })
			r, outcome := w.ask("dump shop-" + w.namespace)
			if outcome != chat.Unavailable || creates.Load() != 1 || strings.Contains(text(r), "may have been started") {
				t.Errorf("outcome %v after %d requests\n%s", outcome, creates.Load(), text(r))
			}
		})
	}
}
