package mattermost

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/internal/certtest"
)

// What an administrator gets wrong with TLS, and what the doctor says of it.
func TestTheDoctorKnowsWhatIsWrongWithTheConnection(t *testing.T) {
	nobody := http.NotFoundHandler()
	plain, secure := httptest.NewServer(nobody), httptest.NewUnstartedServer(nobody)
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	defer plain.Close()
	defer secure.Close()
	folder := t.TempDir()
	token, elsewhere := filepath.Join(folder, "token"), filepath.Join(folder, "ca.crt")
	if err := os.WriteFile(token, []byte("abc"), 0o600); err != nil {
		t.Fatal(err)
	}
	authority, err := certtest.NewAuthority(folder, "private")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		config Config
		advice string
	}{
		"an authority that nobody named":  {Config{URL: secure.URL}, "Set caFile to a file"},
		"another authority":               {Config{URL: secure.URL, CAFile: authority.File}, "Set caFile to a file"},
		"a file of authorities not there": {Config{URL: secure.URL, CAFile: elsewhere}, "ConfigMap volcado-bot-ca"},
		"https where there is no TLS":     {Config{URL: strings.Replace(plain.URL, "http", "https", 1)}, "Set url to http://"},
		"http where there is TLS":         {Config{URL: strings.Replace(secure.URL, "https", "http", 1)}, "https where the server speaks TLS"},
		"a server of something else":      {Config{URL: plain.URL}, "is that of a Mattermost server"},
		"no server":                       {Config{URL: "http://127.0.0.1:1"}, "can be reached from the bot's pod"},
	} {
		t.Run(name, func(t *testing.T) {
			c.config.TokenFile = token
			service, err := New(c.config)
			if err != nil {
				t.Fatal(err)
			}
			found := service.(chat.Examiner).Examine(t.Context())
			if len(found) != 1 || found[0].Severity != chat.Bad || !strings.Contains(found[0].Text, c.advice) {
				t.Errorf("found %+v, want %q", found, c.advice)
			}
			for _, kind := range []string{"uncertain:", "not done:", "rejected:", ".."} {
				if strings.Contains(found[0].Text, kind) {
					t.Errorf("%q has %q in it", found[0].Text, kind)
				}
			}
		})
	}
}
