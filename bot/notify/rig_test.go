package notify

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/view"
)

// rig is one notifier with a ledger in memory, a chat that does as it is told and a clock that is moved by hand.
type rig struct {
	*testing.T
	*Notifier
	mu     sync.Mutex
	at     time.Time
	chat   *scripted
	ledger *counted
	logged bytes.Buffer
	dump   *v1alpha1.DatabaseDump
	before int
	denied map[string]bool
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{
		T: t, at: began, denied: map[string]bool{},
		chat:   &scripted{id: chat.ServiceID{Platform: "played", Workspace: "w"}, kind: chat.KindPrivate, can: chat.Limits{Finds: true}},
		ledger: &counted{Memory: &Memory{}},
		dump: &v1alpha1.DatabaseDump{
			ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "shop-1", UID: "uid", ResourceVersion: "1"},
			Spec:       v1alpha1.DatabaseDumpSpec{RequestedBy: requester("ana", "C1")},
		},
	}
	r.Notifier = r.notifier("first")
	return r
}

// notifier is another incarnation.
func (r *rig) notifier(by string) *Notifier {
	return New(Options{
		Services: map[chat.ServiceID]chat.Service{r.chat.id: r.chat}, Ledger: r.ledger, By: by,
		Facts:   Facts{Now: factsOf, Before: func(context.Context, *v1alpha1.DatabaseDump) (int, error) { return r.before, nil }},
		Speaker: localised{}, Access: r,
		Log: slog.New(slog.NewTextHandler(&r.logged, nil)),
		Now: func() time.Time { r.mu.Lock(); defer r.mu.Unlock(); return r.at },
	})
}

// Allowed is everybody who is not denied.
func (r *rig) Allowed(_ context.Context, _ *v1alpha1.DatabaseDump, person v1alpha1.Requester) (bool, error) {
	return !r.denied[person.User+" in "+string(person.ChannelKind)] && !r.denied[person.User], nil
}

// factsOf is what the tests know of a dump.
func factsOf(d *v1alpha1.DatabaseDump, _ v1alpha1.Requester, now time.Time, before int) view.View {
	facts := view.Dump{Name: d.Name}
	c := meta.FindStatusCondition(d.Status.Conditions, v1alpha1.ConditionFinished)
	switch {
	case c == nil:
		return view.Progress{
			Dump: facts, Stage: view.Stage(d.Status.Phase), Before: before, Elapsed: now.Sub(began), Percent: int(percentOf(d)),
		}
	case c.Reason == v1alpha1.FinishedSucceeded:
		return view.Succeeded{Dump: facts}
	default:
		return view.Failed{Dump: facts, End: view.End(c.Reason)}
	}
}

func percentOf(d *v1alpha1.DatabaseDump) int32 {
	if d.Status.Progress == nil {
		return 0
	}
	return d.Status.Progress.Percent
}

// localised words a view so that a test sees what it is and in which language.
type localised struct{}

func (localised) Say(locale string, v view.View) chat.Reply {
	r := chat.Reply{Headline: strings.TrimPrefix(fmt.Sprintf("%T", v), "view."), Lines: []string{"in full"}}
	switch v := v.(type) {
	case view.Progress:
		r.Headline += fmt.Sprintf(" %s %d%% %s", v.Stage, v.Percent, v.Elapsed)
	case view.Ended:
		r.Headline += " " + string(v.End)
	case view.Failed:
		r.Headline += " " + string(v.End)
	}
	if locale != "" {
		r.Headline += " (" + locale + ")"
	}
	return r
}

// change the dump.
func (r *rig) change(change func(*v1alpha1.DatabaseDump)) {
	r.dump = r.dump.DeepCopy()
	change(r.dump)
	r.dump.ResourceVersion += "1"
}

func (r *rig) finish(reason string) {
	r.change(func(d *v1alpha1.DatabaseDump) {
		d.Status.Phase = v1alpha1.Phase(reason)
		meta.SetStatusCondition(&d.Status.Conditions, metav1.Condition{Type: v1alpha1.ConditionFinished, Status: metav1.ConditionTrue, Reason: reason})
	})
}

func (r *rig) percent(p int32) {
	r.change(func(d *v1alpha1.DatabaseDump) {
		d.Status.Phase, d.Status.Progress = v1alpha1.PhaseRunning, &v1alpha1.Progress{Percent: p}
	})
}

// advance the dump, once.
func (r *rig) advance() time.Time {
	r.Helper()
	next, err := r.Advance(context.Background(), r.dump)
	if err != nil {
		r.Fatal(err)
	}
	return next
}

// run until there is nothing to do, or for a time.
func (r *rig) run(most time.Duration) {
	r.Helper()
	end := r.Now().Add(most)
	for {
		next := r.advance()
		if next.IsZero() || next.After(end) {
			r.pass(end.Sub(r.Now()))
			return
		}
		r.pass(next.Sub(r.Now()))
	}
}

func (r *rig) pass(d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.at = r.at.Add(max(0, d))
}

// follow has somebody follow.
func (r *rig) follow(by *v1alpha1.Requester) {
	r.Helper()
	if already, full, err := (Delivery{Ledger: r.ledger}).Follow(context.Background(), r.dump, *by); already || full || err != nil {
		r.Fatal(already, full, err)
	}
}

// expect what was posted and edited since the last time.
func (r *rig) expect(want ...string) {
	r.Helper()
	got := r.chat.said
	r.chat.said = nil
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		r.Errorf("was said:\n\t%s\nwant:\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

// counted counts writes.
type counted struct {
	*Memory
	saves int
	// fail the next ones.
	fail []error
}

func (c *counted) Save(ctx context.Context, d *v1alpha1.DatabaseDump, s State) error {
	if len(c.fail) > 0 {
		err := c.fail[0]
		c.fail = c.fail[1:]
		return err
	}
	c.saves++
	return c.Memory.Save(ctx, d, s)
}

func (c *counted) Forget(types.UID) {}

// scripted is a chat service whose next answers are given.
type scripted struct {
	id    chat.ServiceID
	can   chat.Limits
	kind  chat.Kind
	said  []string
	refs  int
	looks int
	finds int
	// post, edit and look are the errors of the next calls, and find those of the next calls about a key; nil is none.
	// hidden: a post is made although its answer is lost.
	post, edit, look []error
	find             map[chat.Key][]error
	hidden           map[chat.Key]chat.Ref
	// nameless is how many of the next posts the service does not name.
	nameless int
	// during is called while something is posted.
	during func()
}

func pop(errs *[]error) error {
	if len(*errs) == 0 {
		return nil
	}
	err := (*errs)[0]
	*errs = (*errs)[1:]
	return err
}

func (s *scripted) ID() chat.ServiceID                                    { return s.id }
func (s *scripted) Listen(context.Context, time.Time, chat.Handler) error { return nil }
func (s *scripted) Limits() chat.Limits                                   { return s.can }
func (s *scripted) Health() chat.Health                                   { return chat.Health{Connected: true} }

func (s *scripted) KindOf(context.Context, chat.Place) (chat.Kind, error) {
	s.looks++
	if err := pop(&s.look); err != nil {
		return "", err
	}
	return s.kind, nil
}

func (s *scripted) Post(_ context.Context, to chat.Target, key chat.Key, r chat.Reply) (chat.Ref, error) {
	if s.during != nil {
		s.during()
	}
	err := pop(&s.post)
	if err != nil && s.hidden[key].Post == "" {
		return chat.Ref{}, err
	}
	s.refs++
	where := to.Channel
	if to.Thread != "" {
		where += "/" + to.Thread
	}
	if to.Only != "" {
		where = "only " + to.Only
	}
	line := fmt.Sprintf("%s: %s", where, r.Headline)
	if to.Mention != "" {
		line += " @" + to.Mention
	}
	if len(r.Lines) == 0 {
		line += " (short)"
	}
	s.said = append(s.said, line)
	ref := chat.Ref{Channel: to.Channel, Post: fmt.Sprint("p", s.refs), Thread: cmp.Or(to.Thread, fmt.Sprint("p", s.refs))}
	if s.nameless > 0 {
		s.nameless--
		s.hidden = map[chat.Key]chat.Ref{key: ref}
		return chat.Ref{}, err
	}
	return ref, err
}

func (s *scripted) Edit(_ context.Context, ref chat.Ref, r chat.Reply) error {
	if err := pop(&s.edit); err != nil {
		return err
	}
	s.said = append(s.said, fmt.Sprintf("edit %s: %s", ref.Post, r.Headline))
	return nil
}

func (s *scripted) Find(_ context.Context, _ chat.Target, key chat.Key, _ time.Time) (chat.Ref, bool, error) {
	s.finds++
	if errs := s.find[key]; len(errs) > 0 {
		s.find[key] = errs[1:]
		return chat.Ref{}, false, errs[0]
	}
	ref, found := s.hidden[key]
	return ref, found, nil
}

func fail(kind chat.ErrorKind) error { return &chat.Error{Kind: kind} }
