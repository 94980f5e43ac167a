package lang

import (
	"flag"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/lang/langtest"
	"github.com/volcado-io/volcado/bot/view"
	"github.com/volcado-io/volcado/internal/goldentest"
)

var update = flag.Bool("update", false, "write the golden files and the documentation anew")

// Every sample reads as its golden file does, so that a reviewer reads what people will read.
func TestWhatPeopleRead(t *testing.T) {
	for _, c := range catalogues(t) {
		made := map[string]string{}
		for name, v := range langtest.Samples() {
			made[name] = plain(c.reply(v), v.Audience())
		}
		goldentest.Folder(t, filepath.Join("testdata", "golden", c.tag), ".txt", made, *update)
	}
}

// plain shows all there is in a reply.
func plain(r chat.Reply, a view.Audience) string {
	var b strings.Builder
	fmt.Fprintf(&b, "[%s, for %s]\n%s\n", [...]string{"info", "good", "warning", "bad"}[r.Severity],
		[...]string{"anyone", "members", "the asker alone"}[a], r.Headline)
	for _, line := range r.Lines {
		b.WriteString(line + "\n")
	}
	for _, f := range r.Fields {
		fmt.Fprintf(&b, "  %s: %s\n", f.Name, f.Value)
	}
	for _, row := range r.Rows {
		fmt.Fprintf(&b, "  | %s |\n", strings.Join(row, " | "))
	}
	for _, s := range r.Snippets {
		b.WriteString("\n" + s.Caption + "\n    " + strings.ReplaceAll(s.Text, "\n", "\n    ") + "\n")
	}
	if len(r.Snippets) > 0 {
		b.WriteString("\n")
	}
	if r.Closing != "" {
		b.WriteString(r.Closing + "\n")
	}
	for _, a := range r.Actions {
		danger := ""
		if a.Danger {
			danger = " (to be confirmed)"
		}
		fmt.Fprintf(&b, "[ %s ] %s%s\n", a.Label, a.Line, danger)
	}
	if r.Progress != nil {
		fmt.Fprintf(&b, "(edited in place; stage %q)\n", r.Progress.Stage)
	}
	return b.String()
}

func catalogues(t *testing.T) []*catalogue {
	t.Helper()
	l, err := New("en")
	if err != nil {
		t.Fatal(err)
	}
	return l.catalogues
}
