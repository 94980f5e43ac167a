package mattermost

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/internal/mattermosttest"
)

func TestAServerWhoseDatabaseHoldsShortPostsIsSentShortOnes(t *testing.T) {
	w := newWorld(t, mattermosttest.Start(t, mattermosttest.Options{}))
	// As Mattermost 4 made it. A server reads it once.
	w.SQL(t, "ALTER TABLE posts ALTER COLUMN message TYPE varchar(4000)")
	w.Restart(t)
	s := w.service(t)
	collected(t, s, time.Now())
	if got := s.Limits().Longest; got != shortestLimit {
		t.Fatalf("posts can have %d characters, want %d", got, shortestLimit)
	}
	const words = 2000
	ref := mustPost(t, s, w.here(), strings.Repeat("word ", words))
	read := 0
	for _, post := range w.Posts(t, w.channel.Id) {
		if post.UserId != w.bot.ID || post.Type != "" {
			continue
		}
		if n := utf8.RuneCountInString(post.Message); n > shortestLimit {
			t.Errorf("a post has %d characters", n)
		}
		read += strings.Count(post.Message, "w") // a word can be broken over two lines
	}
	if read != words {
		t.Errorf("%d of %d words arrived", read, words)
	}
	if err := s.Edit(t.Context(), ref, chat.Reply{Headline: strings.Repeat("word ", words)}); err != nil {
		t.Error(err)
	}
}

func TestWhatAServerSaysOfTheLengthOfPostsIsBelievedWithinBounds(t *testing.T) {
	for said, want := range map[string]int64{
		"": longestPost, "many": longestPost, "16383": 16383, "8000": 8000, "4000": 4000,
		"0": shortestLimit, "-1": shortestLimit, "65535": longestPost, "99999999999999999999": longestPost,
	} {
		if got := longest(map[string]string{"MaxPostSize": said}); got != want {
			t.Errorf("of %q it makes %d, want %d", said, got, want)
		}
	}
}
