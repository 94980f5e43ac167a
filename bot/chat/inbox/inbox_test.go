package inbox_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/volcado-io/volcado/bot/chat/inbox"
)

var errUnwell = errors.New("the handler is unwell")

// notes are what handlers did, in order.
type notes chan string

func (n notes) read() (all []string) {
	for {
		select {
		case note := <-n:
			all = append(all, note)
		default:
			return all
		}
	}
}

func (n notes) are(t *testing.T, want ...string) {
	t.Helper()
	synctest.Wait()
	if diff := cmp.Diff(want, n.read()); diff != "" {
		t.Errorf("handled (-want +got)\n%s", diff)
	}
}

// item that notes when it is handled, and then does what each attempt is to do; after that it succeeds.
func (n notes) item(id, lane string, attempts ...func(context.Context) error) inbox.Item {
	return inbox.Item{ID: id, Lane: lane, Handle: func(ctx context.Context) error {
		n <- id
		if len(attempts) == 0 {
			return nil
		}
		attempt := attempts[0]
		attempts = attempts[1:]
		return attempt(ctx)
	}}
}

func fails(context.Context) error { return errUnwell }

func hangs(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }

func until(c <-chan struct{}) func(context.Context) error {
	return func(context.Context) error { <-c; return nil }
}

func run(t *testing.T, test func(ctx context.Context, t *testing.T, b *inbox.Inbox, n notes)) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		b := inbox.New()
		defer b.Wait()
		defer cancel()
		test(ctx, t, b, make(notes, 10_000))
	})
}

func take(ctx context.Context, t *testing.T, b *inbox.Inbox, item inbox.Item, want inbox.Fate) {
	t.Helper()
	if fate := b.Take(ctx, item); fate != want {
		t.Errorf("the fate of %s is %d, want %d", item.ID, fate, want)
	}
}

func TestWhatIsDeliveredTwiceIsHandledOnce(t *testing.T) {
	run(t, func(ctx context.Context, t *testing.T, b *inbox.Inbox, n notes) {
		done := make(chan struct{})
		take(ctx, t, b, n.item("a", "x", until(done)), inbox.Taken)
		take(ctx, t, b, n.item("a", "x"), inbox.InHand)
		n.are(t, "a")
		close(done)
		synctest.Wait()
		take(ctx, t, b, n.item("a", "x"), inbox.Handled)
		n.are(t)
	})
}

func TestWhatTheServiceDeliversAgainIsHandledAgain(t *testing.T) {
	run(t, func(ctx context.Context, t *testing.T, b *inbox.Inbox, n notes) {
		again := n.item("a", "x")
		again.Redelivered = true
		take(ctx, t, b, n.item("a", "x", hangs), inbox.Taken)
		take(ctx, t, b, again, inbox.Taken) // though the first, of the same lane, is not ended
		n.are(t, "a", "a")
		take(ctx, t, b, again, inbox.Taken)
		n.are(t, "a")
	})
}

func TestWhatFailedIsHandledAgainAndNotTwiceAtOnce(t *testing.T) {
	run(t, func(ctx context.Context, t *testing.T, b *inbox.Inbox, n notes) {
		again := n.item("a", "x")
		again.Redelivered = true
		take(ctx, t, b, n.item("a", "x", fails, fails), inbox.Taken)
		n.are(t, "a")
		take(ctx, t, b, again, inbox.InHand)
		time.Sleep(time.Minute) //nolint:forbidigo // the clock of this test is not a real one
		n.are(t, "a", "a")
		take(ctx, t, b, n.item("a", "x"), inbox.Handled)
	})
}

func TestOneLaneIsHandledInOrder(t *testing.T) {
	run(t, func(ctx context.Context, t *testing.T, b *inbox.Inbox, n notes) {
		done := make(chan struct{})
		take(ctx, t, b, n.item("a", "x", until(done)), inbox.Taken)
		take(ctx, t, b, n.item("b", "x"), inbox.Taken)
		take(ctx, t, b, n.item("c", "x"), inbox.Taken)
		take(ctx, t, b, n.item("d", "y"), inbox.Taken)
		synctest.Wait()
		if got := n.read(); len(got) != 2 {
			t.Errorf("begun are %v, want a and d", got)
		}
		close(done)
		n.are(t, "b", "c")
	})
}

func TestWhatFailsDoesNotHoldUpItsLane(t *testing.T) {
	run(t, func(ctx context.Context, t *testing.T, b *inbox.Inbox, n notes) {
		take(ctx, t, b, n.item("a", "x", fails, hangs), inbox.Taken)
		take(ctx, t, b, n.item("b", "x"), inbox.Taken)
		n.are(t, "a", "b")
	})
}

func TestWhatWasNotHandledBeforeTheEndIsTakenAnew(t *testing.T) {
	run(t, func(ctx context.Context, t *testing.T, b *inbox.Inbox, n notes) {
		connection, lost := context.WithCancel(ctx)
		take(connection, t, b, n.item("a", "x", fails), inbox.Taken)
		lost()
		b.Wait()
		take(ctx, t, b, n.item("a", "x"), inbox.Taken)
		n.are(t, "a", "a")
	})
}

func TestWhatDoesNotFitIsNotKnown(t *testing.T) {
	run(t, func(ctx context.Context, t *testing.T, b *inbox.Inbox, n notes) {
		soon, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		for b.Go(soon, func() { <-ctx.Done() }) {
			continue
		}
		take(soon, t, b, n.item("late", "x"), inbox.Ended)
		take(soon, t, b, n.item("late", "x"), inbox.Ended)
		n.are(t)
	})
}

func TestAFloodOfOnePersonsKeepsNobodyElseWaiting(t *testing.T) {
	run(t, func(ctx context.Context, t *testing.T, b *inbox.Inbox, n notes) {
		take(ctx, t, b, n.item("first", "x", hangs), inbox.Taken)
		for i := range 3000 {
			take(ctx, t, b, n.item(fmt.Sprint(i), "x"), inbox.Taken)
		}
		take(ctx, t, b, n.item("b", "y"), inbox.Taken)
		synctest.Wait()
		if got := n.read(); len(got) != 2 || !slices.Contains(got, "b") {
			t.Errorf("begun are %v, want first and b", got)
		}
	})
}

func TestWhatFailsAgainAndAgainKeepsNothingElseWaiting(t *testing.T) {
	run(t, func(ctx context.Context, t *testing.T, b *inbox.Inbox, n notes) {
		for i := range 1000 {
			take(ctx, t, b, inbox.Item{ID: fmt.Sprint(i), Lane: fmt.Sprint(i), Handle: func(context.Context) error { return errUnwell }}, inbox.Taken)
		}
		time.Sleep(time.Minute) //nolint:forbidigo // the clock of this test is not a real one
		take(ctx, t, b, n.item("well", "x"), inbox.Taken)
		n.are(t, "well")
	})
}

func TestWhatIsLargeWaitsUntilThereIsRoom(t *testing.T) {
	run(t, func(ctx context.Context, t *testing.T, b *inbox.Inbox, n notes) {
		done := make(chan struct{})
		first, second := n.item("first", "x", until(done)), n.item("second", "y")
		first.Size, second.Size = 1<<40, 1
		take(ctx, t, b, first, inbox.Taken)
		go take(ctx, t, b, second, inbox.Taken)
		n.are(t, "first")
		close(done)
		n.are(t, "second")
	})
}
