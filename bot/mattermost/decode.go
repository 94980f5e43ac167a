package mattermost

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/volcado-io/volcado/bot/chat"
)

const (
	// mostListed are the entries of one list that are read: a post or a channel takes many times the memory of the shortest
	// JSON for it.
	mostListed = 100_000
	// mostProps of a post that are kept. People can give a post 800,000 characters of them.
	mostProps = 100
	// longestProp is how long a prop that is kept as it is can be, and its name, in bytes. A chat.Key fits: it is ASCII.
	longestProp = 256
)

// get reads what can be long, and keeps of it what decode keeps.
func get[T any](ctx context.Context, c *client, what, path string, decode func(*json.Decoder) (T, error)) (T, error) {
	return look(ctx, c, what, func(api *model.Client4) (T, *model.Response, error) {
		var none T
		transport, err := c.transport()
		if err != nil {
			return none, nil, err
		}
		api.HTTPClient = chat.Reading(transport, c.longestAnswer)
		response, err := api.DoAPIGet(ctx, path, "")
		if err != nil {
			return none, model.BuildResponse(response), err
		}
		defer response.Body.Close()
		given, err := decode(json.NewDecoder(response.Body))
		return given, model.BuildResponse(response), err
	})
}

// seenChannel is a channel as far as the bot looks at it.
type seenChannel struct {
	ID         string            `json:"id"`
	Type       model.ChannelType `json:"type"`
	DeleteAt   int64             `json:"delete_at"`
	CreateAt   int64             `json:"create_at"`
	LastPostAt int64             `json:"last_post_at"`
	Shared     *bool             `json:"shared"`
}

// decodeChannels leaves out those that are archived, and what is no channel.
func decodeChannels(d *json.Decoder) ([]*model.Channel, error) {
	var channels []*model.Channel
	_, err := each(d, '[', mostListed, func(string) error {
		var c seenChannel
		if err := d.Decode(&c); err != nil {
			return err
		}
		if model.IsValidId(c.ID) && c.DeleteAt == 0 {
			channels = append(channels, &model.Channel{Id: c.ID, Type: c.Type, CreateAt: c.CreateAt, LastPostAt: c.LastPostAt, Shared: c.Shared})
		}
		return nil
	})
	return channels, err
}

// decodePosts of a page. Without an order it is none.
func decodePosts(d *json.Decoder) (*model.PostList, error) {
	list := &model.PostList{Posts: map[string]*model.Post{}}
	_, err := each(d, '{', mostListed, func(key string) error {
		switch key {
		case "order":
			order := []string{}
			there, err := each(d, '[', mostListed, func(string) error {
				var id string
				err := d.Decode(&id)
				order = append(order, id)
				return err
			})
			if there {
				list.Order = order
			}
			return err
		case "posts":
			_, err := each(d, '{', mostListed, func(id string) error {
				post, err := decodePost(d)
				if err == nil && model.IsValidId(id) {
					list.Posts[id] = post
				}
				return err
			})
			return err
		}
		var ignored json.RawMessage
		return d.Decode(&ignored)
	})
	return list, err
}

// seenPost is a post as far as the bot looks at it.
type seenPost struct {
	ID        string    `json:"id"`
	CreateAt  int64     `json:"create_at"`
	EditAt    int64     `json:"edit_at"`
	DeleteAt  int64     `json:"delete_at"`
	UserID    string    `json:"user_id"`
	ChannelID string    `json:"channel_id"`
	RootID    string    `json:"root_id"`
	Message   string    `json:"message"`
	Type      string    `json:"type"`
	RemoteID  *string   `json:"remote_id"`
	Props     seenProps `json:"props"`
}

func decodePost(d *json.Decoder) (*model.Post, error) {
	var p seenPost
	if err := d.Decode(&p); err != nil {
		return nil, err
	}
	post := &model.Post{
		Id: p.ID, CreateAt: p.CreateAt, EditAt: p.EditAt, DeleteAt: p.DeleteAt, UserId: p.UserID, ChannelId: p.ChannelID, RootId: p.RootID,
		Message: p.Message, Type: p.Type, RemoteId: p.RemoteID,
	}
	post.SetProps(model.StringInterface(p.Props))
	return post, nil
}

// seenProps are the props that say something to the bot. Of a value that is no text they hold that there is one.
type seenProps map[string]any

// UnmarshalJSON reads an object, and keeps little of it.
func (p *seenProps) UnmarshalJSON(data []byte) error {
	*p = seenProps{}
	d := json.NewDecoder(bytes.NewReader(data))
	// All of them, for nothing is kept of most: else somebody could make a channel unreadable with a post.
	_, err := each(d, '{', len(data), func(name string) error {
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return err
		}
		switch {
		case !strings.HasPrefix(name, fromMachine) && name != propKey && name != propProcess && name != model.PostPropsAddedUserId:
		case len(*p) >= mostProps || len(name) > longestProp:
			// No person's client writes that, and one that counts could be among those that are left out.
			(*p)[fromMachine] = true
		default:
			var text *string
			if err := json.Unmarshal(value, &text); err != nil || text != nil && len(*text) > longestProp {
				(*p)[name] = true
			} else if text != nil {
				(*p)[name] = *text
			}
		}
		return nil
	})
	return err
}

// each visits the entries of a JSON array ('[') or object ('{'), of which there can be at most so many. visit reads them one by
// one, and is given their names. Where null stands instead there is none.
func each(d *json.Decoder, opening json.Delim, most int, visit func(name string) error) (there bool, err error) {
	begin, err := d.Token()
	if err != nil || begin == nil {
		return false, err
	}
	if begin != opening {
		return false, fmt.Errorf("%.20q stands where %s was expected", fmt.Sprint(begin), opening)
	}
	for n := 0; d.More(); n++ {
		if n == most {
			return false, fmt.Errorf("%w: it lists more than %d", chat.ErrTooLong, most)
		}
		name := ""
		if opening == '{' {
			token, err := d.Token()
			if err != nil {
				return false, err
			}
			name, _ = token.(string)
		}
		if err := visit(name); err != nil {
			return false, err
		}
	}
	_, err = d.Token()
	return true, err
}
