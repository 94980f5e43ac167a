package notify

import (
	"context"
	"flag"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/chat"
)

var (
	histories = flag.Int("histories", 2000, "how many random histories of a dump are tried")
	oneSeed   = flag.Uint64("seed", 0, "the one history to try, and to write down")
)

// However bots are killed, paused, resumed and replaced, whatever answers are lost and however late a cache is: when a dump
// has ended, everybody has had exactly one last word, and nothing was said twice.
func TestEveryDumpEndsWithOneLastWordPerPlace(t *testing.T) {
	t.Parallel()
	if *oneSeed != 0 {
		w := history(t, *oneSeed)
		t.Log(strings.Join(w.log, "\n"))
		return
	}
	for seed := uint64(1); seed <= uint64(*histories) && !t.Failed(); seed++ {
		history(t, seed)
	}
}

func history(t *testing.T, seed uint64) *world {
	t.Helper()
	w := newWorld(seed)
	defer func() {
		if r := recover(); r != nil {
			t.Errorf("seed %d: %v\n%s", seed, r, strings.Join(w.log, "\n"))
		}
	}()
	w.chat.kind = chat.KindPrivate
	w.chat.goneChannels, w.chat.goneThreads = map[string]bool{}, map[string]bool{}
	w.chat.can.Finds = w.random.IntN(5) > 0
	w.chat.mute = w.random.IntN(5) == 0
	w.start()
	for range 40 + w.random.IntN(160) {
		w.happen()
	}
	w.comeToRest()
	for _, problem := range w.judge() {
		t.Errorf("seed %d: %s", seed, problem)
	}
	if t.Failed() && *oneSeed == 0 {
		t.Log(strings.Join(w.log, "\n"))
	}
	for len(w.bots) > 0 {
		w.bots[0].kill()
	}
	return w
}

// happen is one thing that happens.
func (w *world) happen() {
	switch n := w.random.IntN(100); {
	case n < 45 && len(w.bots) > 0:
		w.bots[w.random.IntN(len(w.bots))].resume()
	case n < 65:
		w.advance(time.Duration(1+w.random.IntN(3000)) * time.Millisecond)
	case n < 70:
		w.advance(time.Duration(1+w.random.IntN(30)) * time.Second)
	case n < 78 && len(w.bots) > 0:
		w.bots[w.random.IntN(len(w.bots))].catchUp(1 + w.random.IntN(3))
	case n < 81:
		w.land(w.random.IntN(max(1, len(w.flying))))
	case n < 85 && len(w.bots) > 0 && w.started < 12:
		w.bots[w.random.IntN(len(w.bots))].kill()
	case n < 89 && len(w.bots) < 2 && w.started < 12:
		w.start()
	default:
		w.change()
	}
}

// change is what others do to the dump and to the room.
func (w *world) change() {
	switch n := w.random.IntN(100); {
	case w.deleted:
	case n < 1:
		w.deleted = true
		w.note("the dump is deleted")
	case n < 30 && !w.latest().Status.Finished():
		w.write("progress", func(d *v1alpha1.DatabaseDump) { d.Status.Phase = v1alpha1.PhaseRunning })
	case n < 45:
		w.finish()
	case n < 65 && len(w.bots) > 0 && len(w.current().Places) < 4:
		w.follow(w.bots[w.random.IntN(len(w.bots))])
	case n < 70:
		w.chat.edits = false
		w.note("posts can no longer be edited")
	case n < 74:
		w.chat.goneThreads["t1"] = true
		w.chat.lose("t1")
	case n < 78:
		w.chat.goneChannels["C1"] = true
		w.chat.lose("C1")
	case n < 82:
		w.chat.kind = chat.KindShared
		w.note("the channel is shared with outsiders")
	case n < 85:
		w.chat.strict = true
		w.note("long posts are rejected")
	}
}

// follow is written by a bot beside its notifier, as a conversation does.
func (w *world) follow(b *bot) {
	b.outside = true
	defer func() { b.outside = false }()
	n := w.random.IntN(3)
	by := requester(fmt.Sprintf("follower%d", n), fmt.Sprintf("C%d", 1+n%2))
	already, full, err := Delivery{Ledger: b.notifier.Ledger}.Follow(context.Background(), w.versions[b.seen], *by)
	w.note("%s lets %s follow: already %v, full %v, %v", b.name, by.User, already, full, err)
}

func (w *world) current() State {
	said, err := parse(w.latest().Annotations[v1alpha1.AnnotationDelivery])
	if err != nil {
		panic(err)
	}
	return said
}

// advance the clock. What is in flight lands, or is lost, before it would be the race that is documented.
func (w *world) advance(by time.Duration) {
	to := w.now.Add(by)
	for i := 0; i < len(w.flying); i++ {
		if f := w.flying[i]; !f.until.IsZero() && to.After(f.until) {
			w.land(i)
			i--
		}
	}
	for i := 0; i < len(w.bots); i++ {
		if b := w.bots[i]; !b.inflight.IsZero() && to.After(b.inflight) {
			if w.random.IntN(2) == 0 {
				b.kill()
				i--
			} else {
				b.resume()
			}
		}
	}
	w.now = to
}

// land a late effect, or lose it.
func (w *world) land(i int) {
	if i >= len(w.flying) {
		return
	}
	f := w.flying[i]
	w.flying = append(w.flying[:i:i], w.flying[i+1:]...)
	if w.random.IntN(3) > 0 {
		w.note("the %s arrives", f.what)
		f.apply()
	} else {
		w.note("the %s is lost", f.what)
	}
}

// isFinalDue: nothing has kept the status messages from saying that the dump has ended.
func (w *world) isFinalDue() bool {
	return !w.deleted && !w.chat.crossed && w.chat.edits && w.chat.finds() && w.calmAt.Sub(w.endedAt) < editFor-time.Minute
}

// comeToRest: the dump ends, nothing fails any more, and a bot goes on until it has nothing to do.
func (w *world) comeToRest() {
	w.note("calm")
	w.finish()
	w.calm, w.calmAt = true, w.now
	for len(w.bots) > 1 || len(w.bots) == 1 && w.random.IntN(2) == 0 {
		w.bots[w.random.IntN(len(w.bots))].kill()
	}
	for len(w.flying) > 0 {
		w.land(0)
	}
	if len(w.bots) == 0 {
		w.start()
	}
	b := w.bots[0]
	for range 20000 {
		b.catchUp(len(w.versions))
		if b.idle && !b.poked {
			if b.wake.Sub(w.now) > 12*time.Hour {
				return
			}
			if b.wake.After(w.now) {
				w.now = b.wake
			}
		}
		b.resume()
	}
	panic(b.name + " does not come to rest")
}

// judge says what is wrong in the end.
func (w *world) judge() (problems []string) {
	say := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	if w.deleted {
		return nil // its record is gone: two bots that both take themselves for the leader both say so
	}
	said := w.current()
	for i := range said.Places {
		ends, ever := w.chat.of(KeyOf(w.latest(), i, End))
		statuses, _ := w.chat.of(KeyOf(w.latest(), i, Status))
		repeated := said.Places[i].End.Repeated
		if !said.Places[i].End.over() {
			say("place %d: the last word is not over", i)
		}
		if !ever && !repeated {
			say("place %d: no last word", i)
		}
		if len(ends) > 1 && (!repeated || len(ends) != 2) {
			say("place %d: %d last words", i, len(ends))
		}
		if repeated && w.chat.finds() {
			say("place %d: the last word was repeated, although it could be looked for", i)
		}
		if len(statuses) > 1 {
			say("place %d: %d status messages", i, len(statuses))
		}
		for _, p := range statuses {
			if w.isFinalDue() && strings.Contains(p.reply.Headline, "Progress") {
				say("place %d: the status message still says %q", i, p.reply.Headline)
			}
		}
	}
	return problems
}
