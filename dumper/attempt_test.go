package dumper_test

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/dumper"
	"github.com/volcado-io/volcado/dumper/mounted"
	"github.com/volcado-io/volcado/dumper/progress"
	"github.com/volcado-io/volcado/dumper/source"
	"github.com/volcado-io/volcado/dumper/store"
	"github.com/volcado-io/volcado/internal/contract"
)

func TestTheStoreIsClosedHoweverTheAttemptEnds(t *testing.T) {
	credentials := t.TempDir()
	for key, value := range map[string]string{"username": "reader", "password": "secret"} {
		if err := os.WriteFile(filepath.Join(credentials, key), []byte(value), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, test := range map[string]struct {
		inTheWay string // a file in the folder, where the attempt needs a folder
		reason   contract.Reason
	}{
		"storage that cannot be written to": {"shop", contract.VolumeNotWritable},
		"a server that is not there":        {"other", contract.ServerUnreachable},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			if err := os.WriteFile(filepath.Join(folder, test.inTheWay), nil, 0o600); err != nil {
				t.Fatal(err)
			}
			var opened *store.Store
			r := dumper.Run(t.Context(), dumper.Request{
				Server:      source.Server{Engine: v1alpha1.EngineMariaDB, Host: "no-such-host.invalid", Port: 3306, TLSMode: v1alpha1.TLSDisabled},
				Credentials: mounted.Secret{Dir: credentials},
				Copy:        contract.Copy{Database: "shop"},
				Format:      contract.DefaultFormat(), Level: 6, KeyPrefix: "shop", Attempt: "one",
				OpenStore: func(context.Context) (_ *store.Store, _ []string, err error) {
					opened, err = store.OpenFolder(folder, store.ToWrite)
					return opened, nil, err
				},
			}, progress.New("one"), slog.New(slog.DiscardHandler))
			if r.Failure == nil || r.Failure.Reason != test.reason {
				t.Fatalf("the result is %+v, want %s", r.Failure, test.reason)
			}
			if _, _, err := opened.Reader(t.Context(), "shop/x"); err == nil || !strings.Contains(err.Error(), "closed") {
				t.Errorf("the store can still be read from: %v", err)
			}
		})
	}
}
