package slack

import (
	"os"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/internal/slacktest"
)

// manifest is what of config/bot/slack-manifest.yaml is checked.
type manifest struct {
	Features struct {
		AppHome struct {
			Messages bool `json:"messages_tab_enabled"`
			ReadOnly bool `json:"messages_tab_read_only_enabled"`
		} `json:"app_home"`
		Commands []struct{ Command string } `json:"slash_commands"`
	} `json:"features"`
	OAuth struct {
		Scopes struct{ Bot []string } `json:"scopes"`
	} `json:"oauth_config"`
	Settings struct {
		Events struct {
			Bot []string `json:"bot_events"`
		} `json:"event_subscriptions"`
		Interactivity struct {
			Enabled bool `json:"is_enabled"`
		} `json:"interactivity"`
		SocketMode bool `json:"socket_mode_enabled"`
		Rotation   bool `json:"token_rotation_enabled"`
	} `json:"settings"`
}

func readManifest(t *testing.T) manifest {
	t.Helper()
	data, err := os.ReadFile("../../config/bot/slack-manifest.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var m manifest
	if err := yaml.Unmarshal(data, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

// With the manifest's scopes and events all works that the driver does, and each of the scopes is needed for something of it.
func TestTheManifestHasTheScopesThatTheCallsTake(t *testing.T) {
	m := readManifest(t)
	w := newWorld(t)
	w.SetScopes(m.OAuth.Scopes.Bot...)
	w.SetEvents(m.Settings.Events.Bot...)
	s := w.service(t)
	arrived := w.listen(t, s, func(message chat.Message) chat.Answer {
		if message.CanOpenForm {
			return chat.Answer{Form: &chat.Form{Command: "dump", Title: "Dump", Submit: "Go", Fields: []chat.FormField{{Name: "source", Label: "Source"}}}}
		}
		return chat.Answer{Reply: &chat.Reply{Headline: "for you alone"}}
	})
	public := w.Channel("town", slacktest.Public, w.alice, w.Bot)
	for _, c := range []*slacktest.Channel{w.channel, public, w.Direct(w.alice)} {
		w.alice.Post(c, "", "@volcado hello")
		message := next(t, arrived)
		for _, only := range []string{"", w.alice.ID} {
			to := chat.Target{Place: message.Place, Only: only}
			ref, err := s.Post(t.Context(), to, "key", chat.Reply{Headline: "hello"})
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Edit(t.Context(), ref, chat.Reply{Headline: "edited"}); err != nil {
				t.Error(err)
			}
			if _, found, err := s.Find(t.Context(), to, "key", time.Now().Add(-time.Minute)); err != nil || !found {
				t.Errorf("Find: %t, %v", found, err)
			}
		}
		if _, err := s.KindOf(t.Context(), message.Place); err != nil {
			t.Error(err)
		}
	}
	w.alice.Slash(w.channel, "/volcado", "")
	next(t, arrived)
	w.eventually(t, "the form is open", func() bool { _, open := w.alice.Form(); return open })
	for _, c := range w.Calls() {
		if c.Error != "" {
			t.Errorf("%s: %s", c.Method, c.Error)
		}
	}
	// A command needs its scope to be there at all; no call tells of it.
	used := append(w.ScopesUsed(), "commands")
	slices.Sort(used)
	if diff := cmp.Diff(slices.Compact(used), m.OAuth.Scopes.Bot); diff != "" {
		t.Errorf("scopes (-used +in the manifest)\n%s", diff)
	}
}

func TestTheManifestTurnsOnWhatTheDriverNeeds(t *testing.T) {
	m := readManifest(t)
	if !m.Features.AppHome.Messages || m.Features.AppHome.ReadOnly {
		t.Error("nobody can write to the bot in direct messages")
	}
	if !m.Settings.Interactivity.Enabled || !m.Settings.SocketMode || m.Settings.Rotation {
		t.Errorf("%+v", m.Settings)
	}
	if len(m.Features.Commands) != 1 || m.Features.Commands[0].Command != defaultCommand {
		t.Errorf("the command is %+v", m.Features.Commands)
	}
	scopes := slacktest.EventScopes()
	for _, event := range m.Settings.Events.Bot {
		if scope := scopes[event]; scope != "" && !slices.Contains(m.OAuth.Scopes.Bot, scope) {
			t.Errorf("the event %s takes the scope %q", event, scope)
		}
	}
}
