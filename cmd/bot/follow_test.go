package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/lang"
)

// Whatever happens between the creation of a dump and the first look at it, the person knows that it exists.
func TestADumpThatCannotBeWatchedIsNotPassedOver(t *testing.T) {
	w := newWorld(t)
	speaker, err := lang.New("en")
	if err != nil {
		t.Fatal(err)
	}
	busy := apierrors.NewTooManyRequests("slow down", 0)
	for name, tc := range map[string]struct {
		stopped bool
		get     error
		outcome chat.Outcome
		says    []string
	}{
		"Ctrl-C was pressed": {
			stopped: true, get: context.Canceled, outcome: chat.Detached, says: []string{"Stopped watching. shop-x continues.", "`cancel shop-x`"},
		},
		"it was deleted at once": {
			get:     apierrors.NewNotFound(schema.GroupResource{Group: "volcado.io", Resource: "databasedumps"}, "shop-x"),
			outcome: chat.Failed, says: []string{"shop-x was deleted before it finished."},
		},
		"the API server is busy": {
			get: busy, outcome: chat.Unavailable, says: []string{"The API server is overloaded", "shop-x continues.", "`follow shop-x`"},
		},
		"the API server does not answer": {
			get: errors.New("broken pipe"), outcome: chat.Unavailable, says: []string{"shop-x continues."},
		},
	} {
		t.Run(name, func(t *testing.T) {
			screen, err := os.Create(filepath.Join(t.TempDir(), "screen"))
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = screen.Close() }()
			was := os.Stdout
			os.Stdout = screen
			defer func() { os.Stdout = was }()
			api, err := client.NewWithWatch(w.env.Config, client.Options{Scheme: w.env.Scheme})
			if err != nil {
				t.Fatal(err)
			}
			c := newTalk(consoleFlags{}, chat.Author{User: w.user}, interceptor.NewClient(api, interceptor.Funcs{
				Get: func(context.Context, client.WithWatch, client.ObjectKey, client.Object, ...client.GetOption) error {
					return tc.get
				},
			}), speaker, nil)
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			if tc.stopped {
				stop()
			}
			outcome := c.follow(ctx, chat.Message{Place: c.place()}, chat.Answer{Follows: w.namespace + "/shop-x"})
			said, err := os.ReadFile(screen.Name())
			if err != nil {
				t.Fatal(err)
			}
			if outcome != tc.outcome {
				t.Errorf("outcome %v, want %v", outcome, tc.outcome)
			}
			for _, want := range tc.says {
				if !strings.Contains(string(said), want) {
					t.Errorf("it does not say %q:\n%s", want, said)
				}
			}
		})
	}
}
