package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Each case is a module of its own, tested by the real `go test`.
func TestWhatWasNotTestedDoesNotPass(t *testing.T) {
	const skipped = "package a\nimport \"testing\"\nfunc TestA(t *testing.T) { t.Run(\"b\", func(t *testing.T) { t.Skip(\"no server\") }) }\n"
	const passes = "package a\nimport \"testing\"\nfunc TestA(t *testing.T) { t.Log(\"quiet\") }\n"
	for name, tc := range map[string]struct {
		source    string
		arguments []string
		want      string // of the error; empty: it passes
	}{
		"a test that passes":                 {passes, nil, ""},
		"a test that fails":                  {"package a\nimport \"testing\"\nfunc TestA(t *testing.T) { t.Fatal(\"broken\") }\n", nil, "go test: exit status 1"},
		"a part of a test that is skipped":   {skipped, nil, "a TestA/b was skipped"},
		"a -run that matches nothing":        {passes, []string{"-run", "Typo"}, "a: there is no test to run"},
		"a -run that matches one":            {passes, []string{"-run", "TestA"}, ""},
		"a package that has no tests at all": {"package a\n", nil, ""},
		"a test that does not compile":       {"package a\nimport \"testing\"\nfunc TestA(t *testing.T) { x }\n", nil, "go test: exit status 1"},
		"a test that ends the whole program": {"package a\nimport (\"os\"; \"testing\")\nfunc TestA(*testing.T) { os.Exit(3) }\n", nil, "go test: exit status 1"},
		"a package that does not exist":      {passes, []string{"./nowhere"}, "go test: exit status 1"},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			file := "a_test.go"
			if !strings.Contains(tc.source, "testing") {
				file = "a.go"
			}
			for name, text := range map[string]string{"go.mod": "module a\n", file: tc.source} {
				if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			t.Chdir(folder)
			got := ""
			if err := run(filepath.Join(folder, "out", "log"), false, tc.arguments, io.Discard, io.Discard); err != nil {
				got = err.Error()
			}
			if (tc.want == "") != (got == "") || !strings.Contains(got, tc.want) {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

func TestOnlyWhatFailsIsShownAndTheLogHasAll(t *testing.T) {
	events := `{"Action":"start","Package":"a"}
{"Action":"output","Package":"a","Test":"TestGood","Output":"    a_test.go:1: fine\n"}
{"Action":"pass","Package":"a","Test":"TestGood"}
{"Action":"output","Package":"a","Test":"TestBad","Output":"    a_test.go:2: broken\n"}
{"Action":"output","Package":"a","Test":"TestBad","Output":"--- FAIL: TestBad (0.00s)\n"}
{"Action":"fail","Package":"a","Test":"TestBad"}
# a [a.test]
{"Action":"output","Package":"a","Output":"FAIL\ta\t0.1s\n"}
`
	var out, log strings.Builder
	if untested, err := report(strings.NewReader(events), &out, &log, false); err != nil || len(untested) != 0 {
		t.Fatalf("got %v, %v", untested, err)
	}
	bad := "    a_test.go:2: broken\n--- FAIL: TestBad (0.00s)\n# a [a.test]\nFAIL\ta\t0.1s\n"
	if out.String() != bad {
		t.Errorf("shown: %q", out.String())
	}
	if log.String() != "    a_test.go:1: fine\n"+bad {
		t.Errorf("log: %q", log.String())
	}
}
