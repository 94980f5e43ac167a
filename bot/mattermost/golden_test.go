package mattermost

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volcado-io/volcado/bot/lang"
	"github.com/volcado-io/volcado/bot/lang/langtest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// Every sample of what the bot says is rendered as its golden file is, in one post, so that a reviewer sees what the server gets.
func TestWhatMattermostGets(t *testing.T) {
	speaker, err := lang.New("en")
	if err != nil {
		t.Fatal(err)
	}
	for _, language := range []string{"en", "es"} {
		folder := filepath.Join("testdata", "golden", language)
		if *update {
			if err := os.RemoveAll(folder); err != nil {
				t.Fatal(err)
			}
		}
		left, err := filepath.Glob(filepath.Join(folder, "*.md"))
		if err != nil {
			t.Fatal(err)
		}
		unread := map[string]bool{}
		for _, path := range left {
			unread[path] = true
		}
		for name, view := range langtest.Samples() {
			path := filepath.Join(folder, name+".md")
			delete(unread, path)
			golden(t, path, strings.Join(render(speaker.Say(language, view), "!", "", longestOfTests), "\n--- next post ---\n")+"\n")
		}
		for path := range unread {
			t.Errorf("%s is of no sample; -update removes it", path)
		}
	}
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Errorf("%v; -update writes it", err)
		return
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got; -update writes it anew)\n%s", path, diff)
	}
}
