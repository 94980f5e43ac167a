package mattermosttest

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
)

func TestOptionsAreTheServers(t *testing.T) {
	s := Start(t, Options{RateLimit: &RateLimit{PerSecond: 5, Burst: 5}, PostEditTimeLimit: time.Second, MaxFileSize: 1 << 10, SiteURL: "http://chat.example.test"})
	// More requests than the limit lets through at once.
	alice := s.User(t, "alice")
	channel := s.Channel(t, s.Team(t, "shop"), model.ChannelTypePrivate, "dumps", alice)
	post := s.Post(t, alice, channel.Id, "good morning")

	t.Run("a post cannot be edited for ever", func(t *testing.T) {
		text := post.Message
		eventually(t, "an edit is refused", func() bool {
			text += "!" // what changes nothing is never refused
			_, _, err := alice.Client.PatchPost(t.Context(), post.Id, &model.PostPatch{Message: &text})
			return refused(err) == http.StatusBadRequest
		})
	})
	t.Run("a file that is too large is refused", func(t *testing.T) {
		if _, _, err := alice.Client.UploadFile(t.Context(), make([]byte, 1<<10), channel.Id, "fits.bin"); err != nil {
			t.Errorf("one that fits: %v", err)
		}
		if _, _, err := alice.Client.UploadFile(t.Context(), make([]byte, 2<<10), channel.Id, "large.bin"); refused(err) != http.StatusRequestEntityTooLarge {
			t.Errorf("one that does not fit: %v", err)
		}
	})
	t.Run("the server calls itself as it is told", func(t *testing.T) {
		config, _, err := s.Admin.Client.GetConfig(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if got := *config.ServiceSettings.SiteURL; got != "http://chat.example.test" {
			t.Errorf("it calls itself %q", got)
		}
	})
	t.Run("a burst is refused, and says when to try again", func(t *testing.T) {
		hasty := model.NewAPIv4Client(s.URL)
		hasty.SetToken(alice.Token)
		eventually(t, "a request is refused", func() bool {
			_, response, err := hasty.GetMe(t.Context(), "")
			if err == nil {
				return false
			}
			if response == nil || response.StatusCode != http.StatusTooManyRequests {
				t.Fatalf("got %v", err)
			}
			for _, header := range []string{"Retry-After", "X-RateLimit-Reset", "X-RateLimit-Limit"} {
				if response.Header.Get(header) == "" {
					t.Errorf("it does not say %s", header)
				}
			}
			return true
		})
		if _, _, err := alice.Client.GetMe(t.Context(), ""); err != nil {
			t.Errorf("a client of the test's does not wait: %v", err)
		}
	})
}

func TestWithoutTheProgramsItSaysWhatToRun(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("VOLCADO_BIN", folder)
	_, err := findPrograms()
	if want := folder + " has no mattermost/mattermost, no mattermost/i18n"; err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "make test") {
		t.Errorf("got %v, want %q in it", err, want)
	}
}
