package mattermost

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/volcado-io/volcado/bot/chat"
)

const (
	// longestPage of a channel's history that Mattermost gives, in posts.
	longestPage = 200
	// mostPages of one channel that are read.
	mostPages = 5000
	// beforeAdded is how long before the bot was added to a channel a message can have been written and still be handled.
	// Older ones were never meant for a bot that was not there.
	beforeAdded = 5 * time.Minute
)

// catchUp reads what was written since the position, one channel after the other. What it hands on outlives the connection. The
// position moves at the end, because channels that it did not come to are read from there the next time.
func (l *listener) catchUp(ctx, connection context.Context) error {
	from := l.position.Add(-overlap)
	channels, err := l.ownChannels(connection)
	if err != nil {
		return err
	}
	for _, channel := range channels {
		since, unread := l.unread[channel.Id]
		switch {
		case !unread && at(channel.LastPostAt).Before(from):
			continue
		case !unread:
			since = from
		}
		if err := l.catchUpChannel(ctx, connection, channel, since); err != nil {
			return err
		}
	}
	maps.DeleteFunc(l.unread, func(id string, _ time.Time) bool { // the bot was removed from it
		return !slices.ContainsFunc(channels, func(channel *model.Channel) bool { return channel.Id == id })
	})
	for _, channel := range channels {
		l.pass(at(channel.LastPostAt))
	}
	return nil
}

// catchUpChannel reads one channel. Where the server is well and cannot give this one, as when a post in it is damaged, it is
// read later, and keeps no other channel from being heard.
func (l *listener) catchUpChannel(ctx, connection context.Context, channel *model.Channel, from time.Time) error {
	err := l.history(connection, channel.Id, from, func(post *model.Post) { l.take(ctx, post, channel.Type, true) })
	kind := chat.KindOfError(err)
	switch {
	case err == nil || kind == chat.PlaceGone: // the bot was removed meanwhile
		delete(l.unread, channel.Id)
		return nil
	case connection.Err() != nil || kind == chat.Unauthorised || chat.RetryAfter(err) > 0 || l.healthy(connection) != nil:
		return err
	}
	l.log.Warn("a channel cannot be read; what was missed in it is read later", "channel", channel.Id, "since", from, "error", err)
	l.readLater(channel.Id, from)
	return nil
}

// readLater notes that a channel is to be read from a time on.
func (l *listener) readLater(channel string, from time.Time) {
	if earlier, unread := l.unread[channel]; !unread || from.Before(earlier) {
		l.unread[channel] = from
	}
}

// caughtUp says what is still to be read.
func (l *listener) caughtUp() {
	unread := slices.Sorted(maps.Keys(l.unread))
	l.setHealth(func(h *chat.Health) {
		h.Connected, h.Behind, h.Why = true, len(unread) > 0, ""
		if h.Behind {
			h.Why = fmt.Sprintf("what was missed in %d channels cannot be read, such as %s; it is tried again", len(unread), unread[0])
		}
	})
}

// ownChannels are those that the bot is a member of, direct messages among them.
func (c *client) ownChannels(ctx context.Context) ([]*model.Channel, error) {
	return get(ctx, c, "list the bot's channels", "/users/"+model.Me+"/channels?last_delete_at=0", decodeChannels)
}

// history visits a channel's posts since then, threads included, in the order in which they were made; some more than once.
// It begins at the end, because Mattermost finds no post by its time, and keeps in memory one page at a time.
func (l *listener) history(ctx context.Context, channel string, from time.Time, visit func(*model.Post)) error {
	var later []string // where the pages behind the present one begin
	before := ""
	for {
		posts, oldest, err := l.page(ctx, channel, before)
		if err != nil {
			return err
		}
		from = l.notBeforeAdded(posts, from)
		if oldest || at(posts[len(posts)-1].CreateAt).Before(from) {
			visitOldestFirst(posts, from, visit)
			break
		}
		next := overlapping(posts)
		if next == before || len(later) == mostPages {
			return &chat.Error{Kind: chat.NotDone, Err: fmt.Errorf("the history of channel %s has no end", channel)}
		}
		later, before = append(later, before), next
	}
	for _, before := range slices.Backward(later) {
		posts, _, err := l.page(ctx, channel, before)
		if err != nil {
			return err
		}
		visitOldestFirst(posts, from, visit)
	}
	return nil
}

func visitOldestFirst(posts []*model.Post, from time.Time, visit func(*model.Post)) {
	for _, post := range slices.Backward(posts) {
		if !at(post.CreateAt).Before(from) {
			visit(post)
		}
	}
}

// page of a channel's posts, the newest first: the newest of all, or those that were made before another one. Oldest: there
// are none before them. Where posts are so large that the answer would be too long, there are fewer of them.
func (c *client) page(ctx context.Context, channel, before string) (posts []*model.Post, oldest bool, err error) {
	for size := c.pageSize; ; size /= 2 {
		posts, err := c.pageOf(ctx, channel, before, size)
		if size == 1 || !errors.Is(err, chat.ErrTooLong) {
			return posts, len(posts) < size, err
		}
	}
}

func (c *client) pageOf(ctx context.Context, channel, before string, size int) ([]*model.Post, error) {
	// Other posts of the same threads, which can be thousands, are not asked for.
	query := url.Values{"page": {"0"}, "per_page": {strconv.Itoa(size)}, "skipFetchThreads": {"true"}}
	if before != "" {
		query.Set("before", before)
	}
	list, err := get(ctx, c, "read the history of channel "+channel, "/channels/"+channel+"/posts?"+query.Encode(), decodePosts)
	switch {
	case err != nil:
		return nil, gone(err)
	case list.Order == nil:
		// An empty channel has an order, too, with nothing in it. Else it would be certain that a post is not there.
		return nil, &chat.Error{Kind: chat.Uncertain, Err: fmt.Errorf("read the history of channel %s: %w", channel, errNothing)}
	}
	posts := make([]*model.Post, 0, len(list.Order))
	for _, id := range list.Order {
		post := list.Posts[id]
		if post == nil || post.Id != id || post.ChannelId != channel || !model.IsValidId(id) {
			return nil, &chat.Error{Kind: chat.Uncertain, Err: errors.New("the history of channel " + channel + " lacks a post that it lists")}
		}
		posts = append(posts, post)
	}
	slices.SortStableFunc(posts, func(a, b *model.Post) int { return cmp.Compare(b.CreateAt, a.CreateAt) })
	return posts, nil
}

// overlapping is the post before which the next page begins. Mattermost goes by milliseconds and leaves out what was made in
// the same one, so it is the oldest that is not of the page's last millisecond.
func overlapping(posts []*model.Post) string {
	last := posts[len(posts)-1]
	for _, post := range slices.Backward(posts) {
		if post.CreateAt != last.CreateAt {
			return post.Id
		}
	}
	return last.Id
}

// notBeforeAdded is from, or shortly before the bot was added to the channel, where one of the posts tells of that. People
// cannot make such posts.
func (s *Service) notBeforeAdded(posts []*model.Post, from time.Time) time.Time {
	self := s.mine().id
	for _, post := range posts {
		added := post.Type == model.PostTypeAddToChannel && post.GetProp(model.PostPropsAddedUserId) == self ||
			post.Type == model.PostTypeJoinChannel && post.UserId == self
		if earliest := at(post.CreateAt).Add(-beforeAdded); added && earliest.After(from) {
			from = earliest
		}
	}
	return from
}

// at is a time of Mattermost's.
func at(milliseconds int64) time.Time { return time.UnixMilli(milliseconds) }
