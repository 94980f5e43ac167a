package main

import (
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// fault is what goes wrong with a request.
type fault int

const (
	none fault = iota
	// failed: 500, and nothing was done.
	failed
	// throttled: 429 with a time to wait, and nothing was done.
	throttled
	// requestLost: the connection ends, and nothing was done.
	requestLost
	// timedOut: 504, and it was done.
	timedOut
	// answerLost: the connection ends, and it was done.
	answerLost

	faults
)

// comesAfter: what was asked for is done all the same.
func (f fault) comesAfter() bool { return f == timedOut || f == answerLost }

func (f fault) answer(w http.ResponseWriter) {
	status := map[fault]metav1.Status{
		failed:    {Code: http.StatusInternalServerError, Reason: metav1.StatusReasonInternalError, Message: "etcdserver: leader changed"},
		throttled: {Code: http.StatusTooManyRequests, Reason: metav1.StatusReasonTooManyRequests, Message: "too many requests"},
		timedOut:  {Code: http.StatusGatewayTimeout, Reason: metav1.StatusReasonTimeout, Message: "the request did not complete in time"},
	}[f]
	status.TypeMeta, status.Status = metav1.TypeMeta{Kind: "Status", APIVersion: "v1"}, metav1.StatusFailure
	w.Header().Set("Content-Type", "application/json")
	if f == throttled {
		w.Header().Set("Retry-After", "1")
	}
	w.WriteHeader(int(status.Code))
	_ = json.NewEncoder(w).Encode(status) // the bot may have gone
}

// trials of the bot: how late the answers are, and what share of the requests is spoilt.
type trials struct {
	mu               sync.Mutex
	delay            time.Duration
	share            float64
	random           *rand.Rand
	requests, spoilt int
}

// try begins anew, with the same choices for the same requests.
func (t *trials) try(delay time.Duration, share float64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.delay, t.share, t.random, t.requests, t.spoilt = delay, share, rand.New(rand.NewPCG(1, 1)), 0, 0
}

func (t *trials) next() (time.Duration, fault) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.requests++
	if t.share == 0 || t.random.Float64() >= t.share {
		return t.delay, none
	}
	t.spoilt++
	return t.delay, 1 + fault(t.random.IntN(int(faults)-1))
}

// spoiltShare of the requests since try, in percent.
func (t *trials) spoiltShare() float64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return percent(t.spoilt, t.requests)
}

func percent(part, whole int) float64 { return 100 * float64(part) / float64(max(1, whole)) }
