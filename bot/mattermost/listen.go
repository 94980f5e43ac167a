package mattermost

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/volcado-io/volcado/bot/chat"
)

const (
	// firstPause and longestPause bound the pauses before the bot connects again.
	firstPause, longestPause = time.Second, 30 * time.Second
	// whyTimeout bounds finding out whether the token is why a connection was lost.
	whyTimeout = 5 * time.Second
	// mostWaiting bounds the posts that have arrived and wait for those before them. With more, the connection is given up,
	// and the history has them.
	mostWaiting = 1000
	// overlap of what is read again with what was heard before a connection was lost: a post can become visible after one
	// that was made later.
	overlap = time.Minute
	// unreadEvery is after how long channels are tried again that could not be read, and unreadAtMost what that grows to: to be
	// refused can take half a minute for each, and nobody is heard meanwhile.
	unreadEvery, unreadAtMost = 30 * time.Second, 5 * time.Minute
)

// listener is one call of Listen.
type listener struct {
	*Service
	handle chat.Handler
	began  time.Time
	// position is when the newest post was made that is known. All before it have arrived, but for the overlap.
	position time.Time
	// unread are channels that could not be read, and since when.
	unread map[string]time.Time
}

// arrival is a post that was just made.
type arrival struct {
	post *model.Post
	kind model.ChannelType
	// joined is the channel that the bot was just added to, instead of a post.
	joined string
}

// Listen hands on what is written, and first what was written since then.
func (s *Service) Listen(ctx context.Context, since time.Time, handle chat.Handler) error {
	l := &listener{Service: s, handle: handle, began: time.Now(), position: since.Add(overlap), unread: map[string]time.Time{}}
	working, stop := context.WithCancel(ctx)
	defer s.undelivered.Store(0) // what was not handed over is read again
	defer s.inbox.Wait()
	defer stop()
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		s.lost("connecting")
		began := time.Now()
		err := l.connected(working)
		if ctx.Err() != nil {
			s.lost("stopped")
			return nil
		}
		s.lost(err.Error())
		if kind := chat.KindOfError(err); kind == chat.Unauthorised {
			return err
		}
		if time.Since(began) > longestPause {
			pause = firstPause
		}
		s.log.Warn("the connection to Mattermost is lost, and is made again", "error", err)
		if !chat.Wait(ctx, max(pause-rand.N(pause/5), chat.RetryAfter(err))) {
			s.lost("stopped")
			return nil
		}
		s.setHealth(func(h *chat.Health) { h.Reconnects++ })
	}
}

// lost says that nothing arrives. What is written meanwhile has to be read.
func (s *Service) lost(why string) {
	s.setHealth(func(h *chat.Health) { h.Connected, h.Behind, h.Why = false, true, why })
}

func (s *Service) heard() {
	s.setHealth(func(h *chat.Health) { h.Heard = time.Now() })
}

// connected listens on one connection until it ends. Its error says why; it is never nil.
func (l *listener) connected(ctx context.Context) error {
	if _, err := l.whoami(ctx); err != nil {
		return err
	}
	if err := l.learnLimits(ctx); err != nil {
		l.log.Warn("the server does not tell its limits; those of before are kept", "error", err)
	}
	socket, err := l.open(ctx)
	if err != nil {
		return err
	}
	defer socket.close()
	connection, end := context.WithCancelCause(ctx)
	defer end(nil)
	// What does not answer is left by its deadlines; this is for the bot's own end.
	defer context.AfterFunc(connection, socket.close)()
	arrived := make(chan arrival, mostWaiting)
	go func() { end(l.read(socket, arrived)) }()
	go func() { end(l.ping(connection, socket)) }()

	l.groups.forget()
	if err := l.catchUp(ctx, connection); err != nil {
		return l.why(ctx, connection, err)
	}
	l.heard()
	l.caughtUp()
	pause := l.unreadEvery
	again := time.NewTimer(pause)
	defer again.Stop()
	for {
		select {
		case <-again.C:
			if len(l.unread) == 0 {
				pause = l.unreadEvery
			} else {
				pause = min(2*pause, unreadAtMost)
				if err := l.catchUp(ctx, connection); err != nil {
					return l.why(ctx, connection, err)
				}
				l.caughtUp()
			}
			again.Reset(pause)
		case <-connection.Done():
			return l.why(ctx, connection, connection.Err())
		case a := <-arrived:
			if err := l.arrive(ctx, connection, a); err != nil {
				return l.why(ctx, connection, err)
			}
		}
	}
}

// why a connection ended. A token that was revoked ends it in many ways, and none of them says so.
func (l *listener) why(ctx, connection context.Context, err error) error {
	if cause := context.Cause(connection); cause != nil {
		err = cause
	}
	if ctx.Err() != nil || chat.KindOfError(err) == chat.Unauthorised {
		return err
	}
	l.lost(err.Error())
	soon, cancel := context.WithTimeout(ctx, whyTimeout)
	defer cancel()
	if _, refusal := l.me(soon); refusal != nil && chat.KindOfError(refusal) == chat.Unauthorised {
		return refusal
	}
	return err
}

func (l *listener) ping(ctx context.Context, socket *socket) error {
	for chat.Wait(ctx, l.pingEvery) {
		if err := socket.ask("ping", nil); err != nil {
			return errors.New("the connection is lost: nothing can be written")
		}
	}
	return ctx.Err()
}

// read the connection until it ends.
func (l *listener) read(socket *socket, arrived chan<- arrival) error {
	for {
		event, _, err := socket.next()
		if err != nil {
			return err
		}
		l.heard()
		if event == nil {
			continue
		}
		a, wanted := l.arrival(event)
		if !wanted {
			continue
		}
		select {
		case arrived <- a:
		default:
			return errors.New("more is written than the bot can handle at once")
		}
	}
}

// arrival is what an event tells, if that is of any use.
func (l *listener) arrival(event *model.WebSocketEvent) (arrival, bool) {
	data := event.GetData()
	switch event.EventType() {
	case model.WebsocketEventPosted, model.WebsocketEventPostEdited:
		text, _ := data["post"].(string)
		kind, _ := data["channel_type"].(string)
		post, err := decodePost(json.NewDecoder(strings.NewReader(text)))
		if err != nil {
			return arrival{}, false
		}
		if event.EventType() == model.WebsocketEventPosted {
			l.notice(post)
		} else if post.EditAt == 0 {
			// It was pinned, say, or an administrator has taken a mark off it. It is not written anew by that.
			return arrival{}, false
		}
		if !l.plausible(post, model.ChannelType(kind)) {
			post = &model.Post{CreateAt: post.CreateAt} // all that it is good for; many of them can wait
		}
		return arrival{post: post, kind: model.ChannelType(kind)}, true
	case model.WebsocketEventUserAdded:
		l.groups.forget()
		user, _ := data["user_id"].(string)
		channel := ""
		if to := event.GetBroadcast(); to != nil {
			channel = to.ChannelId
		}
		return arrival{joined: channel}, user == l.mine().id && model.IsValidId(channel)
	case model.WebsocketEventUserRemoved, model.WebsocketEventChannelConverted, model.WebsocketEventChannelUpdated,
		model.WebsocketEventChannelDeleted, model.WebsocketEventChannelRestored, model.WebsocketEventLeaveTeam:
		l.groups.forget()
	case model.WebsocketEventUserUpdated:
		user, _ := data["user"].(map[string]any)
		if id, _ := user["id"].(string); id == l.mine().id {
			if name, _ := user["username"].(string); name != "" {
				l.renamed(name)
			}
		}
	}
	return arrival{}, false
}

// arrive hands on a post, or reads what was written shortly before the bot was added to a channel: it is often added because
// it was mentioned there.
func (l *listener) arrive(ctx, connection context.Context, a arrival) error {
	if a.joined == "" {
		l.pass(at(a.post.CreateAt))
		l.take(ctx, a.post, a.kind, false)
		return nil
	}
	// Until that was done: no event has told of what was written there before.
	l.readLater(a.joined, time.Now().Add(-beforeAdded-chat.ClockSkew))
	channel, err := l.channel(connection, a.joined)
	if err == nil {
		err = l.catchUpChannel(ctx, connection, channel, l.unread[a.joined])
		if err != nil {
			return err
		}
	} else if chat.Transient(err) == nil { // it was removed again
		delete(l.unread, a.joined)
	}
	l.caughtUp()
	return nil
}
