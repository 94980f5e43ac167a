package slack

import (
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/volcado-io/volcado/bot/chat"
)

func TestTheDocumentationHasEveryKeyOfTheSettings(t *testing.T) {
	data, err := os.ReadFile("../../docs/slack.md")
	if err != nil {
		t.Fatal(err)
	}
	var documented, keys []string
	for _, row := range regexp.MustCompile("(?m)^\\| `(\\w+)` \\|").FindAllSubmatch(data, -1) {
		documented = append(documented, string(row[1]))
	}
	for field := range reflect.TypeFor[Config]().Fields() {
		keys = append(keys, field.Tag.Get("json"))
	}
	slices.Sort(documented)
	slices.Sort(keys)
	if diff := cmp.Diff(keys, documented); diff != "" {
		t.Errorf("(-settings +docs/slack.md)\n%s", diff)
	}
}

func TestSettingsThatCannotWorkAreRefusedByTheirKey(t *testing.T) {
	good := Config{Workspace: "T024BE7LD", BotTokenFile: "/bot", AppTokenFile: "/app"}
	if _, err := New(good); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		change func(*Config)
		key    string
	}{
		"no workspace":                   {func(c *Config) { c.Workspace = "" }, "workspace"},
		"the workspace's name":           {func(c *Config) { c.Workspace = "acme" }, "workspace"},
		"no bot token":                   {func(c *Config) { c.BotTokenFile = "" }, "botTokenFile"},
		"a relative file":                {func(c *Config) { c.BotTokenFile = "bot" }, "botTokenFile"},
		"a token":                        {func(c *Config) { c.BotTokenFile = "xoxb-very-secret" }, "botTokenFile"},
		"the app's token":                {func(c *Config) { c.AppTokenFile = "xapp-very-secret" }, "appTokenFile"},
		"no app token":                   {func(c *Config) { c.AppTokenFile = "" }, "appTokenFile"},
		"a relative file of authorities": {func(c *Config) { c.CAFile = "ca.crt" }, "caFile"},
		"a command without a slash":      {func(c *Config) { c.Command = "volcado" }, "command"},
		"a command with a space":         {func(c *Config) { c.Command = "/volcado dump" }, "command"},
		"an API that is no address":      {func(c *Config) { c.APIURL = "slack.com" }, "apiURL"},
		"an API with a password":         {func(c *Config) { c.APIURL = "https://a:b@slack.com/api/" }, "apiURL"},
		"an API over another protocol":   {func(c *Config) { c.APIURL = "ftp://slack.com/api/" }, "apiURL"},
	} {
		t.Run(name, func(t *testing.T) {
			c := good
			tc.change(&c)
			if _, err := New(c); err == nil || !strings.HasPrefix(err.Error(), tc.key+": ") || strings.Contains(err.Error(), "secret") {
				t.Errorf("got %v, want an error of %s", err, tc.key)
			}
		})
	}
}

// The two tokens are easily swapped.
func TestATokenInTheOthersFileIsSaid(t *testing.T) {
	for name, swap := range map[string]func(*world){
		"botTokenFile": func(w *world) { w.botFile = w.appFile },
		"appTokenFile": func(w *world) { w.appFile = w.botFile },
	} {
		w := newWorld(t)
		swap(w)
		s := w.service(t)
		err := s.Listen(t.Context(), time.Now(), nil)
		if chat.KindOfError(err) != chat.Unauthorised || !strings.Contains(err.Error(), name+" holds") || strings.Contains(err.Error(), w.BotToken()) {
			t.Errorf("%s: %v", name, err)
		}
		if f := s.Examine(t.Context()); !slices.ContainsFunc(f, func(f chat.Finding) bool { return strings.Contains(f.Text, name+" holds") }) {
			t.Errorf("the doctor says %+v", f)
		}
	}
}
