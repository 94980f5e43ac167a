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

// away is what separates the bot from its server.
var away = map[string]struct{ begins, ends func(*room) }{
	"the server is restarted": {
		func(r *room) { r.server.Stop(r.T) },
		func(r *room) { r.server.StartAgain(r.T) },
	},
	"the network is cut for a minute": {
		func(r *room) { r.link.Cut() },
		func(r *room) {
			cut := time.Now()
			r.eventually("a minute has passed", patience, func(context.Context) (bool, error) { return time.Since(cut) > time.Minute, nil })
			r.restore()
		},
	},
	"the network loses everything": {
		func(r *room) { r.link.Stall() },
		func(r *room) { r.restore() },
	},
	"the server's database is away": {
		func(r *room) { r.server.StopDatabase(r.T) },
		func(r *room) { r.server.StartDatabase(r.T) },
	},
}

func (r *room) restore() {
	r.Helper()
	if err := r.link.Restore(); err != nil {
		r.Fatal(err)
	}
}

func TestADumpThatEndsWhileTheBotIsCutOffFromItsServerIsToldOfOnceAfterwards(t *testing.T) {
	t.Parallel()
	// It is stopped, so it is not the one that other tests use.
	server := mattermosttest.Start(t, mattermosttest.Options{})
	for what, trouble := range away {
		t.Run(what, func(t *testing.T) {
			r := newRoom(t, "away", server)
			h := r.hold(0)
			source := "shop-" + r.suffix
			r.source(source, h.database)
			bot := r.serving()
			ana := r.server.User(t, "ana")
			c := r.dumps(ana, r.private(ana), source)
			c.begun()
			h.inTheMiddle(c.dump)
			trouble.begins(r)
			h.release()
			r.completed(r.waitFor(c.dump, "Complete", patience))
			trouble.ends(r)
			c.toldOnce(c.inThread, "@"+ana.Name, "is ready")
			c.statusSays(c.dump + " is ready")
			bot.says(": connected,")
		})
	}
}

func TestARevokedTokenIsSaidInLogReadinessAndMetricAndAnotherOneIsTakenWithoutARestart(t *testing.T) {
	t.Parallel()
	r := newRoom(t, "token", mattermosttest.Get(t))
	h := r.hold(0)
	source := "shop-" + r.suffix
	r.source(source, h.database)
	bot := r.serving()
	ana := r.server.User(t, "ana")
	channel := r.private(ana)
	c := r.dumps(ana, channel, source)
	c.begun()
	h.inTheMiddle(c.dump)

	r.server.RevokeToken(t, r.account)
	bot.says("not connected", "401")
	if connected := bot.metric("volcado_bot_connected"); connected != 0 {
		t.Errorf("volcado_bot_connected is %v", connected)
	}
	h.release()
	r.completed(r.waitFor(c.dump, "Complete", patience))
	// With nobody connected for two minutes it is not ready. Meanwhile it does not spin: its pauses grow to a minute.
	bot.says("not ready")
	if tries := bot.metric("volcado_bot_listen_failures_total"); tries < 2 || tries > 20 {
		t.Errorf("in two minutes it tried %v times", tries)
	}
	if log := bot.logged(); !strings.Contains(log, "401") || len(log) > 64<<10 {
		t.Errorf("the log has %d bytes, and says 401: %t", len(log), strings.Contains(log, "401"))
	}

	r.server.GiveToken(t, r.account)
	r.giveToken()
	bot.says(": connected,")
	c.toldOnce(c.inThread, "@"+ana.Name, "is ready")
	r.asks(ana, &model.Post{ChannelId: channel.Id, Message: "!hello"}).answered("Hello")
}

// Three thousand messages were written, thirty of them to the bot. They are put into the server's database, because through
// the API that would take a minute. Each tenth of the thirty asks for a dump.
func TestOfThreeThousandMessagesThatWereWrittenWhileTheBotWasAwayEachOfItsOwnIsAnsweredOnce(t *testing.T) {
	t.Parallel()
	r := newRoom(t, "absence", mattermosttest.Get(t))
	database := r.small()
	for n := range 3 {
		r.source(fmt.Sprintf("shop-%d-%s", n, r.suffix), database)
	}
	ana := r.server.User(t, "ana")
	channel := r.private(ana)
	bot := r.serving()
	r.asks(ana, &model.Post{ChannelId: channel.Id, Message: "!hello"}).answered("Hello")
	bot.kill()
	r.forgetLeader()

	begin := time.Now().UnixMilli()
	r.server.SQL(t, fmt.Sprintf(`
		INSERT INTO posts (id, createat, updateat, editat, deleteat, ispinned, userid, channelid, rootid, originalid, message, type, props, hashtags, filenames, fileids, hasreactions)
		SELECT substr(md5(random()::text || n), 1, 26), %[1]d + n / 7, %[1]d + n / 7, 0, 0, false, '%[2]s', '%[3]s', '', '',
		       CASE WHEN n %% 1000 = 0 THEN '!dump shop-' || n / 1000 - 1 || '-%[4]s' WHEN n %% 100 = 0 THEN '!hello' ELSE 'chatter ' || n END, '', '{}', '', '[]', '[]', false
		FROM generate_series(1, 3000) n`, begin, ana.ID, channel.Id, r.suffix))
	r.server.SQL(t, fmt.Sprintf("UPDATE channels SET lastpostat = %d WHERE id = '%s'", begin+3000, channel.Id))
	if _, err := r.server.Admin.Client.InvalidateCaches(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.serving()
	var answers map[string][]string
	r.eventually("all thirty are answered, and the last words are said", 2*patience, func(context.Context) (bool, error) {
		answers = map[string][]string{}
		written := map[string]string{}
		hellos, ends := 0, 0
		for _, post := range r.server.Posts(t, channel.Id) {
			switch {
			case post.UserId == ana.ID:
				written[post.Id] = post.Message
			case post.UserId == r.account.ID && post.RootId != "" && post.CreateAt > begin:
				answers[written[post.RootId]] = append(answers[written[post.RootId]], plain(post))
				if written[post.RootId] == "!hello" {
					hellos++
				} else if lastWord(post) {
					ends++
				}
			}
		}
		if hellos != 27 || ends != 3 {
			return false, fmt.Errorf("%d greetings and %d last words", hellos, ends)
		}
		return true, nil
	})
	for request, all := range answers {
		if request != "!hello" && (len(all) != 2 || !strings.HasPrefix(request, "!dump ")) {
			t.Errorf("%s was answered with %q", request, all)
		}
	}
	if all := r.requested(r.ctx); len(all) != 3 {
		t.Errorf("there are %d dumps", len(all))
	}
}

// The server takes two requests a second of each account. A bot in a hurry makes more.
func TestABotThatItsServerThrottlesStillAnswersEverybodyOnce(t *testing.T) {
	t.Parallel()
	r := newRoom(t, "throttled", mattermosttest.Start(t, mattermosttest.Options{RateLimit: &mattermosttest.RateLimit{PerSecond: 2, Burst: 5}}))
	database := r.small()
	bot := r.serving()
	ana := r.server.User(t, "ana")
	channel := r.private(ana)
	var asked []*conversation
	for n := range 5 {
		r.source(r.numbered(n), database)
		asked = append(asked, r.dumps(ana, channel, r.numbered(n)))
	}
	for _, c := range asked {
		c.toldOnce(c.inThread, "@"+ana.Name, "is ready")
	}
	if throttled := bot.metric("volcado_bot_throttled_total"); throttled == 0 {
		t.Error("the server did not throttle it")
	}
}
