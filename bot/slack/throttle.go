package slack

import (
	"maps"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"
)

// throttle makes no call of a method before Slack's Retry-After is over, whoever wants it: Slack limits each method for the whole
// workspace, and counts against an app what it tries meanwhile. Such a call is answered as Slack would answer it, with the time that is
// left. Of what is said (chat.…) it holds nothing back: posts are limited in each channel, for which there is pace, and edits have the
// notifier's budget.
type throttle struct {
	http.RoundTripper

	mu sync.Mutex
	// until when a method is left alone.
	until map[string]time.Time
}

func newThrottle(with http.RoundTripper) *throttle {
	return &throttle{RoundTripper: with, until: map[string]time.Time{}}
}

// RoundTrip makes a call.
func (t *throttle) RoundTrip(request *http.Request) (*http.Response, error) {
	method := path.Base(request.URL.Path)
	if strings.HasPrefix(method, "chat.") {
		return t.RoundTripper.RoundTrip(request)
	}
	if left := t.left(method); left > 0 {
		if request.Body != nil {
			_ = request.Body.Close()
		}
		return &http.Response{
			Status: "429 " + http.StatusText(http.StatusTooManyRequests), StatusCode: http.StatusTooManyRequests,
			Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: request, Body: http.NoBody,
			Header: http.Header{"Retry-After": {strconv.Itoa(int((left + time.Second - 1) / time.Second))}},
		}, nil
	}
	answer, err := t.RoundTripper.RoundTrip(request)
	if err == nil && answer.StatusCode == http.StatusTooManyRequests {
		seconds, _ := strconv.Atoi(answer.Header.Get("Retry-After"))
		t.leave(method, bounded(time.Duration(seconds)*time.Second))
	}
	return answer, err
}

// left is how long a method is still to be left alone.
func (t *throttle) left(method string) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	return time.Until(t.until[method])
}

// leave a method alone for so long.
func (t *throttle) leave(method string, wait time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	maps.DeleteFunc(t.until, func(_ string, until time.Time) bool { return until.Before(now) })
	if until := now.Add(wait); until.After(t.until[method]) {
		t.until[method] = until
	}
}
