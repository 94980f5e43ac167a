package bot_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot"
	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/notify"
	"github.com/volcado-io/volcado/bot/view"
	"github.com/volcado-io/volcado/internal/naming"
)

// moving is a source that moves from the world's namespace to another one.
type moving struct {
	*world
	name, to string
	before   []client.Object
}

func newMoving(w *world) *moving {
	m := &moving{world: w, name: "shop-" + w.namespace, to: w.env.Namespace(w)}
	m.before = m.inNamespace(w.namespace)
	w.create(m.before...)
	return m
}

func (m *moving) inNamespace(namespace string) []client.Object {
	s, l := source(m.name, "db-"+v1alpha1.NamePattern(m.namespace)), m.allow("qa", m.alice, []v1alpha1.AllowedSource{"*"}, "*")
	s.Namespace, l.Namespace = namespace, namespace
	return []client.Object{s, l}
}

func (m *moving) move() {
	m.Helper()
	m.remove(m.before...)
	m.create(m.inNamespace(m.to)...)
}

// theDump is the only one in both namespaces together.
func (m *moving) theDump() *v1alpha1.DatabaseDump {
	m.Helper()
	var list v1alpha1.DatabaseDumpList
	if err := m.admin.List(context.Background(), &list, client.InNamespace(m.to)); err != nil {
		m.Fatal(err)
	}
	all := slices.Concat(m.dumps(), list.Items)
	if len(all) != 1 {
		m.Fatalf("one message has made %d dumps", len(all))
	}
	m.settle(&all[0])
	return &all[0]
}

// What a person's words mean may change between two deliveries of a message, and so may what is known of the person.
func TestAMessageThatComesAgainMakesNoDumpOfAnotherSource(t *testing.T) {
	for _, line := range []string{"dump shop-%s", "dumpdb db-%s"} {
		for _, how := range []string{"to the same bot", "marked, to the same bot", "to the next bot", "marked, to the next bot"} {
			t.Run(line[:len(line)-6]+" "+how, func(t *testing.T) {
				inBoth(t, func(w *world) {
					moving := newMoving(w)
					m := w.message(w.alice, line[:len(line)-2]+w.namespace)
					follows := w.handle(m).Follows
					dump := moving.theDump()
					moving.move()
					m.Groups, m.DisplayName, m.Again = nil, "Alice B.", strings.HasPrefix(how, "marked")
					for _, end := range []func(*v1alpha1.DatabaseDumpStatus){func(*v1alpha1.DatabaseDumpStatus) {}, succeed} {
						w.report(dump, end)
						if strings.HasSuffix(how, "next bot") {
							w.restart()
						}
						said := w.handle(m)
						if said.err != nil || said.Follows != follows || follows != w.namespace+"/"+dump.Name || len(said.Posts) > 0 {
							w.Errorf("answered %+v, and first of %s", said, follows)
						}
						moving.theDump()
					}
				})
			})
		}
	}
}

func TestTwoDeliveriesAtOnceMakeNoDumpOfAnotherSource(t *testing.T) {
	inBoth(t, func(w *world) {
		moving := newMoving(w)
		begun, moved, another := make(chan struct{}), make(chan struct{}), make(chan struct{})
		w.createsWith(func(_ context.Context, before int, really func() error) error {
			if before > 0 {
				err := really()
				close(another)
				return err
			}
			close(begun)
			<-moved
			// As long as the second would need to get this far.
			select {
			case <-another:
			case <-time.After(time.Second):
			}
			return really()
		})
		w.bot.SetPatience(deadline)
		m := w.message(w.alice, "dump "+moving.name)
		first := make(chan answered, 1)
		go func() { first <- w.handle(m) }()
		<-begun
		moving.move()
		second := make(chan answered, 1)
		go func() { second <- w.handle(m) }()
		close(moved)
		a, b := <-first, <-second
		dump := moving.theDump()
		if want := w.namespace + "/" + dump.Name; a.Follows != want || b.Follows != want || a.err != nil || b.err != nil {
			w.Errorf("answered %+v and %+v", a, b)
		}
	})
}

// Slack delivers a message up to four times, and a mention is two events at once.
func TestOneMessageIsOneConversation(t *testing.T) {
	for line, says := range map[string]int{"dump shop": 0, "dump nothing": 1, "hello": 1, "nonsense": 1, "cancel nothing": 1} {
		t.Run(line, func(t *testing.T) {
			w := newWorld(t, serve)
			w.shop()
			m := w.message(w.alice, line)
			again := m
			again.Again = true
			var all sync.WaitGroup
			for range 4 {
				all.Go(func() { w.handle(m) })
				all.Go(func() { w.handle(again) })
			}
			all.Wait()
			// A crash before the acknowledgement: what was said and done is found.
			w.restart()
			said := w.handle(again)
			if said.err != nil || len(said.Posts) != says {
				t.Errorf("%d answers, want %d; error %v\n%s", len(said.Posts), says, said.err, w.chat)
			}
			w.mustHave(1 - says)
		})
	}
}

// While a leader that was paused still takes itself for one, two bots may handle a message at once.
func TestTwoBotsMakeOneDumpOfOneMessage(t *testing.T) {
	w := newWorld(t, serve)
	w.shop()
	for i := range 10 {
		m := w.message(w.alice, fmt.Sprint("dump shop shop_", i))
		again := m
		again.Again = true
		bots := []*bot.Bot{w.bot}
		w.restart()
		bots = append(bots, w.bot)
		var all sync.WaitGroup
		follows := make(chan string, 8)
		for _, b := range bots {
			for _, m := range []chat.Message{m, again, m, again} {
				all.Go(func() {
					said, err := b.Handle(context.Background(), m)
					if err != nil {
						t.Error(err)
					}
					follows <- said.Follows
				})
			}
		}
		all.Wait()
		close(follows)
		w.mustHave(i + 1)
		for f := range follows {
			if want := w.namespace + "/" + naming.DumpName("shop", bot.Requester(m)); f != want {
				t.Errorf("it follows %q, want %s", f, want)
			}
		}
		if said := w.chat.of(m); len(said) > 0 {
			t.Errorf("said %+v", said)
		}
	}
}

// Where nobody can find what was said, an answer may be repeated. Nothing else is.
func TestWithoutFindingOnlyAnAnswerIsRepeated(t *testing.T) {
	for name, hide := range map[string]func(*service){
		"the service cannot find": func(s *service) { s.limits.Finds = false },
		"the service rejects it":  func(s *service) { s.findErr = &chat.Error{Kind: chat.Rejected} },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, serve)
			w.shop()
			hide(w.chat)
			dump, hello := w.message(w.alice, "dump shop"), w.message(w.alice, "hello")
			dump.Again, hello.Again = true, true
			for range 3 {
				w.handle(dump)
				w.handle(hello)
				w.theDump()
				w.restart()
			}
			if n := len(w.chat.of(dump)); n > 0 {
				t.Errorf("of the dump %d answers", n)
			}
			if n := len(w.chat.of(hello)); n != 3 {
				t.Errorf("hello has %d answers, want 3", n)
			}
		})
	}
}

func TestWhileAServiceDoesNotSayWhetherAMessageWasAnsweredItIsNotAnsweredAgain(t *testing.T) {
	w := newWorld(t, serve)
	w.shop()
	hello, dump := w.message(w.alice, "hello"), w.message(w.alice, "dump shop")
	w.handle(hello)
	w.restart()
	hello.Again, dump.Again = true, true
	for _, kind := range []chat.ErrorKind{chat.NotDone, chat.Unauthorised, chat.Uncertain} {
		w.chat.findErr = &chat.Error{Kind: kind}
		for _, m := range []chat.Message{hello, dump} {
			if said := w.handle(m); said.err == nil || len(w.chat.posts) != 1 {
				t.Errorf("%v: %s is not handed over again, or something is said: %s", kind, m.Text, w.chat)
			}
		}
	}
	w.mustHave(0)
	w.chat.findErr = nil
	w.handle(dump)
	w.theDump()
	if said := w.handle(hello); len(said.Posts) != 1 {
		t.Errorf("hello has %d answers", len(said.Posts))
	}
}

// Only the dump remembers its message, so what was said of it does so when it is gone.
func TestADumpThatWasDeletedIsNotMadeAgainWhenItsMessageIsReadAgain(t *testing.T) {
	for name, said := range map[string]struct {
		what     notify.What
		direct   bool
		rootGone bool
	}{
		"which has a status message":                       {what: notify.Status},
		"which has one in direct messages":                 {what: notify.Status, direct: true},
		"which has one in the channel, without the thread": {what: notify.Status, rootGone: true},
		"which has a last word alone":                      {what: notify.End},
		"which has that in direct messages":                {what: notify.End, direct: true},
		"which has that in the channel":                    {what: notify.End, rootGone: true},
	} {
		for _, line := range []string{"dump shop", "dumpdb shop"} {
			t.Run(line+", "+name, func(t *testing.T) {
				w := newWorld(t, serve)
				w.shop()
				m := w.message(w.alice, line)
				m.Thread = m.ID
				w.handle(m)
				d := w.theDump()
				to := chat.Target{Place: m.Place}
				if said.direct {
					to.Only = m.User
				}
				if said.rootGone {
					w.chat.goneThread, to.Thread = m.Thread, ""
				}
				if _, err := w.chat.Post(t.Context(), to, notify.KeyOf(d, 0, said.what), chat.Reply{}); err != nil {
					t.Fatal(err)
				}
				w.remove(d)
				w.restart()
				m.Again = true
				w.handle(m)
				w.mustHave(0)
			})
		}
	}
}

// One of a service's messages is one of no other's, and neither is one of another channel.
func TestTheSameIdInAnotherChannelIsAnotherMessage(t *testing.T) {
	w := newWorld(t, serve)
	w.shop()
	m := w.message(w.alice, "dump shop shop_a")
	w.handle(m)
	other := m
	other.Channel, other.Text = "another", "dump shop shop_b"
	w.handle(other)
	w.mustHave(2)
}

func TestAMessageOfAServiceThatIsNotServedIsNotHandled(t *testing.T) {
	w := newWorld(t, serve)
	w.shop()
	m := w.message(w.alice, "dump shop")
	m.Workspace = "another"
	if said := w.handle(m); said.err == nil || len(said.Posts) > 0 {
		t.Errorf("answered %+v", said)
	}
	w.mustHave(0)
}

func TestWhatIsOlderThanTheReplayWindowIsNotBegun(t *testing.T) {
	for name, m := range map[string]struct {
		age          time.Duration
		again, known bool
	}{
		"just within":                   {age: time.Hour - time.Minute, known: true},
		"too old":                       {age: time.Hour + time.Second},
		"too old, and marked":           {age: time.Hour + time.Second, again: true},
		"a day late":                    {age: 24 * time.Hour, again: true},
		"of an unknown time, so of now": {age: -1, known: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, serve)
			w.shop()
			message := w.message(w.alice, "dump shop")
			message.Written, message.Again = w.now().Add(-m.age), m.again
			if m.age < 0 {
				message.Written = time.Time{}
			}
			for i := range 3 {
				said := w.handle(message)
				if m.known {
					w.theDump()
					continue
				}
				w.mustHave(0)
				v := viewOf[view.TooOld](t, said)
				if v.Line != "dump shop" || !v.Written.Equal(message.Written) || v.Window != time.Hour || i == 0 && said.Outcome != chat.Unavailable || len(said.Posts) != 1 {
					t.Errorf("said %+v, %d posts, outcome %v", v, len(said.Posts), said.Outcome)
				}
				message.Again = true
				w.restart()
			}
		})
	}
}

// What was begun in time is not said to be too old when its message comes once more.
func TestAnOldMessageThatWasHandledIsNotTooOld(t *testing.T) {
	w := newWorld(t, serve)
	w.shop()
	dump, hello := w.message(w.alice, "dump shop"), w.message(w.alice, "hello")
	follows := w.handle(dump).Follows
	w.handle(hello)
	w.theDump()
	w.restart()
	later := time.Now().Add(2 * time.Hour)
	w.now = func() time.Time { return later }
	dump.Again, hello.Again = true, true
	if said := w.handle(dump); said.Follows != follows || len(said.Posts) > 0 {
		t.Errorf("answered %+v", said)
	}
	if said := w.handle(hello); len(said.Posts) != 1 || viewOf[view.Hello](t, said).Name != w.alice.User {
		t.Errorf("answered %+v", said)
	}
}

func TestAnEditedMessageIsNotObeyedAndThatIsSaidOnce(t *testing.T) {
	w := newWorld(t, serve)
	w.shop()
	message := w.message(w.alice, "dump shop")
	message.Edited = true
	for i := range 3 {
		said := w.handle(message)
		w.mustHave(0)
		viewOf[view.Edited](t, said)
		if len(said.Posts) != 1 || i == 0 && said.Outcome != chat.Refused {
			t.Errorf("attempt %d: %d posts, outcome %v", i, len(said.Posts), said.Outcome)
		}
		message.Again = true
		w.restart()
	}
}
