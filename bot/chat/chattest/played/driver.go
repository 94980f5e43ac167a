package played

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"sync"
	"time"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/chat/inbox"
)

// Platform is the name of the played service.
const Platform = "played"

// Config of a driver, as it stands in the bot's settings.
type Config struct {
	// URL of the server, such as http://127.0.0.1:8065.
	URL string `json:"url" yaml:"url"`
	// Workspace that the token is for.
	Workspace string `json:"workspace" yaml:"workspace"`
	// TokenFile holds the token. It is read anew when the token does not count any more.
	TokenFile string `json:"tokenFile" yaml:"tokenFile"`
}

// Driver is a chat.Service that speaks to a Server.
type Driver struct {
	*client
	workspace string

	mu     sync.Mutex
	limits chat.Limits
	health chat.Health
	inbox  *inbox.Inbox
}

var (
	_ chat.Service  = (*Driver)(nil)
	_ chat.Examiner = (*Driver)(nil)
)

// New makes a driver. It asks the server nothing.
func New(c Config) (chat.Service, error) {
	where, err := url.Parse(c.URL)
	switch {
	case err != nil || where.Host == "" || where.Scheme != "http" && where.Scheme != "https":
		return nil, fmt.Errorf("url %q is not that of a server, such as http://127.0.0.1:8065", c.URL)
	case c.Workspace == "" || len(c.Workspace) > 64:
		return nil, errors.New("workspace has from 1 to 64 characters")
	case c.TokenFile == "":
		return nil, errors.New("tokenFile is missing")
	}
	return &Driver{
		client: newClient(where, c.TokenFile), workspace: c.Workspace, inbox: inbox.New(),
		// What the server says replaces these.
		limits: chat.Limits{
			EditEvery: 5 * time.Second, EditsPerMinute: 50, Longest: 4000, Finds: true, Ephemeral: true, Actions: true, Forms: true,
		},
		health: chat.Health{Why: "not started"},
	}, nil
}

// ID is the platform with the configured workspace.
func (d *Driver) ID() chat.ServiceID {
	return chat.ServiceID{Platform: Platform, Workspace: d.workspace}
}

// Limits are what the server said last.
func (d *Driver) Limits() chat.Limits {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.limits
}

// Health of the connection.
func (d *Driver) Health() chat.Health {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.health
}

func (d *Driver) heard() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.health.Connected, d.health.Heard, d.health.Why = true, time.Now(), ""
}

func (d *Driver) lost(why string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.health.Connected, d.health.Why = false, why
}

func (d *Driver) reconnects() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.health.Reconnects++
}

// hello learns who the token is for, and the limits.
func (d *Driver) hello(ctx context.Context) error {
	given, err := d.call(ctx, OpHello, request{})
	if err != nil {
		return err
	}
	if given.Workspace != d.workspace {
		return &chat.Error{Kind: chat.Rejected, Err: fmt.Errorf("the token is for workspace %q, and the settings say %q", given.Workspace, d.workspace)}
	}
	if l := given.Limits; l != nil {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.limits.EditEvery = time.Duration(l.EditEvery) * time.Millisecond
		d.limits.EditsPerMinute, d.limits.Longest, d.limits.Finds = l.EditsPerMinute, l.Longest, l.Finds
	}
	return nil
}

// KindOf reads anew who can read a channel.
func (d *Driver) KindOf(ctx context.Context, place chat.Place) (chat.Kind, error) {
	given, err := d.call(ctx, OpChannel, request{Channel: place.Channel})
	switch {
	case err != nil:
		return "", err
	case given.Channel == nil:
		return "", &chat.Error{Kind: chat.Uncertain, Err: errors.New("the server did not say of which kind the channel is")}
	}
	return chat.Kind(given.Channel.Kind), nil
}

// Examine says whether the token counts, and for what.
func (d *Driver) Examine(ctx context.Context) []chat.Finding {
	if err := d.hello(ctx); err != nil {
		return []chat.Finding{{Severity: chat.Bad, Text: fmt.Sprintf("%s cannot be used: %v", d.ID(), err)}}
	}
	findings := []chat.Finding{{Severity: chat.Good, Text: fmt.Sprintf("%s accepts the token.", d.ID())}}
	if !d.Limits().Finds {
		findings = append(findings, chat.Finding{
			Severity: chat.Warning, Text: fmt.Sprintf("%s cannot be searched. After a crash, a last word may be said twice.", d.ID()),
		})
	}
	return findings
}
