package bot_test

import (
	"context"
	"errors"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/view"
)

// Each trouble is a real one where it can be made: a token that is none, an account without rights, an address where
// nobody listens. What passes by itself is tried again where the message can come again, and said to alice alone.
func TestTroubleIsASentence(t *testing.T) {
	for _, m := range []mode{console, serve} {
		for name, tc := range troubles {
			t.Run(string(m)+", "+name, func(t *testing.T) {
				w := newWorld(t, m)
				w.shop()
				w.acts(tc.api(w))
				w.bot.SetPatience(time.Second)
				said := w.handle(in(w.place(chat.KindPrivate), w.message(w.alice, "dump shop")))
				v, ok := said.View.(view.Trouble)
				if lost, is := said.View.(view.MayHaveStarted); is {
					v, ok = lost.Trouble, m == console
				}
				if m == serve && tc.passes {
					if said.err == nil || len(said.Posts) != 1 || said.Posts[0].To.Only != w.alice.User {
						t.Fatalf("answered %+v", said)
					}
					v, ok = said.Posts[0].View.(view.Trouble)
					said.Said, said.Outcome = said.Posts[0].Reply, chat.Unavailable
					if v.Until.IsZero() {
						t.Error("it does not say until when it is tried")
					}
				} else if said.err != nil || !v.Until.IsZero() {
					t.Errorf("it is tried again: %+v, error %v", v, said.err)
				}
				if !ok || v.Kind != tc.kind || !strings.Contains(v.Detail, tc.detail) || said.Outcome != chat.Unavailable {
					t.Errorf("outcome %v, %+v", said.Outcome, said.View)
				}
				for _, never := range []string{"secret-token", "goroutine", "{", "&", "%!"} {
					if strings.Contains(text(said.Said), never) {
						t.Errorf("it says %q:\n%s", never, text(said.Said))
					}
				}
			})
		}
	}
}

var troubles = map[string]struct {
	api    func(*world) client.WithWatch
	kind   view.TroubleKind
	detail string
	passes bool
}{
	"a token that is refused": {func(w *world) client.WithWatch {
		config := rest.AnonymousClientConfig(w.env.Config)
		config.BearerToken = "secret-token-of-nobody"
		return w.connect(config)
	}, view.TroubleToken, "", true},
	"an account without rights": {func(w *world) client.WithWatch { return w.connect(w.env.ConfigAs("default", "default")) }, view.TroubleForbidden, "default", false},
	"nobody listens": {func(w *world) client.WithWatch {
		config := rest.AnonymousClientConfig(w.env.Config)
		config.Host = "https://127.0.0.1:1"
		return w.connect(config)
	}, view.TroubleNetwork, "127.0.0.1:1", true},
	"a name that is not known": {creating(&url.Error{Op: "Post", URL: "https://nowhere.invalid:6443/apis", Err: &net.DNSError{Name: "nowhere.invalid"}}),
		view.TroubleNetwork, "nowhere.invalid:6443: the name nowhere.invalid is not known", true},
	"the kinds are not installed": {func(w *world) client.WithWatch {
		missing := apierrors.NewGenericServerResponse(404, "get", schema.GroupResource{}, "", "404 page not found", 0, true)
		return interceptor.NewClient(w.api, interceptor.Funcs{
			List:   func(context.Context, client.WithWatch, client.ObjectList, ...client.ListOption) error { return missing },
			Create: func(context.Context, client.WithWatch, client.Object, ...client.CreateOption) error { return missing },
		})
	}, view.TroubleKinds, "", false},
	"a validation of the API server's": {creating(apierrors.NewInvalid(schema.GroupKind{Group: "volcado.io", Kind: "DatabaseDump"}, "x", field.ErrorList{
		field.Invalid(field.NewPath("spec", "reason"), "y", "is not good"),
	})), view.TroubleInvalid, `reason: Invalid value: "y": is not good`, false},
	"an admission policy":          {creating(apierrors.NewForbidden(dumpResource, "x", errors.New("the policy says no"))), view.TroubleForbidden, "the policy says no", false},
	"an API server that is busy":   {creating(apierrors.NewTooManyRequests("slow down", 1)), view.TroubleBusy, "slow down", true},
	"a request that took too long": {creating(context.DeadlineExceeded), view.TroubleTimeout, "", true},
	"a conflict that nobody knows": {creating(apierrors.NewConflict(dumpResource, "x", errors.New("strange"))), view.TroubleRefused, "strange", false},
}

func creating(err error) func(*world) client.WithWatch {
	return func(w *world) client.WithWatch {
		return interceptor.NewClient(w.api, interceptor.Funcs{
			Create: func(context.Context, client.WithWatch, client.Object, ...client.CreateOption) error { return err },
		})
	}
}

func (w *world) connect(config *rest.Config) client.WithWatch {
	api, err := client.NewWithWatch(config, client.Options{Scheme: w.env.Scheme, Mapper: w.api.RESTMapper()})
	if err != nil {
		w.Fatal(err)
	}
	return api
}

// What only asks is answered at once: whoever asked can ask again.
func TestAQuestionThatCannotBeAnsweredNowIsNotKept(t *testing.T) {
	w := newWorld(t, serve)
	w.acts(interceptor.NewClient(w.api, interceptor.Funcs{
		List: func(context.Context, client.WithWatch, client.ObjectList, ...client.ListOption) error {
			return apierrors.NewServiceUnavailable("etcd has no leader")
		},
	}))
	for _, line := range []string{"list", "sources", "status nothing", "why nothing"} {
		said := w.ask(line)
		if v := viewOf[view.Trouble](t, said); v.Kind != view.TroubleBusy || !v.Until.IsZero() || said.err != nil || said.Outcome != chat.Unavailable {
			t.Errorf("%q: answered %+v", line, said)
		}
	}
}

// A cancel and a follow are tried again like a dump.
func TestWhatActsIsTriedAgain(t *testing.T) {
	w := newWorld(t, serve)
	w.shop()
	dump, bob := w.makeDump(w.alice, "dump shop"), w.person("bob")
	w.create(w.allow("bob", bob, []v1alpha1.AllowedSource{"shop"}, "*"))
	well := w.api
	w.acts(interceptor.NewClient(w.api, interceptor.Funcs{
		Patch: func(context.Context, client.WithWatch, client.Object, client.Patch, ...client.PatchOption) error {
			return errReset
		},
	}))
	cancel, follow := w.message(w.alice, "cancel shop"), w.message(bob, "follow shop")
	for _, m := range []chat.Message{cancel, follow} {
		if said := w.handle(m); said.err == nil || len(said.Posts) != 1 {
			t.Errorf("%q: answered %+v", m.Text, said)
		}
	}
	w.acts(well)
	cancel.Again, follow.Again = true, true
	for _, m := range []chat.Message{follow, cancel} {
		if said := w.handle(m); said.err != nil || said.Outcome != chat.Succeeded || len(said.Posts) != 2 {
			t.Errorf("%q: answered %+v", m.Text, said)
		}
	}
	if !w.read(dump.Name).Spec.Cancel {
		t.Error("it was not cancelled")
	}
}

// The rights of the bot are what it uses, and no more.
func TestTheBotCanDoNoMore(t *testing.T) {
	w := newWorld(t, serve)
	w.shop()
	dump := w.makeDump(w.alice, "dumpdb shop")
	ctx := context.Background()
	forged := dump.DeepCopy()
	forged.ResourceVersion, forged.UID, forged.Name, forged.Spec.RequestedBy = "", "", "forged", nil
	for what, try := range map[string]func() error{
		"delete a dump":               func() error { return w.api.Delete(ctx, dump.DeepCopy()) },
		"ask without saying for whom": func() error { return w.api.Create(ctx, forged) },
		"write a status": func() error {
			return w.api.Status().Patch(ctx, dump.DeepCopy(), client.RawPatch("application/merge-patch+json", []byte(`{"status":{"phase":"Succeeded"}}`)))
		},
		"change who asked": func() error {
			return w.api.Patch(ctx, dump.DeepCopy(), client.RawPatch("application/merge-patch+json", []byte(`{"spec":{"requestedBy":{"user":"bob"}}}`)))
		},
		"read storages": func() error { return w.api.List(ctx, &v1alpha1.DumpStorageList{}) },
		"make a source": func() error { s := source("x", "x"); s.Namespace = w.namespace; return w.api.Create(ctx, s) },
	} {
		if err := try(); !apierrors.IsForbidden(err) && !apierrors.IsInvalid(err) {
			t.Errorf("the bot can %s: %v", what, err)
		}
	}
}
