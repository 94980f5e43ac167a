package slack

import (
	"bytes"
	"encoding/json"
	"flag"
	"path/filepath"
	"testing"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/lang"
	"github.com/volcado-io/volcado/bot/lang/langtest"
	"github.com/volcado-io/volcado/internal/goldentest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// Every sample of what the bot says is rendered as its golden file is, so that a reviewer sees what Slack gets.
func TestWhatSlackGets(t *testing.T) {
	speaker, err := lang.New("en")
	if err != nil {
		t.Fatal(err)
	}
	for _, language := range []string{"en", "es"} {
		made := map[string]string{}
		for name, view := range langtest.Samples() {
			made[name] = sent(t, speaker.Say(language, view))
		}
		goldentest.Folder(t, filepath.Join("testdata", "golden", language), ".json", made, *update)
	}
}

// Slack's limits and shapes, as it documents them, are those of the fake, which refuses what Slack refuses.
func TestSlackTakesAllThatTheBotSays(t *testing.T) {
	w := newWorld(t)
	s := w.service(t)
	speaker, err := lang.New("en")
	if err != nil {
		t.Fatal(err)
	}
	to := chat.Target{Place: w.place(w.channel, chat.KindPrivate), Mention: w.alice.ID}
	for _, language := range []string{"en", "es"} {
		for name, view := range langtest.Samples() {
			reply := speaker.Say(language, view)
			ref, err := s.Post(t.Context(), to, "key", reply)
			if err != nil {
				t.Errorf("%s in %s: %v", name, language, err)
				continue
			}
			if err := s.Edit(t.Context(), ref, reply); err != nil {
				t.Errorf("the edit to %s in %s: %v", name, language, err)
			}
		}
	}
}

// sent is what Slack gets of a reply.
func sent(t *testing.T, reply chat.Reply) string {
	t.Helper()
	type said struct {
		Text   string `json:"text"`
		Blocks any    `json:"blocks"`
	}
	var all []said
	for _, m := range render(reply, "/volcado ", "", mostMessages) {
		all = append(all, said{m.text, m.blocks})
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(all); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
