package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
)

const (
	// pollEvery is less than the bot leaves between two edits.
	pollEvery = 500 * time.Millisecond
	// onScreen is how many of the newest posts of a channel are looked at.
	onScreen = 60
)

// session is what one person sees of some channels.
type session struct {
	me    *Person
	bot   string // its user id
	rooms []room
	// shown is the text of each post as it was last seen, by id.
	shown map[string]string
	names map[string]string
}

// room is a channel.
type room struct{ id, name string }

// said is a post that is new or was edited since.
type said struct {
	*model.Post
	from   string
	room   room
	edited bool
}

// newSession of a channel, by name, and of direct messages with the bot.
func newSession(ctx context.Context, me *Person, channel string) (*session, error) {
	bot, _, err := me.GetUserByUsername(ctx, botName, "")
	if err != nil {
		return nil, fmt.Errorf("find the bot %s: %w", botName, err)
	}
	p := &session{me: me, bot: bot.Id, shown: map[string]string{}, names: map[string]string{}}
	if channel != direct {
		found, _, err := me.GetChannelByNameForTeamName(ctx, channel, teamName, "")
		if err != nil {
			return nil, fmt.Errorf("find the channel %s: %w", channel, err)
		}
		p.rooms = append(p.rooms, room{found.Id, channel})
	}
	found, _, err := me.CreateDirectChannel(ctx, me.ID, bot.Id)
	if err != nil {
		return nil, fmt.Errorf("open the direct messages with the bot: %w", err)
	}
	p.rooms = append(p.rooms, room{found.Id, direct})
	_, err = p.news(ctx)
	return p, err
}

// post says something in the first room.
func (p *session) post(ctx context.Context, text string) (*model.Post, error) {
	post, _, err := p.me.CreatePost(ctx, &model.Post{ChannelId: p.rooms[0].id, Message: text})
	if err != nil {
		return nil, fmt.Errorf("post in %s as %s: %w", p.rooms[0].name, p.me.Name, err)
	}
	p.shown[post.Id] = post.Message
	return post, nil
}

// news are what others said and edited since the last call, in the order in which it was posted. The rooms are read one after
// the other: what is in a later one may be younger.
func (p *session) news(ctx context.Context) ([]said, error) {
	var found []said
	for _, r := range p.rooms {
		list, _, err := p.me.GetPostsForChannel(ctx, r.id, 0, onScreen, "", false, false)
		if err != nil {
			return nil, fmt.Errorf("read %s as %s: %w", r.name, p.me.Name, err)
		}
		for _, post := range list.Posts {
			text, known := p.shown[post.Id]
			if post.Type != "" || post.UserId == p.me.ID || known && text == post.Message {
				continue
			}
			found = append(found, said{Post: post, from: p.name(ctx, post.UserId), room: r, edited: known})
		}
	}
	// Only now, so that nothing is lost when a later room could not be read.
	for _, s := range found {
		p.shown[s.Id] = s.Message
	}
	slices.SortFunc(found, func(a, b said) int {
		if a.CreateAt != b.CreateAt {
			return int(a.CreateAt - b.CreateAt)
		}
		return strings.Compare(a.Id, b.Id)
	})
	return found, nil
}

// name of a user, or the id where the server does not tell.
func (p *session) name(ctx context.Context, id string) string {
	if name, known := p.names[id]; known {
		return name
	}
	user, _, err := p.me.GetUser(ctx, id, "")
	if err != nil {
		return id
	}
	p.names[id] = user.Username
	return user.Username
}

// String is how it is printed: who, where it is not the room that the person is in, and what.
func (s said) String() string {
	var about []string
	if s.room.name == direct {
		about = append(about, "direct")
	}
	if s.edited {
		about = append(about, "edited")
	}
	from := s.from
	if len(about) > 0 {
		from += " (" + strings.Join(about, ", ") + ")"
	}
	return printable(from) + "> " + seen(s.Message)
}
