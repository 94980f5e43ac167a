package mattermost

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/internal/text"
)

const (
	// longestWait that a server can ask for.
	longestWait = 10 * time.Minute
	// longestReason of an error, in characters: a server can send anything.
	longestReason = 300
)

// answered is a call that the server refused.
type answered struct {
	what   string
	status int
	// id of the error, as Mattermost's own, or empty.
	id     string
	reason string
}

func (a *answered) Error() string {
	return fmt.Sprintf("%s: the server answered %d %s", a.what, a.status, a.reason)
}

// refused makes an error say what is certain, and not the token that the call was made with: Mattermost writes it into its own
// error when it cannot read or save a session.
func (c *client) refused(ctx context.Context, what, token string, response *model.Response, err error) error {
	if errors.Is(err, chat.ErrTooLong) {
		return &chat.Error{Kind: chat.Uncertain, Err: fmt.Errorf("%s: %w", what, chat.ErrTooLong)}
	}
	if response == nil || response.StatusCode == 0 {
		return &chat.Error{Kind: chat.WithoutAnswer(err), Err: fmt.Errorf("%s: %w", what, withoutURL(err))}
	}
	a := &answered{what: what, status: response.StatusCode, reason: http.StatusText(response.StatusCode)}
	e, ok := errors.AsType[*model.AppError](err)
	own := ok && e.Id != "" && e.StatusCode == response.StatusCode
	if own {
		a.id, a.reason = e.Id, text.OneLine(strings.ReplaceAll(e.Message, token, "[token]"), longestReason)
	}
	switch {
	case a.status == http.StatusTooManyRequests:
		return &chat.Error{Kind: chat.NotDone, RetryAfter: retryAfter(response.Header), Err: a}
	case a.status < http.StatusMultipleChoices:
		return &chat.Error{Kind: chat.Uncertain, Err: fmt.Errorf("%s: the answer cannot be read: %w", what, withoutURL(err))}
	case !own:
		// A proxy before the server can answer anything, also after the server did what it was asked for.
		return &chat.Error{Kind: chat.Uncertain, Err: fmt.Errorf("%w, and not as Mattermost does", a)}
	}
	switch a.status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusBadRequest:
		// Without its database a server refuses good tokens and denies that channels exist.
		if err := c.healthy(ctx); err != nil {
			return &chat.Error{Kind: chat.NotDone, Err: fmt.Errorf("%w, which is not believed: %w", a, err)}
		}
		if a.status == http.StatusUnauthorized {
			return &chat.Error{Kind: chat.Unauthorised, Err: a}
		}
		return &chat.Error{Kind: chat.Rejected, Err: a}
	case http.StatusRequestEntityTooLarge, http.StatusNotImplemented, http.StatusMethodNotAllowed:
		return &chat.Error{Kind: chat.Rejected, Err: a}
	}
	return &chat.Error{Kind: chat.Uncertain, Err: a}
}

// healthy asks the server whether it has all that it needs. It answers without a token.
func (c *client) healthy(ctx context.Context) error {
	transport, err := c.transport()
	if err != nil {
		return err
	}
	api := model.NewAPIv4Client(c.base.String())
	api.HTTPClient = chat.Reading(transport, longestSingle)
	status, _, err := api.GetPingWithOptions(ctx, model.SystemPingOptions{FullStatus: true})
	if err != nil {
		return fmt.Errorf("the server does not say how it is: %w", withoutURL(err))
	}
	for _, key := range []string{"status", "database_status"} { // without its files it works
		if said, there := status[key]; there && said != model.StatusOk {
			return fmt.Errorf("the server is unhealthy: its %s is %.20q", strings.ReplaceAll(key, "_", " "), fmt.Sprint(said))
		}
	}
	return nil
}

// withoutURL: the operator knows it, and what a URL holds is nobody's business.
func withoutURL(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return errors.New(text.OneLine(err.Error(), longestReason))
}

// retryAfter is how long the server wants to be left alone, in whole seconds.
func retryAfter(header http.Header) time.Duration {
	for _, name := range []string{"Retry-After", "X-RateLimit-Reset"} {
		// What is out of range is read as the largest number.
		if seconds, err := strconv.Atoi(header.Get(name)); seconds > 0 && (err == nil || errors.Is(err, strconv.ErrRange)) {
			return min(time.Duration(min(seconds, 1e6))*time.Second, longestWait)
		}
	}
	return time.Second
}

// gone makes a refusal that is certain mean that the channel, or the person, is not there for the bot.
func gone(err error) error { return certainly(err, chat.PlaceGone) }

// certainly gives a refusal that is certain another kind.
func certainly(err error, kind chat.ErrorKind) error {
	if e, ok := errors.AsType[*chat.Error](err); ok && e.Kind == chat.Rejected {
		return &chat.Error{Kind: kind, Err: e.Err}
	}
	return err
}

// refusedAs says whether the server certainly refused, and gave one of these as its reason.
func refusedAs(err error, ids ...string) bool {
	a, ok := errors.AsType[*answered](err)
	if !ok || chat.KindOfError(err) != chat.Rejected {
		return false
	}
	for _, id := range ids {
		if a.id == id {
			return true
		}
	}
	return false
}
