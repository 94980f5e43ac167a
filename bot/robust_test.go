package bot_test

import (
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/chat"
)

// Whatever somebody types who can have nothing: there is one answer, nothing in it could command a terminal, and no dump.
func TestEveryLineIsAnswered(t *testing.T) {
	inBoth(t, func(w *world) {
		manage := w.allow("manage", w.alice, []v1alpha1.AllowedSource{"shop"}, "shop")
		manage.Spec.Subjects[0].May = []v1alpha1.Permission{v1alpha1.PermissionManage}
		w.create(source("shop", "shop"), manage, &v1alpha1.DatabaseDump{
			Spec:       v1alpha1.DatabaseDumpSpec{SourceRef: v1alpha1.ObjectReference{Name: "shop"}, Database: "shop", Reason: "\u202egnp.exe", Cancel: true},
			ObjectMeta: named("nightly"),
		})
		pieces := []string{
			"dump", "dumpdb", "status", "cancel", "why", "help", "whoami", "list", "hello", "how", "follow", "again", "sources", "nightly", "!", "/", "shop",
			w.namespace + "/shop", "--tables", "--exclude", "--schema-only", "--reason", "=", ",", "a", "*", "\"", "'", "“", "’", "\\", "–", "--", "-x", " ", " ",
			" ", "\u202e", "\x1b[2J", "\x00", "\xff", "\t", "; rm -rf /", "$(id)", "%s%n", "{{.}}", "漢字", "🗄️", "\u200b", "&amp;", "<@U1>", "```",
		}
		kinds := []chat.Kind{chat.KindDirect, chat.KindPrivate, chat.KindPublic, chat.KindShared}
		rapid.Check(w, func(t *rapid.T) {
			line := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 8).Draw(t, "line"), rapid.SampledFrom([]string{"", " "}).Draw(t, "between"))
			m := in(w.place(rapid.SampledFrom(kinds).Draw(t, "kind")), w.message(w.alice, line))
			m.Locale = rapid.SampledFrom([]string{"", "en", "es", "de"}).Draw(t, "locale")
			said := w.handle(m)
			answered := said.Said.Headline != "" || said.Follows != "" && w.mode != serve // a console shows the dump that follows
			if said.err != nil || !answered || said.Follows != "" && w.mode == serve {
				t.Fatalf("%q is answered %+v", line, said)
			}
			for _, p := range said.Posts {
				for _, r := range text(p.Reply) {
					if !unicode.IsPrint(r) && r != '\n' {
						t.Fatalf("%q is answered with %U", line, r)
					}
				}
			}
		})
		w.mustHave(1)
	})
}

// Whatever a service hands over, there is an answer or an error, and never a panic: fields are missing, or are not what they
// should be.
func TestEveryMessageIsHandled(t *testing.T) {
	w := newWorld(t, serve)
	w.shop()
	odd := rapid.SampledFrom([]string{"", "\x00", "\xff", "*", "direct", "\u202e", strings.Repeat("x", 200), "a/b", "x\ny", w.alice.User})
	rapid.Check(w, func(t *rapid.T) {
		m := w.message(w.alice, rapid.SampledFrom([]string{"dump shop --schema-only", "list", "cancel x", "dump", ""}).Draw(t, "text"))
		for name, field := range map[string]*string{
			"user": &m.User, "name": &m.DisplayName, "locale": &m.Locale, "channel": &m.Channel, "thread": &m.Thread, "id": &m.ID, "kind": (*string)(&m.Kind),
		} {
			if rapid.Bool().Draw(t, name+" is odd") {
				*field = odd.Draw(t, name)
			}
		}
		m.Groups = rapid.SliceOf(odd).Draw(t, "groups")
		if rapid.Bool().Draw(t, "a form") {
			m.Form = rapid.MapOf(rapid.SampledFrom([]string{"source", "database", "tables", "schema-only", "", "x"}), odd).Draw(t, "form")
		}
		said := w.handle(m)
		if said.err == nil && said.Follows == "" && said.Invalid == nil && len(said.Posts) == 0 {
			t.Fatalf("%+v is not answered", m)
		}
		for _, d := range w.dumps() {
			if d.Spec.RequestedBy.User != w.alice.User {
				t.Fatalf("a dump was made for %+v", d.Spec.RequestedBy)
			}
		}
	})
}
