package played

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/volcado-io/volcado/bot/chat"
)

const (
	// callTimeout bounds a call that does not wait for events.
	callTimeout = 10 * time.Second
	// longestAnswer that is read, in bytes.
	longestAnswer = 16 << 20
)

// client makes calls. Its errors are *chat.Error.
type client struct {
	base      *url.URL
	tokenFile string
	http      *http.Client

	tokenMu sync.Mutex
	token   string
}

func newClient(base *url.URL, tokenFile string) *client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 64
	return &client{base: base, tokenFile: tokenFile, http: &http.Client{Transport: transport}}
}

// call makes one call; a second time, if the token was replaced.
func (c *client) call(ctx context.Context, op Op, asked request) (*response, error) {
	token, err := c.currentToken("")
	if err != nil {
		return nil, err
	}
	given, err := c.once(ctx, op, asked, token)
	if chat.KindOfError(err) != chat.Unauthorised {
		return given, err
	}
	next, readErr := c.currentToken(token)
	if readErr != nil {
		return nil, readErr
	}
	if next == token {
		return nil, err
	}
	return c.once(ctx, op, asked, next)
}

// currentToken is read the file where there is none yet, or only one that is useless.
func (c *client) currentToken(useless string) (string, error) {
	c.tokenMu.Lock()
	defer c.tokenMu.Unlock()
	if c.token != "" && c.token != useless {
		return c.token, nil
	}
	data, err := os.ReadFile(c.tokenFile)
	if err != nil {
		return "", &chat.Error{Kind: chat.Unauthorised, Err: fmt.Errorf("read the token: %w", err)}
	}
	c.token = strings.TrimSpace(string(data))
	return c.token, nil
}

func (c *client) once(ctx context.Context, op Op, asked request, token string) (*response, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout+time.Duration(asked.Wait)*time.Millisecond)
	defer cancel()
	body, err := json.Marshal(asked)
	if err != nil {
		return nil, &chat.Error{Kind: chat.Rejected, Err: fmt.Errorf("%s: %w", op, err)}
	}
	post, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base.JoinPath("api", string(op)).String(), bytes.NewReader(body))
	if err != nil {
		return nil, &chat.Error{Kind: chat.Rejected, Err: fmt.Errorf("%s: %w", op, err)}
	}
	post.Header.Set("Authorization", "Bearer "+token)
	answer, err := c.http.Do(post)
	if err != nil {
		return nil, &chat.Error{Kind: whatIsCertain(err), Err: fmt.Errorf("%s: %w", op, withoutURL(err))}
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(io.LimitReader(answer.Body, longestAnswer))
	if err != nil {
		return nil, &chat.Error{Kind: chat.Uncertain, Err: fmt.Errorf("%s: %w", op, err)}
	}
	if answer.StatusCode != http.StatusOK {
		return nil, refusal(op, answer.StatusCode, data)
	}
	given := &response{}
	if err := json.Unmarshal(data, given); err != nil {
		return nil, &chat.Error{Kind: chat.Uncertain, Err: fmt.Errorf("%s: the answer cannot be read: %w", op, err)}
	}
	return given, nil
}

// whatIsCertain when there was no answer. A connection that was never made has carried nothing.
func whatIsCertain(err error) chat.ErrorKind {
	if e, ok := errors.AsType[*net.OpError](err); ok && e.Op == "dial" {
		return chat.NotDone
	}
	return chat.Uncertain
}

// withoutURL: the operator knows it, and it may hold a password.
func withoutURL(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}

var kinds = map[string]chat.ErrorKind{
	codeThrottled: chat.NotDone, codeUnavailable: chat.NotDone, codeNoConnection: chat.NotDone,
	codeNoChannel: chat.PlaceGone, codeNotInChannel: chat.PlaceGone, codeNoUser: chat.PlaceGone,
	codeNoThread: chat.PostGone, codeNoPost: chat.PostGone,
	codeNotYours: chat.Rejected, codeEditTooLate: chat.Rejected, codeTooLong: chat.Rejected, codeUnintelligible: chat.Rejected,
}

func refusal(op Op, status int, data []byte) error {
	var p problem
	if err := json.Unmarshal(data, &p); err != nil || p.Code == "" {
		return &chat.Error{Kind: chat.Uncertain, Err: fmt.Errorf("%s: HTTP status %d", op, status)}
	}
	e := &chat.Error{Kind: kinds[p.Code], RetryAfter: time.Duration(max(p.RetryAfter, 0)) * time.Millisecond}
	if status == http.StatusUnauthorized {
		e.Kind = chat.Unauthorised
	}
	e.Err = fmt.Errorf("%s: HTTP status %d, %q", op, status, p.Code)
	return e
}
