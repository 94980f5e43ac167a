package slack

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/slack-go/slack"

	"github.com/volcado-io/volcado/bot/chat"
)

const (
	// longestPage of a history that is asked for, in messages.
	longestPage = 200
	// mostPages of a thread or a channel that are searched.
	mostPages = 200
)

// stretch of a channel's history, or of one thread's.
type stretch struct {
	channel, thread string
	from            time.Time
	metadata        bool
}

// page of a stretch: Slack gives the newest first of a channel, and the oldest first of a thread.
type page struct {
	messages []slack.Message
	next     string
}

// each visits the messages of a stretch, until visit says no.
func (s *Service) each(ctx context.Context, of stretch, visit func(slack.Message) bool) error {
	cursor := ""
	for range mostPages {
		p, err := s.page(ctx, of, cursor)
		if err != nil {
			return err
		}
		for _, m := range p.messages {
			if !at(m.Timestamp).Before(of.from) && !visit(m) {
				return nil
			}
		}
		if p.next == "" {
			return nil
		}
		if p.next == cursor {
			break
		}
		cursor = p.next
	}
	return &chat.Error{Kind: chat.NotDone, Err: fmt.Errorf("the history of channel %s has no end", of.channel)}
}

func (s *Service) page(ctx context.Context, of stretch, cursor string) (page, error) {
	if of.thread != "" {
		return look(ctx, s.client, "read a thread of channel "+of.channel, func(api *slack.Client) (page, error) {
			messages, more, next, err := api.GetConversationRepliesContext(ctx, &slack.GetConversationRepliesParameters{
				ChannelID: of.channel, Timestamp: of.thread, Cursor: cursor, Oldest: stamp(of.from), Inclusive: true, Limit: s.pageSize, IncludeAllMetadata: of.metadata,
			})
			return pageOf(messages, more, next, err)
		})
	}
	return look(ctx, s.client, "read the history of channel "+of.channel, func(api *slack.Client) (page, error) {
		given, err := api.GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{
			ChannelID: of.channel, Cursor: cursor, Oldest: stamp(of.from), Inclusive: true, Limit: s.pageSize, IncludeAllMetadata: of.metadata,
		})
		if err != nil {
			return page{}, err
		}
		return pageOf(given.Messages, given.HasMore, given.ResponseMetaData.NextCursor, nil)
	})
}

var errNoCursor = errors.New("it says that there is more, and not where")

func pageOf(messages []slack.Message, more bool, next string, err error) (page, error) {
	switch {
	case err != nil:
		return page{}, err
	case more && next == "":
		return page{}, errNoCursor
	case !more:
		next = ""
	}
	return page{messages, next}, nil
}

// catchUp reads what was written since then in all channels of the bot's: what Slack does not deliver again. Of threads it knows
// those whose first message it sees; mentions in threads that began before are lost.
func (l *listener) catchUp(ctx, connection context.Context, from time.Time) error {
	channels, err := l.ownChannels(connection)
	if err != nil {
		return err
	}
	for _, channel := range channels {
		if err := l.catchUpChannel(ctx, connection, channel, from); err != nil && chat.KindOfError(err) != chat.PlaceGone {
			return err
		}
	}
	return nil
}

// mostOwnChannels of the bot that are read.
const mostOwnChannels = 10_000

func (s *Service) ownChannels(ctx context.Context) ([]slack.Channel, error) {
	var all []slack.Channel
	cursor := ""
	for len(all) < mostOwnChannels {
		type given struct {
			channels []slack.Channel
			next     string
		}
		p, err := look(ctx, s.client, "list the bot's channels", func(api *slack.Client) (given, error) {
			channels, next, err := api.GetConversationsForUserContext(ctx, &slack.GetConversationsForUserParameters{
				Types: []string{"public_channel", "private_channel", "im"}, Cursor: cursor, Limit: longestPage, ExcludeArchived: true,
			})
			return given{channels, next}, err
		})
		if err != nil {
			return nil, err
		}
		all = append(all, p.channels...)
		if p.next == "" || p.next == cursor {
			break
		}
		cursor = p.next
	}
	return all, nil
}

// threadsFrom is how far before a stretch the first messages of threads are looked at, for replies within the stretch.
const threadsFrom = 24 * time.Hour

// catchUpChannel hands on what was written in a channel, in order.
func (l *listener) catchUpChannel(ctx, connection context.Context, channel slack.Channel, from time.Time) error {
	var missed []written
	var threads []string
	began := time.Now()
	err := l.each(connection, stretch{channel: channel.ID, from: from.Add(-threadsFrom)}, func(m slack.Message) bool {
		if !at(m.Timestamp).Before(from) {
			missed = append(missed, writtenIn(channel.ID, m))
			if m.ThreadTimestamp == "" && m.LatestReply == "" && m.ReplyCount == 0 {
				l.found.put(scanOf(channel.ID, m.Timestamp), began, scan{}) // it begins no thread, so the bot's answer is not there
			}
		}
		if m.ReplyCount > 0 && !at(m.LatestReply).Before(from) {
			threads = append(threads, m.Timestamp)
		}
		return true
	})
	if err != nil {
		return err
	}
	for _, thread := range threads {
		err := l.each(connection, stretch{channel: channel.ID, thread: thread, from: from}, func(m slack.Message) bool {
			if m.Timestamp != thread {
				missed = append(missed, writtenIn(channel.ID, m))
			}
			return true
		})
		if chat.Transient(err) != nil {
			return err
		}
	}
	slices.SortStableFunc(missed, func(a, b written) int { return at(a.TS).Compare(at(b.TS)) })
	for _, w := range missed {
		w.again = l.early.before(w)
		l.take(ctx, w, nil)
	}
	return nil
}
