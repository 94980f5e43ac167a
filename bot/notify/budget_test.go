package notify

import (
	"fmt"
	"testing"
	"time"
)

// Whoever edits all the time gets no more turns than the others, and in no minute are there more than the workspace takes.
func TestEditsAreSharedFairly(t *testing.T) {
	t.Parallel()
	const perMinute, dumps, minutes = 30, 12, 20
	b := &budget{}
	edits := map[string]int{}
	next := map[string]time.Time{}
	var times []time.Time
	for now := began; now.Before(began.Add(minutes * time.Minute)); now = now.Add(50 * time.Millisecond) {
		for i := range dumps {
			key := fmt.Sprint("dump", i)
			if now.Before(next[key]) {
				continue
			}
			turn, ok := b.take(now, key, perMinute, false)
			if next[key] = turn; ok {
				edits[key]++
				times = append(times, now)
				next[key] = now.Add(time.Second)
			}
			if i < 3 {
				next[key] = now // it is always in need, and does not wait for its turn
			}
		}
	}
	least, most := edits["dump0"], edits["dump0"]
	for _, n := range edits {
		least, most = min(least, n), max(most, n)
	}
	if most-least > most/10+2 {
		t.Errorf("turns differ: %v", edits)
	}
	if total := len(times); total < perMinute*minutes*9/10 {
		t.Errorf("%d edits in %d minutes of %d each: turns are wasted", total, minutes, perMinute)
	}
	for i := range times {
		if j := i + perMinute + mostAtOnce; j < len(times) && times[j].Sub(times[i]) < time.Minute {
			t.Fatalf("more than %d edits in the minute from %s", perMinute+mostAtOnce, times[i].Sub(began))
		}
	}
}

func TestATurnThatNobodyTakesIsPassedOn(t *testing.T) {
	t.Parallel()
	b := &budget{}
	for range mostAtOnce {
		if _, ok := b.take(began, "first", 60, false); !ok {
			t.Fatal("what was saved up is not given out")
		}
	}
	if _, ok := b.take(began, "gone", 60, false); ok {
		t.Fatal("there is one more than was saved up")
	}
	turn, _ := b.take(began, "waits", 60, false)
	if want := began.Add(2 * time.Second); turn.Before(want) {
		t.Errorf("the second in the queue is promised a turn at %s", turn.Sub(began))
	}
	b.leave("gone")
	if _, ok := b.take(began.Add(1100*time.Millisecond), "waits", 60, false); !ok {
		t.Error("the turn of one that left is not passed on")
	}
	b.take(began.Add(2*time.Second), "dead", 1, false)
	later := began.Add(2*time.Second + missed + 2*time.Minute)
	if _, ok := b.take(later, "waits", 1, false); !ok {
		t.Error("one that does not come back blocks the others")
	}
}

func TestTheEndOfADumpIsEditedFirst(t *testing.T) {
	t.Parallel()
	b := &budget{}
	for i := range 10 {
		b.take(began, fmt.Sprint("dump", i), 60, false)
	}
	turn, ok := b.take(began, "ended", 60, true)
	if ok || turn.Sub(began) > 1100*time.Millisecond {
		t.Errorf("its turn is in %s", turn.Sub(began))
	}
}

func TestAThrottledServiceIsLeftAlone(t *testing.T) {
	t.Parallel()
	b := &budget{}
	b.pause(began.Add(time.Minute))
	b.pause(began.Add(time.Second))
	for _, perMinute := range []int{0, 60} {
		if turn, ok := b.take(began.Add(time.Second), "dump", perMinute, true); ok || !turn.Equal(began.Add(time.Minute)) {
			t.Errorf("at %d a minute: %v, %s", perMinute, ok, turn.Sub(began))
		}
		if _, ok := b.take(began.Add(time.Minute), "dump", perMinute, true); !ok {
			t.Errorf("at %d a minute: the pause does not end", perMinute)
		}
	}
}
