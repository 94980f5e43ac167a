package slack

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/internal/slacktest"
)

func TestTheDoctorKnowsTheScopesOfTheManifest(t *testing.T) {
	if diff := cmp.Diff(readManifest(t).OAuth.Scopes.Bot, neededScopes); diff != "" {
		t.Errorf("(-manifest +doctor)\n%s", diff)
	}
}

// In each state of the world the doctor says what is wrong with it, and nothing else that is.
func TestTheDoctorSaysWhatIsWrong(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(t *testing.T, w *world, s *Service)
		want   []string // of what is not good, a part of each
	}{
		"nothing": {func(*testing.T, *world, *Service) {}, nil},
		"a scope is missing": {
			func(_ *testing.T, w *world, _ *Service) { w.SetScopes(without(neededScopes, "usergroups:read")...) },
			[]string{"Bad: lacks the scopes usergroups:read", "Bad: the user groups cannot be read"},
		},
		"a scope is not needed": {
			func(_ *testing.T, w *world, _ *Service) {
				w.SetScopes(append(slices.Clone(neededScopes), "chat:write.customize")...)
			},
			[]string{"Warning: chat:write.customize, which it does not need"},
		},
		"the bot's token was revoked": {
			func(_ *testing.T, w *world, _ *Service) { w.RevokeBotToken() }, []string{"Bad: the bot's token does not work"},
		},
		"the app's token was revoked": {
			func(_ *testing.T, w *world, _ *Service) { w.RevokeAppToken() }, []string{"Bad: no socket can be opened"},
		},
		"the bot is in no channel": {
			func(_ *testing.T, w *world, _ *Service) { w.channel.Kick(w.Bot) }, []string{"Warning: the bot is in no channel"},
		},
		"a channel is shared": {
			func(_ *testing.T, w *world, _ *Service) {
				w.channel.SharePending(true)
				w.Channel("inside", slacktest.Public, w.alice, w.Bot)
			}, []string{"Warning: shared with other organisations or workspaces: 1"},
		},
		"two others are connected": {
			func(t *testing.T, w *world, _ *Service) {
				w.listen(t, w.service(t), nil)
				w.listen(t, w.service(t), nil)
			}, []string{"Warning: counts 2 others"},
		},
		"the settings are of another workspace": {
			func(_ *testing.T, _ *world, s *Service) { s.id.Workspace = "T0OTHER" }, []string{"Bad: is for the workspace"},
		},
		"metadata is not read back": {
			func(t *testing.T, w *world, s *Service) {
				speak(t, w, s)
				w.SetStrictReading(true, false)
			}, []string{"Bad: come without their metadata"},
		},
		"threads cannot be read": {
			func(t *testing.T, w *world, s *Service) {
				speak(t, w, s)
				w.SetStrictReading(false, true)
			}, []string{"Bad: threads in channel"},
		},
		"Slack is away": {func(_ *testing.T, w *world, _ *Service) { w.Leave() }, []string{"Bad: Slack cannot be asked"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.SetScopes(neededScopes...)
			s := w.service(t)
			tc.change(t, w, s)
			var wrong []string
			for _, f := range s.Examine(t.Context()) {
				if f.Severity != chat.Good {
					wrong = append(wrong, fmt.Sprintf("%s: %s", map[chat.Severity]string{chat.Warning: "Warning", chat.Bad: "Bad"}[f.Severity], f.Text))
				}
			}
			if len(wrong) != len(tc.want) {
				t.Fatalf("it says %q", wrong)
			}
			for i, want := range tc.want {
				severity, part, _ := strings.Cut(want, ": ")
				if !strings.HasPrefix(wrong[i], severity) || !strings.Contains(wrong[i], part) {
					t.Errorf("it says %q, want %q", wrong[i], want)
				}
			}
		})
	}
}

func without(all []string, one string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(s string) bool { return s == one })
}

// speak has alice ask, and the bot answer in her thread.
func speak(t *testing.T, w *world, s *Service) {
	t.Helper()
	if _, err := s.whoami(t.Context()); err != nil {
		t.Fatal(err)
	}
	root := w.alice.Post(w.channel, "", "@volcado hello")
	place := w.place(w.channel, chat.KindPrivate)
	place.Thread = root
	if _, err := s.Post(t.Context(), chat.Target{Place: place}, "key", chat.Reply{Headline: "hello"}); err != nil {
		t.Fatal(err)
	}
	if _, found, err := s.Find(t.Context(), chat.Target{Place: place}, "key", time.Now().Add(-time.Hour)); err != nil || !found {
		t.Fatalf("Find: %t, %v", found, err)
	}
}
