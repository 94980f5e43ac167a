package inbox_test

import (
	"context"
	"errors"
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

func run(t *testing.T, test func(t *testing.T, ctx context.Context, b *inbox.Inbox, n notes)) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		b := inbox.New()
		defer b.Wait()
		defer cancel()
		test(t, ctx, b, make(notes, 10_000))
	})
}

func take(t *testing.T, ctx context.Context, b *inbox.Inbox, item inbox.Item, want inbox.Fate) {
	t.Helper()
	if fate := b.Take(ctx, item); fate != want {
		t.Errorf("the fate of %s is %d, want %d", item.ID, fate, want)
	}
}

func TestWhatIsDeliveredTwiceIsHandledOnce(t *testing.T) {
	run(t, func(t *testing.T, ctx context.Context, b *inbox.Inbox, n notes) {
		done := make(chan struct{})
		take(t, ctx, b, n.item("a", "x", until(done)), inbox.Taken)
		take(t, ctx, b, n.item("a", "x"), inbox.InHand)
		n.are(t, "a")
		close(done)
		synctest.Wait()
		take(t, ctx, b, n.item("a", "x"), inbox.Handled)
		n.are(t)
	})
}

func TestWhatTheServiceDeliversAgainIsHandledAgain(t *testing.T) {
	run(t, func(t *testing.T, ctx context.Context, b *inbox.Inbox, n notes) {
		again := n.item("a", "x")
		again.Redelivered = true
		take(t, ctx, b, n.item("a", "x", hangs), inbox.Taken)
		take(t, ctx, b, again, inbox.Taken) // though the first, of the same lane, is not ended
		n.are(t, "a", "a")
		take(t, ctx, b, again, inbox.Taken)
		n.are(t, "a")
	})
}

func TestWhatFailedIsHandledAgainAndNotTwiceAtOnce(t *testing.T) {
	run(t, func(t *testing.T, ctx context.Context, b *inbox.Inbox, n notes) {
		again := n.item("a", "x")
		again.Redelivered = true
		take(t, ctx, b, n.item("a", "x", fails, fails), inbox.Taken)
		n.are(t, "a")
		take(t, ctx, b, again, inbox.InHand)
		time.Sleep(time.Minute) //nolint:forbidigo // the clock of this test is not a real one
		n.are(t, "a", "a")
		take(t, ctx, b, n.item("a", "x"), inbox.Handled)
	})
}

func TestOneLaneIsHandledInOrder(t *testing.T) {
	run(t, func(t *testing.T, ctx context.Context, b *inbox.Inbox, n notes) {
		done := make(chan struct{})
		take(t, ctx, b, n.item("a", "x", until(done)), inbox.Taken)
		take(t, ctx, b, n.item("b", "x"), inbox.Taken)
		take(t, ctx, b, n.item("c", "x"), inbox.Taken)
		take(t, ctx, b, n.item("d", "y"), inbox.Taken)
		synctest.Wait()
		if got := n.read(); len(got) != 2 {
			t.Errorf("begun are %v, want a and d", got)
		}
		close(done)
		n.are(t, "b", "c")
	})
}

func TestWhatFailsDoesNotHoldUpItsLane(t *testing.T) {
	run(t, func(t *testing.T, ctx context.Context, b *inbox.Inbox, n notes) {
		take(t, ctx, b, n.item("a", "x", fails, hangs), inbox.Taken)
		take(t, ctx, b, n.item("b", "x"), inbox.Taken)
		n.are(t, "a", "b")
	})
}

func TestWhatWasNotHandledBeforeTheEndIsTakenAnew(t *testing.T) {
	run(t, func(t *testing.T, ctx context.Context, b *inbox.Inbox, n notes) {
		connection, lost := context.WithCancel(ctx)
		take(t, connection, b, n.item("a", "x", fails), inbox.Taken)
		lost()
		b.Wait()
		take(t, ctx, b, n.item("a", "x"), inbox.Taken)
		n.are(t, "a", "a")
	})
}

func TestWhatDoesNotFitIsNotKnown(t *testing.T) {
	run(t, func(t *testing.T, ctx context.Context, b *inbox.Inbox, n notes) {
		soon, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		for b.Go(soon, func() { <-ctx.Done() }) {
			continue
		}
		take(t, soon, b, n.item("late", "x"), inbox.Ended)
		take(t, soon, b, n.item("late", "x"), inbox.Ended)
		n.are(t)
	})
}
