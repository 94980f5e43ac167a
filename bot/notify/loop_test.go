package notify

import (
	"context"
	"io"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/view"
)

// screen is one person's, on which all is shown at once.
type screen struct {
	*lounge
	mu    sync.Mutex
	lines []string
}

func newScreen() *screen {
	s := &screen{lounge: newLounge("w")}
	s.can = chat.Limits{Live: true}
	return s
}

func (s *screen) Post(ctx context.Context, to chat.Target, key chat.Key, r chat.Reply) (chat.Ref, error) {
	s.show(r.Headline)
	return s.lounge.Post(ctx, to, key, r)
}

func (s *screen) Edit(ctx context.Context, ref chat.Ref, r chat.Reply) error {
	s.show(r.Headline)
	return s.lounge.Edit(ctx, ref, r)
}

func (s *screen) show(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lines = append(s.lines, line)
}

// shown since the beginning.
func (s *screen) shown() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.lines, "\n")
}

func (s *screen) ever(part string) func() bool {
	return func() bool { return strings.Contains(s.shown(), part) }
}

// watched is a dump that somebody follows on a screen.
type watched struct {
	*screen
	stop  context.CancelFunc
	ended chan struct{}
	last  view.View
	how   chat.Outcome
}

func (c *cluster) watch(api client.WithWatch, d *v1alpha1.DatabaseDump, who *v1alpha1.Requester) *watched {
	w := &watched{screen: newScreen(), ended: make(chan struct{})}
	console := Console{
		Options: Options{
			Services: map[chat.ServiceID]chat.Service{w.id: w}, Facts: Facts{Now: factsOf}, Speaker: stages{},
			Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		},
		API:     api,
		Explain: func(error) view.Trouble { return view.Trouble{Kind: view.TroubleBusy} },
	}
	ctx, stop := context.WithCancel(context.Background())
	w.stop = stop
	c.Cleanup(stop)
	go func() {
		defer close(w.ended)
		w.last, w.how = console.Follow(ctx, d, *who)
	}()
	return w
}

// stages words how a dump is without how the time goes by.
type stages struct{ localised }

func (s stages) Say(locale string, v view.View) chat.Reply {
	if p, ok := v.(view.Progress); ok {
		r := chat.Reply{Headline: "Progress " + string(p.Stage)}
		if p.Before > 0 {
			r.Headline += " behind " + strings.Repeat("1", p.Before)
		}
		if p.Trouble != nil {
			r.Headline += " because of " + string(p.Trouble.Kind)
		}
		return r
	}
	return s.localised.Say(locale, v)
}

func (w *watched) end(t *testing.T) (view.View, chat.Outcome) {
	t.Helper()
	eventually(t, "it ends", func() bool {
		select {
		case <-w.ended:
			return true
		default:
			return false
		}
	})
	return w.last, w.how
}

func finished(reason string) func(*v1alpha1.DatabaseDumpStatus) {
	return func(s *v1alpha1.DatabaseDumpStatus) {
		s.Phase = v1alpha1.Phase(reason)
		meta.SetStatusCondition(&s.Conditions, metav1.Condition{Type: v1alpha1.ConditionFinished, Status: metav1.ConditionTrue, Reason: reason})
	}
}

func TestAConsoleTellsTheEnd(t *testing.T) {
	c := newCluster(t)
	for reason, outcome := range map[string]chat.Outcome{
		v1alpha1.FinishedSucceeded: chat.Succeeded, v1alpha1.FinishedFailed: chat.Failed,
		v1alpha1.FinishedCancelled: chat.Failed, v1alpha1.FinishedRefused: chat.Refused,
	} {
		t.Run(reason, func(t *testing.T) {
			d := c.request(strings.ToLower(reason))
			w := c.watch(c.bot, d, d.Spec.RequestedBy)
			c.status(c.anew(d), func(s *v1alpha1.DatabaseDumpStatus) { s.Phase = v1alpha1.PhaseRunning })
			eventually(t, "it runs", w.ever("Running"))
			c.status(c.anew(d), finished(reason))
			last, how := w.end(t)
			if how != outcome {
				t.Errorf("it ended with %v, want %v", how, outcome)
			}
			if _, failed := last.(view.Failed); failed == (reason == v1alpha1.FinishedSucceeded) {
				t.Errorf("the last word is %T", last)
			}
			lines := strings.Split(w.shown(), "\n")
			if end := lines[len(lines)-1]; !strings.HasPrefix(end, "Succeeded") && !strings.HasPrefix(end, "Failed") {
				t.Errorf("shown was:\n%s", w.shown())
			}
			if record := c.anew(d).Annotations[v1alpha1.AnnotationDelivery]; record != d.Annotations[v1alpha1.AnnotationDelivery] {
				t.Errorf("a console has written %s", record)
			}
		})
	}
}

func TestSomebodyElseFollowsOnAConsole(t *testing.T) {
	c := newCluster(t)
	d := c.request("shop-1")
	w := c.watch(c.bot, d, requester("bo", "console"))
	eventually(t, "it is shown", w.ever("Progress"))
	c.status(c.anew(d), succeeded)
	if _, how := w.end(t); how != chat.Succeeded {
		t.Errorf("it ended with %v", how)
	}
}

func TestThePlaceInTheQueueIsShownAsItChanges(t *testing.T) {
	c := newCluster(t)
	first, second := c.request("first"), c.request("second")
	c.status(c.anew(first), func(s *v1alpha1.DatabaseDumpStatus) {
		s.Phase = v1alpha1.PhaseRunning
		meta.SetStatusCondition(&s.Conditions, metav1.Condition{Type: v1alpha1.ConditionAdmitted, Status: metav1.ConditionTrue, Reason: "Admitted"})
	})
	w := c.watch(c.bot, second, second.Spec.RequestedBy)
	c.status(c.anew(second), func(s *v1alpha1.DatabaseDumpStatus) { s.Phase = v1alpha1.PhaseQueued })
	eventually(t, "one is before it", w.ever("Queued behind 1"))
	c.status(c.anew(first), succeeded)
	eventually(t, "none is before it", w.ever("Queued behind 1\nProgress Queued"))
	c.status(c.anew(second), succeeded)
	w.end(t)
}

func TestAConsoleThatIsLeftDetaches(t *testing.T) {
	c := newCluster(t)
	d := c.request("shop-1")
	w := c.watch(c.bot, d, d.Spec.RequestedBy)
	eventually(t, "it is shown", w.ever("Progress"))
	w.stop()
	if last, how := w.end(t); how != chat.Detached || last != (view.Detached{Dump: "shop-1"}) {
		t.Errorf("got %v, %+v", how, last)
	}
	if c.anew(d).Spec.Cancel {
		t.Error("who stopped watching has cancelled it")
	}
}

func TestAConsoleSaysThatADumpWasDeleted(t *testing.T) {
	c := newCluster(t)
	d := c.request("shop-1")
	w := c.watch(c.bot, d, d.Spec.RequestedBy)
	if err := c.env.Client.Delete(context.Background(), d.DeepCopy()); err != nil {
		t.Fatal(err)
	}
	if last, how := w.end(t); how != chat.Failed || last != (view.Deleted{Dump: "shop-1"}) || !w.ever("Deleted")() {
		t.Errorf("got %v, %+v; shown was:\n%s", how, last, w.shown())
	}
}

// Watches that end at once, watches that fail, lists that fail for a while, a version that has expired: the end is told.
func TestFollowingSurvivesDisconnects(t *testing.T) {
	c := newCluster(t)
	var lists, watches atomic.Int32
	api := interceptor.NewClient(c.bot, interceptor.Funcs{
		List: func(ctx context.Context, c client.WithWatch, list client.ObjectList, opts ...client.ListOption) error {
			if n := lists.Add(1); n == 2 || n == 3 {
				return apierrors.NewInternalError(context.DeadlineExceeded)
			}
			return c.List(ctx, list, opts...)
		},
		Watch: func(ctx context.Context, c client.WithWatch, list client.ObjectList, opts ...client.ListOption) (watch.Interface, error) {
			switch watches.Add(1) {
			case 1:
				ended := watch.NewFake()
				ended.Stop()
				return ended, nil
			case 2:
				expired := watch.NewFakeWithChanSize(1, false)
				expired.Error(&apierrors.NewResourceExpired("too old").ErrStatus)
				return expired, nil
			case 3:
				return nil, apierrors.NewInternalError(context.DeadlineExceeded)
			}
			return c.Watch(ctx, list, opts...)
		},
	})
	d := c.request("shop-1")
	w := c.watch(api, d, d.Spec.RequestedBy)
	eventually(t, "it says that it cannot see", w.ever("Unseen because of Busy"))
	eventually(t, "it watches once more", func() bool { return watches.Load() == 4 })
	c.status(c.anew(d), succeeded)
	if _, how := w.end(t); how != chat.Succeeded {
		t.Errorf("it ended with %v", how)
	}
}
