package slack

import (
	"context"
	"time"

	"github.com/slack-go/slack"

	"github.com/volcado-io/volcado/bot/chat"
)

const (
	// foundFor is how long it is remembered which posts of the bot's own stand in a thread, unless this process posts there. A
	// thread is searched for several keys in a row, and conversations.replies takes 50 calls a minute. A post of another process
	// is looked for 30 s after it could be made at the latest, so a search from before that must be forgotten by then.
	foundFor = 10 * time.Second
	// mostFound are the threads whose posts are remembered.
	mostFound = 5000
)

// scan of a thread, or of a channel outside of threads: the bot's own posts since then, by their keys.
type scan struct {
	from  time.Time
	posts map[chat.Key]chat.Ref
}

func scanOf(channel, thread string) string { return channel + " " + thread }

// Find looks for a post of the bot's own in a thread, or in a channel where there is none.
func (s *Service) Find(ctx context.Context, to chat.Target, key chat.Key, since time.Time) (chat.Ref, bool, error) {
	self, err := s.known(ctx)
	if err != nil {
		return chat.Ref{}, false, err
	}
	channel, thread, err := s.where(ctx, to)
	if err != nil {
		return chat.Ref{}, false, err
	}
	since = since.Add(-chat.ClockSkew)
	read := func() (scan, error) {
		return s.scan(ctx, stretch{channel: channel, thread: thread, from: since, metadata: true}, self)
	}
	is, err := s.found.get(ctx, scanOf(channel, thread), read)
	if err == nil && is.from.After(since) {
		s.found.drop(scanOf(channel, thread))
		is, err = s.found.get(ctx, scanOf(channel, thread), read)
	}
	ref, found := is.posts[key]
	if !found || at(ref.Post).Before(since) {
		return chat.Ref{}, false, err
	}
	return ref, true, err
}

// scan reads a stretch. Of two posts with one key it takes the newer one: the older was posted before, and found wanting.
func (s *Service) scan(ctx context.Context, of stretch, self identity) (scan, error) {
	is := scan{from: of.from, posts: map[chat.Key]chat.Ref{}}
	err := s.each(ctx, of, func(m slack.Message) bool {
		if key := keyOf(m, self); key != "" && at(m.Timestamp).After(at(is.posts[key].Post)) {
			is.posts[key] = refOf(of.channel, m.Timestamp, of.thread)
		}
		return true
	})
	return is, err
}

// keyOf a post of the bot's own, or empty. A webhook of the app's posts under another bot's id.
func keyOf(m slack.Message, self identity) chat.Key {
	if m.User != self.user || m.BotID != self.bot || m.SubType != "" || m.Metadata.EventType != metadataType {
		return ""
	}
	key, _ := m.Metadata.EventPayload["key"].(string)
	return chat.Key(key)
}
