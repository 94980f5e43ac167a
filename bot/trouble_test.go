package bot_test

import (
	"context"
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
)

// Each trouble is a real one where it can be made: a token that is none, an account without rights, an address where
// nobody listens.
func TestTroubleIsASentence(t *testing.T) {
	w := newShop(t)
	mapper := w.api.RESTMapper()
	connect := func(config *rest.Config) client.WithWatch {
		api, err := client.NewWithWatch(config, client.Options{Scheme: w.env.Scheme, Mapper: mapper})
		if err != nil {
			t.Fatal(err)
		}
		return api
	}
	badToken := rest.AnonymousClientConfig(w.env.Config)
	badToken.BearerToken = "secret-token-of-nobody"
	nobodyListens := rest.AnonymousClientConfig(w.env.Config)
	nobodyListens.Host = "https://127.0.0.1:1"
	creating := func(err error) client.WithWatch {
		return interceptor.NewClient(w.api, interceptor.Funcs{
			Create: func(context.Context, client.WithWatch, client.Object, ...client.CreateOption) error { return err },
		})
	}
	kind := schema.GroupKind{Group: "volcado.io", Kind: "DatabaseDump"}
	missing := interceptor.NewClient(w.api, interceptor.Funcs{
		List: func(context.Context, client.WithWatch, client.ObjectList, ...client.ListOption) error {
			return apierrors.NewGenericServerResponse(404, "get", schema.GroupResource{}, "", "404 page not found", 0, true)
		},
	})
	for name, tc := range map[string]struct {
		api  client.WithWatch
		says string
	}{
		"a token that is refused":   {connect(badToken), "does not accept the bot's token"},
		"an account without rights": {connect(w.env.ConfigAs("default", "default")), "needs the rights in config/bot"},
		"nobody listens":            {connect(nobodyListens), "The API server at 127.0.0.1:1 does not answer"},
		"a name that is not known": {creating(&url.Error{Op: "Post", URL: "https://nowhere.invalid:6443/apis", Err: &net.DNSError{Name: "nowhere.invalid"}}),
			"The API server at nowhere.invalid:6443 does not answer: the name nowhere.invalid is not known"},
		"the kinds are not installed": {missing, "Volcado's kinds are not installed"},
		"a validation of the API server's": {creating(apierrors.NewInvalid(kind, "x", field.ErrorList{
			field.Invalid(field.NewPath("spec", "reason"), "y", "is not good"),
		})), `does not accept this request: reason: Invalid value: "y": is not good.`},
		"an API server that is busy":   {creating(apierrors.NewTooManyRequests("slow down", 1)), "too busy or not ready"},
		"a request that took too long": {creating(context.DeadlineExceeded), "did not answer in time"},
	} {
		t.Run(name, func(t *testing.T) {
			w.T = t
			w.with(tc.api)
			w.bot.SetPatience(time.Second)
			r, outcome := w.ask("dump shop-" + w.namespace)
			if outcome != chat.Unavailable || !strings.Contains(text(r), tc.says) {
				t.Errorf("outcome %v\n%s", outcome, text(r))
			}
			for _, never := range []string{"secret-token", "goroutine", "{", "&", "%!"} {
				if strings.Contains(text(r), never) {
					t.Errorf("it says %q:\n%s", never, text(r))
				}
			}
		})
	}
}

// The rights of the bot are what it uses, and no more.
func TestTheBotMayDoNoMore(t *testing.T) {
	w := newShop(t)
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
			t.Errorf("the bot may %s: %v", what, err)
		}
	}
}
