package bot_test

import (
	"context"
	"errors"
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

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot"
	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/view"
	"github.com/volcado-io/volcado/internal/naming"
)

var dumpResource = schema.GroupResource{Group: "volcado.io", Resource: "databasedumps"}

// createsWith lets the bot create through the function, which is told how many requests were before this one.
func (w *world) createsWith(create func(ctx context.Context, before int, really func() error) error) *atomic.Int32 {
	var creates atomic.Int32
	w.acts(interceptor.NewClient(w.api, interceptor.Funcs{
		Create: func(ctx context.Context, c client.WithWatch, o client.Object, opts ...client.CreateOption) error {
			return create(ctx, int(creates.Add(1))-1, func() error { return c.Create(ctx, o, opts...) })
		},
	}))
	w.bot.SetPatience(6 * time.Second)
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
			inBoth(t, func(w *world) {
				w.shop()
				w.createsWith(func(ctx context.Context, before int, really func() error) error {
					if before == 0 {
						return lose(ctx, really)
					}
					return really()
				})
				said := w.ask("dump shop")
				dump := w.theDump()
				if said.err != nil || said.Outcome != chat.Succeeded || said.Follows != w.namespace+"/"+dump.Name || len(said.Posts) > 0 {
					w.Errorf("answered %+v", said)
				}
			})
		})
	}
}

// createsInVain are ways in which nobody ever knows whether the dump was made.
var createsInVain = map[string]func(before int, really func() error) error{
	"every answer is lost": func(_ int, really func() error) error { _ = really(); return errReset },
	"no request arrives":   func(int, func() error) error { return apierrors.NewInternalError(io.EOF) },
	"a refusal of what is sent again says nothing of what was sent first": func(before int, really func() error) error {
		if before > 0 {
			return apierrors.NewForbidden(dumpResource, "x", io.EOF)
		}
		_ = really()
		return errReset
	},
}

// Whoever asks once more on the console writes a second message, which is a second dump.
func TestOnTheConsoleADumpThatMayHaveBeenStartedIsNotToBeAskedForAgain(t *testing.T) {
	for name, create := range createsInVain {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, console)
			w.shop()
			creates := w.createsWith(func(_ context.Context, before int, really func() error) error { return create(before, really) })
			w.bot.SetPatience(2 * time.Second)
			m := w.message(w.alice, "dump shop")
			said := w.handle(m)
			v := viewOf[view.MayHaveStarted](t, said)
			if want := naming.DumpName("shop", bot.Requester(m)); v.Dump != want || said.Outcome != chat.Unavailable || creates.Load() < 2 {
				t.Errorf("outcome %v after %d requests, of %s, want %s", said.Outcome, creates.Load(), v.Dump, want)
			}
			if all := text(said.Said); !strings.Contains(all, "status "+v.Dump) || strings.Contains(strings.ToLower(all), "again") {
				t.Errorf("it does not say how to find out, or has somebody ask for a second dump:\n%s", all)
			}
		})
	}
}

func TestARefusedDumpIsNotSentAgain(t *testing.T) {
	for name, err := range map[string]error{
		"forbidden":             apierrors.NewForbidden(dumpResource, "x", io.EOF),
		"invalid":               apierrors.NewInvalid(schema.GroupKind{Kind: "DatabaseDump"}, "x", nil),
		"the namespace is gone": apierrors.NewNotFound(schema.GroupResource{Resource: "namespaces"}, "x"),
		"the token has expired": apierrors.NewUnauthorized("x"),
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, console)
			w.shop()
			creates := w.createsWith(func(context.Context, int, func() error) error { return err })
			said := w.ask("dump shop")
			viewOf[view.Trouble](t, said)
			if said.Outcome != chat.Unavailable || creates.Load() != 1 {
				t.Errorf("outcome %v after %d requests\n%s", said.Outcome, creates.Load(), text(said.Said))
			}
		})
	}
}

// A name is only a hash: somebody with kubectl may have taken the one that a message's dump must have.
func TestANameThatSomebodyElseHasIsNoAnswer(t *testing.T) {
	inBoth(t, func(w *world) {
		w.shop()
		m := w.message(w.alice, "dump shop")
		taken := &v1alpha1.DatabaseDump{Spec: v1alpha1.DatabaseDumpSpec{SourceRef: v1alpha1.ObjectReference{Name: "crm"}, Database: "crm"}}
		taken.Name = naming.DumpName("shop", bot.Requester(m))
		w.create(taken)
		said := w.handle(m)
		if v := viewOf[view.NameTaken](t, said); v.Dump != w.namespace+"/"+taken.Name || said.Outcome != chat.Refused || said.Follows != "" {
			w.Errorf("answered %+v", said)
		}
		w.mustHave(1)
	})
}

// A failure that passes is not an answer: the message stays open until its dump is made, or it is too old.
func TestADumpThatCannotBeMadeNowIsMadeWhenTheMessageComesAgain(t *testing.T) {
	for name, create := range createsInVain {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, serve)
			w.shop()
			var well atomic.Bool
			w.createsWith(func(_ context.Context, before int, really func() error) error {
				if well.Load() {
					return really()
				}
				return create(before, really)
			})
			w.bot.SetPatience(500 * time.Millisecond)
			team := w.place(chat.KindPrivate)
			m := in(team, w.message(w.alice, "dump shop"))
			for range 3 {
				said := w.handle(m)
				// Once, and to alice alone.
				if len(said.Posts) != 1 || said.Posts[0].To.Only != w.alice.User {
					t.Fatalf("said %+v", said.Posts)
				}
				v, is := said.Posts[0].View.(view.Trouble)
				if !is || !v.Until.Equal(m.Written.Add(time.Hour)) {
					t.Fatalf("said %+v", said.Posts[0].View)
				}
				if made := len(w.dumps()) > 0; said.err == nil && !made {
					t.Fatalf("it was acknowledged without a dump: %+v", said)
				}
			}
			well.Store(true)
			w.bot.SetPatience(deadline)
			said := w.handle(m)
			dump := w.theDump()
			if said.err != nil || said.Follows != w.namespace+"/"+dump.Name || len(said.Posts) != 1 {
				t.Errorf("answered %+v", said)
			}
		})
	}
}

// A bot that stops leaves the message unacknowledged, and says nothing: the next one handles it.
func TestAMessageWhoseBotStopsIsLeftToTheNext(t *testing.T) {
	w := newWorld(t, serve)
	w.shop()
	ctx, stop := context.WithCancel(context.Background())
	stop()
	m := w.message(w.alice, "dump nothing")
	if _, err := w.bot.Handle(ctx, m); !errors.Is(err, context.Canceled) {
		t.Errorf("it was acknowledged: %v", err)
	}
	w.bot.Wait(context.Background())
	if said := w.chat.of(m); len(said) > 0 {
		t.Errorf("said %+v", said)
	}
	if said := w.handle(m); said.Outcome != chat.Refused || len(said.Posts) != 1 {
		t.Errorf("answered %+v", said)
	}
}
