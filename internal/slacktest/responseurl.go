package slacktest

import (
	"encoding/json"
	"net/http"
	"time"
)

const (
	// linkLasts is how long a response_url is good for, and linkUses how often.
	linkLasts = 30 * time.Minute
	linkUses  = 5
)

// responseURL lets the app answer where a person has acted, whether its bot is there or not.
type responseURL struct {
	user    *User
	channel *Channel
	// Whose message has the button; nil for a command.
	source *message
	at     time.Time
	used   int
}

// link makes a response_url; the caller holds the lock.
func (s *Server) link(kind string, user *User, channel *Channel, source *message) string {
	path := "/" + kind + "/" + s.Team + "/" + s.secret()
	s.links[path] = &responseURL{user: user, channel: channel, source: source, at: s.now()}
	return s.base() + path
}

// serveResponseURL takes an answer.
func (s *Server) serveResponseURL(w http.ResponseWriter, r *http.Request) {
	var body object
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 4<<20)).Decode(&body)
	s.slow("response_url")
	if s.disturb(w, "response_url", request{args: body}, before) {
		return
	}
	s.mu.Lock()
	code := "invalid_payload"
	if err == nil {
		code = s.respond(r.URL.Path, body)
	}
	s.calls = append(s.calls, Call{Method: "response_url", Args: body, At: s.now(), Error: code})
	s.mu.Unlock()
	if s.disturb(w, "response_url", request{args: body}, afterwards) {
		return
	}
	switch code {
	case "":
		_, _ = w.Write([]byte("ok"))
	case "expired_url", "used_url":
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write([]byte(code))
	default:
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(code))
	}
}

// respond is an error, or nothing.
func (s *Server) respond(path string, body object) string {
	link := s.links[path]
	switch {
	case link == nil || s.now().Sub(link.at) > linkLasts:
		return "expired_url"
	case link.used >= linkUses:
		return "used_url"
	}
	link.used++
	truth := func(key string) bool { given, _ := body[key].(bool); return given }
	if truth("delete_original") {
		if link.source != nil && link.source.ephemeral == "" {
			s.remove(link.source)
		}
		return ""
	}
	if code := s.checkResponse(body); code != "" {
		return code
	}
	if truth("replace_original") && link.source != nil {
		s.edit(link.source, s.Bot.ID, func() {
			link.source.text, link.source.blocks = str(body, "text"), s.namedBlocks(list(body, "blocks"))
		})
		return ""
	}
	s.say(link.channel, link.user, body)
	return ""
}

var responseFields = map[string]bool{
	"text": true, "blocks": true, "attachments": true, "response_type": true, "replace_original": true, "delete_original": true,
	"thread_ts": true, "mrkdwn": true, "unfurl_links": true, "unfurl_media": true, "metadata": true,
}

// checkResponse of a response_url, or of an acknowledgement: an error, or nothing.
func (s *Server) checkResponse(body object) string {
	for key := range body {
		if !responseFields[key] {
			return "invalid_arguments"
		}
	}
	if kind := str(body, "response_type"); kind != "" && kind != "ephemeral" && kind != "in_channel" {
		return "invalid_arguments"
	}
	_, refused := (&call{Server: s, args: body}).content(false)
	if refused != nil {
		return refused.code
	}
	return ""
}

// say what a person's act was answered with: to that person alone, or to all.
func (s *Server) say(channel *Channel, user *User, body object) {
	m := (&call{Server: s, args: body}).own(s.namedBlocks(list(body, "blocks")))
	if str(body, "response_type") == "in_channel" {
		s.note(channel, m)
		return
	}
	s.whisper(channel, user, m)
}
