package mattermost

import (
	"fmt"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/volcado-io/volcado/bot/chat"
)

const (
	// propProcess is the prop of a post that tells which process made it. People do not see props.
	propProcess = "volcado_process"
	// sharedFor is how long it is told that something else has posted with the bot's account.
	sharedFor = 15 * time.Minute
	// settle is how long after Listen began a post of another process says nothing: the leader before may have had it under way.
	settle = chat.ClockSkew
)

// notice a post that was just made with the bot's account, but not by this process. When it arrived counts, not when it was
// made: the server's clock can differ.
func (l *listener) notice(post *model.Post) {
	if !isOwn(post, l.mine().id) || post.GetProp(propProcess) == l.process || time.Since(l.began) < l.settle {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.otherPosted = time.Now()
}

// shared is what chat.Health says of it, for a post of somebody else's of that age.
func shared(name string, age time.Duration) string {
	if age >= sharedFor {
		return ""
	}
	return fmt.Sprintf("something else posts as @%.64s: if it is another installation of the bot, give that one a bot account of its own; "+
		"otherwise revoke the token", name)
}
