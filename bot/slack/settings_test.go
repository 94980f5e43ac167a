package slack

import (
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
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
			if _, err := New(c); err == nil || !strings.HasPrefix(err.Error(), tc.key+": ") {
				t.Errorf("got %v, want an error of %s", err, tc.key)
			}
		})
	}
}
