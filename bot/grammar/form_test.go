package grammar

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

type values = map[string]string

func TestFormsThatAreFilledIn(t *testing.T) {
	for name, tc := range map[string]struct {
		command string
		values  values
		want    string
	}{
		"all fields": {
			"dump", values{"source": "shop", "database": "my db", "tables": "a, b,a", "schema-only": "yes", "reason": "SHOP-123, again"},
			`dump shop "my db" --tables a,b --schema-only --reason "SHOP-123, again"`,
		},
		"what is empty was left out": {
			"dump", values{"source": "shop", "database": " ", "tables": "", "exclude": " , ", "schema-only": "no", "reason": "\n"},
			"dump shop",
		},
		"a list by lines":              {"dump", values{"source": "shop", "exclude": "a\r\n*_log\n\nb"}, "dump shop --exclude a,*_log,b"},
		"a reason of two lines":        {"dump", values{"source": "shop", "reason": "a\nb"}, `dump shop --reason "a b"`},
		"what looks like an option":    {"dump", values{"source": "--schema-only", "reason": "--tables x"}, `dump "--schema-only" --reason "--tables x"`},
		"quotes and entities are text": {"dump", values{"source": "shop", "reason": `"a" &amp; \`}, `dump shop --reason "\"a\" &amp;amp; \\"`},
		"the command in capitals":      {"/DUMPDB", values{"database": "\u200bshop\u00a0"}, "dumpdb shop"},
		"a command without fields":     {"list", nil, "list"},
		"another command's argument":   {"cancel", values{"running": "shop-7f3k"}, "cancel shop-7f3k"},
	} {
		t.Run(name, func(t *testing.T) {
			r, problems := FromForm(tc.command, tc.values)
			if problems != nil {
				t.Fatalf("%+v", problems)
			}
			if got := r.String(); got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
		})
	}
}

func TestFormsThatAreNot(t *testing.T) {
	options := []string{"tables", "exclude", "schema-only", "reason"}
	for name, tc := range map[string]struct {
		command string
		values  values
		want    map[string]Problem
	}{
		"nothing": {"dump", nil, map[string]Problem{"source": {Kind: MissingSource}}},
		"every field says what is wrong with it": {
			"dump", values{"database": "mysql", "tables": "a.b,c.d", "schema-only": "perhaps", "reason": strings.Repeat("x", 501)},
			map[string]Problem{
				"source":      {Kind: MissingSource},
				"database":    {Kind: SystemDatabase, Typed: "mysql"},
				"tables":      {Kind: BadTable, Option: "tables", Typed: "a.b", Name: NameDot},
				"schema-only": {Kind: OptionNeeds, Option: "schema-only", Typed: "perhaps", Known: []string{"yes", "no"}},
				"reason":      {Kind: TooLong, Option: "reason", Most: 500, Count: 501},
			},
		},
		"two lists of which one is enough": {
			"dump", values{"source": "shop", "tables": "a", "exclude": "b"},
			map[string]Problem{"exclude": {Kind: OptionsConflict, Option: "exclude", Known: []string{"tables", "exclude"}}},
		},
		"a field that there is not": {
			"dump", values{"source": "shop", "table": "a"},
			map[string]Problem{"table": {Kind: UnknownOption, Typed: "table", Near: "tables", Known: options}},
		},
		"an option of another command": {
			"cancel", values{"running": "x", "reason": "a"},
			map[string]Problem{"reason": {Kind: UnknownOption, Typed: "reason"}},
		},
		"a field in capitals": {
			"dump", values{"source": "shop", "Reason": "a"},
			map[string]Problem{"Reason": {Kind: UnknownOption, Typed: "Reason", Near: "reason", Known: options}},
		},
		"a control character":     {"dump", values{"source": "sh\x07op"}, map[string]Problem{"source": {Kind: Unreadable, Typed: "U+0007"}}},
		"bytes that are no UTF-8": {"dump", values{"source": "shop", "reason": "\xff"}, map[string]Problem{"reason": {Kind: Unreadable, Option: "reason"}}},
		"a field that is longer than a line": {
			"dump", values{"source": strings.Repeat("x", 4001)}, map[string]Problem{"source": {Kind: TooLong, Most: 4000, Count: 4001}},
		},
		"a command that there is not": {"dmup", values{"source": "shop"}, map[string]Problem{"": {Kind: UnknownOption, Typed: "dmup", Near: "dump"}}},
	} {
		t.Run(name, func(t *testing.T) {
			r, problems := FromForm(tc.command, tc.values)
			if diff := cmp.Diff(tc.want, problems); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if diff := cmp.Diff(Request{}, r); diff != "" {
				t.Errorf("there is a request: %s", diff)
			}
		})
	}
}

// A form that holds what a request has gives that request, but for the space around its texts.
func TestAFormIsItsRequest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := anyRequest().Draw(t, "request")
		c, _ := Lookup(want.Command)
		filled := values{}
		for i, a := range want.Arguments {
			filled[string(c.Positional[i])] = a
			want.Arguments[i] = strings.TrimSpace(a)
		}
		for len(want.Arguments) > 0 && want.Arguments[len(want.Arguments)-1] == "" {
			want.Arguments = want.Arguments[:len(want.Arguments)-1]
		}
		if len(want.Arguments) == 0 {
			want.Arguments = nil
		}
		for name := range want.Switches {
			filled[name] = Yes
		}
		for name, entries := range want.Lists {
			filled[name] = strings.Join(entries, "\n")
		}
		if reason, ok := want.Texts["reason"]; ok {
			filled["reason"] = reason
			want.Texts = nil
			if reason = strings.TrimSpace(reason); reason != "" {
				want.setText("reason", reason)
			}
		}
		got, problems := FromForm(want.Command, filled)
		if c.Required > 0 && want.At(0) == "" {
			if len(problems) == 0 {
				t.Fatalf("%v gives %s", filled, got)
			}
			return
		}
		if problems != nil {
			t.Fatalf("%v: %+v", filled, problems)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%v (-want +got)\n%s", filled, diff)
		}
	})
}
