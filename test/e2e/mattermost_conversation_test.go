//go:build e2e

package e2e

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/mattermost"
	"github.com/volcado-io/volcado/bot/notify"
	"github.com/volcado-io/volcado/internal/mattermosttest"
)

// conversation is a dump that somebody asked for in a channel.
type conversation struct {
	*room
	person  *mattermosttest.Person
	direct  *model.Channel // of the person and the bot
	request *model.Post
	status  *model.Post // the bot's first answer; nil until it is looked for
	dump    string      // its name; empty until it is looked for
}

// dumps asks for a dump as somebody, in a thread of its own.
func (r *room) dumps(person *mattermosttest.Person, channel *model.Channel, source string) *conversation {
	r.Helper()
	return r.asks(person, &model.Post{ChannelId: channel.Id, Message: "!dump " + source})
}

func (r *room) asks(person *mattermosttest.Person, post *model.Post) *conversation {
	r.Helper()
	made, _, err := person.Client.CreatePost(r.ctx, post)
	if err != nil {
		r.Fatalf("post as %s: %v", person.Name, err)
	}
	return &conversation{room: r, person: person, direct: r.server.Direct(r.T, person, r.account), request: made}
}

// root of the thread that is answered in.
func (c *conversation) root() string {
	if c.request.RootId != "" {
		return c.request.RootId
	}
	return c.request.Id
}

// inThread is what the bot says in the thread at this moment, since the request.
func (c *conversation) inThread() []*model.Post {
	c.Helper()
	var all []*model.Post
	for _, post := range c.server.Posts(c.T, c.request.ChannelId) {
		if post.RootId == c.root() && post.UserId == c.account.ID && post.CreateAt >= c.request.CreateAt {
			all = append(all, post)
		}
	}
	return all
}

// directly is what the bot says to the person alone.
func (c *conversation) directly() []*model.Post {
	c.Helper()
	return slices.DeleteFunc(c.server.Posts(c.T, c.direct.Id), func(p *model.Post) bool {
		return p.UserId != c.account.ID || p.RootId == c.root()
	})
}

// inChannel is what the bot says in the channel, outside of threads.
func (c *conversation) inChannel() []*model.Post {
	c.Helper()
	return slices.DeleteFunc(c.server.Posts(c.T, c.request.ChannelId), func(p *model.Post) bool {
		return p.UserId != c.account.ID || p.RootId != "" || p.Type != model.PostTypeDefault
	})
}

// plain is a post without what Markdown takes for marks.
func plain(post *model.Post) string {
	return strings.NewReplacer(`\`, "", "**", "").Replace(post.Message)
}

// lastWord says of a post whether it tells how a dump ended.
func lastWord(post *model.Post) bool { return strings.Contains(plain(post), "Dump of ") }

func count(posts []*model.Post, is func(*model.Post) bool) (n int) {
	for _, post := range posts {
		if is(post) {
			n++
		}
	}
	return n
}

// begun waits until the dump runs and its status says so.
func (c *conversation) begun() {
	c.Helper()
	c.eventually("the status of the dump that "+c.person.Name+" asked for says that it is running", patience, func(context.Context) (bool, error) {
		posts := c.inThread()
		if len(posts) != 1 || !strings.Contains(plain(posts[0]), "is running") {
			return false, fmt.Errorf("it says %q", texts(posts))
		}
		c.status = posts[0]
		return true, nil
	})
	c.dump = c.made().Name
}

// made is the one dump that the request made.
func (c *conversation) made() v1alpha1.DatabaseDump {
	c.Helper()
	var mine []v1alpha1.DatabaseDump
	for _, dump := range c.requested(c.ctx) {
		if by := dump.Spec.RequestedBy; by.Platform == mattermost.Platform && by.User == c.person.ID && by.Message == c.request.Id {
			mine = append(mine, dump)
		}
	}
	if len(mine) != 1 {
		c.Fatalf("%s asked for one dump, and there are %d", c.person.Name, len(mine))
	}
	return mine[0]
}

func texts(posts []*model.Post) (all []string) {
	for _, post := range posts {
		all = append(all, plain(post))
	}
	return all
}

// toldOnce waits until the last word was said, in the thread or directly, and holds it to say this.
func (c *conversation) toldOnce(where func() []*model.Post, words ...string) {
	c.Helper()
	c.eventually("the last word of the dump that "+c.person.Name+" asked for", patience, func(context.Context) (bool, error) {
		posts := where()
		if count(posts, lastWord) == 0 {
			return false, fmt.Errorf("there it says %q, and directly %q", texts(posts), texts(c.directly()))
		}
		return true, nil
	})
	c.told(where, words...)
}

// answered waits until the bot has said something in the thread, and holds the first to say this.
func (c *conversation) answered(words string) {
	c.Helper()
	c.eventually("an answer to "+c.person.Name, patience, func(context.Context) (bool, error) {
		posts := c.inThread()
		if len(posts) == 0 {
			return false, errors.New("nothing was said")
		}
		if text := plain(posts[0]); !strings.Contains(text, words) {
			c.Errorf("the answer does not say %q: %s", words, text)
		}
		return true, nil
	})
}

// told: the last word was said once, and is held to say this.
func (c *conversation) told(where func() []*model.Post, words ...string) {
	c.Helper()
	c.recorded()
	words = append(words, "Dump of ")
	there := where()
	everywhere := slices.Concat(c.inThread(), c.inChannel(), c.directly())
	if all := count(everywhere, lastWord); all != 1 || count(there, lastWord) != 1 {
		c.Fatalf("the last word was said %d times; in all it was said %q", all, texts(everywhere))
	}
	for _, post := range there {
		for _, word := range words {
			if text := plain(post); lastWord(post) && !strings.Contains(text, word) {
				c.Errorf("the last word does not say %q: %s", word, text)
			}
		}
	}
}

// recorded waits until the bot knows that the last word was said, so that another would be one too many.
func (c *conversation) recorded() {
	c.Helper()
	c.eventually("that the last word was said is recorded", patience, func(context.Context) (bool, error) {
		made := c.made()
		record := made.Annotations[v1alpha1.AnnotationDelivery]
		// From then on, no edit is owed any more.
		const later = 24 * time.Hour
		if !notify.Delivered(time.Now().Add(later), record) {
			return false, fmt.Errorf("the record is %s", record)
		}
		return true, nil
	})
}

// statusSays waits until the status message tells this.
func (c *conversation) statusSays(words string) {
	c.Helper()
	c.eventually("the status says "+words, patience, func(context.Context) (bool, error) {
		post, _, err := c.server.Admin.Client.GetPost(c.ctx, c.status.Id, "")
		if err != nil {
			return false, err
		}
		if !strings.Contains(plain(post), words) {
			return false, fmt.Errorf("it says %q", plain(post))
		}
		return true, nil
	})
}
