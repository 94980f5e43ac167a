package notify

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/volcado-io/volcado/bot/chat"
)

// room is a chat service with what was posted in it.
type room struct {
	*world
	can   chat.Limits
	posts []*post
	// gone channels by id, and threads whose root is gone.
	goneChannels, goneThreads map[string]bool
	// kind of every channel.
	kind chat.Kind
	// edits are taken; strict rejects what has more than a headline.
	edits, strict bool
	// mute: whether there is a post of a key is not told.
	mute bool
	// crossed: of two bots that lived after the end one has edited. It may have been the one that was behind.
	crossed bool
}

type post struct {
	key     chat.Key
	to      string
	by      string
	at      time.Time
	reply   chat.Reply
	mention string
	// unread: it went with its thread or channel, and nobody can read it any more.
	unread bool
}

// spot is where a target is.
func spot(t chat.Target) string {
	if t.Only != "" {
		return "direct:" + t.Only
	}
	return t.Channel + "/" + t.Thread
}

// of a key, those that can be read; and whether there ever was one.
func (r *room) of(key chat.Key) (found []*post, ever bool) {
	for _, p := range r.posts {
		if p.key == key {
			ever = true
			if !p.unread {
				found = append(found, p)
			}
		}
	}
	return found, ever
}

// finds: whether something was posted can be found out.
func (r *room) finds() bool { return r.can.Finds && !r.mute }

// lose a thread or a channel, with all that was said there.
func (r *room) lose(where string) {
	for _, p := range r.posts {
		p.unread = p.unread || strings.HasPrefix(p.to, where+"/") || strings.HasSuffix(p.to, "/"+where)
	}
	r.note("%s is gone", where)
}

// refuses says why nothing can be posted there.
func (r *room) refuses(t chat.Target, reply chat.Reply) error {
	switch {
	case t.Only == "" && r.goneChannels[t.Channel]:
		return &chat.Error{Kind: chat.PlaceGone}
	case t.Only == "" && t.Thread != "" && r.goneThreads[t.Thread]:
		return &chat.Error{Kind: chat.PostGone}
	case r.strict && len(reply.Lines) > 0:
		return &chat.Error{Kind: chat.Rejected}
	default:
		return nil
	}
}

// service is the room as one bot calls it.
type service struct {
	*room
	bot *bot
}

func (s *service) ID() chat.ServiceID { return chat.ServiceID{Platform: "played", Workspace: "w"} }
func (s *service) Listen(context.Context, time.Time, chat.Handler) error {
	return errors.New("nobody speaks")
}
func (s *service) Limits() chat.Limits { return s.can }
func (s *service) Health() chat.Health { return chat.Health{Connected: true} }

func (s *service) KindOf(_ context.Context, p chat.Place) (chat.Kind, error) {
	s.bot.pause()
	defer s.bot.pause()
	switch {
	case s.goneChannels[p.Channel]:
		return "", &chat.Error{Kind: chat.PlaceGone}
	case s.chance(5):
		return "", &chat.Error{Kind: chat.NotDone}
	default:
		return s.kind, nil
	}
}

func (s *service) Post(_ context.Context, to chat.Target, key chat.Key, reply chat.Reply) (chat.Ref, error) {
	deadline := s.bot.until[key]
	if s.bot.sawDeleted {
		deadline = s.now.Add(intentFor) // intended in memory
	}
	if !s.now.Before(deadline) {
		panic(s.bot.name + " posts " + string(key) + " after its deadline")
	}
	if strings.HasSuffix(string(key), "/end") && !ended(s.latest()) && !s.deleted {
		panic(s.bot.name + " says the last word on a dump that has not ended")
	}
	// From here to the effect it is in flight, for no longer than settleAfter after its deadline.
	s.bot.inflight = deadline.Add(settleAfter)
	s.bot.pause()
	s.bot.inflight = time.Time{}
	apply := func() chat.Ref {
		s.note("%s posts %s to %s", s.bot.name, key, spot(to))
		s.posts = append(s.posts, &post{
			key: key, to: spot(to), by: s.bot.name, at: s.now.Add(time.Duration(s.random.IntN(60)-30) * time.Second), reply: reply,
			mention: to.Mention, unread: s.refuses(to, chat.Reply{}) != nil,
		})
		return chat.Ref{Channel: to.Channel, Post: string(key), Thread: to.Thread}
	}
	if err := s.refuses(to, reply); err != nil {
		s.note("%s is refused %s in %s: %v", s.bot.name, key, spot(to), err)
		return chat.Ref{}, err
	}
	var ref chat.Ref
	var err error
	switch s.one(8, 6, 6, 6) {
	case 0:
		s.note("%s: post of %s not done", s.bot.name, key)
		err = &chat.Error{Kind: []chat.ErrorKind{chat.NotDone, chat.Unauthorised}[s.random.IntN(2)], RetryAfter: time.Duration(s.random.IntN(20)) * time.Second}
	case 1:
		s.note("%s: post of %s does not arrive, and nobody says so", s.bot.name, key)
		err = &chat.Error{Kind: chat.Uncertain}
	case 2:
		s.note("%s: post of %s is on its way", s.bot.name, key)
		s.flying = append(s.flying, &flight{what: "post of " + s.bot.name, apply: func() { apply() }, until: deadline.Add(settleAfter)})
		err = errors.New("timeout")
	case 3:
		apply()
		s.note("%s: the answer to post %s is lost", s.bot.name, key)
		err = errors.New("connection reset")
	default:
		ref = apply()
	}
	s.bot.pause()
	return ref, err
}

func (s *service) Edit(_ context.Context, ref chat.Ref, reply chat.Reply) error {
	s.bot.pause()
	defer s.bot.pause()
	if !s.edits {
		return &chat.Error{Kind: chat.Rejected}
	}
	if s.chance(10) {
		return &chat.Error{Kind: []chat.ErrorKind{chat.NotDone, chat.Uncertain}[s.random.IntN(2)]}
	}
	posts, _ := s.of(chat.Key(ref.Post))
	for _, p := range posts {
		p.reply = reply
	}
	s.note("%s edits %s: %s", s.bot.name, ref.Post, reply.Headline)
	if len(s.bots) > 1 && ended(s.latest()) {
		s.crossed = true
	}
	return nil
}

func (s *service) Find(_ context.Context, to chat.Target, key chat.Key, since time.Time) (chat.Ref, bool, error) {
	s.bot.pause()
	defer s.bot.pause()
	if err := s.refuses(to, chat.Reply{}); err != nil {
		return chat.Ref{}, false, err
	}
	if s.chance(15) {
		return chat.Ref{}, false, &chat.Error{Kind: chat.NotDone}
	}
	if s.mute {
		return chat.Ref{}, false, &chat.Error{Kind: chat.Rejected}
	}
	posts, _ := s.of(key)
	for _, p := range posts {
		if p.to == spot(to) && !p.at.Before(since) {
			s.note("%s finds %s", s.bot.name, key)
			return chat.Ref{Channel: to.Channel, Post: string(key), Thread: to.Thread}, true, nil
		}
	}
	s.note("%s finds no %s in %s", s.bot.name, key, spot(to))
	return chat.Ref{}, false, nil
}
