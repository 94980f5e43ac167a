package bot_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot"
	"github.com/volcado-io/volcado/bot/chat"
)

// Nobody on the other end is believed: what a service says of an author is cut to what the API takes, and what is left out
// can only refuse.
func TestWhatAServiceSaysOfAnAuthorIsBounded(t *testing.T) {
	many := make([]string, 0, 300)
	for i := range 300 {
		many = append(many, fmt.Sprintf("g%03d", i))
	}
	for name, tc := range map[string]struct {
		set  func(*chat.Message)
		want func(v1alpha1.Requester) bool
	}{
		"a group twice":            {func(m *chat.Message) { m.Groups = []string{"b", "a", "b"} }, groups("a", "b")},
		"a group without a name":   {func(m *chat.Message) { m.Groups = []string{"", "a"} }, groups("a")},
		"a group that is too long": {func(m *chat.Message) { m.Groups = []string{strings.Repeat("x", 65), "a"} }, groups("a")},
		"a group of 64 characters": {func(m *chat.Message) { m.Groups = []string{strings.Repeat("x", 64)} }, groups(strings.Repeat("x", 64))},
		"too many groups":          {func(m *chat.Message) { m.Groups = many }, groups(many[:256]...)},
		"no group":                 {func(*chat.Message) {}, groups()},
		"a name of several lines": {func(m *chat.Message) { m.DisplayName = "Al\nice\x1b[2J" }, func(r v1alpha1.Requester) bool {
			return !strings.ContainsAny(r.DisplayName, "\n\x1b") && strings.HasPrefix(r.DisplayName, "Al ice")
		}},
		"a name of a hundred letters": {func(m *chat.Message) { m.DisplayName = strings.Repeat("é", 100) }, func(r v1alpha1.Requester) bool { n := len([]rune(r.DisplayName)); return n > 70 && n <= 80 }},
		"a locale":                    {func(m *chat.Message) { m.Locale = "es-MX" }, locale("es-MX")},
		"a locale with an underscore": {func(m *chat.Message) { m.Locale = "pt_BR" }, locale("pt_BR")},
		"a locale that is none":       {func(m *chat.Message) { m.Locale = "<!here>" }, locale("")},
		"a locale that is too long":   {func(m *chat.Message) { m.Locale = "es" + strings.Repeat("-abcdefgh", 5) }, locale("")},
		"a channel of no kind":        {func(m *chat.Message) { m.Kind = "" }, kind("Shared")},
		"a kind that nobody knows":    {func(m *chat.Message) { m.Kind = "Federated" }, kind("Shared")},
		"a kind in another case":      {func(m *chat.Message) { m.Kind = "direct" }, kind("Shared")},
		"a private channel":           {func(m *chat.Message) { m.Kind = chat.KindPrivate }, kind("Private")},
		"a shared one":                {func(m *chat.Message) { m.Kind = chat.KindShared }, kind("Shared")},
	} {
		t.Run(name, func(t *testing.T) {
			m := chat.Message{Place: chat.Place{Kind: chat.KindDirect}}
			tc.set(&m)
			before := slices.Clone(m.Groups)
			if got := bot.Requester(m); !tc.want(got) {
				t.Errorf("got %+v", got)
			}
			if !slices.Equal(before, m.Groups) {
				t.Errorf("it changed the message's groups")
			}
		})
	}
}

func groups(want ...string) func(v1alpha1.Requester) bool {
	return func(r v1alpha1.Requester) bool { return slices.Equal(r.Groups, want) }
}

func locale(want string) func(v1alpha1.Requester) bool {
	return func(r v1alpha1.Requester) bool { return r.Locale == want }
}

func kind(want v1alpha1.ChannelKind) func(v1alpha1.Requester) bool {
	return func(r v1alpha1.Requester) bool { return r.ChannelKind == want }
}

// The API server takes whatever a service says of an author.
func TestTheAPIServerTakesWhatAServiceSays(t *testing.T) {
	w := newWorld(t, serve)
	w.shop()
	m := w.message(w.alice, "dump shop")
	m.DisplayName, m.Locale = strings.Repeat("名\x00", 200), "x-\nnone"
	for i := range 1000 {
		m.Groups = append(m.Groups, strings.Repeat("g", i%100), fmt.Sprint(i))
	}
	if said := w.handle(m); said.err != nil || said.Follows == "" {
		t.Errorf("answered %+v", said)
	}
	w.theDump()
}
