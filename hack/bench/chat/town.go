package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/chat/chattest/played"
)

const (
	workspace = "acme"
	group     = "qa"
	// peoplePerChannel are those who write in a channel.
	peoplePerChannel = 2
)

// town is a played chat service with its people, a manager, and a bot that serves it.
type town struct {
	*played.Server
	stage   string
	world   *world
	served  *httptest.Server
	manager *manager
	bot     *process
	people  []person
}

// person who writes in one channel.
type person struct{ user, channel string }

// newTown for a stage, by whose name its dumps differ from those of every other.
func (w *world) newTown(ctx context.Context, stage string, s scale, limits chat.Limits, ways ways) (t *town, err error) {
	token := rand.Text()
	t = &town{stage: stage, world: w, Server: played.NewServer(played.Options{Workspace: workspace, Token: token, Limits: limits})}
	t.served = httptest.NewServer(t.Server)
	defer func() {
		if err != nil {
			err = errors.Join(err, t.leave())
		}
	}()
	t.settle(s.channels)
	if t.manager, err = w.manage(ctx, ways); err != nil {
		return nil, err
	}
	settings, err := t.settings(token)
	if err != nil {
		return nil, err
	}
	t.bot, err = w.start(ctx, settings)
	return t, err
}

// settle people in channels.
func (t *town) settle(channels int) {
	for c := range channels {
		channel := played.Channel{ID: fmt.Sprintf("C%03d", c), Kind: []chat.Kind{chat.KindPrivate, chat.KindPublic}[c%2]}
		for p := range peoplePerChannel {
			user := fmt.Sprintf("U%03d.%d", c, p)
			t.SetUser(played.User{ID: user, DisplayName: "Person " + user, Locale: []string{"en", "es-MX"}[p%2], Groups: []string{group}})
			channel.Members = append(channel.Members, user)
			t.people = append(t.people, person{user, channel.ID})
		}
		t.SetChannel(channel)
	}
}

// settings of the bot, in a file.
func (t *town) settings(token string) (string, error) {
	tokens, file := filepath.Join(t.world.folder, "token"), filepath.Join(t.world.folder, "settings.yaml")
	text := fmt.Sprintf("services:\n- played: {url: %q, workspace: %q, tokenFile: %q}\n", t.served.URL, workspace, tokens)
	err := errors.Join(os.WriteFile(tokens, []byte(token+"\n"), 0o600), os.WriteFile(file, []byte(text), 0o600))
	if err != nil {
		return "", fmt.Errorf("write the bot's settings: %w", err)
	}
	return file, nil
}

// leave ends the bot, the manager and the chat service.
func (t *town) leave() error {
	var err error
	if t.bot != nil {
		err = t.bot.stop()
	}
	if t.manager != nil {
		t.manager.end()
	}
	t.served.CloseClientConnections() // calls that wait for messages would keep it
	t.served.Close()
	return err
}
