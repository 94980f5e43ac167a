package mattermost

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/internal/turns"
)

const (
	// mostScans are the channels whose own posts are remembered, mostKeys the posts of one of them.
	mostScans, mostKeys = 100, 5000
	// scanAgain is how far back a channel is read again: a post can become visible after one that was made later, and the clock
	// that dated the newest one can be ahead.
	scanAgain = 2 * chat.ClockSkew
)

// finder finds the bot's own posts. After an absence it is asked for each message of a channel, so it remembers what it has
// read there and reads only what came since.
type finder struct {
	client *client

	// turns at a channel's scan.
	turns turns.Turns

	mu    sync.Mutex
	scans map[string]*scan
}

// scan of a channel.
type scan struct {
	// from and to which the channel was read; to is zero before that was done once.
	from, to time.Time
	posts    map[chat.Key]chat.Ref
	used     time.Time
}

func newFinder(c *client) *finder { return &finder{client: c, scans: map[string]*scan{}} }

// Find looks for a post of the bot's own, in whichever thread of the channel. A server that reads from replicas of its
// database can be behind; the bot asks long enough after it has posted.
func (s *Service) Find(ctx context.Context, to chat.Target, key chat.Key, since time.Time) (chat.Ref, bool, error) {
	self, err := s.known(ctx)
	if err != nil {
		return chat.Ref{}, false, err
	}
	channel, _, err := s.where(ctx, to)
	if err != nil {
		return chat.Ref{}, false, err
	}
	return s.finder.find(ctx, channel, self.id, key, since.Add(-chat.ClockSkew))
}

func (f *finder) find(ctx context.Context, channel, self string, key chat.Key, since time.Time) (chat.Ref, bool, error) {
	over, _, err := f.turns.Take(ctx, channel)
	if err != nil {
		return chat.Ref{}, false, &chat.Error{Kind: chat.NotDone, Err: fmt.Errorf("look for a post in channel %s: another search is under way: %w", channel, err)}
	}
	defer over()
	c := f.scan(channel)
	ref, remembered := c.posts[key]
	if err := c.read(ctx, f.client, channel, self, since); err != nil {
		return chat.Ref{}, false, err
	}
	found, ok := c.posts[key]
	if !ok || !remembered || found != ref {
		return found, ok, nil
	}
	// It may have been deleted since.
	_, err = f.client.post(ctx, found.Post)
	if chat.KindOfError(err) == chat.PostGone && err != nil {
		delete(c.posts, key)
		return chat.Ref{}, false, nil
	}
	return found, err == nil, err
}

// scan of a channel, which is made where there is none.
func (f *finder) scan(channel string) *scan {
	f.mu.Lock()
	defer f.mu.Unlock()
	c := f.scans[channel]
	if c == nil {
		if len(f.scans) >= mostScans {
			f.dropOldest()
		}
		c = &scan{}
		f.scans[channel] = c
	}
	c.used = time.Now()
	return c
}

// forget what was read: it was another account's.
func (f *finder) forget() {
	f.mu.Lock()
	defer f.mu.Unlock()
	clear(f.scans)
}

func (f *finder) dropOldest() {
	oldest := ""
	for channel, c := range f.scans {
		if oldest == "" || c.used.Before(f.scans[oldest].used) {
			oldest = channel
		}
	}
	delete(f.scans, oldest)
}

// read what is not known yet, back to since.
func (c *scan) read(ctx context.Context, api *client, channel, self string, since time.Time) error {
	if c.to.IsZero() || since.Before(c.from) || len(c.posts) > mostKeys {
		c.from, c.to, c.posts = since, time.Time{}, map[chat.Key]chat.Ref{}
	}
	lowest, newest := c.from, c.to
	if !c.to.IsZero() {
		lowest = later(c.from, c.to.Add(-scanAgain))
	}
	before := ""
	for range mostPages {
		posts, oldest, err := api.page(ctx, channel, before)
		if err != nil {
			return err
		}
		for _, post := range posts {
			if made := at(post.CreateAt); !future(made) {
				newest = later(newest, made)
			}
			if key := keyOf(post, self); key != "" && !at(post.CreateAt).Before(lowest) {
				c.posts[key] = refOf(post)
			}
		}
		if oldest || at(posts[len(posts)-1].CreateAt).Before(lowest) {
			c.to = later(newest, lowest)
			return nil
		}
		before = overlapping(posts)
	}
	return &chat.Error{Kind: chat.NotDone, Err: errNothing}
}

// keyOf a post of the bot's own, or empty.
func keyOf(post *model.Post, self string) chat.Key {
	if !isOwn(post, self) {
		return ""
	}
	key, _ := post.GetProp(propKey).(string)
	return chat.Key(key)
}

// isOwn reports whether a post was made with the bot's account. Webhooks and plugins can post in the bot's name.
func isOwn(post *model.Post, self string) bool {
	if post.UserId != self || post.Type != model.PostTypeDefault {
		return false
	}
	for _, name := range []string{model.PostPropsFromWebhook, model.PostPropsFromPlugin, model.PostPropsFromOAuthApp} {
		if post.GetProp(name) != nil {
			return false
		}
	}
	return true
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
