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
	// PerMinute is how many calls of a method are let through in any minute, in the whole workspace. A method that is not here has no
	// such limit.
	PerMinute map[string]int
}

// Tiers of methods, in calls a minute: what Slack promises, though it lets bursts of more through.
// https://docs.slack.dev/apis/web-api/rate-limits
const (
	tier1 = 1
	tier2 = 20
	tier3 = 50
	tier4 = 100
)

// Methods of the special tier, in calls a minute. Slack says hundreds of both, and no number; of chat.postMessage beside one a second
// and channel.
const (
	specialAuthTest    = 300
	specialPostMessage = 300
)

// SlackRates are what Slack documents: a message a second and channel, and of each method what its tier allows in a minute. The tiers
// are those of Slack's own client, metadata/web-api/rate_limit_tiers.json of github.com/slackapi/java-slack-sdk. An answer at a
// response_url has no limit that Slack tells of, beside its five uses.
func SlackRates() Rates {
	return Rates{PostEvery: time.Second, PerMinute: map[string]int{
		"apps.connections.open": tier1,
		"auth.test":             specialAuthTest,
		"bots.info":             tier3,
		"chat.delete":           tier3,
		"chat.postEphemeral":    tier4,
		"chat.postMessage":      specialPostMessage,
		"chat.update":           tier3,
		"conversations.history": tier3,
		"conversations.info":    tier3,
		"conversations.list":    tier2,
		"conversations.members": tier4,
		"conversations.open":    tier3,
		"conversations.replies": tier3,
		"team.info":             tier3,
		"usergroups.list":       tier2,
		"usergroups.users.list": tier2,
		"users.conversations":   tier2,
		"users.info":            tier4,
		"views.open":            tier4,
		"views.update":          tier4,
	}}
}

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
	// Calls that were let through, by channel and by method.
	posts, calls map[string][]time.Time
	// refusals that are not over, of a method, or of one in a channel.
	refusals map[string][]period
}

type period struct{ from, until time.Time }

func (b *rateBook) init() {
	b.posts, b.calls, b.refusals = map[string][]time.Time{}, map[string][]time.Time{}, map[string][]period{}
}

// refuse calls for so long.
func (b *rateBook) refuse(of string, now time.Time, wait time.Duration) {
	b.refusals[of] = append(b.refusals[of], period{now, now.Add(wait)})
}

// early is whether a call comes before a refusal is over, and for how long the first such one has stood.
func (b *rateBook) early(method, channel string, now time.Time) (known time.Duration, early bool) {
	for _, of := range []string{method, inChannel(method, channel)} {
		b.refusals[of] = slices.DeleteFunc(b.refusals[of], func(p period) bool { return !now.Before(p.until) })
		for _, p := range b.refusals[of] {
			known, early = max(known, now.Sub(p.from)), true
		}
	}
	return known, early
}

func inChannel(method, channel string) string { return method + " " + channel }

// limited is how long to wait by the rates before such a call, and what that is a limit of; 0: it is let through, and counted.
func (s *Server) limited(method, channel string) (of string, wait time.Duration) {
	now, rates, book := s.now(), s.settings.rates, &s.rates
	posts := method == "chat.postMessage" && rates.PostEvery > 0
	if posts {
		most := rates.PostBurst + 1
		if wait := untilRoom(book.posts, channel, now, most, time.Duration(most)*rates.PostEvery); wait > 0 {
			return inChannel(method, channel), wait
		}
	}
	most, limits := rates.PerMinute[method]
	if limits {
		if wait := untilRoom(book.calls, method, now, most, time.Minute); wait > 0 {
			return method, wait
		}
		book.calls[method] = append(book.calls[method], now)
	}
	if posts {
		book.posts[channel] = append(book.posts[channel], now)
	}
	return method, 0
}

// untilRoom is how long it takes until there is room for one more where so many have room in a window; 0: there is room.
func untilRoom(times map[string][]time.Time, key string, now time.Time, most int, window time.Duration) time.Duration {
	past := slices.DeleteFunc(times[key], func(t time.Time) bool { return !t.After(now.Add(-window)) })
	times[key] = past
	if len(past) < most {
		return 0
	}
	return past[len(past)-most].Add(window).Sub(now)
}
