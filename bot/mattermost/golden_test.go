package mattermost

import (
	"flag"
	"path/filepath"
	"strings"
	"testing"

	"github.com/volcado-io/volcado/bot/lang"
	"github.com/volcado-io/volcado/bot/lang/langtest"
	"github.com/volcado-io/volcado/internal/goldentest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// Every sample of what the bot says is rendered as its golden file is, in one post, so that a reviewer sees what the server gets.
func TestWhatMattermostGets(t *testing.T) {
	speaker, err := lang.New("en")
	if err != nil {
		t.Fatal(err)
	}
	for _, language := range []string{"en", "es"} {
		made := map[string]string{}
		for name, view := range langtest.Samples() {
			made[name] = strings.Join(render(speaker.Say(language, view), "!", "", longestOfTests), "\n--- next post ---\n") + "\n"
		}
		goldentest.Folder(t, filepath.Join("testdata", "golden", language), ".md", made, *update)
	}
}
