package mattermost

import (
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/internal/mattermosttest"
)

func TestSettingsAreJudged(t *testing.T) {
	prefix := func(s string) *string { return &s }
	for name, c := range map[string]struct {
		config  Config
		problem string // in the error; empty for none
		id      string
	}{
		"the host names the workspace":          {Config{URL: "https://Chat.Example.com:8443/", TokenFile: "/f"}, "", "mattermost/chat.example.com"},
		"the workspace has a name of its own":   {Config{URL: "https://chat.example.com/mm", TokenFile: "/f", Workspace: "acme"}, "", "mattermost/acme"},
		"no prefix":                             {Config{URL: "http://mattermost.chat.svc:8065", TokenFile: "/f", Prefix: prefix("")}, "", "mattermost/mattermost.chat.svc"},
		"no address":                            {Config{TokenFile: "/f"}, "url: is missing", ""},
		"an address without a scheme":           {Config{URL: "chat.example.com", TokenFile: "/f"}, "url: is not an address", ""},
		"another scheme":                        {Config{URL: "ftp://chat.example.com", TokenFile: "/f"}, "must be https", ""},
		"a password in the address":             {Config{URL: "https://bot:hunter2@chat.example.com", TokenFile: "/f"}, "holds a user or a password", ""},
		"a query in the address":                {Config{URL: "https://chat.example.com?token=hunter2", TokenFile: "/f"}, "after ? or #", ""},
		"an address that cannot be read":        {Config{URL: "https://chat.example.com:hunter2", TokenFile: "/f"}, "is not an address", ""},
		"no token":                              {Config{URL: "https://chat.example.com"}, "tokenFile: is missing", ""},
		"a token's file somewhere":              {Config{URL: "https://chat.example.com", TokenFile: "token"}, `tokenFile: "token" does not begin with a slash`, ""},
		"authorities somewhere":                 {Config{URL: "https://chat.example.com", TokenFile: "/f", CAFile: "ca.crt"}, `caFile: "ca.crt" does not`, ""},
		"a prefix that begins ordinary words":   {Config{URL: "https://chat.example.com", TokenFile: "/f", Prefix: prefix("d")}, "prefix:", ""},
		"a prefix that Mattermost has taken":    {Config{URL: "https://chat.example.com", TokenFile: "/f", Prefix: prefix("/")}, "prefix:", ""},
		"a prefix that is longer than a glance": {Config{URL: "https://chat.example.com", TokenFile: "/f", Prefix: prefix("!!!!!!!!!")}, "prefix:", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := New(c.config)
			switch {
			case c.problem == "" && err != nil:
				t.Error(err)
			case c.problem == "":
				if got := s.ID().String(); got != c.id {
					t.Errorf("its id is %s, want %s", got, c.id)
				}
			case err == nil || !strings.Contains(err.Error(), c.problem) || strings.Contains(err.Error(), "hunter2"):
				t.Errorf("the error is %v, want %q in it and no secret", err, c.problem)
			}
		})
	}
}

func TestWhatIsForTheBot(t *testing.T) {
	made, err := New(Config{URL: "https://chat.example.com", TokenFile: "/f"})
	if err != nil {
		t.Fatal(err)
	}
	s := made.(*Service)
	s.self = identity{id: "me", name: "volcado"}
	const none = "\x00"
	for typed, want := range map[string]struct{ inChannel, inDirect string }{
		"@volcado dump shop":                   {"dump shop", "dump shop"},
		"@Volcado: dump shop":                  {"dump shop", "dump shop"},
		" @volcado,\n dump shop ":              {"dump shop", "dump shop"},
		"@volcado":                             {"", ""},
		"!dump shop":                           {"dump shop", "dump shop"},
		"!":                                    {"", ""},
		"!!!":                                  {none, "!!!"},
		"! sure":                               {none, "! sure"},
		"dump shop":                            {none, "dump shop"},
		"@volcado-x dump shop":                 {none, "@volcado-x dump shop"},
		"@volcado.x":                           {none, "@volcado.x"},
		"ask @volcado to dump shop":            {none, "ask @volcado to dump shop"},
		"> @volcado dump shop\n\nwow":          {none, "> @volcado dump shop\n\nwow"},
		"":                                     {none, ""},
		"@volcado dump shop --reason \"a  b\"": {"dump shop --reason \"a  b\"", "dump shop --reason \"a  b\""},
	} {
		for kind, want := range map[model.ChannelType]string{model.ChannelTypePrivate: want.inChannel, model.ChannelTypeDirect: want.inDirect} {
			got, addressed := s.typed(typed, kind)
			if !addressed {
				got = none
			}
			if got != want {
				t.Errorf("%q in a channel of type %s is %q, want %q", typed, kind, got, want)
			}
		}
	}
}

func TestTheDoctorFinds(t *testing.T) {
	w := newWorld(t, mattermosttest.Get(t))
	for _, c := range []struct {
		name  string
		given func()
		want  chat.Severity
		text  string
	}{
		{"that all is well", func() {}, chat.Good, "a websocket can be opened"},
		{"how long posts can be", func() {}, chat.Good, "up to 16383 characters"},
		{"where the bot is", func() {}, chat.Good, "teams: 1, private channels: 1, public channels: 2"},
		{"what the bot is allowed to do", func() {}, chat.Good, "can post, edit its posts and open direct messages"},
		{"a bot that is an administrator", func() { w.SetRoles(t, w.bot, "system_user system_admin") }, chat.Warning, "the role system_admin"},
		{"a bot that nobody invited", func() {
			w.SetRoles(t, w.bot, "system_user")
			w.RemoveFromChannel(t, w.channel.Id, w.bot)
		}, chat.Warning, "/invite @" + w.bot.Name},
		{"an account that is a person's", func() { w.bot.Token = w.alice.Token; w.writeToken(t) }, chat.Warning, "is a person's account"},
		{"a token that does not count", func() { w.bot.Token = "x"; w.writeToken(t) }, chat.Bad, "Put a token of the bot account into the Secret volcado-bot-tokens."},
		{"a token's file that is not there", func() { w.tokenFile += "x" }, chat.Bad, "tokenFile must name a key"},
		{"a server that is away", func() {
			w.tokenFile = strings.TrimSuffix(w.tokenFile, "x")
			w.link.Cut()
		}, chat.Bad, "See whether the url is right"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.given()
			list := w.service(t).Examine(t.Context())
			for _, finding := range list {
				if finding.Severity == c.want && strings.Contains(finding.Text, c.text) {
					return
				}
			}
			t.Errorf("found %+v, want %q", list, c.text)
		})
	}
}

// As on the first day.
func TestABotThatIsInNoTeamIsConnectedAndTheDoctorSaysWhereItBelongs(t *testing.T) {
	w := newWorld(t, mattermosttest.Get(t))
	w.bot = w.Bot(t, "newcomer")
	w.writeToken(t)
	s := w.service(t)
	collected(t, s, time.Now())
	eventually(t, "it is connected", func() bool { h := s.Health(); return h.Connected && !h.Behind })
	for _, finding := range s.Examine(t.Context()) {
		if finding.Severity == chat.Bad && !strings.Contains(finding.Text, "the bot is in no team") {
			t.Errorf("found %q", finding.Text)
		}
	}
}
