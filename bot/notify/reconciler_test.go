package notify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/config"
	"sigs.k8s.io/controller-runtime/pkg/event"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/chat"
)

// serve runs the reconciler as `bot serve` does.
func (c *cluster) serve(services map[chat.ServiceID]chat.Service, api client.Client) (stop func()) {
	c.Helper()
	mgr, err := ctrl.NewManager(c.env.ConfigAs("volcado-system", "volcado-bot"), ctrl.Options{
		Scheme: c.env.Scheme, Metrics: metricsserver.Options{BindAddress: "0"},
		Cache:      cache.Options{DefaultNamespaces: map[string]cache.Config{c.namespace: {}}},
		Controller: config.Controller{SkipNameValidation: new(true)},
	})
	if err != nil {
		c.Fatal(err)
	}
	reconciler := &Reconciler{Cache: mgr.GetCache(), Notifier: New(Options{
		Services: services, Ledger: NewAnnotations(api),
		Facts:   Facts{Now: factsOf, Before: func(context.Context, *v1alpha1.DatabaseDump) (int, error) { return 0, nil }},
		Speaker: localised{}, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})}
	if err := reconciler.SetupWithManager(mgr); err != nil {
		c.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- mgr.Start(ctx) }()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			if err := <-ended; err != nil {
				c.Errorf("the manager: %v", err)
			}
		})
	}
	c.Cleanup(stop)
	return stop
}

// lounge is a chat service that many call at once.
type lounge struct {
	mu    sync.Mutex
	id    chat.ServiceID
	can   chat.Limits
	posts map[chat.Key][]string
	edits map[string]string
	// hang keeps posts until it is closed; flaky has a share of them fail.
	hang  chan struct{}
	flaky int
}

func newLounge(workspace string) *lounge {
	return &lounge{
		id: chat.ServiceID{Platform: "played", Workspace: workspace}, can: chat.Limits{Finds: true},
		posts: map[chat.Key][]string{}, edits: map[string]string{},
	}
}

func (l *lounge) ID() chat.ServiceID                                    { return l.id }
func (l *lounge) Listen(context.Context, time.Time, chat.Handler) error { return nil }
func (l *lounge) Limits() chat.Limits                                   { return l.can }
func (l *lounge) Health() chat.Health                                   { return chat.Health{Connected: true} }
func (l *lounge) KindOf(context.Context, chat.Place) (chat.Kind, error) {
	return chat.KindPrivate, nil
}

func (l *lounge) Post(_ context.Context, to chat.Target, key chat.Key, r chat.Reply) (chat.Ref, error) {
	if l.hang != nil {
		<-l.hang // whatever the caller's patience
		return chat.Ref{}, errors.New("timeout")
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.flaky > 0 && rand.IntN(100) < l.flaky {
		return chat.Ref{}, &chat.Error{Kind: chat.NotDone, Err: errors.New("not now")}
	}
	l.posts[key] = append(l.posts[key], r.Headline)
	return chat.Ref{Channel: to.Channel, Post: string(key)}, nil
}

func (l *lounge) Edit(_ context.Context, ref chat.Ref, r chat.Reply) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.edits[ref.Post] = r.Headline
	return nil
}

func (l *lounge) Find(_ context.Context, to chat.Target, key chat.Key, _ time.Time) (chat.Ref, bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return chat.Ref{Channel: to.Channel, Post: string(key)}, len(l.posts[key]) > 0, nil
}

// said of a dump, without how the time goes by.
func (l *lounge) said(d *v1alpha1.DatabaseDump, what What) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var heads []string
	for _, headline := range l.posts[KeyOf(d, 0, what)] {
		heads = append(heads, strings.SplitN(headline, " ", 2)[0])
	}
	return strings.Join(heads, ", ")
}

func (l *lounge) shows(d *v1alpha1.DatabaseDump) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.edits[string(KeyOf(d, 0, Status))]
}

func isRunning(s *v1alpha1.DatabaseDumpStatus) { s.Phase = v1alpha1.PhaseRunning }

func succeeded(s *v1alpha1.DatabaseDumpStatus) {
	s.Phase = v1alpha1.PhaseSucceeded
	meta.SetStatusCondition(&s.Conditions, metav1.Condition{
		Type: v1alpha1.ConditionFinished, Status: metav1.ConditionTrue, Reason: v1alpha1.FinishedSucceeded,
	})
}

func (c *cluster) delivered(d *v1alpha1.DatabaseDump) bool {
	return Delivered(time.Now(), c.anew(d).Annotations[v1alpha1.AnnotationDelivery])
}

func TestADumpIsToldFromItsCreationToItsEnd(t *testing.T) {
	c, room := newCluster(t), newLounge("w")
	api := &faulty{WithWatch: c.bot}
	c.serve(map[chat.ServiceID]chat.Service{room.id: room}, api)
	d := c.request("shop-1")
	eventually(t, "a status message", func() bool { return room.said(d, Status) == "Progress" })
	c.status(c.anew(d), isRunning)
	eventually(t, "an edit", func() bool { return strings.HasPrefix(room.shows(d), "Progress Running") })
	c.status(c.anew(d), succeeded)
	eventually(t, "the last word, recorded", func() bool { return c.delivered(d) })
	if end, shows := room.said(d, End), room.shows(d); end != "Succeeded" || shows != "Ended Succeeded" {
		t.Errorf("the last word is %q, and the status message shows %q", end, shows)
	}
	if api.patches != 4 {
		t.Errorf("%d patches, want 4", api.patches)
	}
}

func TestTheNextLeaderGoesOn(t *testing.T) {
	c, room := newCluster(t), newLounge("w")
	services := map[chat.ServiceID]chat.Service{room.id: room}
	stop := c.serve(services, c.bot)
	running, ended, delivered := c.request("running"), c.request("ended"), c.request("delivered")
	c.status(c.anew(delivered), succeeded)
	eventually(t, "what was said", func() bool {
		return room.said(running, Status) != "" && room.said(ended, Status) != "" && c.delivered(delivered)
	})
	stop()
	c.status(c.anew(ended), succeeded)
	c.serve(services, c.bot)
	eventually(t, "what ended meanwhile is told", func() bool { return c.delivered(ended) })
	c.status(c.anew(running), succeeded)
	eventually(t, "what ended afterwards is told", func() bool { return c.delivered(running) })
	for _, d := range []*v1alpha1.DatabaseDump{running, ended, delivered} {
		if end := room.said(d, End); end != "Succeeded" {
			t.Errorf("the last words of %s: %q", d.Name, end)
		}
		if status := room.said(d, Status); status != "Progress" && (d != delivered || status != "") {
			t.Errorf("the status messages of %s: %q", d.Name, status)
		}
	}
}

// A quarter of the requests to the API server fail, before or after they were done, and as many posts.
func TestNoFailureLosesOrRepeatsALastWord(t *testing.T) {
	c, room := newCluster(t), newLounge("w")
	room.flaky = 25
	api := &faulty{WithWatch: c.bot}
	for range 1000 {
		fault := []string{"", "", "", "", "", "", "lost", "unanswered"}[rand.IntN(8)]
		api.patch, api.get = append(api.patch, fault), append(api.get, strings.TrimPrefix(fault, "unanswered"))
	}
	c.serve(map[chat.ServiceID]chat.Service{room.id: room}, api)
	var dumps []*v1alpha1.DatabaseDump
	for i := range 20 {
		dumps = append(dumps, c.request(fmt.Sprint("shop-", i)))
	}
	for _, d := range dumps {
		c.status(c.anew(d), succeeded)
	}
	for _, d := range dumps {
		eventually(t, "the last word of "+d.Name, func() bool { return c.delivered(d) })
		if end, status := room.said(d, End), room.said(d, Status); end != "Succeeded" || strings.Contains(status, ",") {
			t.Errorf("of %s were said %q and %q", d.Name, status, end)
		}
	}
}

func TestAServiceThatHangsHoldsUpNoOther(t *testing.T) {
	c, hung, room := newCluster(t), newLounge("hung"), newLounge("w")
	hung.hang = make(chan struct{})
	c.serve(map[chat.ServiceID]chat.Service{hung.id: hung, room.id: room}, c.bot)
	for i := range 2 * Workers {
		d := &v1alpha1.DatabaseDump{
			ObjectMeta: metav1.ObjectMeta{Namespace: c.namespace, Name: fmt.Sprint("hung-", i)},
			Spec:       v1alpha1.DatabaseDumpSpec{SourceRef: v1alpha1.ObjectReference{Name: "shop"}, RequestedBy: requester("ana", "C1")},
		}
		d.Spec.RequestedBy.Workspace, d.Spec.RequestedBy.Message = "hung", d.Name
		Delivery{}.Begin(d)
		if err := c.bot.Create(context.Background(), d); err != nil {
			t.Fatal(err)
		}
		c.Cleanup(func() { _ = c.env.Client.Delete(context.Background(), d) })
	}
	// The test's clean-up waits for the manager, which waits for posts.
	defer close(hung.hang)
	d := c.request("shop-1")
	eventually(t, "the other's status message", func() bool { return room.said(d, Status) != "" })
}

func TestADumpThatIsDeletedIsSaidToBe(t *testing.T) {
	c, room := newCluster(t), newLounge("w")
	c.serve(map[chat.ServiceID]chat.Service{room.id: room}, c.bot)
	d := c.request("shop-1")
	eventually(t, "a status message", func() bool { return room.said(d, Status) != "" })
	if err := c.env.Client.Delete(context.Background(), d.DeepCopy()); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the last word", func() bool { return room.said(d, End) == "Deleted" })
}

func TestWhatIsNotOursIsNotToldOf(t *testing.T) {
	c, room := newCluster(t), newLounge("w")
	applied := &v1alpha1.DatabaseDump{
		ObjectMeta: metav1.ObjectMeta{Namespace: c.namespace, Name: "applied"},
		Spec:       v1alpha1.DatabaseDumpSpec{SourceRef: v1alpha1.ObjectReference{Name: "shop"}},
	}
	if err := c.env.Client.Create(context.Background(), applied); err != nil {
		t.Fatal(err)
	}
	unreadable, ours := c.request("unreadable"), c.request("ours")
	before := client.MergeFrom(unreadable.DeepCopy())
	unreadable.Annotations[v1alpha1.AnnotationDelivery] = `{"v":1,"places":[]}`
	if err := c.bot.Patch(context.Background(), unreadable, before); err != nil {
		t.Fatal(err)
	}
	for _, d := range []*v1alpha1.DatabaseDump{applied, unreadable, ours} {
		c.status(c.anew(d), succeeded)
	}
	c.serve(map[chat.ServiceID]chat.Service{room.id: room}, c.bot)
	eventually(t, "the last word on ours", func() bool { return c.delivered(ours) })
	for _, d := range []*v1alpha1.DatabaseDump{applied, unreadable} {
		if end := room.said(d, End); end != "" {
			t.Errorf("of %s was said %q", d.Name, end)
		}
	}
	if got := c.anew(unreadable).Annotations[v1alpha1.AnnotationDelivery]; got != `{"v":1,"places":[]}` {
		t.Errorf("the record that cannot be read was made %s", got)
	}
}

// slimmed is a cache that has left out a dump's record, because all was said.
type slimmed struct {
	client.Reader
	dump v1alpha1.DatabaseDump
}

func (s *slimmed) Get(_ context.Context, _ client.ObjectKey, into client.Object, _ ...client.GetOption) error {
	s.dump.DeepCopyInto(into.(*v1alpha1.DatabaseDump))
	return nil
}

// A bot runs for months, and what it has written of each dump must not stay in memory.
func TestWhatWasWrittenIsForgottenWhenTheCacheLeavesItOut(t *testing.T) {
	full := &v1alpha1.DatabaseDump{ObjectMeta: metav1.ObjectMeta{Name: "shop-1", UID: "1"}}
	slim := full.DeepCopy()
	Delivery{}.Begin(full)
	for name, tc := range map[string]struct {
		before, now *v1alpha1.DatabaseDump
		want        bool
	}{
		"a dump that is told of":                    {full, full, true},
		"the change that leaves its record out":     {full, slim, true},
		"a record that is there again":              {slim, full, true},
		"a dump that has none, as one of kubectl's": {slim, slim, false},
	} {
		if got := concerns(event.UpdateEvent{ObjectOld: tc.before, ObjectNew: tc.now}); got != tc.want {
			t.Errorf("%s: reconciled %v, want %v", name, got, tc.want)
		}
	}
	ledger := NewAnnotations(nil)
	ledger.remember("1", written{record: "all was said", version: "7"})
	ledger.remember("2", written{record: "another's", version: "8"})
	r := &Reconciler{Notifier: New(Options{Ledger: ledger}), Cache: &slimmed{dump: *slim}}
	if _, err := r.Reconcile(context.Background(), ctrl.Request{NamespacedName: client.ObjectKeyFromObject(slim)}); err != nil {
		t.Fatal(err)
	}
	if _, kept := ledger.written["1"]; kept || len(ledger.written) != 1 {
		t.Errorf("kept are %v", ledger.written)
	}
}
