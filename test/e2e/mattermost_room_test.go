//go:build e2e

package e2e

import (
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/util/retry"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/mattermost"
	"github.com/volcado-io/volcado/internal/mattermosttest"
)

// room is a world with a team on a Mattermost server, and with a bot account of its own in that. The bot reaches the server
// over a link of its own, too.
type room struct {
	*bots
	server    *mattermosttest.Server
	link      *mattermosttest.Proxy
	workspace string
	team      *model.Team
	account   *mattermosttest.Person
	tokenFile string

	mu       sync.Mutex
	channels []string // that are on the allow-list
}

func newRoom(t *testing.T, name string, server *mattermosttest.Server) *room {
	t.Helper()
	w := newWorld(t, name)
	workspace := "chat-" + w.suffix
	r := &room{
		bots: newBots(w, mattermost.Platform+"/"+workspace), server: server, link: server.Proxy(t), workspace: workspace,
		team: server.Team(t, "shop"), account: server.Bot(t, "volcado"), tokenFile: filepath.Join(t.TempDir(), "token"),
	}
	server.Join(t, r.team, r.account)
	r.giveToken()
	r.write(r.settings, fmt.Sprintf("services:\n- mattermost: {url: %q, workspace: %s, tokenFile: %q}\n", r.link.URL, r.workspace, r.tokenFile))
	r.create(r.allowList())
	return r
}

// under is the room's own below the name of a subtest.
func (r *room) under(t *testing.T) *room {
	return &room{
		bots: r.bots.under(t), server: r.server, link: r.link, workspace: r.workspace, team: r.team, account: r.account,
		tokenFile: r.tokenFile, channels: r.channels,
	}
}

// giveToken writes the account's token of this moment into the file that the bot reads.
func (r *room) giveToken() {
	r.Helper()
	said.Lock()
	passwords = append(passwords, r.account.Token)
	said.Unlock()
	r.write(r.tokenFile, r.account.Token+"\n")
}

// allowList lets everybody request everything in the private ones of the channels. Their members can request it in direct
// messages and in the public ones, too, where being there proves nothing.
func (r *room) allowList() *v1alpha1.DumpAllowList {
	subject := v1alpha1.AllowedSubject{Platform: mattermost.Platform, Workspace: r.workspace}
	there, elsewhere := subject, subject
	there.Users, elsewhere.Channels = []v1alpha1.SubjectID{"*"}, []v1alpha1.ChannelID{v1alpha1.ChannelDirect}
	for _, id := range append([]string{"nowhere"}, r.channels...) {
		there.Channels = append(there.Channels, v1alpha1.ChannelID(id))
		elsewhere.Groups = append(elsewhere.Groups, v1alpha1.SubjectID(id))
		elsewhere.Channels = append(elsewhere.Channels, v1alpha1.ChannelID(id))
	}
	return &v1alpha1.DumpAllowList{
		ObjectMeta: metav1.ObjectMeta{Name: "chat", Namespace: r.namespace},
		Spec: v1alpha1.DumpAllowListSpec{
			Sources: []v1alpha1.AllowedSource{"*"}, Databases: []v1alpha1.NamePattern{"*"},
			Subjects: []v1alpha1.AllowedSubject{there, elsewhere},
		},
	}
}

// allow what is asked in a channel.
func (r *room) allow(channel *model.Channel) {
	r.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.channels = append(r.channels, channel.Id)
	wanted := r.allowList()
	// The manager writes the list's status.
	if err := retry.RetryOnConflict(retry.DefaultBackoff, func() error {
		var list v1alpha1.DumpAllowList
		if err := env.client.Get(r.ctx, client.ObjectKeyFromObject(wanted), &list); err != nil {
			return err
		}
		list.Spec = wanted.Spec
		return env.client.Update(r.ctx, &list)
	}); err != nil {
		r.Fatal(err)
	}
}

// private makes a private channel with these people and the bot in it, in which they can request everything.
func (r *room) private(people ...*mattermosttest.Person) *model.Channel {
	r.Helper()
	channel := r.server.Channel(r.T, r.team, model.ChannelTypePrivate, "dumps", people[0], append(people[1:], r.account)...)
	r.allow(channel)
	return channel
}

// source whose dumps may take long to start: other tests keep the machine busy, and these are not about deadlines.
func (r *room) source(name, database string) {
	r.Helper()
	r.world.source(name, []string{database}, func(s *v1alpha1.DatabaseSource) { s.Spec.Limits.StartDeadline.Duration = patience })
}
