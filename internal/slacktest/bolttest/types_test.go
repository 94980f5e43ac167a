package bolttest

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/volcado-io/volcado/internal/slacktest"
)

// prelude is how types are asked: which arguments a method has, and of what kind a field of an answer is. A type that is a choice
// has the fields of all that can be chosen. Own leaves those that a type names where it may have others, too.
const prelude = `import type { WebClient } from '@slack/web-api';
import type { AppMentionEvent, GenericMessageEvent } from '@slack/types';
import type { BlockAction, ButtonAction, SlashCommand, ViewSubmitAction } from '@slack/bolt';
type Each<A> = A extends unknown ? keyof A : never;
type Argument<M extends (...options: any[]) => unknown> = Each<NonNullable<Parameters<M>[0]>>;
type Answer<M extends (...options: any[]) => unknown> = Awaited<ReturnType<M>>;
type One<T> = T extends readonly (infer E)[] ? E : T;
type Own<O> = { [K in keyof O as string extends K ? never : K]: O[K] };
type Of<O, K extends string> = 0 extends 1 & O ? O : O extends unknown ? (K extends keyof O ? O[K] : never) : never;
type Field<T, K extends string> = Of<One<T>, K>;
type Kinds = 'text' | 'number' | 'truth' | 'list' | 'object' | 'nothing';
type Kind<T> = 0 extends 1 & T ? Kinds : unknown extends T ? Kinds : T extends string ? 'text' : T extends number ? 'number' :
  T extends boolean ? 'truth' : T extends null ? 'nothing' : T extends undefined ? never : T extends readonly unknown[] ? 'list' : 'object';
`

// typeOf a method.
func typeOf(method string) string {
	return "WebClient['" + strings.ReplaceAll(method, ".", "']['") + "']"
}

// claim is a line of TypeScript that compiles where Slack's types have something. what is how a test tells of it.
type claim struct{ what, code string }

func argumentClaim(method, argument string) claim {
	return claim{method + "(" + argument + ")", fmt.Sprintf("Argument<%s> = '%s'", typeOf(method), argument)}
}

func fieldClaim(what, kind string, path []string, value string) claim {
	for _, name := range path {
		kind = fmt.Sprintf("Field<%s, '%s'>", kind, name)
	}
	return claim{what + ": " + strings.Join(path, ".") + " is " + value, fmt.Sprintf("Kind<%s> = '%s'", kind, value)}
}

// fields of a value, and what is in them. What an app has put into its metadata is its own.
func fields(s sample, path []string, value any) []claim {
	if len(path) > 0 && path[len(path)-1] == "event_payload" {
		return nil
	}
	var claims []claim
	switch value := value.(type) {
	case map[string]any:
		for name, field := range value {
			within := append(slices.Clone(path), name)
			claims = append(claims, fieldClaim(s.what, s.kind, within, kindOf(field)))
			claims = append(claims, fields(s, within, field)...)
		}
	case []any:
		for _, one := range value {
			claims = append(claims, fields(s, path, one)...)
		}
	}
	return claims
}

func kindOf(value any) string {
	switch value.(type) {
	case nil:
		return "nothing"
	case string:
		return "text"
	case float64:
		return "number"
	case bool:
		return "truth"
	case []any:
		return "list"
	}
	return "object"
}

// compile the claims, and give those that do not hold.
func compile(t *testing.T, claims []claim) map[string]bool {
	t.Helper()
	installed := modules(t)
	folder, err := os.MkdirTemp(installed, "check-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(folder)
	text := bytes.NewBufferString(prelude)
	for n, claim := range claims {
		fmt.Fprintf(text, "export const c%d: %s;\n", n, claim.code)
	}
	file := filepath.Join(folder, "check.ts")
	if err := os.WriteFile(file, text.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	command := exec.Command("node", filepath.Join(installed, "node_modules/typescript/bin/tsc"), "--noEmit", "--strict", "--skipLibCheck",
		"--target", "es2022", "--module", "nodenext", "--pretty", "false", "check.ts")
	command.Dir = folder
	said, _ := command.CombinedOutput() // it fails, because claims are among them that must not hold
	wrong := map[string]bool{}
	for line := range strings.Lines(string(said)) {
		if strings.HasPrefix(line, " ") {
			continue // more about the line before
		}
		// check.ts(12,14): error TS2322: ...
		at, isOne := strings.CutPrefix(line, "check.ts(")
		number, _, _ := strings.Cut(at, ",")
		n, err := strconv.Atoi(number)
		n -= strings.Count(prelude, "\n") + 1
		// The second code is of the same error where the compiler knows a similar name.
		mismatch := strings.Contains(line, " error TS2322: ") || strings.Contains(line, " error TS2820: ")
		if !isOne || err != nil || n < 0 || !mismatch {
			t.Fatalf("the TypeScript compiler says: %s", line)
		}
		wrong[claims[n].what] = true
	}
	return wrong
}

func TestWhatTheFakeTakesAndAnswersIsWhatSlacksTypesHave(t *testing.T) {
	samples := collect(t)
	var claims, controls []claim
	for method, names := range slacktest.Arguments() {
		for _, name := range names {
			claims = append(claims, argumentClaim(method, name))
		}
		controls = append(controls, argumentClaim(method, "no_such_argument"))
		if !slices.ContainsFunc(samples, func(s sample) bool { return s.what == method }) {
			t.Errorf("%s was not asked for anything", method)
		}
	}
	for _, s := range samples {
		claims = append(claims, fields(s, nil, s.value)...)
		controls = append(controls, fieldClaim(s.what, s.kind, []string{"no_such_field"}, "text"))
	}
	wrong := compile(t, append(claims, controls...))
	for _, control := range controls {
		if !wrong[control.what] {
			t.Errorf("the types do not tell what they have: %s", control.what)
		}
	}
	for _, control := range controls {
		delete(wrong, control.what)
	}
	for _, what := range slices.Sorted(maps.Keys(wrong)) {
		if knownDifferences[what] == "" {
			t.Errorf("Slack's types do not have %s", what)
		}
	}
	for what := range knownDifferences {
		if !wrong[what] {
			t.Errorf("this is no difference any more: %s", what)
		}
	}
	t.Logf("%d claims about %d samples were compared", len(claims), len(samples))
}
