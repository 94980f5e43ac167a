package played

import (
	"math/rand/v2"
	"net/http"
	"time"
)

// Op is a call of the bot's.
type Op string

// The calls there are. OpAny stands for each of them.
const (
	OpHello   Op = "hello"
	OpConnect Op = "connect"
	OpEvents  Op = "events"
	OpAck     Op = "ack"
	OpPost    Op = "post"
	OpEdit    Op = "edit"
	OpDirect  Op = "direct"
	OpChannel Op = "channel"
	OpUser    Op = "user"
	OpHistory Op = "history"
	OpAny     Op = ""
)

// Call that came in.
type Call struct {
	Op                               Op
	Channel, Thread, Post, Key, Text string
}

// Verdict is what becomes of a call. The zero one lets it be.
type Verdict struct {
	loseBefore, loseAfter bool
	problem               *problem
	hold                  <-chan struct{}
}

// LoseBefore ends the connection, and nothing was done.
func LoseBefore() Verdict { return Verdict{loseBefore: true} }

// LoseAfter does what was asked, and ends the connection without an answer.
func LoseAfter() Verdict { return Verdict{loseAfter: true} }

// Throttle refuses, and asks to be left alone for that long.
func Throttle(retryAfter time.Duration) Verdict { return Verdict{problem: throttled(retryAfter)} }

// Trouble answers that something went wrong in the service. Nothing was done, but the driver cannot know.
func Trouble() Verdict {
	return Verdict{problem: &problem{Status: http.StatusInternalServerError, Code: codeTrouble}}
}

// Unavailable answers that the service takes nothing at the moment.
func Unavailable() Verdict {
	return Verdict{problem: &problem{Status: http.StatusServiceUnavailable, Code: codeUnavailable}}
}

// RefuseEdit answers that the post is too old to be edited.
func RefuseEdit() Verdict { return Verdict{problem: forbidden(codeEditTooLate)} }

// Hold does what was asked only when the channel is closed, even where the driver has given up waiting by then.
func Hold(until <-chan struct{}) Verdict { return Verdict{hold: until} }

func throttled(retryAfter time.Duration) *problem {
	return &problem{Status: http.StatusTooManyRequests, Code: codeThrottled, RetryAfter: max(retryAfter.Milliseconds(), 1)}
}

// before does what comes before the call is run, and says whether it is to be run. A call that is held is held even when
// its caller gives up: a post that is under way for that long is made in the end.
func (v Verdict) before(closed <-chan struct{}) bool {
	if v.hold != nil {
		select {
		case <-v.hold:
		case <-closed:
			return false
		}
	}
	return !v.loseBefore
}

type fault struct {
	op      Op
	verdict Verdict
	times   int
}

// Fail has the next calls of that kind end so, that many times. Several faults of one kind come one after another.
func (s *Server) Fail(op Op, times int, v Verdict) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &fault{op: op, verdict: v, times: times})
}

// Interfere asks about every call, before anything else does. The function may use the server. Nil ends it.
func (s *Server) Interfere(judge func(Call) Verdict) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.interfere = judge
}

// Chaos is how much goes wrong by itself. Rates are from 0 to 1.
type Chaos struct {
	// Seed makes the same choices for the same calls.
	Seed uint64
	// Redeliver of the messages that were acknowledged: once to three times more, each after one of the pauses, or at once
	// where there are none.
	Redeliver      float64
	RedeliverAfter []time.Duration
	// Reconnect, for each message: all connections are cut, just before or just after it is delivered.
	Reconnect float64
	// LoseBefore and LoseAfter of posts and edits.
	LoseBefore, LoseAfter float64
	// Throttle posts and edits, for that long.
	Throttle      float64
	ThrottleAfter time.Duration
	// Trouble in answer to any call but those that connect.
	Trouble float64
}

// SetChaos begins, or with the zero value ends it.
func (s *Server) SetChaos(c Chaos) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.chaos, s.random = c, rand.New(rand.NewPCG(c.Seed, c.Seed))
}

func (s *Server) judge(c Call) Verdict {
	s.mu.Lock()
	interfere := s.interfere
	s.mu.Unlock()
	if interfere != nil {
		if v := interfere(c); v != (Verdict{}) {
			return v
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.faults {
		if f.times > 0 && (f.op == OpAny || f.op == c.Op) {
			f.times--
			return f.verdict
		}
	}
	return s.misfortune(c.Op)
}

func (s *Server) chance(rate float64) bool { return rate > 0 && s.random.Float64() < rate }

func (s *Server) misfortune(op Op) Verdict {
	says := op == OpPost || op == OpEdit
	switch {
	case says && s.chance(s.chaos.LoseBefore):
		return LoseBefore()
	case says && s.chance(s.chaos.LoseAfter):
		return LoseAfter()
	case says && s.chance(s.chaos.Throttle):
		return Throttle(s.chaos.ThrottleAfter)
	case op != OpConnect && op != OpEvents && op != OpHello && s.chance(s.chaos.Trouble):
		return Trouble()
	}
	return Verdict{}
}

// reconnects says whether the connections are cut before, or after, a message is delivered.
func (s *Server) reconnects() (early, late bool) {
	if !s.chance(s.chaos.Reconnect) {
		return false, false
	}
	early = s.random.IntN(2) == 0
	return early, !early
}

// delivers an acknowledged event again, now and then.
func (s *Server) delivers(d *delivery) {
	if !s.chance(s.chaos.Redeliver) {
		return
	}
	for range 1 + s.random.IntN(3) {
		again := &delivery{event: d.event, despite: true}
		pause := time.Duration(0)
		if n := len(s.chaos.RedeliverAfter); n > 0 {
			pause = s.chaos.RedeliverAfter[s.random.IntN(n)]
		}
		s.plan(again, pause)
	}
}
