//go:build e2e

package e2e

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/volcado-io/volcado/internal/mattermosttest"
)

func TestTwoInstallationsWithOneTokenNoticeEachOtherAndGoOnServing(t *testing.T) {
	t.Parallel()
	one := newRoom(t, "one", mattermosttest.Get(t))
	other := newRoom(t, "other", one.server)
	other.account = one.account
	other.giveToken()
	bots := []*replica{one.serving(), other.serving()}
	ana := one.server.User(t, "ana")
	channel := one.private(ana)
	for _, bot := range bots {
		// Posts of its first minute can be those of a leader before it.
		bot.eventually("the bot says that its account is shared", 2*patience, func(ctx context.Context) (bool, error) {
			// Both answer. If they do so at the same moment, Mattermost keeps one of the answers only.
			one.asks(ana, &model.Post{ChannelId: channel.Id, Message: "!hello"}).answered("Hello")
			text, err := bot.readiness(ctx)
			if err == nil && !strings.Contains(text, "something else posts as @"+one.account.Name) {
				err = errors.New("it says " + text)
			}
			return true, err
		})
		if shared, connected := bot.metric("volcado_bot_account_shared"), bot.metric("volcado_bot_connected"); shared != 1 || connected != 1 {
			t.Errorf("volcado_bot_account_shared is %v, volcado_bot_connected %v", shared, connected)
		}
		bot.eventually("the log says so", patience, func(context.Context) (bool, error) {
			return strings.Contains(bot.logged(), "the bot's account is shared"), nil
		})
	}
}
