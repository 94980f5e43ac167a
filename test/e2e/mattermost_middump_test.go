//go:build e2e

package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/volcado-io/volcado/internal/mattermosttest"
)

// meanwhile is what people do to a conversation while its dump runs, and who is then told, where, that the dump is ready.
var meanwhile = map[string]struct {
	does func(*conversation)
	then func(*conversation)
}{
	"an administrator edits the status": {
		func(c *conversation) { c.server.Edit(c.T, c.server.Admin, c.status.Id, "It is all lost.") },
		func(c *conversation) {
			c.toldOnce(c.inThread, "@"+c.person.Name, "is ready")
			c.statusSays(c.dump + " is ready")
		},
	},
	"somebody deletes the status": {
		func(c *conversation) { c.server.Delete(c.T, c.server.Admin, c.status.Id) },
		func(c *conversation) {
			c.toldOnce(c.inThread, "@"+c.person.Name, "is ready")
			if posts := c.inThread(); len(posts) != 1 {
				c.Errorf("a status that was deleted came back: %q", texts(posts))
			}
		},
	},
	"the request is deleted, and its thread with it": {
		func(c *conversation) { c.server.Delete(c.T, c.person, c.request.Id) },
		func(c *conversation) { c.toldOnce(c.inChannel, "@"+c.person.Name, "is ready") },
	},
	"the bot is removed from the channel": {
		func(c *conversation) { c.server.RemoveFromChannel(c.T, c.request.ChannelId, c.account) },
		func(c *conversation) { c.toldOnce(c.directly, "is ready") },
	},
	"the channel is archived": {
		func(c *conversation) {
			if _, err := c.server.Admin.Client.DeleteChannel(c.ctx, c.request.ChannelId); err != nil {
				c.Fatal(err)
			}
		},
		func(c *conversation) { c.toldOnce(c.directly, "is ready") },
	},
	"the channel is made public": {
		func(c *conversation) { c.server.SetPrivacy(c.T, c.request.ChannelId, model.ChannelTypeOpen) },
		func(c *conversation) { c.toldOnce(c.inThread, "@"+c.person.Name, "is ready") },
	},
	"the person is renamed": {
		func(c *conversation) { c.server.Rename(c.T, c.person, "married") },
		func(c *conversation) { c.toldOnce(c.inThread, "@married-", "is ready") },
	},
	"the person is deactivated": {
		func(c *conversation) { c.server.Deactivate(c.T, c.person) },
		func(c *conversation) {
			c.toldOnce(c.inThread, "is ready")
			if all := strings.Join(texts(c.inThread()), "\n"); strings.Contains(all, "@") {
				c.Errorf("somebody who is not there any more is mentioned: %s", all)
			}
		},
	},
	"the person leaves the channel": {
		func(c *conversation) { c.server.RemoveFromChannel(c.T, c.request.ChannelId, c.person) },
		func(c *conversation) { c.toldOnce(c.inThread, "is ready") },
	},
}

// Access that is taken away while a dump runs does not cancel it: docs/security.md. Everybody asks in a private channel of
// their own, all dumps stop at the same table, and only then it happens.
func TestWhateverHappensInMattermostInMidDumpThePersonIsToldOnce(t *testing.T) {
	t.Parallel()
	r := newRoom(t, "middump", mattermosttest.Get(t))
	h := r.hold(0)
	r.serving()
	conversations := map[string]*conversation{}
	for what := range meanwhile {
		source := fmt.Sprintf("shop-%d-%s", len(conversations), r.suffix)
		r.source(source, h.database)
		person := r.server.User(t, "ana")
		conversations[what] = r.dumps(person, r.private(person), source)
	}
	for what, c := range conversations {
		c.begun()
		h.inTheMiddle(c.dump)
		meanwhile[what].does(c)
	}
	h.release()
	for what, c := range conversations {
		t.Run(what, func(t *testing.T) {
			c := *c
			c.room = c.under(t)
			meanwhile[what].then(&c)
			c.completed(c.get(c.dump))
		})
	}
}

func TestSomebodyWhoIsRemovedFromTheGroupInMidDumpIsToldAndCanRequestNoMore(t *testing.T) {
	t.Parallel()
	for what, takeAway := range map[string]func(*room, *model.Channel, *mattermosttest.Person){
		"is removed from the channel": func(r *room, group *model.Channel, ana *mattermosttest.Person) {
			r.server.RemoveFromChannel(r.T, group.Id, ana)
		},
		"loses the group, because its channel is made public": func(r *room, group *model.Channel, _ *mattermosttest.Person) {
			r.server.SetPrivacy(r.T, group.Id, model.ChannelTypeOpen)
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			r := newRoom(t, "group", mattermosttest.Get(t))
			h := r.hold(0)
			source := "shop-" + r.suffix
			r.source(source, h.database)
			r.serving()
			ana := r.server.User(t, "ana")
			group := r.private(ana)
			direct := r.server.Direct(t, ana, r.account)

			c := r.asks(ana, &model.Post{ChannelId: direct.Id, Message: "dump " + source})
			c.begun()
			h.inTheMiddle(c.dump)
			takeAway(r, group, ana)
			h.release()
			c.toldOnce(c.inThread, "is ready")
			c.statusSays(c.dump + " is ready")

			again := r.asks(ana, &model.Post{ChannelId: direct.Id, Message: "again " + c.dump})
			again.answered("You don't have access to")
			if all := r.requested(r.ctx); len(all) != 1 {
				t.Errorf("there are %d dumps", len(all))
			}
		})
	}
}
