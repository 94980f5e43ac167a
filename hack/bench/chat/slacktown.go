package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/slack"
	"github.com/volcado-io/volcado/internal/slacktest"
)

// slackTown is a played Slack workspace that limits calls as Slack documents, with its people, a manager, and a bot that serves it.
type slackTown struct {
	*slacktest.Server
	world   *world
	group   *slacktest.Group
	people  []slackPerson
	manager *manager
	bot     *process
	words   words

	mu sync.Mutex
	// wrong is what the benchmark asked of the workspace that cannot be.
	wrong error
}

// slackPerson who writes in one channel.
type slackPerson struct {
	*slacktest.User
	channel *slacktest.Channel
}

// newSlackTown has no bot yet.
func (w *world) newSlackTown(channels int) (*slackTown, error) {
	t := &slackTown{world: w}
	server, err := slacktest.Start(func(problem string) {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.wrong = errors.Join(t.wrong, errors.New(problem))
	})
	if err != nil {
		return nil, err
	}
	t.Server = server
	t.SetRates(slacktest.SlackRates())
	var members []*slacktest.User
	for c := range channels {
		var here []*slacktest.User
		for p := range peoplePerChannel {
			here = append(here, t.User(fmt.Sprintf("person%d-%d", c, p), slacktest.WithLocale([]string{"en-US", "es-MX"}[p%2])))
		}
		kind := []slacktest.Kind{slacktest.Private, slacktest.Public}[c%2]
		channel := t.Channel(fmt.Sprintf("channel%d", c), kind, append(here, t.Bot)...)
		for _, user := range here {
			t.people = append(t.people, slackPerson{user, channel})
		}
		members = append(members, here...)
	}
	t.group = t.Group(group, members...)
	return t, nil
}

// who are the people of the workspace, for an allow-list.
func (t *slackTown) who() v1alpha1.AllowedSubject {
	return v1alpha1.AllowedSubject{
		Platform: slack.Platform, Workspace: t.Team, Groups: []v1alpha1.SubjectID{v1alpha1.SubjectID(t.group.ID)}, Channels: []v1alpha1.ChannelID{"*"},
	}
}

// served by a bot from now on.
func (t *slackTown) served(ctx context.Context) (err error) {
	folder := t.world.folder
	bot, app, file := filepath.Join(folder, "slack-bot"), filepath.Join(folder, "slack-app"), filepath.Join(folder, "slack.yaml")
	text := fmt.Sprintf("services:\n- slack: {workspace: %q, botTokenFile: %q, appTokenFile: %q, apiURL: %q}\n", t.Team, bot, app, t.URL())
	for path, content := range map[string]string{bot: t.BotToken(), app: t.AppToken(), file: text} {
		if err := os.WriteFile(path, []byte(content+"\n"), 0o600); err != nil {
			return fmt.Errorf("write the bot's settings: %w", err)
		}
	}
	t.bot, err = t.world.start(ctx, file)
	return err
}

// managed by another manager from now on.
func (t *slackTown) managed(ctx context.Context, ways ways) (err error) {
	if t.manager != nil {
		t.manager.end()
	}
	t.manager, err = t.world.manage(ctx, ways)
	return err
}

// going is nil, or says what has gone wrong beside what is measured.
func (t *slackTown) going() error {
	_, err := t.manager.of("")
	t.mu.Lock()
	defer t.mu.Unlock()
	return errors.Join(err, t.wrong, t.bot.alive())
}

// leave ends the bot, the manager and the workspace.
func (t *slackTown) leave() error {
	var err error
	if t.bot != nil {
		err = t.bot.stop()
	}
	if t.manager != nil {
		t.manager.end()
	}
	t.End()
	return err
}
