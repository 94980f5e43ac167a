package slack

import (
	"cmp"
	"context"
	"fmt"

	"github.com/slack-go/slack"

	"github.com/volcado-io/volcado/bot/chat"
)

// metadataType marks the posts that carry a chat.Key in their metadata, which people do not see.
const metadataType = "volcado_said"

// Post says something, over as many messages as it takes. The first carries the key.
func (s *Service) Post(ctx context.Context, to chat.Target, key chat.Key, reply chat.Reply) (chat.Ref, error) {
	channel, thread, err := s.where(ctx, to)
	if err != nil {
		return chat.Ref{}, err
	}
	var first chat.Ref
	for i, m := range render(reply, s.address(), to.Mention, mostMessages) {
		var metadata *slack.SlackMetadata
		if i == 0 && key != "" {
			metadata = &slack.SlackMetadata{EventType: metadataType, EventPayload: map[string]any{"key": string(key)}}
		}
		ref, err := s.create(ctx, channel, thread, m, metadata)
		switch {
		case err == nil && i == 0:
			first = ref
		case err != nil && i == 0:
			return chat.Ref{}, err
		case err != nil:
			// Some of it stands there, so it must not be said to be not done.
			return chat.Ref{}, &chat.Error{Kind: chat.Uncertain, RetryAfter: chat.RetryAfter(err), Err: fmt.Errorf("message %d: %w", i+1, err)}
		}
	}
	return first, nil
}

// create a message, once. A repetition could be a second one.
func (s *Service) create(ctx context.Context, channel, thread string, m message, metadata *slack.SlackMetadata) (chat.Ref, error) {
	if err := s.pace.wait(ctx, channel); err != nil {
		return chat.Ref{}, err
	}
	options := m.options()
	if thread != "" {
		options = append(options, slack.MsgOptionTS(thread))
	}
	if metadata != nil {
		options = append(options, slack.MsgOptionMetadata(*metadata))
	}
	// Whatever is said of the call, what was read of the thread before does not hold any more.
	defer s.found.drop(scanOf(channel, thread))
	type made struct{ channel, ts string }
	is, err := call(s.client, "post in channel "+channel, func(api *slack.Client) (made, error) {
		in, ts, err := api.PostMessageContext(ctx, channel, options...)
		return made{in, ts}, err
	})
	switch {
	case err != nil:
		s.pace.hold(channel, err)
		return chat.Ref{}, err
	case is.channel != channel || !isMessage(is.ts):
		return chat.Ref{}, &chat.Error{Kind: chat.Uncertain, Err: fmt.Errorf("post in channel %s: %w", channel, errNothing)}
	}
	return refOf(channel, is.ts, thread), nil
}

// refOf a message, which begins a thread where it stands in none.
func refOf(channel, ts, thread string) chat.Ref {
	return chat.Ref{Channel: channel, Post: ts, Thread: cmp.Or(thread, ts)}
}

// options of a message. Nothing in it is unfurled: what a link leads to is nobody's business in the channel.
func (m message) options() []slack.MsgOption {
	return append(m.content(), slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl())
}

// content alone: what is edited, or said to one person, takes no other options.
func (m message) content() []slack.MsgOption {
	return []slack.MsgOption{slack.MsgOptionText(m.text, false), slack.MsgOptionBlocks(m.blocks...)}
}

// Edit replaces the first of a reply's messages. What has no room there is cut. Its metadata stays.
func (s *Service) Edit(ctx context.Context, ref chat.Ref, reply chat.Reply) error {
	if !isMessage(ref.Post) || !isChannel(ref.Channel) {
		return &chat.Error{Kind: chat.PostGone, Err: fmt.Errorf("%.64q is not the id of a message", ref.Post)}
	}
	m := render(reply, s.address(), "", 1)[0]
	edited, err := call(s.client, "edit message "+ref.Post, func(api *slack.Client) (string, error) {
		_, ts, _, err := api.UpdateMessageContext(ctx, ref.Channel, ref.Post, m.content()...)
		return ts, err
	})
	if err == nil && edited != ref.Post {
		return &chat.Error{Kind: chat.Uncertain, Err: fmt.Errorf("edit message %s: %w", ref.Post, errNothing)}
	}
	return err
}

// whisper says something to one person alone, where they asked. Slack keeps no such message, and shows it in a thread only where
// there are replies already, so thread is empty elsewhere. Where it cannot be said there, it is said in a direct message.
func (s *Service) whisper(ctx context.Context, m chat.Message, thread string, reply chat.Reply) error {
	said := render(reply, s.address(), "", 1)[0]
	options := said.content()
	if thread != "" {
		options = append(options, slack.MsgOptionTS(thread))
	}
	_, err := look(ctx, s.client, "answer in channel "+m.Channel, func(api *slack.Client) (string, error) {
		return api.PostEphemeralContext(ctx, m.Channel, m.User, options...)
	})
	if err == nil || chat.Transient(err) != nil {
		return err
	}
	_, err = s.Post(ctx, chat.Target{Place: m.Place, Only: m.User}, "", reply)
	return err
}

// address is what a command can begin with everywhere but in a thread, where Slack has no slash commands.
func (s *Service) address() string { return s.command + " " }
