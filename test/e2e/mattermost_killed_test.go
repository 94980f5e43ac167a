//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/volcado-io/volcado/internal/mattermosttest"
)

// Three people begin fifty conversations with a bot of two replicas, and the one that answers is killed again and again,
// whatever it is doing. On a fast machine it takes more conversations until it was killed often enough to tell anything.
func TestABotThatIsKilledAtRandomInFiftyConversationsMakesOneDumpAndSaysOneLastWordInEach(t *testing.T) {
	// Not beside others: it keeps all processors busy, and what others start would come too late.
	const conversations, kills = 50, 10
	r := newRoom(t, "killed", mattermosttest.Get(t))
	database := r.small()
	people := []*mattermosttest.Person{r.server.User(t, "ana"), r.server.User(t, "ben"), r.server.User(t, "eva")}
	channel := r.private(people...)
	fate := r.mortal()

	var asked []*conversation
	r.eventually("there are fifty conversations, and every last word is said", 8*time.Minute, func(ctx context.Context) (bool, error) {
		fate.strike(ctx)
		open := r.unfinished(asked)
		// As people do, they ask while others are being answered.
		if n := len(asked); (n < conversations || fate.kills < kills) && open < 6 {
			r.source(r.numbered(n), database)
			asked = append(asked, r.dumps(people[n%len(people)], channel, r.numbered(n)))
			return false, nil
		}
		if open > 0 {
			return false, fmt.Errorf("%d of %d are not over, and the bot was killed %d times", open, len(asked), fate.kills)
		}
		return true, nil
	})
	t.Logf("the bot was killed %d times in %d conversations", fate.kills, len(asked))

	for _, c := range asked {
		c.recorded()
	}
	for _, c := range asked {
		// A status that was being posted when the bot was killed is dropped if it did not arrive.
		if posts := c.inThread(); count(posts, lastWord) != 1 || len(posts) > 2 {
			t.Errorf("one was answered with %q", texts(posts))
		}
	}
	if all := r.requested(r.ctx); len(all) != len(asked) {
		t.Errorf("%d conversations made %d dumps", len(asked), len(all))
	}
}

func (r *room) numbered(n int) string { return fmt.Sprintf("shop-%d-%s", n, r.suffix) }

// unfinished is how many of the conversations have no last word.
func (r *room) unfinished(asked []*conversation) int {
	r.Helper()
	if len(asked) == 0 {
		return 0
	}
	over := map[string]bool{}
	for _, post := range r.server.Posts(r.T, asked[0].request.ChannelId) {
		if post.UserId == r.account.ID && lastWord(post) {
			over[post.RootId] = true
		}
	}
	return len(asked) - len(over)
}

// mortal is a bot of two replicas. The one that leads is killed within seconds, and another is started.
type mortal struct {
	*room
	replicas [2]*replica
	random   *rand.Rand
	next     time.Time // when the leader is killed
	kills    int
}

func (r *room) mortal() *mortal {
	r.Helper()
	seed := uint64(time.Now().UnixNano())
	r.Logf("the seed is %d", seed)
	return &mortal{room: r, replicas: [2]*replica{r.serve(), r.serve()}, random: rand.New(rand.NewPCG(seed, 0))}
}

// strike the leader, if it is time.
func (m *mortal) strike(ctx context.Context) {
	m.Helper()
	if time.Now().Before(m.next) {
		return
	}
	for i, each := range m.replicas {
		if text, err := each.readiness(ctx); err != nil || !strings.Contains(text, "leader for") {
			continue
		}
		if !m.next.IsZero() {
			each.kill()
			m.kills++
			m.forgetLeader()
			m.replicas[i] = m.serve()
		}
		m.next = time.Now().Add(time.Duration(500+m.random.IntN(7500)) * time.Millisecond)
		return
	}
}
