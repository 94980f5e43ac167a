package lang

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"text/template/parse"

	"github.com/google/go-cmp/cmp"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/grammar"
	"github.com/volcado-io/volcado/bot/lang/langtest"
	"github.com/volcado-io/volcado/bot/view"
	"github.com/volcado-io/volcado/internal/contract"
)

// viewTypes are all types of bot/view that have an Audience, as its source has them.
func viewTypes(t *testing.T) []string {
	t.Helper()
	paths, err := filepath.Glob("../view/*.go")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no source of bot/view: %v", err)
	}
	var types []string
	for _, path := range paths {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Name.Name != "Audience" || f.Recv == nil {
				continue
			}
			receiver, ok := f.Recv.List[0].Type.(*ast.Ident)
			if !ok {
				t.Fatalf("%s: a view is said by value, so its Audience is no method of a pointer", path)
			}
			types = append(types, receiver.Name)
		}
	}
	return types
}

// Every view there is has a layout and a sample, and no sample is filed under another view's name.
func TestEveryViewIsSaid(t *testing.T) {
	sampled := map[string]view.View{}
	for name, v := range langtest.Samples() {
		kind := reflect.TypeOf(v).Name()
		if !strings.HasPrefix(name, kind+"-") {
			t.Errorf("sample %s is a view.%s", name, kind)
		}
		sampled[kind] = v
	}
	types := viewTypes(t)
	if len(types) < 40 {
		t.Fatalf("only %d views found in the source: %v", len(types), types)
	}
	c := catalogues(t)[0]
	for _, kind := range types {
		v, ok := sampled[kind]
		if !ok {
			t.Errorf("view.%s has no sample", kind)
			continue
		}
		laidOut := false
		for _, layout := range []func(view.View) (chat.Reply, bool){c.dumps, c.offers, c.sources, c.talk} {
			_, ok := layout(v)
			laidOut = laidOut || ok
		}
		if !laidOut {
			t.Errorf("view.%s has no layout", kind)
		}
	}
}

// A view that nobody has thought of is a defect of the bot, and is said as one instead of nothing.
func TestAnUnknownViewIsADefect(t *testing.T) {
	c := catalogues(t)[0]
	if diff := cmp.Diff(c.reply(view.Trouble{Kind: view.TroubleBot}), c.reply(nil)); diff != "" {
		t.Error(diff)
	}
}

// Every language has the entries of every other, but for those that only the documentation is made of.
func TestEveryLanguageHasTheSameEntries(t *testing.T) {
	all := catalogues(t)
	keys := func(c *catalogue) []string {
		var keys []string
		for _, t := range c.texts.Templates() {
			if !strings.HasPrefix(t.Name(), "docs.") {
				keys = append(keys, t.Name())
			}
		}
		slices.Sort(keys)
		return keys
	}
	for _, c := range all[1:] {
		if diff := cmp.Diff(keys(all[0]), keys(c)); diff != "" {
			t.Errorf("entries (-%s +%s)\n%s", all[0].tag, c.tag, diff)
		}
	}
}

// Every entry of each language, and within it every branch, is executed by some sample without an error: so no field is
// misspelt, no key missing, no plural without its second form, and no entry is there for nothing.
func TestEveryBranchOfEveryEntryIsSaid(t *testing.T) {
	for _, c := range catalogues(t) {
		said := instrument(t, c)
		for name, v := range langtest.Samples() {
			reply := strings.Join(texts(c.reply(v)), "\n")
			for _, entry := range c.texts.Templates() {
				// What cannot be executed is said by its key.
				if key := entry.Name(); strings.Contains(key, ".") && strings.Contains(reply, key) {
					t.Errorf("%s: sample %s: %s cannot be executed", c.tag, name, key)
				}
			}
		}
		for _, command := range grammar.Commands() {
			c.form(command, nil, nil)
		}
		for _, reason := range contract.Reasons() {
			c.say("reason."+string(reason)+".title", nil)
			c.advice(string(reason), anywhere)
		}
		for _, branch := range slices.Sorted(maps.Keys(said)) {
			if !said[branch] && !strings.HasPrefix(branch, "docs.") {
				t.Errorf("%s: no sample comes to %s", c.tag, branch)
			}
		}
	}
}

// instrument puts a mark into every branch of every entry. The map says which were come to.
func instrument(t *testing.T, c *catalogue) map[string]bool {
	t.Helper()
	said := map[string]bool{}
	c.texts.Funcs(map[string]any{"mark": func(branch string) string { said[branch] = true; return "" }})
	for _, entry := range c.texts.Templates() {
		eachList(entry.Root, entry.Name(), func(list *parse.ListNode, branch string) {
			said[branch] = false
			marking, err := parse.Parse("mark", fmt.Sprintf("{{mark %q}}", branch), "", "", map[string]any{"mark": fmt.Sprint})
			if err != nil {
				t.Fatal(err)
			}
			list.Nodes = append([]parse.Node{marking["mark"].Root.Nodes[0]}, list.Nodes...)
		})
	}
	return said
}

func eachList(list *parse.ListNode, branch string, do func(*parse.ListNode, string)) {
	if list == nil {
		return
	}
	for i, node := range list.Nodes {
		var b *parse.BranchNode
		switch n := node.(type) {
		case *parse.IfNode:
			b = &n.BranchNode
		case *parse.WithNode:
			b = &n.BranchNode
		case *parse.RangeNode:
			b = &n.BranchNode
		default:
			continue
		}
		at := fmt.Sprintf("%s > %d:%s", branch, i, b.Pipe)
		eachList(b.List, at, do)
		eachList(b.ElseList, at+" else", do)
	}
	do(list, branch)
}

// texts are all strings of a reply.
func texts(r chat.Reply) []string {
	all := append([]string{r.Headline, r.Closing}, r.Lines...)
	for _, f := range r.Fields {
		all = append(all, f.Name, f.Value)
	}
	for _, row := range r.Rows {
		all = append(all, row...)
	}
	for _, s := range r.Snippets {
		all = append(all, s.Caption, s.Text)
	}
	for _, a := range r.Actions {
		all = append(all, a.Label, a.Line)
	}
	return all
}

// What a catalogue cannot be: with a key twice, with an unknown function, or with a language of which there is none.
func TestACatalogueThatCannotBe(t *testing.T) {
	for name, text := range map[string]string{
		"a key that stands twice":        "a: x\na: y\n",
		"a function that does not exist": "a: '{{shout .}}'\n",
		"a branch that is not closed":    "a: '{{if .}}'\n",
		"an entry that is not text":      "a: [x]\n",
		"a key that stands in two files": "Hello.headline: x\n",
	} {
		c := catalogues(t)[0]
		if err := c.parse([]byte(text)); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
	if _, err := New("tlh"); err == nil || !strings.Contains(err.Error(), "en") || !strings.Contains(err.Error(), "tlh") {
		t.Errorf("an unknown language: %v", err)
	}
}
