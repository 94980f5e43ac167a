package hostiletest

import (
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/volcado-io/volcado/internal/contract"
)

// S3Way is one way of a store to be wrong, and how a dump into it must end.
type S3Way struct {
	// Operation whose answer is wrong.
	Operation
	// Answer in its place. right is that of a store that does nothing wrong.
	Answer func(w http.ResponseWriter, r *http.Request, right http.Handler)
	// Reason, or "" if the dump succeeds all the same: not all that a store does wrong concerns it.
	Reason contract.Reason
	// Waits: nothing but the run deadline ends it.
	Waits bool
}

// Ways are the operation's. Where an object is read back, its ETag is none that can be believed.
func (way S3Way) Ways(right http.Handler) map[Operation]http.HandlerFunc {
	as := func(a answerer) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { a(w, r, right) }
	}
	ways := map[Operation]http.HandlerFunc{way.Operation: as(way.Answer)}
	if way.Operation == Get {
		ways[Head] = as(changed(func(h http.Header) { h.Del("ETag") }))
	}
	return ways
}

type answerer = func(http.ResponseWriter, *http.Request, http.Handler)

// drain the request: an answer before its end would look like a broken connection.
func drain(r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) }

// body answers with a text.
func body(status int, text string) answerer {
	return func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		drain(r)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, text)
	}
}

// endless answers with a beginning, and a piece again and again: up to 2 GiB, or without a length and an end.
func endless(status int, sized bool, begin, piece string) answerer {
	const gibibytes = 2 << 30
	return func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		drain(r)
		if sized {
			w.Header().Set("Content-Length", fmt.Sprint(gibibytes))
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, begin)
		block := strings.Repeat(piece, 1+(64<<10)/len(piece))
		for sent := 0; !sized || sent < gibibytes-len(block)-len(begin); sent += len(block) {
			if _, err := io.WriteString(w, block); err != nil {
				return
			}
		}
	}
}

// silent takes the request and never answers.
func silent(_ http.ResponseWriter, r *http.Request, _ http.Handler) {
	drain(r)
	<-r.Context().Done()
}

// begun begins an answer and never ends it.
func begun(begin string) answerer {
	return func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		drain(r)
		_, _ = io.WriteString(w, begin)
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}
}

func redirect(status int) answerer {
	return func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		drain(r)
		http.Redirect(w, r, "http://127.0.0.1:1/elsewhere", status)
	}
}

// changed is the right answer with other headers.
func changed(change func(http.Header)) answerer {
	return func(w http.ResponseWriter, r *http.Request, right http.Handler) {
		right.ServeHTTP(changing{w, change}, r)
		change(w.Header())
	}
}

type changing struct {
	http.ResponseWriter
	change func(http.Header)
}

func (c changing) Write(p []byte) (int, error) {
	c.change(c.Header())
	return c.ResponseWriter.Write(p)
}

func (c changing) WriteHeader(status int) {
	c.change(c.Header())
	c.ResponseWriter.WriteHeader(status)
}

// reset hangs up in the middle.
func reset(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
	if connection, _, err := http.NewResponseController(w).Hijack(); err == nil {
		_ = connection.Close()
	}
}

// raw answers with bytes that are no HTTP.
func raw(write func(io.Writer)) answerer {
	return func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		drain(r)
		if connection, _, err := http.NewResponseController(w).Hijack(); err == nil {
			write(connection)
			_ = connection.Close()
		}
	}
}

const (
	entities = `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>`
	denied   = "<Error><Code>AccessDenied</Code><Message>no</Message></Error>"
)
