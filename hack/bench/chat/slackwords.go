package main

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/volcado-io/volcado/internal/slacktest"
)

// words that the bot has posted, by their keys.
type words struct {
	// read is how many of the server's calls were looked at, and posts how many of them posted something.
	read, posts int
	said        map[string][]time.Time
}

// listen to what was posted since the last time.
func (w *words) listen(calls []slacktest.Call) {
	if w.said == nil {
		w.said = map[string][]time.Time{}
	}
	for _, c := range calls[w.read:] {
		if c.Method != "chat.postMessage" || c.Error != "" {
			continue
		}
		w.posts++
		if key := keyIn(c); key != "" {
			w.said[key] = append(w.said[key], c.At)
		}
	}
	w.read = len(calls)
}

// keyIn the metadata of a post; empty where it has none.
func keyIn(c slacktest.Call) string {
	var metadata struct {
		Payload struct{ Key string } `json:"event_payload"`
	}
	text, _ := c.Args["metadata"].(string)
	if json.Unmarshal([]byte(text), &metadata) != nil {
		return ""
	}
	return metadata.Payload.Key
}

// stands reports whether something was said.
func (w *words) stands(key string) bool { return len(w.said[key]) > 0 }

// toldWhile is how long a call can be on its way. One that arrives no later after a 429 was sent in ignorance of it.
const toldWhile = 250 * time.Millisecond

// limits are what of the calls met with Slack's.
func limits(calls []slacktest.Call) (ignored, limited int) {
	byMethod, limitedBy := map[string]int{}, map[string]int{}
	for _, c := range calls {
		byMethod[c.Method]++
		if c.Early && c.Known > toldWhile {
			ignored++
		}
		if c.Error == "ratelimited" {
			limited++
			limitedBy[c.Method]++
		}
	}
	for _, method := range slices.Sorted(maps.Keys(limitedBy)) {
		tell("%s: %d of %d calls were answered with 429", method, limitedBy[method], byMethod[method])
	}
	return ignored, limited
}
