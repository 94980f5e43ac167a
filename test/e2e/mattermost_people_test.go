//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/volcado-io/volcado/internal/mattermosttest"
)

// places where ana can ask; ben is there, too, except in direct messages.
var places = map[string]func(r *room, ana, ben *mattermosttest.Person) *model.Post{
	"a private channel, by the prefix": func(r *room, ana, ben *mattermosttest.Person) *model.Post {
		return &model.Post{ChannelId: r.private(ana, ben).Id, Message: "!dump SOURCE"}
	},
	"a private channel, by name": func(r *room, ana, ben *mattermosttest.Person) *model.Post {
		return &model.Post{ChannelId: r.private(ana, ben).Id, Message: "@" + r.account.Name + " dump SOURCE"}
	},
	"a public channel, by a member of a private one": func(r *room, ana, ben *mattermosttest.Person) *model.Post {
		r.private(ana)
		channel := r.server.Channel(r.T, r.team, model.ChannelTypeOpen, "everybody", ana, ben, r.account)
		r.allow(channel)
		return &model.Post{ChannelId: channel.Id, Message: "!dump SOURCE"}
	},
	"a group channel": func(r *room, ana, ben *mattermosttest.Person) *model.Post {
		channel := r.server.Group(r.T, ana, ben, r.account)
		r.allow(channel)
		return &model.Post{ChannelId: channel.Id, Message: "!dump SOURCE"}
	},
	"direct messages": func(r *room, ana, _ *mattermosttest.Person) *model.Post {
		r.private(ana) // whose members can request in direct messages
		return &model.Post{ChannelId: r.server.Direct(r.T, ana, r.account).Id, Message: "dump SOURCE"}
	},
	"a thread in direct messages": func(r *room, ana, _ *mattermosttest.Person) *model.Post {
		r.private(ana)
		c := r.asks(ana, &model.Post{ChannelId: r.server.Direct(r.T, ana, r.account).Id, Message: "hello"})
		c.answered("Hello")
		return &model.Post{ChannelId: c.request.ChannelId, RootId: c.request.Id, Message: "dump SOURCE"}
	},
	"a thread of somebody else's": func(r *room, ana, ben *mattermosttest.Person) *model.Post {
		lunch := r.server.Post(r.T, ben, r.private(ana, ben).Id, "where do we go for lunch?")
		return &model.Post{ChannelId: lunch.ChannelId, RootId: lunch.Id, Message: "!dump SOURCE"}
	},
}

func TestADumpIsAskedForAndToldOfInEveryKindOfChannelAndInThreads(t *testing.T) {
	t.Parallel()
	r := newRoom(t, "places", mattermosttest.Get(t))
	database := r.small()
	r.serving()
	sources := 0
	for where, place := range places {
		source := fmt.Sprintf("shop-%d-%s", sources, r.suffix)
		sources++
		r.source(source, database)
		ana := r.server.User(t, "ana")
		post := place(r, ana, r.server.User(t, "ben"))
		post.Message = strings.ReplaceAll(post.Message, "SOURCE", source)
		t.Run(where, func(t *testing.T) {
			t.Parallel()
			c := r.under(t).asks(ana, post)
			c.answered("")
			notified := "@" + ana.Name
			if strings.Contains(where, "direct messages") {
				notified = "" // as every message there does
			}
			c.toldOnce(c.inThread, notified, "is ready")
			made := c.made()
			c.status = c.inThread()[0]
			c.statusSays(made.Name + " is ready")
			c.completed(&made)
		})
	}
}

// What people do, and what they then read.
func TestPeoplesHabitsInMattermost(t *testing.T) {
	t.Parallel()
	r := newRoom(t, "habits", mattermosttest.Get(t))
	database := r.small()
	source := "shop-" + r.suffix
	r.source(source, database)
	r.serving()
	ana, ben := r.server.User(t, "ana"), r.server.User(t, "ben")
	one, other := r.private(ana, ben), r.private(ana, ben)

	// A typing error is edited away. The bot cannot know by whom.
	typo := r.asks(ana, &model.Post{ChannelId: one.Id, Message: "!dmup " + source})
	typo.answered("dump")
	r.server.Edit(t, ana, typo.request.Id, "!dump "+source)
	typo.eventually("it is said what to do instead of editing", patience, func(context.Context) (bool, error) {
		posts := typo.inThread()
		if len(posts) < 2 {
			return false, fmt.Errorf("it says %q", texts(posts))
		}
		if text := plain(posts[1]); !strings.Contains(text, "new message") {
			t.Errorf("the answer to an edited message is %s", text)
		}
		return true, nil
	})
	if made := r.requested(r.ctx); len(made) != 0 {
		t.Fatalf("an edited message made the dump %s", made[0].Name)
	}

	// The same is asked for in two channels, the second time while the first is under way, and by somebody else.
	first := r.dumps(ana, one, source)
	first.toldOnce(first.inThread, "@"+ana.Name, "is ready")
	made := first.made()
	r.dumps(ana, other, source).answered("Nothing new was started")
	r.dumps(ben, other, source).answered("Nothing new was started")

	// Thanks are not answered. A question in the same thread is, a week later too.
	r.server.Reply(t, ana, first.request, "thanks!")
	const week = 7 * 24 * time.Hour
	r.server.SQL(t, fmt.Sprintf("UPDATE posts SET createat = createat - %[1]d, updateat = updateat - %[1]d WHERE id = '%[2]s' OR rootid = '%[2]s'",
		week.Milliseconds(), first.request.Id))
	if _, err := r.server.Admin.Client.InvalidateCaches(t.Context()); err != nil {
		t.Fatal(err)
	}
	later := r.asks(ben, &model.Post{ChannelId: one.Id, RootId: first.request.Id, Message: "!how " + made.Name})
	later.answered("How to download and load " + made.Name)
	first.request.CreateAt -= week.Milliseconds()
	if posts := first.inThread(); len(posts) != 3 || lastWord(posts[2]) {
		t.Errorf("status, last word and the answer of a week later: %q", texts(posts))
	}
	if all := r.requested(r.ctx); len(all) != 1 {
		t.Errorf("there are %d dumps", len(all))
	}
}
