package bot_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"pgregory.net/rapid"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/chat"
)

// Whatever somebody types who may have nothing: there is an answer, nothing of it could command a terminal, and no dump.
func TestEveryLineIsAnswered(t *testing.T) {
	w := newWorld(t)
	manage := allow("manage", w.alice, []v1alpha1.AllowedSource{"shop"}, "shop")
	manage.Spec.Subjects[0].May = []v1alpha1.Permission{v1alpha1.PermissionManage}
	w.create(source("shop", "shop"), manage)
	pieces := []string{
		"dump", "dumpdb", "status", "cancel", "why", "help", "whoami", "list", "hello", "!", "/", "shop", w.namespace + "/shop", "--tables", "--exclude",
		"--schema-only", "--reason", "=", ",", "a", "*", "\"", "'", "“", "’", "\\", "–", "--", "-x", " ", " ", " ", "\u202e", "\x1b[2J", "\x00", "\xff", "\t",
		"; rm -rf /", "$(id)", "%s%n", "漢字", "🗄️", "\u200b",
	}
	rapid.Check(t, func(t *rapid.T) {
		line := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 8).Draw(t, "line"), "")
		r, _ := w.ask(line)
		if r.Headline == "" {
			t.Fatalf("%q got no answer", line)
		}
		for _, r := range text(r) {
			if !unicode.IsPrint(r) && r != '\n' {
				t.Fatalf("%q is answered with %U", line, r)
			}
		}
	})
	if found := w.dumps(); len(found) > 0 {
		t.Errorf("a dump was made: %+v", found[0].Spec)
	}
}

// From the message to the DatabaseDump in the API server, with a hundred sources and allow-lists around.
func TestADumpIsCreatedAtOnce(t *testing.T) {
	w := newShop(t)
	for i := range 50 {
		w.create(source(fmt.Sprintf("other-%d", i), "shop", "shop_*"))
		w.create(allow(fmt.Sprintf("other-%d", i), w.alice, []v1alpha1.AllowedSource{"*"}, "x"))
	}
	var took, reading []time.Duration
	for range 200 {
		ctx, stop := context.WithCancel(context.Background())
		began := time.Now()
		var created time.Duration
		w.with(interceptor.NewClient(w.api, interceptor.Funcs{
			Create: func(ctx context.Context, c client.WithWatch, o client.Object, opts ...client.CreateOption) error {
				reading = append(reading, time.Since(began))
				err := c.Create(ctx, o, opts...)
				created = time.Since(began)
				stop()
				return err
			},
		}))
		if outcome := w.bot.Handle(ctx, w.message(w.alice, "dump shop-"+w.namespace)); outcome != chat.Detached || created == 0 {
			t.Fatalf("outcome %v\n%s", outcome, w.chat)
		}
		took = append(took, created)
	}
	slices.Sort(took)
	slices.Sort(reading)
	t.Logf("from the message to the DatabaseDump, of %d: median %s, p99 %s; up to the creation: median %s, p99 %s",
		len(took), took[len(took)/2], took[len(took)*99/100], reading[len(took)/2], reading[len(took)*99/100])
	if p99 := took[len(took)*99/100]; p99 > time.Second {
		t.Errorf("p99 is %s", p99)
	}
}
