package main

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/volcado-io/volcado/bot/slack"
	"github.com/volcado-io/volcado/internal/slacktest"
)

// Slack delivers once more what was not acknowledged: at once, after one minute and after five. The message, its answer and its
// dump are one each, also when the acknowledgement is what was lost.
func TestWhatSlackDeliversAgainMakesOneDump(t *testing.T) {
	o := newOffice(t)
	o.manage(true)
	bot := o.serve()
	bot.leads()
	const messages, patienceOfSlack = 2, 3 * time.Second
	again := []time.Duration{0, time.Minute, 5 * time.Minute}
	before := len(o.slack.Acks())
	o.slack.LoseAcks(messages * len(again)) // all but those of the last delivery
	o.ana.Post(o.channel, "", "@volcado dump "+o.source+" app_1")
	o.ana.Post(o.channel, "", "@volcado sources")
	o.told("app_1", o.channel)
	for n, later := range again {
		o.eventually(func() bool { return len(o.slack.Acks())-before == messages*(n+1) }, func() string { return "what was delivered is acknowledged" })
		o.slack.Advance(patienceOfSlack)
		o.slack.Advance(later)
	}
	o.eventually(func() bool { return o.slack.Unacknowledged() == 0 }, func() string { return "all is acknowledged" })
	o.recorded(o.channel)
	if n := strings.Count(o.ana.Shown(), "you can request dumps"); n != 1 || len(o.dumps()) != 1 {
		t.Errorf("there are %d dumps, and the other question was answered %d times: %s", len(o.dumps()), n, o.ana.Shown())
	}
}

func TestWhoeverAskedIsToldOnceInADirectMessageWhenTheBotIsRemovedFromTheChannel(t *testing.T) {
	for name, remove := range map[string]func(*slacktest.Channel, *slacktest.User){
		"removed":              (*slacktest.Channel).Kick,
		"the channel archived": func(c *slacktest.Channel, _ *slacktest.User) { c.Archive() },
		"the channel deleted":  func(c *slacktest.Channel, _ *slacktest.User) { c.Delete() },
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			o.manage(false)
			bot := o.serve()
			bot.leads()
			o.ana.Post(o.channel, "", "@volcado dump "+o.source+" app_1")
			o.eventually(func() bool { return strings.Contains(o.ana.Shown(), "is running") }, func() string { return "a status: " + o.ana.Shown() })
			remove(o.channel, o.slack.Bot)
			o.edit(o.of("app_1")[0], succeed)
			direct := o.slack.Direct(o.ana)
			o.told("app_1", direct)
			o.recorded(direct, o.channel)
			if shown := o.ana.ShownIn(direct, ""); strings.Count(shown, "is ready") != 1 {
				t.Errorf("directly it says %q", shown)
			}
			if strings.Contains(o.ben.Shown(), "is ready") {
				t.Error("ben is told, too")
			}
		})
	}
}

// A token that does not count is said wherever an operator looks, and asking Slack all the time does not help it.
func TestASlackTokenThatIsRevokedIsSaidAndOneThatReplacesItCounts(t *testing.T) {
	o := newOffice(t)
	o.manage(true)
	bot := o.serve()
	bot.leads()
	o.slack.RevokeBotToken()
	service := slack.Platform + "/" + o.slack.Team
	bot.ready(service+": not connected", "token_revoked")
	o.slack.ForgetCalls()
	o.ana.Post(o.channel, "", "@volcado dump "+o.source+" app_1")
	if _, text := bot.get(bot.metrics, "/metrics"); !strings.Contains(text, `volcado_bot_connected{service="`+service+`"} 0`) {
		t.Error("the metric says that it is connected")
	}
	o.eventually(func() bool { return strings.Contains(bot.log.String(), "token_revoked") }, func() string { return "a log of it" })
	<-time.After(5 * time.Second) // that nothing happens takes time
	if n := len(o.slack.Calls()); n > 5 {
		t.Errorf("in five seconds Slack was asked %d times", n)
	}
	o.secretsAreKept(bot.log.String())

	o.slack.RenewTokens()
	for file, token := range map[string]string{o.botFile: o.slack.BotToken(), o.appFile: o.slack.AppToken()} {
		if err := os.WriteFile(file, []byte(token), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	o.told("app_1", o.channel)
	bot.leads()
	o.secretsAreKept(bot.log.String())
}

func TestTheDoctorFindsASlackWorkspaceWell(t *testing.T) {
	o := newOffice(t)
	o.serve().leads()
	service := slack.Platform + "/" + o.slack.Team
	var out string
	o.eventually(func() bool { // the first marks
		out, _, _ = o.run(o.bot("doctor", "--settings", o.settings))
		return strings.Contains(out, "all messages of "+service+" were handled up to")
	}, func() string { return "a mark: " + out })
	// Of what it finds, only that the bot itself is connected, too, is for its reader to judge.
	if !strings.Contains(out, service+"\n  ✓ ") || strings.Contains(out, "✗") {
		t.Error(out)
	}
	o.secretsAreKept(out)
}
