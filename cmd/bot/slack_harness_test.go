package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/notify"
	"github.com/volcado-io/volcado/bot/slack"
	"github.com/volcado-io/volcado/internal/slacktest"
)

// office is a world with a Slack workspace in which some people can have databases of the source wherever they ask, and bots that
// serve it.
type office struct {
	*town
	slack            *slacktest.Server
	ana, ben         *slacktest.User
	channel          *slacktest.Channel
	botFile, appFile string
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{town: newTown(t), slack: slacktest.New(t)}
	o.ana, o.ben = o.slack.User("ana"), o.slack.User("ben")
	o.channel = o.slack.Channel("dumps", slacktest.Private, o.ana, o.ben, o.slack.Bot)
	o.botFile, o.appFile = o.write("bot", o.slack.BotToken()), o.write("app", o.slack.AppToken())
	o.services = []string{slack.Platform + "/" + o.slack.Team}
	o.settings = o.write("settings.yaml", fmt.Sprintf("services:\n- slack: {workspace: %s, botTokenFile: %q, appTokenFile: %q, apiURL: %q}\n",
		o.slack.Team, o.botFile, o.appFile, o.slack.URL()))
	o.create(&v1alpha1.DumpAllowList{
		ObjectMeta: metav1.ObjectMeta{Name: "office"},
		Spec: v1alpha1.DumpAllowListSpec{
			Sources: []v1alpha1.AllowedSource{v1alpha1.AllowedSource(o.source)}, Databases: []v1alpha1.NamePattern{"*"},
			Subjects: []v1alpha1.AllowedSubject{{
				Platform: slack.Platform, Workspace: o.slack.Team, Channels: []v1alpha1.ChannelID{"*"},
				Users: []v1alpha1.SubjectID{v1alpha1.SubjectID(o.ana.ID), v1alpha1.SubjectID(o.ben.ID)},
			}},
		},
	})
	return o
}

// of a database, the dumps.
func (o *office) of(database string) (found []v1alpha1.DatabaseDump) {
	o.Helper()
	for _, d := range o.dumps() {
		if string(d.Spec.Database) == database {
			found = append(found, d)
		}
	}
	return found
}

// stands is where something was said.
type stands struct{ channel, ts, thread string }

// said is where what has a key stands, in some channels.
func said(channels ...*slacktest.Channel) map[string][]stands {
	found := map[string][]stands{}
	for _, c := range channels {
		for _, m := range c.Messages() {
			if key, is := slacktest.Payload(m)["key"].(string); is {
				thread, _ := m["thread_ts"].(string)
				found[key] = append(found[key], stands{c.ID, m["ts"].(string), thread})
			}
		}
	}
	return found
}

func endOf(d *v1alpha1.DatabaseDump) string { return string(notify.KeyOf(d, 0, notify.End)) }

// told waits until a database has one dump, of which the last word was said.
func (o *office) told(database string, channels ...*slacktest.Channel) v1alpha1.DatabaseDump {
	o.Helper()
	var dumps []v1alpha1.DatabaseDump
	o.within(3*deadline, func() bool {
		dumps = o.of(database)
		return len(dumps) == 1 && len(said(channels...)[endOf(&dumps[0])]) > 0
	}, func() string {
		return fmt.Sprintf("a dump of %s and its last word; there are %d dumps", database, len(dumps))
	})
	return dumps[0]
}

// recorded waits until the bot has nothing more to say of any dump, and sees that each last word was said once.
func (o *office) recorded(channels ...*slacktest.Channel) {
	o.Helper()
	// From then on, no edit is owed any more.
	const later = 24 * time.Hour
	left := ""
	o.within(3*deadline, func() bool {
		for _, d := range o.dumps() {
			if left = d.Annotations[v1alpha1.AnnotationDelivery]; !notify.Delivered(time.Now().Add(later), left) {
				return false
			}
		}
		return true
	}, func() string { return "a record that all was said: " + left })
	all := said(channels...)
	for _, d := range o.dumps() {
		if n := len(all[endOf(&d)]); n != 1 {
			o.Errorf("the last word on %s was said %d times", d.Name, n)
		}
		if n := len(all[string(notify.KeyOf(&d, 0, notify.Status))]); n > 1 {
			o.Errorf("the status of %s was said %d times", d.Name, n)
		}
	}
}

// secretsAreKept sees that a log has no token.
func (o *office) secretsAreKept(log string) {
	o.Helper()
	for _, token := range []string{o.token(o.botFile), o.token(o.appFile)} {
		if strings.Contains(log, strings.TrimSpace(token)) {
			o.Error("the log holds a token")
		}
	}
}
