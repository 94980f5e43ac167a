package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/lease"
	"github.com/volcado-io/volcado/bot/notify"
	"github.com/volcado-io/volcado/internal/slacktest"
)

// Two people begin fifty conversations in all the ways that Slack has, with a bot of two replicas, and the one that answers is
// killed again and again, whatever it is doing. What Slack does not deliver again the people do again, as people do.
func TestABotThatIsKilledAtRandomInFiftySlackConversationsMakesOneDumpAndSaysOneLastWordInEach(t *testing.T) {
	const conversations, kills = 50, 10
	o := newOffice(t)
	o.slack.SetRates(slacktest.Rates{PostEvery: time.Second, PerMinute: map[string]int{"chat.update": 50}})
	o.manageFor(time.Second)
	direct := map[*slacktest.User]*slacktest.Channel{o.ana: o.slack.Direct(o.ana), o.ben: o.slack.Direct(o.ben)}
	everywhere := []*slacktest.Channel{o.channel, direct[o.ana], direct[o.ben]}
	for range 2 {
		everywhere = append(everywhere, o.slack.Channel(fmt.Sprintf("more-%d", len(everywhere)), slacktest.Public, o.ana, o.ben, o.slack.Bot))
	}
	ways := []way{mention, directly, inThread, slash, modal, clickAgain, clickHow}
	fate := o.mortal()
	var all []*exchange
	var looked time.Time
	o.within(8*time.Minute, func() bool {
		if time.Since(looked) < 200*time.Millisecond {
			return false // to look takes long, and the bots want the processors, too
		}
		looked = time.Now()
		fate.strike()
		open := 0
		dumps, said := o.dumps(), said(everywhere...)
		for _, e := range all {
			if !e.over(dumps, said) {
				open++
				e.insist(dumps, said)
			}
		}
		if n := len(all); (n < conversations || fate.kills < kills) && open < 12 {
			e := &exchange{office: o, way: ways[n%len(ways)], person: []*slacktest.User{o.ana, o.ben}[n%2], database: fmt.Sprintf("app_%d", n)}
			if e.channel = everywhere[3+n%2]; n%4 == 0 {
				e.channel = o.channel
			}
			if e.way == directly {
				e.channel = direct[e.person]
			}
			all = append(all, e)
			return false
		}
		return open == 0
	}, func() string {
		return fmt.Sprintf("the end of %d conversations; the bot was killed %d times: %s", len(all), fate.kills, unfinished(all, o.dumps(), said(everywhere...)))
	})
	t.Logf("the bot was killed %d times in %d conversations", fate.kills, len(all))
	o.recorded(everywhere...)
	want := 0
	for _, e := range all {
		want += e.dumpsWanted()
		e.saidInPlace(said(e.channel))
	}
	if n := len(o.dumps()); n != want {
		t.Errorf("there are %d dumps, want %d", n, want)
	}
	// A process does not know what Slack has asked of the one before it. It may find out, with as many edits as are made at once.
	const atOnce = 2
	if n := len(o.slack.Early()); n > atOnce*(fate.kills+len(fate.replicas)) {
		t.Errorf("%d calls were made while Slack wanted to be left alone", n)
	}
	o.secretsAreKept(fate.log())
}

// way in which somebody asks.
type way string

const (
	mention    way = "mention"
	directly   way = "direct message"
	inThread   way = "in a thread"
	slash      way = "command"
	modal      way = "form"
	clickAgain way = "click on Again"
	clickHow   way = "click on How"
)

// exchange is a dump that somebody asks for, and what they do about it.
type exchange struct {
	*office
	way      way
	person   *slacktest.User
	channel  *slacktest.Channel
	database string
	// root of the thread that is answered in, if the person began it.
	root string
	// asked is when the person last did what Slack may lose, and trouble how much of theirs had been lost before.
	asked   time.Time
	trouble int
	clicked bool
}

func (e *exchange) dumpsWanted() int {
	if e.way == clickAgain {
		return 2
	}
	return 1
}

func (e *exchange) mine(dumps []v1alpha1.DatabaseDump) (mine []v1alpha1.DatabaseDump) {
	for _, d := range dumps {
		if string(d.Spec.Database) == e.database {
			mine = append(mine, d)
		}
	}
	return mine
}

// over: each of the dumps that were asked for has its last word, and no click is unanswered.
func (e *exchange) over(dumps []v1alpha1.DatabaseDump, said map[string][]stands) bool {
	mine := e.mine(dumps)
	for _, d := range mine {
		if len(said[endOf(&d)]) == 0 {
			return false
		}
	}
	return len(mine) >= e.dumpsWanted() && (e.way != clickHow || e.clicked && !e.lost())
}

// lost reports whether Slack has told the person that what they did was not answered.
func (e *exchange) lost() bool { return len(e.person.Troubles()) > e.trouble }

// insist does what the person does next, once more if nothing came of it.
func (e *exchange) insist(dumps []v1alpha1.DatabaseDump, said map[string][]stands) {
	mine := e.mine(dumps)
	line := fmt.Sprintf("dump %s %s", e.source, e.database)
	switch e.way {
	case slash, modal:
		if len(mine) > 0 || !e.asked.IsZero() && !e.lost() && time.Since(e.asked) < 5*time.Second {
			return
		}
		if e.way == modal {
			if open, is := e.person.Form(); is {
				// It can be one that the person has opened elsewhere meanwhile, and that is sent first.
				if strings.Contains(fmt.Sprint(open.View["private_metadata"]), e.channel.ID) && e.person.SendForm(map[string]string{"source": e.namespace + "/" + e.source, "database": e.database}) {
					e.asked, e.trouble = time.Now(), len(e.person.Troubles())
				}
				return
			}
			line = ""
		}
		e.asked, e.trouble = time.Now(), len(e.person.Troubles())
		e.person.Slash(e.channel, "/volcado", line)
	case directly:
		if e.root == "" {
			e.root = e.person.Post(e.channel, "", line)
		}
	default:
		if e.root == "" {
			if e.way == inThread {
				e.root = e.ben.Post(e.channel, "", "whose turn is it?")
			}
			ts := e.person.Post(e.channel, e.root, "@volcado "+line)
			if e.root == "" {
				e.root = ts
			}
			return
		}
		e.click(mine, said)
	}
}

// click twice, as people do, once there is a button.
func (e *exchange) click(mine []v1alpha1.DatabaseDump, said map[string][]stands) {
	if len(mine) != 1 || e.way != clickAgain && e.way != clickHow || e.clicked && !e.lost() && time.Since(e.asked) < 5*time.Second {
		return
	}
	button := map[way]string{clickAgain: "again ", clickHow: "how "}[e.way] + mine[0].Name
	for _, word := range said[endOf(&mine[0])] {
		trouble := len(e.person.Troubles())
		if !e.person.Click(e.channel, word.ts, button) {
			continue
		}
		e.person.Click(e.channel, word.ts, button)
		e.clicked, e.asked, e.trouble = true, time.Now(), trouble
	}
}

// saidInPlace sees that the last words stand in the thread that the person began, or in the one that begins with the status. Of a dump
// that had ended before its status was posted nothing else is said.
func (e *exchange) saidInPlace(said map[string][]stands) {
	e.Helper()
	for _, d := range e.of(e.database) {
		root := e.root
		for _, status := range said[string(notify.KeyOf(&d, 0, notify.Status))] {
			if root == "" {
				root = status.ts
			}
		}
		for _, word := range said[endOf(&d)] {
			if word.thread != root {
				e.Errorf("the last word on %s stands in the thread %q, not in %q (%s)", d.Name, word.thread, root, e.way)
			}
		}
	}
}

func unfinished(all []*exchange, dumps []v1alpha1.DatabaseDump, said map[string][]stands) string {
	var left []string
	for _, e := range all {
		if !e.over(dumps, said) {
			left = append(left, fmt.Sprintf("%s of %s with %d dumps", e.way, e.database, len(e.mine(dumps))))
		}
	}
	return strings.Join(left, ", ")
}

// mortal is a bot of two replicas. The one that leads is killed within seconds, and another is started.
type mortal struct {
	*office
	replicas [2]*replica
	random   *rand.Rand
	next     time.Time // when the leader is killed
	kills    int
	logs     strings.Builder // of those that were killed
}

func (o *office) mortal() *mortal {
	o.Helper()
	seed := uint64(time.Now().UnixNano())
	o.Logf("the seed is %d", seed)
	return &mortal{office: o, replicas: [2]*replica{o.serve(), o.serve()}, random: rand.New(rand.NewPCG(seed, 0))}
}

// strike the leader, if it is time.
func (m *mortal) strike() {
	m.Helper()
	if time.Now().Before(m.next) {
		return
	}
	for i, each := range m.replicas {
		if _, text := each.get(each.health, "/readyz?verbose"); !strings.Contains(text, "leader for") {
			continue
		}
		if !m.next.IsZero() {
			each.signal(syscall.SIGKILL)
			each.end()
			m.logs.WriteString(each.log.String())
			m.kills++
			m.forgetLease(lease.Name)
			m.replicas[i] = m.serve()
		}
		m.next = time.Now().Add(time.Duration(300+m.random.IntN(5000)) * time.Millisecond)
		return
	}
}

// log of all replicas.
func (m *mortal) log() string {
	return m.logs.String() + m.replicas[0].log.String() + m.replicas[1].log.String()
}
