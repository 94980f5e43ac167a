package lang

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/grammar"
	"github.com/volcado-io/volcado/bot/lang/langtest"
	"github.com/volcado-io/volcado/bot/view"
)

// Every reply is what the contract with the drivers says: a headline of one line, marks for what is to be typed only where
// drivers look for them, and nothing that is empty.
func TestEveryReplyKeepsTheContract(t *testing.T) {
	for _, c := range catalogues(t) {
		for name, v := range langtest.Samples() {
			r := c.reply(v)
			t.Run(c.tag+"/"+name, func(t *testing.T) {
				if r.Headline == "" || strings.Contains(r.Headline, "\n") {
					t.Errorf("headline %q", r.Headline)
				}
				for _, text := range append([]string{r.Headline, r.Closing}, r.Lines...) {
					if strings.Contains(text, "  ") || strings.Contains(text, " .") || strings.Contains(text, "..") && !strings.Contains(text, `".."`) {
						t.Errorf("badly spaced: %q", text)
					}
				}
				for _, line := range append([]string{r.Closing}, r.Lines...) {
					if strings.Count(line, "`")%2 != 0 {
						t.Errorf("a mark that is not closed: %q", line)
					}
				}
				for _, line := range r.Lines {
					if line == "" {
						t.Error("an empty line")
					}
				}
				for _, f := range r.Fields {
					if f.Name == "" || f.Value == "" {
						t.Errorf("an empty field: %+v", f)
					}
				}
				unmarked := []string{r.Headline}
				for _, s := range r.Snippets {
					unmarked = append(unmarked, s.Caption)
					if s.Caption == "" || s.Text == "" {
						t.Errorf("an empty snippet: %+v", s)
					}
				}
				for _, text := range unmarked {
					if strings.Contains(text, "`") {
						t.Errorf("a mark where no driver looks for one: %q", text)
					}
				}
				for _, row := range r.Rows {
					if len(row) != len(r.Rows[0]) {
						t.Errorf("row %q below header %q", row, r.Rows[0])
					}
				}
				for _, a := range r.Actions {
					if a.Label == "" || a.Line == "" || a.Danger != strings.HasPrefix(a.Line, "cancel ") {
						t.Errorf("action %+v", a)
					}
				}
			})
		}
	}
}

// A success fits one screen of a phone, and its location stands once, or not at all where nothing is there any more.
func TestASuccessFitsAPhone(t *testing.T) {
	for _, c := range catalogues(t) {
		for name, v := range langtest.Samples() {
			success, ok := v.(view.Succeeded)
			if !ok {
				continue
			}
			want := 1
			if success.Copy.Life.Gone() {
				want = 0
			}
			r := c.reply(v)
			if lines := 1 + len(r.Lines) + len(r.Fields) + len(r.Rows) + len(r.Snippets) + 1; lines > 8 {
				t.Errorf("%s: %s has %d lines", c.tag, name, lines)
			}
			if n := strings.Count(strings.Join(texts(r), "\n"), langtest.URI); n != want {
				t.Errorf("%s: %s has its location %d times", c.tag, name, n)
			}
		}
	}
}

// Only what will be edited says so, and its stage changes with what a person wants to see.
func TestOnlyWhatGoesOnHasProgress(t *testing.T) {
	c := catalogues(t)[0]
	stages := map[string]string{}
	for name, v := range langtest.Samples() {
		r := c.reply(v)
		switch v.(type) {
		case view.Progress, view.Blocked:
			if r.Progress == nil || r.Progress.Stage == "" {
				t.Errorf("%s has no stage", name)
				continue
			}
			stages[name] = r.Progress.Stage
		default:
			if r.Progress != nil {
				t.Errorf("%s says that it will be edited", name)
			}
		}
	}
	for _, pair := range [][2]string{
		{"Progress-queued-1", "Progress-queued-2"}, {"Progress-starting", "Progress-running"}, {"Progress-starting", "Blocked-image"},
		{"Blocked-image", "Blocked-unknown-reason"},
	} {
		if stages[pair[0]] == stages[pair[1]] {
			t.Errorf("%s and %s have the same stage", pair[0], pair[1])
		}
	}
	if stages["Progress-running"] != stages["Progress-running-without-an-estimate"] {
		t.Error("how far a copy is makes another stage")
	}
}

// A source that must not be seen reads exactly as one that does not exist: all that is said comes from what was typed and
// what this person has.
func TestNoSourceSaysNothingOfWhatThereIs(t *testing.T) {
	c := catalogues(t)[0]
	one := texts(c.reply(view.NoSource{Typed: "shop", Have: []string{"crm/people"}, IDs: langtest.Direct}))
	other := texts(c.reply(view.NoSource{Typed: "nope", Have: []string{"crm/people"}, IDs: langtest.Direct}))
	for i := range one {
		if diff := cmp.Diff(strings.ReplaceAll(one[i], "shop", "nope"), other[i]); diff != "" {
			t.Error(diff)
		}
	}
}

// Nothing in a view can become something to be typed, or a second line: with backticks and line breaks at the end of every
// text, a reply has the same marks as without.
func TestDataIsInert(t *testing.T) {
	for _, c := range catalogues(t) {
		for name, v := range langtest.Samples() {
			tame, evil := c.reply(with(v, "x")), c.reply(with(v, "x` `y\n`\u2028"))
			same := func(what, tame, evil string) {
				if strings.Count(tame, "`") != strings.Count(evil, "`") || strings.ContainsAny(evil, "\n\u2028") {
					t.Errorf("%s: %s: %s\ntame %q\nevil %q", c.tag, name, what, tame, evil)
				}
			}
			same("headline", tame.Headline, evil.Headline)
			same("closing", tame.Closing, evil.Closing)
			if len(tame.Lines) != len(evil.Lines) {
				t.Errorf("%s: %s: lines %q and %q", c.tag, name, tame.Lines, evil.Lines)
				continue
			}
			for i := range tame.Lines {
				same("line", tame.Lines[i], evil.Lines[i])
			}
			var cells []string
			for _, f := range evil.Fields {
				cells = append(cells, f.Value)
			}
			for _, cell := range slices.Concat(append(evil.Rows, cells)...) {
				if strings.ContainsAny(cell, "\n\u2028") {
					t.Errorf("%s: %s: a value of two lines: %q", c.tag, name, cell)
				}
			}
		}
	}
}

// with is a copy of a view with the text at the end of every string in it, but not of those that are words of this
// package's own, such as a stage.
func with(v view.View, text string) view.View {
	copied := reflect.New(reflect.TypeOf(v)).Elem()
	copied.Set(withText(reflect.ValueOf(v), text))
	return copied.Interface().(view.View)
}

func withText(v reflect.Value, text string) reflect.Value {
	copied := reflect.New(v.Type()).Elem()
	copied.Set(v)
	if v.Type() == reflect.TypeFor[grammar.Command]() {
		return copied // of a table of ours
	}
	switch v.Kind() {
	case reflect.String:
		if v.Type() == reflect.TypeFor[string]() && v.String() != "" {
			copied.SetString(v.String() + text)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				copied.Field(i).Set(withText(v.Field(i), text))
			}
		}
	case reflect.Slice:
		if !v.IsNil() {
			copied.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
		}
		for i := range v.Len() {
			copied.Index(i).Set(withText(v.Index(i), text))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			copied.Set(reflect.New(v.Type().Elem()))
			copied.Elem().Set(withText(v.Elem(), text))
		}
	case reflect.Interface:
		if !v.IsNil() {
			copied.Set(withText(v.Elem(), text))
		}
	}
	return copied
}

// What people type into a terminal is what they read: a line for a button is the line in the text.
func TestEveryActionCanBeTyped(t *testing.T) {
	c := catalogues(t)[0]
	r := c.reply(langtest.Samples()["Equal-running"])
	for _, a := range r.Actions {
		if !strings.Contains(r.Closing, "`"+a.Line+"`") {
			t.Errorf("%q is only a button: %s", a.Line, r.Closing)
		}
	}
	if len(r.Actions) != 2 || r.Severity != chat.Info {
		t.Errorf("%+v", r)
	}
}
