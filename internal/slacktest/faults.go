package slacktest

import (
	"math"
	"net"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// when a fault happens.
type moment int

const (
	before moment = iota
	afterwards
	instead
)

// fault of the next call of one of those methods, of any where there are none.
type fault struct {
	methods []string
	kind    string
	at      moment
	wait    time.Duration
	status  int
	body    []byte
}

// LoseBefore has the next call of one of these methods lost before it is done: its connection is reset.
func (s *Server) LoseBefore(methods ...string) {
	s.plan(&fault{methods: methods, kind: "lose", at: before})
}

// LoseAfter has the answer to the next call of one of these methods lost: it is done, and its connection is reset.
func (s *Server) LoseAfter(methods ...string) {
	s.plan(&fault{methods: methods, kind: "lose", at: afterwards})
}

// Throttle refuses the next call of one of these methods with 429 and a Retry-After of that long, in seconds rounded up.
func (s *Server) Throttle(wait time.Duration, methods ...string) {
	s.plan(&fault{methods: methods, kind: "throttle", at: instead, wait: wait})
}

// RefuseEdit answers the next chat.update with edit_window_closed.
func (s *Server) RefuseEdit() { s.Refuse("edit_window_closed", "chat.update") }

// Refuse the next call of one of these methods with that error.
func (s *Server) Refuse(code string, methods ...string) {
	s.plan(&fault{methods: methods, kind: code, at: instead})
}

// SlowDown has the next call of one of these methods answered only after that time, by the real clock.
func (s *Server) SlowDown(wait time.Duration, methods ...string) {
	s.plan(&fault{methods: methods, kind: "slow", wait: wait})
}

// Answer the next call of one of these methods with that status and body, and do not do it: something malformed, or huge.
func (s *Server) Answer(status int, body []byte, methods ...string) {
	s.plan(&fault{methods: methods, kind: "answer", at: before, status: status, body: body})
}

func (s *Server) plan(f *fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, f)
}

// take the next fault that matches; the caller holds the lock.
func (s *Server) take(matches func(*fault) bool, name string) *fault {
	i := slices.IndexFunc(s.faults, func(f *fault) bool {
		return matches(f) && (len(f.methods) == 0 || slices.Contains(f.methods, name))
	})
	if i < 0 {
		return nil
	}
	f := s.faults[i]
	s.faults = slices.Delete(s.faults, i, i+1)
	return f
}

func (s *Server) slow(name string) {
	s.mu.Lock()
	f := s.take(func(f *fault) bool { return f.kind == "slow" }, name)
	s.mu.Unlock()
	if f != nil {
		<-time.After(f.wait)
	}
}

// disturb the call at that moment; true where it has got its answer, or none.
func (s *Server) disturb(w http.ResponseWriter, name string, request request, at moment) bool {
	s.mu.Lock()
	f := s.take(func(f *fault) bool { return f.at == at && (f.kind == "lose" || f.kind == "answer") }, name)
	if f != nil && f.kind == "answer" {
		s.calls = append(s.calls, Call{Method: name, Args: request.args, Token: kindOf(request.token), At: s.now(), Error: "answered " + strconv.Itoa(f.status)})
	}
	s.mu.Unlock()
	if f == nil {
		return false
	}
	if f.kind == "answer" {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(f.status)
		_, _ = w.Write(f.body)
		return true
	}
	var c net.Conn
	c, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	reset(c)
	return true
}

// throttled is for how many seconds the call is refused, by a fault or by the rates; 0 where it is not.
func (s *Server) throttled(name string, args object) int {
	of, wait := name, time.Duration(0)
	if f := s.take(func(f *fault) bool { return f.kind == "throttle" }, name); f != nil {
		wait = f.wait
	} else {
		of, wait = s.limited(name, str(args, "channel"))
	}
	if wait <= 0 {
		return 0
	}
	seconds := int(math.Ceil(wait.Seconds()))
	s.rates.refuse(of, s.now(), time.Duration(seconds)*time.Second)
	return seconds
}

// refusedByFault is the error that the test has planned for the next call; empty where there is none.
func (s *Server) refusedByFault(name string) string {
	if f := s.take(func(f *fault) bool { return f.at == instead && f.kind != "throttle" }, name); f != nil {
		return f.kind
	}
	return ""
}
