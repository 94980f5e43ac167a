package console

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/volcado-io/volcado/bot/chat"
)

// place of everything: a console is between one person and the bot.
var place = chat.Place{Platform: Platform, Channel: Channel, Kind: chat.KindDirect}

// ID of the console. There is no workspace: nobody vouches for who sits there.
func (c *Console) ID() chat.ServiceID { return place.ServiceID() }

// Limits of a console: it is one person's own screen, and remembers what it has shown.
func (c *Console) Limits() chat.Limits { return chat.Limits{Live: true, Finds: true} }

// KindOf is always Direct.
func (c *Console) KindOf(_ context.Context, p chat.Place) (chat.Kind, error) {
	if err := here(p); err != nil {
		return "", err
	}
	return chat.KindDirect, nil
}

func here(p chat.Place) error {
	if p.ServiceID() != place.ServiceID() || p.Channel != Channel {
		return &chat.Error{Kind: chat.PlaceGone, Err: fmt.Errorf("%s is not on this console", p.ServiceID())}
	}
	return nil
}

// Post shows a reply. There is one person to see it, who needs no mention.
func (s *screen) Post(_ context.Context, to chat.Target, key chat.Key, r chat.Reply) (chat.Ref, error) {
	if err := here(to.Place); err != nil {
		return chat.Ref{}, err
	}
	if to.Only != "" && to.Only != s.user {
		return chat.Ref{}, &chat.Error{Kind: chat.Rejected, Err: errors.New("somebody else sits at this console")}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.posted++
	ref := chat.Ref{Channel: Channel, Post: strconv.Itoa(s.posted)}
	s.show(ref.Post, r, true)
	if s.err != nil {
		return chat.Ref{}, s.gone()
	}
	if key != "" {
		s.keys[key] = ref
	}
	return ref, nil
}

// Edit replaces the progress that is shown, or on a screen that cannot take anything back, adds to it.
func (s *screen) Edit(_ context.Context, ref chat.Ref, r chat.Reply) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n, err := strconv.Atoi(ref.Post); ref.Channel != Channel || err != nil || n < 1 || n > s.posted {
		return &chat.Error{Kind: chat.PostGone, Err: fmt.Errorf("post %q is not of this session", ref.Post)}
	}
	s.show(ref.Post, r, false)
	return s.gone()
}

// Find looks through what this session has shown.
func (s *screen) Find(_ context.Context, to chat.Target, key chat.Key, _ time.Time) (chat.Ref, bool, error) {
	if err := here(to.Place); err != nil {
		return chat.Ref{}, false, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	ref, found := s.keys[key]
	return ref, found, nil
}

// gone: what cannot be written to once is not written to again.
func (s *screen) gone() error {
	if s.err == nil {
		return nil
	}
	return &chat.Error{Kind: chat.PlaceGone, Err: s.err}
}
