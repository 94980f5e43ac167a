package mattermost

import (
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/internal/mattermosttest"
)

func TestAnotherThatPostsWithTheBotsAccountIsToldOf(t *testing.T) {
	alone := func(w *world) chat.Target {
		to := w.here()
		to.Only = w.alice.ID
		return to
	}
	for name, tc := range map[string]struct {
		posts func(t *testing.T, w *world, s *Service)
		soon  bool // after Listen began
		want  bool
	}{
		"another installation answers": {
			posts: func(t *testing.T, w *world, _ *Service) { mustPost(t, w.service(t), w.here(), "Hello.") },
			want:  true,
		},
		"another installation answers one person": {
			posts: func(t *testing.T, w *world, _ *Service) { mustPost(t, w.service(t), alone(w), "Hello.") },
			want:  true,
		},
		"another program posts": {
			posts: func(t *testing.T, w *world, _ *Service) { w.Post(t, w.bot, w.channel.Id, "Hello.") },
			want:  true,
		},
		"the leader before had a post under way": {
			posts: func(t *testing.T, w *world, _ *Service) { mustPost(t, w.service(t), w.here(), "Hello.") },
			soon:  true,
		},
		"the bot answers":            {posts: func(t *testing.T, w *world, s *Service) { mustPost(t, s, w.here(), "Hello.") }},
		"the bot answers one person": {posts: func(t *testing.T, w *world, s *Service) { mustPost(t, s, alone(w), "Hello.") }},
		"the bot's answer is split": {posts: func(t *testing.T, w *world, s *Service) {
			mustPost(t, s, w.here(), strings.Repeat("word ", longestPost/2))
			if posts := w.Posts(t, w.channel.Id); len(posts) < 3 {
				t.Fatalf("it is in %d posts", len(posts))
			}
		}},
		"a webhook posts in the bot's name": {posts: func(t *testing.T, w *world, _ *Service) {
			w.PostByWebhook(t, w.Webhook(t, w.bot, w.channel.Id), "Hello.")
		}},
		"the server posts in the bot's name": {posts: func(t *testing.T, w *world, _ *Service) {
			header := "new"
			if _, _, err := w.bot.Client.PatchChannel(t.Context(), w.channel.Id, &model.ChannelPatch{Header: &header}); err != nil {
				t.Fatal(err)
			}
		}},
		"somebody else takes the bot's keys": {posts: func(t *testing.T, w *world, _ *Service) {
			w.say(t, w.bob, &model.Post{ChannelId: w.channel.Id, Message: "Hello.", Props: model.StringInterface{propKey: "k", propProcess: "p"}})
		}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, mattermosttest.Get(t))
			s := w.service(t)
			if !tc.soon {
				s.settle = 0
			}
			arrived := collected(t, s, time.Now())
			tc.posts(t, w, s)
			w.ask(t, "help")
			next(t, arrived) // the events before it have arrived, too
			h := s.Health()
			if got := strings.Contains(h.Shared, "something else posts as @"+w.bot.Name+":"); got != tc.want || !got && h.Shared != "" {
				t.Errorf("it says %q, want that it says so: %v", h.Shared, tc.want)
			}
			if !h.Connected || h.Why != "" || strings.Contains(h.Shared, w.bot.Token) {
				t.Errorf("its health is %+v", h)
			}
		})
	}
}

func TestWhatAnEarlierProcessPostedIsNotTakenForAnothersPost(t *testing.T) {
	w := newWorld(t, mattermosttest.Get(t))
	ref := mustPost(t, w.service(t), w.here(), "before")
	s := w.service(t)
	s.settle = 0
	arrived := collected(t, s, time.Now().Add(-time.Hour)) // it reads that post in the channel's history
	if err := s.Edit(t.Context(), ref, chat.Reply{Headline: "afterwards"}); err != nil {
		t.Fatal(err)
	}
	w.Edit(t, w.Admin, ref.Post, "vandalised")
	w.ask(t, "help")
	next(t, arrived)
	if h := s.Health(); h.Shared != "" {
		t.Errorf("it says %q", h.Shared)
	}
}

func TestThatTheAccountIsSharedIsToldForAWhile(t *testing.T) {
	w := newWorld(t, mattermosttest.Get(t))
	s := w.service(t)
	if _, err := s.whoami(t.Context()); err != nil {
		t.Fatal(err)
	}
	ago := func(age time.Duration) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.otherPosted = time.Now().Add(-age)
	}
	is := func(when string, want bool) {
		t.Helper()
		if got := s.Health().Shared; (got != "") != want {
			t.Errorf("%s, it says %q", when, got)
		}
	}
	ago(sharedFor + time.Second)
	is("after a quarter of an hour", false)
	ago(sharedFor - time.Minute)
	is("before", true)
	if _, err := s.whoami(t.Context()); err != nil {
		t.Fatal(err)
	}
	is("with the same account", true)
	w.bot = w.Bot(t, "volcado-staging")
	w.writeToken(t)
	if _, err := s.whoami(t.Context()); err != nil {
		t.Fatal(err)
	}
	is("with an account of its own", false)
}
