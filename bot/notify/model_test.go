package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/view"
)

// world is an API server with one dump, a chat service, and bots, all in memory and with a clock of its own. Everything
// that happens is drawn from one seed.
type world struct {
	random *rand.Rand
	now    time.Time
	log    []string
	// versions of the dump, the newest last. Bots see old ones.
	versions []*v1alpha1.DatabaseDump
	deleted  bool
	endedAt  time.Time
	patches  int
	// bots that live, and the calls that are on their way although nobody waits for them.
	bots   []*bot
	flying []*flight
	chat   *room
	// calm: nothing fails any more.
	calm   bool
	calmAt time.Time
	// started bots.
	started int
}

// flight is an effect that comes late, or never.
type flight struct {
	what  string
	apply func()
	// until it must have come; zero is no bound.
	until time.Time
}

var began = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func newWorld(seed uint64) *world {
	w := &world{random: rand.New(rand.NewPCG(seed, 7)), now: began}
	dump := &v1alpha1.DatabaseDump{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: "shop", Name: "shop-1", UID: types.UID(fmt.Sprintf("uid-%d", seed)), ResourceVersion: "100",
			CreationTimestamp: metav1.NewTime(began),
		},
		Spec: v1alpha1.DatabaseDumpSpec{RequestedBy: requester("ana", "C1")},
	}
	// By the first incarnation, by one that was killed before that, or by nobody.
	by := []string{"bot1", "bot0", ""}[w.random.IntN(3)]
	Delivery{By: by, Now: func() time.Time { return began }}.Begin(dump)
	w.versions = []*v1alpha1.DatabaseDump{dump}
	w.chat = &room{world: w, can: chat.Limits{Finds: true, EditsPerMinute: []int{0, 20}[w.random.IntN(2)]}, edits: true}
	return w
}

func requester(user, channel string) *v1alpha1.Requester {
	return &v1alpha1.Requester{
		Platform: "played", Workspace: "w", User: user, Channel: channel, ChannelKind: v1alpha1.ChannelKindPrivate,
		Thread: "t1", Message: "m-" + user,
	}
}

func (w *world) latest() *v1alpha1.DatabaseDump { return w.versions[len(w.versions)-1] }

// write makes a new version of the dump.
func (w *world) write(what string, change func(*v1alpha1.DatabaseDump)) *v1alpha1.DatabaseDump {
	d := w.latest().DeepCopy()
	change(d)
	version, _ := strconv.Atoi(d.ResourceVersion)
	d.ResourceVersion = strconv.Itoa(version + 1 + w.random.IntN(3))
	w.versions = append(w.versions, d)
	w.note("%s: version %s", what, d.ResourceVersion)
	return d
}

func (w *world) finish() {
	if w.deleted || w.latest().Status.Finished() {
		return
	}
	w.endedAt = w.now
	w.write("the dump ends", func(d *v1alpha1.DatabaseDump) {
		meta.SetStatusCondition(&d.Status.Conditions, metav1.Condition{
			Type: v1alpha1.ConditionFinished, Status: metav1.ConditionTrue, Reason: v1alpha1.FinishedSucceeded,
		})
		d.Status.Phase = v1alpha1.PhaseSucceeded
	})
}

func (w *world) note(format string, args ...any) {
	w.log = append(w.log, w.now.Sub(began).String()+" "+fmt.Sprintf(format, args...))
}

func (w *world) chance(percent int) bool { return !w.calm && w.random.IntN(100) < percent }

// one of several things that may happen, each with its chance, or none of them: then it is their number.
func (w *world) one(percents ...int) int {
	for i, percent := range percents {
		if w.chance(percent) {
			return i
		}
	}
	return len(percents)
}

// bot is one incarnation. It runs as a coroutine that stops before and after each call to the outside, where it may be
// left for long, or for ever.
type bot struct {
	*world
	name     string
	notifier *Notifier
	resume   func() (struct{}, bool)
	stop     func()
	yield    func(struct{}) bool
	// seen is the version that its cache has; sawDeleted, that it has none any more.
	seen       int
	sawDeleted bool
	// wake is when it wants to go on; idle that it waits. poked: its cache has changed meanwhile.
	wake  time.Time
	idle  bool
	poked bool
	// inflight is until when the post that it is about to make must have been made: the race that the package documents.
	inflight time.Time
	// until are the deadlines of the intents that it has written.
	until map[chat.Key]time.Time
	// outside: a conversation writes beside the notifier, in one go.
	outside bool
}

var errKilled = errors.New("killed")

func (w *world) start() *bot {
	w.started++
	b := &bot{world: w, name: fmt.Sprintf("bot%d", w.started), until: map[chat.Key]time.Time{}}
	if begun, err := parse(w.versions[0].Annotations[v1alpha1.AnnotationDelivery]); err == nil {
		if intent := begun.Places[0].Status.Intent; intent != nil && intent.By == b.name {
			b.until[KeyOf(w.versions[0], 0, Status)] = intent.Until
		}
	}
	b.seen = len(w.versions) - 1
	if w.chance(30) {
		b.seen = max(0, b.seen-w.random.IntN(4)) // the API server's own cache may lag
	}
	served := &service{room: w.chat, bot: b}
	b.notifier = New(Options{
		Services: map[chat.ServiceID]chat.Service{served.ID(): served},
		Ledger:   NewAnnotations(&apiServer{bot: b}),
		Facts: Facts{
			Now: func(d *v1alpha1.DatabaseDump, _ v1alpha1.Requester, _ time.Time, _ int) view.View {
				if d.Status.Finished() {
					return view.Succeeded{Dump: view.Dump{Name: d.Name}}
				}
				return view.Progress{Dump: view.Dump{Name: d.Name}, Bytes: int64(len(d.ResourceVersion))}
			},
		},
		Speaker: plain{}, Access: everybody{b}, By: b.name,
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Now: func() time.Time { return w.now },
	})
	b.resume, b.stop = iter.Pull(func(yield func(struct{}) bool) {
		defer func() {
			if r := recover(); r != nil && r != any(errKilled) {
				panic(r)
			}
		}()
		b.yield = yield
		b.run()
	})
	w.bots = append(w.bots, b)
	w.note("%s starts, and sees version %s", b.name, w.versions[b.seen].ResourceVersion)
	return b
}

// run is what a reconciler does.
func (b *bot) run() {
	failures := 0
	for {
		d := b.cached()
		if d == nil {
			b.sleep(b.now.Add(24 * time.Hour))
			continue
		}
		next, err := b.notifier.Advance(context.Background(), d)
		if err != nil {
			failures++
			next = b.now.Add(time.Second << min(failures, 5))
		} else if failures = 0; next.IsZero() {
			next = b.now.Add(24 * time.Hour)
		}
		b.sleep(next)
	}
}

func (b *bot) cached() *v1alpha1.DatabaseDump {
	d := b.versions[b.seen]
	if b.sawDeleted {
		return b.notifier.Gone(client.ObjectKeyFromObject(d))
	}
	return d
}

func (b *bot) sleep(until time.Time) {
	b.wake, b.idle = until, true
	for !b.poked && b.now.Before(b.wake) {
		b.pause()
	}
	b.idle, b.poked = false, false
}

// pause lets others go on. A bot that is killed meanwhile does not come back.
func (b *bot) pause() {
	if b.outside {
		return
	}
	if !b.yield(struct{}{}) {
		panic(errKilled)
	}
}

func (b *bot) kill() {
	b.note("%s is killed", b.name)
	b.stop()
	for i := range b.bots {
		if b.bots[i] == b {
			b.bots = append(b.bots[:i:i], b.bots[i+1:]...)
			return
		}
	}
}

// catchUp has the cache see newer versions.
func (b *bot) catchUp(by int) {
	before := b.seen
	b.seen = min(len(b.versions)-1, b.seen+by)
	if b.seen != before {
		b.poked = true
	} else if b.deleted && !b.sawDeleted {
		b.poked, b.sawDeleted = true, true
	}
}

// apiServer answers one bot. It has a patch's answer, or the patch, come late or never.
type apiServer struct {
	client.Client
	*bot
}

var errNoAnswer = errors.New("no answer")

func (a *apiServer) Patch(_ context.Context, object client.Object, patch client.Patch, _ ...client.PatchOption) error {
	a.pause()
	raw, err := patch.Data(nil)
	if err != nil {
		return err
	}
	apply := func() error { return a.apply(raw, object) }
	switch a.one(5, 5, 5) {
	case 0:
		a.note("%s: a patch does not arrive", a.name)
		err = errNoAnswer
	case 1:
		a.note("%s: a patch is on its way", a.name)
		a.flying = append(a.flying, &flight{what: "patch of " + a.name, apply: func() { _ = apply() }})
		err = errNoAnswer
	case 2:
		_ = apply()
		a.note("%s: a patch's answer is lost", a.name)
		err = errNoAnswer
	default:
		err = apply()
	}
	a.pause()
	return err
}

func (a *apiServer) apply(patch []byte, into client.Object) error {
	var operations []struct{ Op, Path, Value string }
	if err := json.Unmarshal(patch, &operations); err != nil {
		return err
	}
	d := a.latest()
	if a.deleted {
		return apierrors.NewNotFound(schema.GroupResource{}, d.Name)
	}
	for _, o := range operations {
		is := string(d.UID)
		if o.Path == recordPath {
			is = d.Annotations[v1alpha1.AnnotationDelivery]
		}
		if o.Op == "test" && is != o.Value {
			a.note("%s: a patch's test fails", a.name)
			return apierrors.NewGenericServerResponse(422, "patch", schema.GroupResource{}, d.Name, "the test failed", 0, false)
		}
	}
	record := operations[len(operations)-1].Value
	a.patches++
	d = a.write(a.name+" records "+record, func(d *v1alpha1.DatabaseDump) {
		d.Annotations = map[string]string{v1alpha1.AnnotationDelivery: record}
	})
	said, err := parse(record)
	if err != nil {
		panic(fmt.Sprintf("%s writes what cannot be read: %v", a.name, err))
	}
	for i := range said.Places {
		for _, what := range []What{Status, End} {
			if intent := said.Places[i].saying(what).Intent; intent != nil && intent.By == a.name {
				a.until[KeyOf(d, i, what)] = intent.Until
			}
		}
	}
	into.SetResourceVersion(d.ResourceVersion)
	return nil
}

func (a *apiServer) Get(_ context.Context, _ client.ObjectKey, into client.Object, _ ...client.GetOption) error {
	a.pause()
	if a.chance(20) {
		return errNoAnswer
	}
	d := a.latest()
	if a.deleted {
		return apierrors.NewNotFound(schema.GroupResource{}, d.Name)
	}
	into.SetUID(d.UID)
	into.SetAnnotations(d.Annotations)
	into.SetResourceVersion(d.ResourceVersion)
	a.pause()
	return nil
}

// plain words views so that a test can tell them apart.
type plain struct{}

func (plain) Say(_ string, v view.View) chat.Reply {
	return chat.Reply{Headline: fmt.Sprintf("%T", v), Lines: []string{strings.Trim(fmt.Sprintf("%+v", v), "{}")}}
}

// everybody is allowed, after a while.
type everybody struct{ *bot }

func (e everybody) Allowed(context.Context, *v1alpha1.DatabaseDump, v1alpha1.Requester) (bool, error) {
	e.pause()
	return true, nil
}
