package slack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"github.com/volcado-io/volcado/bot/chat"
)

const (
	// longestAnswer that is read, in bytes: all user groups of a large workspace come in one.
	longestAnswer = 16 << 20
	// longestThrottle is how long the answer to a question is waited for where Slack limits requests.
	longestThrottle = 20 * time.Second
)

var errNothing = errors.New("it left out what was asked for")

// client makes calls. Its errors are *chat.Error.
type client struct {
	base               string
	botToken, appToken chat.TokenFile
	caFile             string
	// pageSize of a history.
	pageSize int

	mu   sync.Mutex
	http *http.Client
}

func newClient(base string, bot, app chat.TokenFile, caFile string) *client {
	return &client{base: base, botToken: bot, appToken: app, caFile: caFile, pageSize: longestPage}
}

// transport is made at the first call: settings are checked on machines that do not have the file of authorities.
func (c *client) transport() (*http.Client, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.http != nil {
		return c.http, nil
	}
	made, err := chat.HTTPClient(c.caFile)
	if err != nil {
		return nil, err
	}
	made = chat.Reading(made, longestAnswer)
	made.Transport = newThrottle(made.Transport)
	c.http = made
	return c.http, nil
}

// api is a client with the bot's token of this moment, and the app's where that is wanted.
func (c *client) api(withApp bool) (*slack.Client, error) {
	transport, err := c.transport()
	if err != nil {
		return nil, &chat.Error{Kind: chat.NotDone, Err: err}
	}
	token, err := c.botToken.Read()
	if err != nil {
		return nil, &chat.Error{Kind: chat.Unauthorised, Err: err}
	}
	if strings.HasPrefix(token, "xapp-") {
		return nil, &chat.Error{Kind: chat.Unauthorised, Err: errors.New("botTokenFile holds an app-level token (xapp-); put the Bot User OAuth Token (xoxb-) there")}
	}
	options := []slack.Option{
		slack.OptionHTTPClient(transport), slack.OptionAPIURL(c.base), slack.OptionLog(log.New(io.Discard, "", 0)),
	}
	if withApp {
		app, err := c.appToken.Read()
		if err != nil {
			return nil, &chat.Error{Kind: chat.Unauthorised, Err: err}
		}
		if strings.HasPrefix(app, "xoxb-") {
			return nil, &chat.Error{Kind: chat.Unauthorised, Err: errors.New("appTokenFile holds a bot's token (xoxb-); put the App-Level Token (xapp-) there")}
		}
		options = append(options, slack.OptionAppLevelToken(app))
	}
	return slack.New(token, options...), nil
}

// look makes a call that changes nothing, and waits when Slack asks for that: whoever needs the answer would have to begin
// again, with calls that Slack has granted already.
func look[T any](ctx context.Context, c *client, what string, ask func(*slack.Client) (T, error)) (T, error) {
	end := time.Now().Add(longestThrottle)
	for {
		given, err := call(c, what, ask)
		wait := chat.RetryAfter(err)
		if wait == 0 || time.Now().Add(wait).After(end) || !chat.Wait(ctx, wait+rand.N(wait/4)) {
			return given, err
		}
	}
}

// call makes one call.
func call[T any](c *client, what string, ask func(*slack.Client) (T, error)) (T, error) {
	var none T
	api, err := c.api(false)
	if err != nil {
		return none, err
	}
	given, err := ask(api)
	if err != nil {
		return none, refused(what, err)
	}
	return given, nil
}

// me is who the token is for.
func (c *client) me(ctx context.Context) (*slack.AuthTestResponse, error) {
	me, err := look(ctx, c, "read the bot's account", func(api *slack.Client) (*slack.AuthTestResponse, error) {
		return api.AuthTestContext(ctx)
	})
	switch {
	case err != nil:
		return nil, err
	case !isUser(me.UserID) || me.TeamID == "":
		return nil, &chat.Error{Kind: chat.NotDone, Err: fmt.Errorf("read the bot's account: %w", errNothing)}
	case me.BotID == "":
		return nil, &chat.Error{Kind: chat.Unauthorised, Err: errors.New("the token in botTokenFile is not a bot's; put the Bot User OAuth Token (xoxb-) there")}
	}
	return me, nil
}
