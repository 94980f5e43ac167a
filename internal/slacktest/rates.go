package slacktest

import (
	"slices"
	"time"
)

// Rates at which calls are refused with 429, by the server's clock. Without any, none is.
type Rates struct {
	// PostEvery is the least time between two messages in one channel, and PostBurst how many more are let through at once.
	PostEvery time.Duration
	PostBurst int
	// UpdatesPerMinute of chat.update, in the whole workspace; 0: no limit.
	UpdatesPerMinute int
}

// SlackRates are what Slack documents: a message a second and channel, and fifty edits a minute.
func SlackRates() Rates { return Rates{PostEvery: time.Second, UpdatesPerMinute: 50} }

// SetRates from now on.
func (s *Server) SetRates(rates Rates) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settings.rates = rates
	s.rates.init()
}

// SetPage has every list and history end its page after that many items at most, whatever limit was asked for; 0: as many as that.
func (s *Server) SetPage(items int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settings.page = items
}

// SetEditWindow is how old an own message may be to be edited, by the server's clock; 0: any age.
func (s *Server) SetEditWindow(window time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settings.editWindow = window
}

// SetStrictReading chooses the stricter of what Slack documents in two ways: whether metadata is read back only with the scope
// metadata.message:read, and whether conversations.replies refuses bot tokens in channels.
func (s *Server) SetStrictReading(metadataNeedsScope, repliesWantUserToken bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settings.metadataScope, s.settings.repliesUserOnly = metadataNeedsScope, repliesWantUserToken
}

// SetUnthreading chooses what becomes of a reply to a message that has gone, of which Slack does not tell: it is refused with
// thread_not_found, as at first; or it is posted outside of any thread, and the answer's message has no thread_ts (which
// slack-go/slack#1571 has seen).
func (s *Server) SetUnthreading(unthreads bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settings.unthreads = unthreads
}

// rateBook is what was called when.
type rateBook struct {
	posts   map[string][]time.Time
	updates []time.Time
	// until when a method must not be called again, or not in a channel.
	until map[string]time.Time
}

func (b *rateBook) init() {
	b.posts, b.updates, b.until = map[string][]time.Time{}, nil, map[string]time.Time{}
}

func (b *rateBook) early(method, channel string, now time.Time) bool {
	return now.Before(b.until[method]) || now.Before(b.until[method+" "+channel])
}

// limited is how long to wait by the rates before such a call; 0: it is let through, and counted.
func (s *Server) limited(method, channel string) time.Duration {
	now, rates := s.now(), s.settings.rates
	recent := func(times []time.Time, within time.Duration) []time.Time {
		return slices.DeleteFunc(times, func(t time.Time) bool { return !t.After(now.Add(-within)) })
	}
	switch {
	case method == "chat.postMessage" && rates.PostEvery > 0:
		most := rates.PostBurst + 1
		window := time.Duration(most) * rates.PostEvery
		past := recent(s.rates.posts[channel], window)
		s.rates.posts[channel] = past
		if len(past) >= most {
			return past[0].Add(window).Sub(now)
		}
		s.rates.posts[channel] = append(past, now)
	case method == "chat.update" && rates.UpdatesPerMinute > 0:
		s.rates.updates = recent(s.rates.updates, time.Minute)
		if len(s.rates.updates) >= rates.UpdatesPerMinute {
			return s.rates.updates[0].Add(time.Minute).Sub(now)
		}
		s.rates.updates = append(s.rates.updates, now)
	}
	return 0
}
