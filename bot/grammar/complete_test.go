package grammar

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestComplete(t *testing.T) {
	for name, tc := range map[string]struct {
		// line is what stands before the cursor.
		line     string
		words    string
		argument Argument
	}{
		"a command":                            {"h", "how hello help", ""},
		"with its prefix":                      {"/du", "/dump /dumpdb", ""},
		"in capitals":                          {"WHO", "whoami", ""},
		"nothing of an unknown command":        {"people ", "", ""},
		"a source":                             {"dump ", "", ArgumentSource},
		"a source that was begun":              {"why sh", "", ArgumentSource},
		"a database of it":                     {"!dump shop sh", "", ArgumentDatabase},
		"a database, after options":            {"dump --tables a --schema-only shop --reason=x ", "", ArgumentDatabase},
		"nothing after the last argument":      {"dump shop eu ", "", ""},
		"a dump":                               {"status ", "", ArgumentDump},
		"a dump to keep":                       {"keep sh", "", ArgumentDump},
		"how long to keep it":                  {"keep shop-7f3k ", "", ArgumentSpan},
		"a dump to repeat":                     {"again sh", "", ArgumentDump},
		"one that runs":                        {"cancel ", "", ArgumentRunning},
		"one that runs, to follow":             {"follow ", "", ArgumentRunning},
		"a command to explain":                 {"help du", "dump dumpdb", ""},
		"options":                              {"dump -", "--tables --exclude --schema-only --reason", ""},
		"an option that was begun":             {"dump shop eu --S", "--schema-only", ""},
		"lists again, but not what is once":    {"dump --tables a --Reason=x --schema-only --", "--tables --exclude", ""},
		"nothing where a value must be":        {"dump --tables ", "", ""},
		"nor an option":                        {"dump --reason --", "", ""},
		"no option where there is none":        {"list --", "", ""},
		"no option after two dashes":           {"dump -- --s", "", ArgumentSource},
		"nothing where no argument is":         {"list ", "", ""},
		"an option's own value is no argument": {"dump --reason=a sh", "", ArgumentSource},
	} {
		t.Run(name, func(t *testing.T) {
			before := strings.Fields(tc.line)
			last := ""
			if !strings.HasSuffix(tc.line, " ") {
				before, last = before[:len(before)-1], before[len(before)-1]
			}
			words, argument := Complete(before, last)
			if diff := cmp.Diff(tc.words, strings.Join(words, " ")); diff != "" || argument != tc.argument {
				t.Errorf("got %q, want %q (-want +got)\n%s", argument, tc.argument, diff)
			}
		})
	}
}
