package settings_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/settings"
)

// service is one that nobody speaks to.
type service struct {
	chat.Service
	id chat.ServiceID
}

func (s service) ID() chat.ServiceID { return s.id }

func (s service) Listen(context.Context, time.Time, chat.Handler) error { return nil }

// config is a driver's section.
type config struct {
	URL       string `json:"url"`
	Workspace string `json:"workspace"`
	TokenFile string `json:"tokenFile"`
	Limits    struct {
		Posts int `json:"posts"`
	} `json:"limits"`
}

var drivers = settings.Drivers{
	"talk": settings.Of(func(c config) (chat.Service, error) {
		if c.URL == "" {
			return nil, errors.New("url: is missing; set the address of the server")
		}
		if _, err := chat.HTTPClient(c.TokenFile); c.TokenFile == "missing" {
			return nil, fmt.Errorf("tokenFile: %w", err)
		}
		return service{id: chat.ServiceID{Platform: cmp.Or(c.TokenFile, "talk"), Workspace: c.Workspace}}, nil
	}),
	"shout": settings.Of(func(struct{}) (chat.Service, error) {
		return service{id: chat.ServiceID{Platform: "shout", Workspace: "all"}}, nil
	}),
}

func TestAFileThatIsRight(t *testing.T) {
	got, problems := settings.Parse([]byte(`# Who is spoken to.
---
language: es
replayWindow: 30m
fetchImage: registry.example.com/busybox:1.36
services:
- talk: {url: "https://talk.example.com", workspace: one}
- talk:
    url: https://talk.example.org
    workspace: two
- shout:
`), drivers)
	if problems != nil {
		t.Fatal(problems)
	}
	want := &settings.Settings{
		Language: "es", ReplayWindow: 30 * time.Minute, FetchImage: "registry.example.com/busybox:1.36",
		Services: []chat.Service{
			service{id: chat.ServiceID{Platform: "talk", Workspace: "one"}},
			service{id: chat.ServiceID{Platform: "talk", Workspace: "two"}},
			service{id: chat.ServiceID{Platform: "shout", Workspace: "all"}},
		},
	}
	if diff := gocmp.Diff(want, got, gocmp.Comparer(func(a, b service) bool { return a.id == b.id })); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestWhatIsNotWrittenHasADefault(t *testing.T) {
	got, problems := settings.Parse([]byte("services: [{shout: {}}]"), drivers)
	if problems != nil {
		t.Fatal(problems)
	}
	if got.Language != "en" || got.ReplayWindow != time.Hour || got.FetchImage != "" {
		t.Errorf("got %+v", got)
	}
}

// one is a file with one good service, so that the rest of it is what is judged.
const one = "services: [{shout: {}}]\n"

func TestEachMistakeIsNamedWithWhatToDo(t *testing.T) {
	for name, tc := range map[string]struct{ file, want string }{
		"an unknown key":           {one + "fetchimage: busybox", "fetchimage: there is no such key; the keys here are fetchImage, language, replayWindow, services"},
		"two unknown keys":         {one + "a: 1\nb: 2", "a: there is no such key; the keys here are fetchImage, language, replayWindow, services\nb: there is no such key; the keys here are fetchImage, language, replayWindow, services"},
		"a key written twice":      {one + "language: en\nlanguage: es", `is not valid YAML: line 3: key "language" already set in map`},
		"a language not spoken":    {one + "language: fr", `language: "fr" is not supported; choose one of en, es`},
		"a language read as false": {one + "language: no", "language: must be text (put it in quotes), not true or false"},
		"a window without a unit":  {one + "replayWindow: 60", `replayWindow: "60" is not a duration; write it with its unit, such as 1h or 30m, more than 0 and at most 24h`},
		"a window that is a list":  {one + "replayWindow: [1h]", "replayWindow: must be text, not a list"},
		"a window in days":         {one + "replayWindow: 1d", `replayWindow: "1d" is not a duration; write it with its unit, such as 1h or 30m, more than 0 and at most 24h`},
		"no window":                {one + "replayWindow: 0s", "replayWindow: 0s is out of range; write it with its unit, such as 1h or 30m, more than 0 and at most 24h"},
		"a negative window":        {one + "replayWindow: -1h", "replayWindow: -1h is out of range; write it with its unit, such as 1h or 30m, more than 0 and at most 24h"},
		"a window of two days":     {one + "replayWindow: 48h", "replayWindow: 48h is out of range; write it with its unit, such as 1h or 30m, more than 0 and at most 24h"},
		"an image with a command":  {one + `fetchImage: "busybox; rm"`, `fetchImage: "busybox; rm" is not the name of an image, such as registry.example.com/busybox:1.36`},
		"an empty file":            {"", "is empty; docs/bot.md has an example"},
		"comments alone":           {"# services:\n---\n# none", "is empty; docs/bot.md has an example"},
		"two documents":            {one + "---\nlanguage: es", "holds 2 documents; settings are one, without --- between its parts"},
		"a list":                   {"- talk: {}", "must be a mapping, not a list; docs/bot.md has an example"},
		"a tab":                    {"services:\n\t- talk: {}", "is not valid YAML: line 2: found character that cannot start any token"},
		"too much":                 {one + strings.Repeat("#", 1<<20), "is larger than 1 MiB; it is not a file of settings"},

		"no services":              {"language: en", "services: no chat service is set; there are drivers for shout, talk; docs/bot.md has their keys"},
		"an empty list":            {"services: []", "services: no chat service is set; there are drivers for shout, talk; docs/bot.md has their keys"},
		"services not in a list":   {"services: {talk: {url: a}}", "services: must be a list (each item after a dash), not a mapping"},
		"a driver alone":           {"services: [talk]", "services: must be a mapping, not text"},
		"an unknown driver":        {"services: [{irc: {}}]", "services[0].irc: there is no such driver; there are drivers for shout, talk; docs/bot.md has their keys"},
		"two drivers in one":       {"services: [{talk: {url: a, workspace: a}, shout: {}}]", "services[0]: has 2 keys and must have one, the driver's name; begin each service with a dash of its own"},
		"nothing after a dash":     {"services: [{}]", "services[0]: has 0 keys and must have one, the driver's name; begin each service with a dash of its own"},
		"an unknown driver's key":  {"services: [{talk: {url: a, token: canary}}]", "services[0].talk.token: there is no such key; the keys here are limits, tokenFile, url, workspace"},
		"a key in another case":    {"services: [{talk: {URL: a}}]", "services[0].talk.URL: there is no such key; the keys here are limits, tokenFile, url, workspace"},
		"a deeper key":             {"services: [{talk: {url: a, limits: {edits: 5}}}]", "services[0].talk.limits.edits: there is no such key"},
		"a driver's key twice":     {"services: [{talk: {url: a, url: b}}]", `is not valid YAML: line 1: key "url" already set in map`},
		"a value of a wrong kind":  {"services: [{talk: {url: a, tokenFile: [canary]}}]", "services[0].talk.tokenFile: must be text, not a list"},
		"a deeper wrong kind":      {"services: [{talk: {url: a, limits: {posts: canary}}}]", "services[0].talk.limits.posts: must be a whole number, not text"},
		"a section without values": {"services: [{talk: }]", "services[0].talk: url: is missing; set the address of the server"},
		"no workspace":             {"services: [{talk: {url: a}}]", "services[0].talk: has no workspace, so its users could not be told from those of another server"},
		"an unmentionable one":     {"services: [{talk: {url: a, workspace: 'a:b'}}]", `services[0].talk: no allow-list can name the workspace "a:b"; it has up to 64 letters, digits and _ . -, and begins with a letter or digit`},
		"a driver in error":        {"services: [{talk: {url: a, workspace: a, tokenFile: Talk}}]", `services[0].talk: the driver calls its platform "Talk", which no allow-list can name`},
		"one service twice": {
			"services: [{talk: {url: a, workspace: a}}, {shout: {}}, {talk: {url: b, workspace: a}}]",
			"services[2].talk: is the service talk/a, as services[0].talk is; remove one, or give it a workspace of its own",
		},
		"several mistakes at once": {
			"language: fr\nservices: [{irc: {}}, {talk: {}}]",
			"services[0].irc: there is no such driver; there are drivers for shout, talk; docs/bot.md has their keys\nservices[1].talk: url: is missing; set the address of the server\n" +
				`language: "fr" is not supported; choose one of en, es`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, problems := settings.Parse([]byte(tc.file), drivers)
			if problems == nil {
				t.Fatal("it is accepted")
			}
			if diff := gocmp.Diff(tc.want, problems.Error()); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if strings.Contains(problems.Error(), "canary") {
				t.Error("it quotes what may be a token")
			}
		})
	}
}

func TestTheFileIsNamed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "settings.yaml")
	if _, err := settings.Read(path, drivers); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), path) {
		t.Errorf("a file that is not there: %v", err)
	}
	if err := os.WriteFile(path, []byte("languages: en"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := settings.Read(path, drivers); err == nil || !strings.HasPrefix(err.Error(), "settings.yaml: languages: there is no such key") {
		t.Errorf("got %v", err)
	}
}

// bot doctor tells a file that is only on another machine from a mistake.
func TestAMissingFileThatADriverNeedsCanBeTold(t *testing.T) {
	_, problems := settings.Parse([]byte("services: [{talk: {url: a, tokenFile: missing}}]"), drivers)
	if !errors.Is(problems, fs.ErrNotExist) {
		t.Errorf("got %v", problems)
	}
}
