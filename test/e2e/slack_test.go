//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/notify"
	"github.com/volcado-io/volcado/bot/slack"
	"github.com/volcado-io/volcado/internal/slacktest"
)

// office is a world with a Slack workspace, which is played: Slack itself runs nowhere but at Slack. Everything else is real.
type office struct {
	*bots
	slack   *slacktest.Server
	ana     *slacktest.User
	channel *slacktest.Channel
}

func newOffice(t *testing.T, name string) *office {
	t.Helper()
	w, s := newWorld(t, name), slacktest.New(t)
	o := &office{bots: newBots(w, slack.Platform+"/"+s.Team), slack: s, ana: s.User("ana")}
	o.channel = s.Channel("dumps", slacktest.Private, o.ana, s.Bot)
	tokens := map[string]string{"bot": s.BotToken(), "app": s.AppToken()}
	for file, token := range tokens {
		tokens[file] = filepath.Join(filepath.Dir(o.settings), file)
		o.write(tokens[file], token)
		said.Lock()
		passwords = append(passwords, token)
		said.Unlock()
	}
	o.write(o.settings, fmt.Sprintf("services:\n- slack: {workspace: %s, botTokenFile: %q, appTokenFile: %q, apiURL: %q}\n",
		s.Team, tokens["bot"], tokens["app"], s.URL()))
	o.create(&v1alpha1.DumpAllowList{
		ObjectMeta: metav1.ObjectMeta{Name: "slack"},
		Spec: v1alpha1.DumpAllowListSpec{
			Sources: []v1alpha1.AllowedSource{"*"}, Databases: []v1alpha1.NamePattern{"*"},
			Subjects: []v1alpha1.AllowedSubject{{
				Platform: slack.Platform, Workspace: s.Team, Users: []v1alpha1.SubjectID{"*"}, Channels: []v1alpha1.ChannelID{v1alpha1.ChannelID(o.channel.ID)},
			}},
		},
	})
	return o
}

// shows waits until ana was shown this.
func (o *office) shows(words string) {
	o.Helper()
	o.eventually("ana is shown "+words, patience, func(context.Context) (bool, error) {
		if shown := o.ana.Shown(); !strings.Contains(shown, words) {
			return false, fmt.Errorf("she is shown %s", shown)
		}
		return true, nil
	})
}

// ready waits until the last word on a source's one dump was said, and sees that it was said once, and that the dump is there.
func (o *office) ready(source string) {
	o.Helper()
	var d *v1alpha1.DatabaseDump
	o.eventually("the last word on a dump of "+source, patience, func(ctx context.Context) (bool, error) {
		for _, each := range o.requested(ctx) {
			if each.Spec.SourceRef.Name == source {
				d = &each
			}
		}
		if d == nil || o.said(d) == 0 {
			return false, fmt.Errorf("ana is shown %s", o.ana.Shown())
		}
		return true, nil
	})
	o.completed(o.get(d.Name))
	if n := o.said(d); n != 1 {
		o.Errorf("the last word on %s was said %d times: %s", source, n, o.ana.Shown())
	}
}

// said is how often the last word on a dump was said.
func (o *office) said(d *v1alpha1.DatabaseDump) (n int) {
	for _, m := range o.channel.Messages() {
		if slacktest.Payload(m)["key"] == string(notify.KeyOf(d, 0, notify.End)) {
			n++
		}
	}
	return n
}

func TestADumpThatIsRequestedInSlackIsMadeAndToldOfHoweverItIsAskedFor(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "slack")
	h := o.hold(0)
	small := o.small()
	sources := map[string]string{"mention": small, "command": small, "form": small, "cancelled": h.database, "killed": h.database}
	for name, database := range sources {
		o.source(name, []string{database}, func(s *v1alpha1.DatabaseSource) { s.Spec.Limits.StartDeadline.Duration = patience })
	}
	bot := o.serving()

	o.ana.Post(o.channel, "", "@volcado dump mention")
	o.ana.Slash(o.channel, "/volcado", "dump command")
	o.ready("mention")
	o.ready("command")

	o.ana.Slash(o.channel, "/volcado", "")
	o.eventually("a form is sent", patience, func(context.Context) (bool, error) {
		return o.ana.SendForm(map[string]string{"source": o.namespace + "/form"}), nil
	})
	o.ready("form")

	o.ana.Post(o.channel, "", "@volcado dump cancelled")
	o.eventually("Cancel is clicked, twice", patience, func(context.Context) (bool, error) {
		for _, m := range o.ana.Seen() {
			for _, d := range o.requested(o.ctx) {
				if o.ana.Click(o.channel, m.TS, "cancel "+d.Name) {
					o.ana.Click(o.channel, m.TS, "cancel "+d.Name)
					return true, nil
				}
			}
		}
		return false, nil
	})
	o.shows("was cancelled")

	o.ana.Post(o.channel, "", "@volcado dump killed")
	o.shows("killed-")
	bot.kill()
	o.forgetLeader()
	h.release()
	o.serving()
	o.ready("killed")
	if troubles := o.ana.Troubles(); len(troubles) > 0 {
		t.Errorf("ana has seen %q", troubles)
	}
}
