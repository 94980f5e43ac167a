package notify

import (
	"context"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/view"
	"github.com/volcado-io/volcado/internal/queue"
)

// Console tells of dumps on one person's screen, for as long as it runs: what serve does, with a ledger in memory and
// driven by a watch of its own.
type Console struct {
	// Options without Ledger and Facts.Before, which Console brings itself.
	Options
	API client.WithWatch
	// Explain says for people why the API server does not answer.
	Explain func(error) view.Trouble
}

// Follow tells who what becomes of a dump, until it has ended, or ctx. It returns what was said last and how it ended.
func (c Console) Follow(ctx context.Context, d *v1alpha1.DatabaseDump, who v1alpha1.Requester) (view.View, chat.Outcome) {
	watching, stop := context.WithCancel(ctx)
	defer stop()
	f := &following{Console: c, ctx: watching, dump: d, facts: c.Facts.Now}
	memory := &Memory{}
	if !isRequester(d, who) {
		memory.put(d.UID, State{Version: version, Places: []Place{{Follower: &who}}})
	}
	f.Ledger, f.Facts.Now, f.Facts.Before = memory, f.now, f.place
	if f.Now == nil {
		f.Now = time.Now
	}
	notifier := New(f.Options)
	own := observe(watching, c.API, func(*v1alpha1.DatabaseDump) bool { return true },
		client.InNamespace(d.Namespace), client.MatchingFields{"metadata.name": d.Name})
	for {
		next, err := notifier.Advance(watching, f.dump)
		if err != nil {
			next = f.Now().Add(firstRetry)
		}
		if next.IsZero() && ended(f.dump) {
			return f.last(who)
		}
		if !f.wait(next, own) {
			return view.Detached{Dump: d.Name}, chat.Detached
		}
	}
}

func isRequester(d *v1alpha1.DatabaseDump, who v1alpha1.Requester) bool {
	return d.Spec.RequestedBy != nil && d.Spec.RequestedBy.IsPerson(who)
}

// following is one dump that is watched.
type following struct {
	Console
	ctx   context.Context
	dump  *v1alpha1.DatabaseDump
	facts func(*v1alpha1.DatabaseDump, v1alpha1.Requester, time.Time, int) view.View
	// trouble is why nothing newer is known, or nil.
	trouble error
	// queue has the source's unfinished dumps while this one waits for its turn, and before is how many are before it.
	queue  <-chan observation
	leave  context.CancelFunc
	before int
}

// wait for news, or until next. It reports false when ctx has ended.
func (f *following) wait(next time.Time, own <-chan observation) bool {
	var tick <-chan time.Time
	if !next.IsZero() {
		timer := time.NewTimer(next.Sub(f.Now()))
		defer timer.Stop()
		tick = timer.C
	}
	select {
	case <-f.ctx.Done():
		return false
	case o := <-own:
		f.see(o)
	case o := <-f.queue:
		if o.trouble == nil {
			f.before = queue.Position(o.dumps, f.dump)
		}
	case <-tick:
	}
	return true
}

// see takes in what the API server says of the dump.
func (f *following) see(o observation) {
	if f.trouble = o.trouble; f.trouble != nil {
		return
	}
	if len(o.dumps) == 0 || o.dumps[0].UID != f.dump.UID {
		now := metav1.NewTime(f.Now())
		f.dump = f.dump.DeepCopy()
		f.dump.DeletionTimestamp = &now
		return
	}
	f.dump = &o.dumps[0]
	f.watchQueue()
}

// watchQueue watches the other dumps of the source for as long as their number matters, and no longer.
func (f *following) watchQueue() {
	queued := f.dump.Status.Phase == v1alpha1.PhaseQueued
	switch {
	case queued && f.queue == nil:
		ctx, leave := context.WithCancel(f.ctx)
		source := f.dump.Spec.SourceRef
		f.leave = leave
		f.queue = observe(ctx, f.API, func(d *v1alpha1.DatabaseDump) bool {
			return d.Spec.SourceRef == source && !d.Status.Finished()
		}, client.InNamespace(f.dump.Namespace))
	case !queued && f.queue != nil:
		f.leave()
		f.queue, f.before = nil, 0
	}
}

func (f *following) place(context.Context, *v1alpha1.DatabaseDump) (int, error) { return f.before, nil }

// now is how the dump is; while the API server does not answer, that.
func (f *following) now(d *v1alpha1.DatabaseDump, reader v1alpha1.Requester, at time.Time, before int) view.View {
	v := f.facts(d, reader, at, before)
	if f.trouble == nil || ended(d) {
		return v
	}
	p, ok := v.(view.Progress)
	if b, blocked := v.(view.Blocked); blocked {
		p, ok = view.Progress{Dump: b.Dump, Elapsed: b.Elapsed}, true
	}
	if !ok {
		return v
	}
	trouble := f.Explain(f.trouble)
	p.Stage, p.Trouble = view.StageUnseen, &trouble
	return p
}

// last is what was said last, and how the dump ended.
func (f *following) last(who v1alpha1.Requester) (view.View, chat.Outcome) {
	if !f.dump.Status.Finished() {
		return view.Deleted{Dump: f.dump.Name}, chat.Failed
	}
	v := f.facts(f.dump, who, f.Now(), 0)
	switch last := v.(type) {
	case view.Succeeded:
		return v, chat.Succeeded
	case view.Failed:
		if last.End == view.EndRefused {
			return v, chat.Refused
		}
	}
	return v, chat.Failed
}
