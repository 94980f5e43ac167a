package main

import (
	"bytes"
	"context"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/envtestenv"
)

var update = flag.Bool("update", false, "write the golden files anew")

// piped runs the program with lines as its input.
func (w *world) piped(input string, args ...string) (out, errs string, code int) {
	w.Helper()
	cmd := w.console(args...)
	cmd.Stdin = strings.NewReader(input)
	return w.run(cmd)
}

func (w *world) run(cmd *exec.Cmd) (out, errs string, code int) {
	w.Helper()
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if cmd.ProcessState == nil {
		w.Fatal(err)
	}
	return stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()
}

func (w *world) dumps() []v1alpha1.DatabaseDump {
	w.Helper()
	var list v1alpha1.DatabaseDumpList
	if err := w.env.Client.List(context.Background(), &list, client.InNamespace(w.namespace)); err != nil {
		w.Fatal(err)
	}
	return list.Items
}

// edit writes a status as the manager does.
func (w *world) edit(dump v1alpha1.DatabaseDump, edit func(*v1alpha1.DatabaseDumpStatus)) {
	w.Helper()
	before := dump.DeepCopy()
	edit(&dump.Status)
	manager := w.env.ClientAs(w.T, envtestenv.SystemNamespace, envtestenv.Manager)
	if err := manager.Status().Patch(context.Background(), &dump, client.MergeFrom(before)); err != nil {
		w.Fatal(err)
	}
}

// unsteady is what of a conversation differs from run to run, or on a machine that is busy, and what stands for it.
var unsteady = []struct{ found, is string }{
	{`-[0-9a-z]{16}\b`, "-0123456789abcdef"},
	// Before anything else is seen of a dump there may be a line that says less, and a line may come again later.
	{`(?m)^\S+(?: was requested|: volcado solicitado)\b.*\n`, ""},
	{`(?m)^\S+ (?:is waiting for the|espera al) manager\b.*\n(?:Requested|Solicitado): .*\n`, ""},
	{`(?m)^(\S+ (?:is running|está en curso): .*\n)(?:\S+ (?:is running|está en curso): .*\n)+`, "$1"},
	// It began 41 seconds before its end, which on a machine that slow may be after it was asked for.
	{`(?m)^  (?:Waited|Espera) .*\n`, ""},
	// Ages, and the width of their column.
	{`\b\d+ (?:s|min) ago`, "0 s ago"},
	{`\bhace \d+ (?:s|min)\b`, "hace 0 s"},
	{`(?m)(  (?:AGE|ANTIGÜEDAD)) +`, "$1  "},
	{`(?m)^(  \S+-0123456789abcdef  .*  )\d+ (?:s|min) +`, "${1}0 s  "},
}

// golden compares a conversation, without what differs from run to run.
func (w *world) golden(file, got string) {
	w.Helper()
	got = strings.ReplaceAll(got, w.namespace, "test")
	for _, u := range unsteady {
		got = regexp.MustCompile(u.found).ReplaceAllString(got, u.is)
	}
	file = filepath.Join("testdata", file)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			w.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			w.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		w.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		w.Errorf("%s (-want +got; -update writes it anew)\n%s", file, diff)
	}
}

func TestAPipedConversation(t *testing.T) {
	for file, tc := range map[string]struct {
		args    []string
		running string
	}{
		"piped.golden":    {[]string{"--display-name", "Alice", "--groups", "qa,dev"}, " is running: 25%"},
		"piped.es.golden": {[]string{"--display-name", "Alicia", "--language", "es"}, " está en curso: 25 %"},
	} {
		t.Run(file, func(t *testing.T) {
			w := newWorld(t)
			w.manage(false)
			cmd := w.console(tc.args...)
			input, err := cmd.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			out := &watched{}
			cmd.Stdout, cmd.Stderr = out, out
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			lines := []string{
				"hello", "sources", "dump " + w.source() + " --reason “reproduce SHOP-123”", "status", "how", "list", "whoami",
				"why " + w.source(), "dump shp", "dump " + w.source() + " crm", "dump " + w.source(), "help", "help dump", "",
			}
			if _, err := io.WriteString(input, strings.Join(lines, "\n")+"\n"); err != nil {
				t.Fatal(err)
			}
			// The dump ends only when its progress was seen, so that the conversation is the same each time.
			out.waitFor(t, tc.running)
			w.edit(w.dumps()[0], succeed)
			_ = input.Close()
			_ = cmd.Wait()
			if strings.Contains(out.String(), "\x1b") || strings.Contains(out.String(), "\r") {
				t.Error("it writes for a terminal, and there is none")
			}
			w.golden(file, out.String())
			if code := cmd.ProcessState.ExitCode(); code != exitRefused {
				t.Errorf("exit code %d, want that of the first command that was not done", code)
			}
		})
	}
}

func TestExitCodes(t *testing.T) {
	w := newWorld(t)
	w.manage(true)
	for name, tc := range map[string]struct {
		args []string
		in   string
		code int
		says string
	}{
		"a dump that succeeds":              {args: []string{"-c", "dump " + w.source()}, code: 0, says: " is ready: 12.0 MiB in 41 s."},
		"several that succeed":              {in: "hello\nsources\n", code: 0},
		"no input at all":                   {in: "", code: 0},
		"a command that is none":            {args: []string{"-c", "; rm -rf /"}, code: exitMisunderstood, says: "no command “;”"},
		"a source that is none":             {args: []string{"-c", "dump nothing"}, code: exitRefused, says: "a source named “nothing”"},
		"the first that was not done":       {in: "hello\ndump nothing\nfoo\nhello\n", code: exitRefused},
		"no line's end at the end":          {in: "foo", code: exitMisunderstood},
		"a line of ten thousand characters": {in: strings.Repeat("x", 10000) + "\nhello\n", code: exitMisunderstood, says: "at most 4000 characters"},
		"a line of ten million":             {in: strings.Repeat("x", 10<<20) + "\nhello\n", code: exitMisunderstood, says: "Hello"},
		"bytes that are no text":            {in: "\xff\xfe\x00\n", code: exitMisunderstood, says: "not valid UTF-8"},
		"control characters":                {in: "dump \x1b]0;x\a\n", code: exitMisunderstood, says: "control character U+001B"},
		"nobody speaks":                     {args: []string{"--user", ""}, code: exitMisunderstood, says: "--user alice"},
		"somebody whom no list can name":    {args: []string{"--user", "a b"}, code: exitMisunderstood, says: "cannot stand in an allow-list"},
		"an image that is none":             {args: []string{"--fetch-image", "x; id"}, code: exitMisunderstood, says: `"x; id" is not the name of an image`},
		"a language that is not spoken":     {args: []string{"--language", "de"}, code: exitMisunderstood, says: "--language: "},
		"an empty command":                  {args: []string{"-c", " "}, code: exitMisunderstood, says: "-c needs a command"},
		"a context that is not there":       {args: []string{"--context", "nowhere"}, code: exitUnavailable, says: "the kubeconfig cannot be used"},
		"a kubeconfig that is not there":    {args: []string{"--kubeconfig", "/nonexistent"}, code: exitUnavailable, says: "kubeconfig"},
		"a ServiceAccount that is none":     {args: []string{"--as-service-account", "default/nobody"}, code: exitUnavailable, says: "there is no ServiceAccount default/nobody in this cluster"},
		"a ServiceAccount that is no name":  {args: []string{"--as-service-account", "nobody"}, code: exitUnavailable, says: "<namespace>/<name>"},
		"a ServiceAccount without rights":   {args: []string{"--as-service-account", w.accountWithoutRights(), "-c", "sources"}, code: exitUnavailable, says: "needs the rights in config/bot"},
	} {
		t.Run(name, func(t *testing.T) {
			out, errs, code := w.piped(tc.in, tc.args...)
			if code != tc.code || !strings.Contains(out+errs, tc.says) {
				t.Errorf("exit code %d, want %d\n%s\n%s", code, tc.code, out, errs)
			}
			for _, never := range []string{"\x1b", "\x00", "\xff", "goroutine"} {
				if strings.Contains(out+errs, never) {
					t.Errorf("it says %q %q", out, errs)
				}
			}
		})
	}
}

func TestWithoutAChatItSaysWhatToDo(t *testing.T) {
	w := newWorld(t)
	_, errs, code := w.run(w.bot())
	if code != exitMisunderstood || !strings.Contains(errs, "bot console --user alice") {
		t.Errorf("exit code %d\n%s", code, errs)
	}
}

// An equal dump is offered, and nothing is started; whoever insists names it.
func TestAskingTwiceIsOfferedTheFirst(t *testing.T) {
	w := newWorld(t)
	w.manage(true)
	if out, errs, code := w.piped("", "-c", "dump "+w.source()); code != 0 {
		t.Fatalf("exit code %d\n%s\n%s", code, out, errs)
	}
	first := w.dumps()[0].Name
	for _, tc := range []struct {
		line  string
		code  int
		says  string
		dumps int
	}{
		{"dump " + w.source(), exitOffered, "`how " + first + "` to load it, or `again " + first + "` for a new one", 1},
		{"dump " + w.source() + " --schema-only", 0, "definitions only", 2},
		{"again " + first, 0, "is ready", 3},
	} {
		out, errs, code := w.piped("", "-c", tc.line)
		if code != tc.code || !strings.Contains(out, tc.says) || len(w.dumps()) != tc.dumps {
			t.Errorf("%s: exit code %d, want %d, and %d dumps, want %d\n%s\n%s", tc.line, code, tc.code, len(w.dumps()), tc.dumps, out, errs)
		}
	}
}

func TestACopyOnAVolumeIsFetchedWithTheImageOfTheFlag(t *testing.T) {
	w := newWorld(t)
	w.manage(true)
	if _, _, code := w.piped("", "-c", "dump "+w.source()); code != 0 {
		t.Fatalf("exit code %d", code)
	}
	w.edit(w.dumps()[0], func(s *v1alpha1.DatabaseDumpStatus) {
		s.Artifact.URI = "pvc://shop/dumps/prod/shop/x/dump.sql.gz"
		s.Storage = &v1alpha1.DumpStorageSpec{PersistentVolumeClaim: &v1alpha1.PersistentVolumeClaimStorage{ClaimName: "dumps"}}
	})
	for want, args := range map[string][]string{
		`"image": "busybox:stable",`:                           {"-c", "how"},
		`"image": "registry.example.com:5000/tools@sha256:0",`: {"-c", "how", "--fetch-image", "registry.example.com:5000/tools@sha256:0"},
	} {
		if out, errs, _ := w.piped("", args...); !strings.Contains(out, want) {
			t.Errorf("it does not say %s:\n%s%s", want, out, errs)
		}
	}
}

func TestInterruptedWithoutATerminal(t *testing.T) {
	w := newWorld(t)
	w.manage(false)
	for name, args := range map[string][]string{"piped": nil, "one command": {"-c", "dump " + w.source() + " --schema-only"}} {
		t.Run(name, func(t *testing.T) {
			cmd := w.console(args...)
			input, err := cmd.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			out := &watched{}
			cmd.Stdout, cmd.Stderr = out, out
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			if args == nil {
				if _, err := io.WriteString(input, "dump "+w.source()+"\nhello\n"); err != nil {
					t.Fatal(err)
				}
			}
			out.waitFor(t, " is running: 25%")
			if err := cmd.Process.Signal(os.Interrupt); err != nil {
				t.Fatal(err)
			}
			_ = cmd.Wait()
			if code := cmd.ProcessState.ExitCode(); code != exitDetached {
				t.Errorf("exit code %d", code)
			}
			if !strings.Contains(out.String(), " continues.\n") || strings.Contains(out.String(), "Hello") {
				t.Errorf("it says\n%s", out)
			}
		})
	}
	for _, d := range w.dumps() {
		if d.Spec.Cancel {
			t.Errorf("%s was cancelled", d.Name)
		}
	}
}

// watched is an output that can be waited on.
type watched struct{ wire }

func (o *watched) waitFor(t *testing.T, part string) {
	t.Helper()
	timeout := time.After(deadline)
	for !strings.Contains(o.String(), part) {
		select {
		case <-timeout:
			t.Fatalf("it does not say %q but\n%s", part, o)
		case <-time.After(5 * time.Millisecond):
		}
	}
}
