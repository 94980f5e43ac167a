package bot

import (
	"context"
	"fmt"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/internal/queue"
)

// unheard is how long a dump may be without any status before people are told that nobody has taken it up.
const unheard = 10 * time.Second

// follow tells what becomes of a dump until it has finished, in one reply that is edited, and returns the last word.
func (c *conversation) follow(ctx context.Context, dump *v1alpha1.DatabaseDump) (answer, error) {
	watching, stop := context.WithCancel(ctx)
	defer stop()
	f := &following{conversation: c, ctx: watching, dump: dump, began: c.now(), warned: map[string]bool{}}
	own := c.observe(watching, func(*v1alpha1.DatabaseDump) bool { return true },
		client.InNamespace(dump.Namespace), client.MatchingFields{"metadata.name": dump.Name})
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		// The asker was told a moment ago that it was asked for; that alone is not news.
		if f.dump.Status.Phase != "" || f.trouble != nil || c.now().Sub(f.began) >= time.Second {
			f.warn()
			f.tell()
		}
		select {
		case <-ctx.Done():
			return detached(dump), nil
		case v := <-own:
			if last, over := f.see(v); over {
				return last, nil
			}
		case v := <-f.queue:
			f.place(v)
		case <-tick.C:
		}
	}
}

func detached(dump *v1alpha1.DatabaseDump) answer {
	return answer{outcome: chat.Detached, Reply: chat.Reply{
		Severity: chat.Warning, Headline: fmt.Sprintf("No longer watching; %s runs on.", dump.Name),
		Closing: fmt.Sprintf("status %s shows it, cancel %s stops it.", dump.Name, dump.Name),
	}}
}

// following is one dump that is being watched.
type following struct {
	*conversation
	ctx     context.Context
	dump    *v1alpha1.DatabaseDump
	began   time.Time
	trouble error

	queue  <-chan view // of the source's unfinished dumps, while this one waits for its turn
	leave  context.CancelFunc
	before int // how many are before it in the queue

	posted chat.Posted
	shown  chat.Reply
	warned map[string]bool // the reasons for which somebody has to act that were said
}

// see takes in what the API server says of the dump. over means that there is nothing more to wait for.
func (f *following) see(v view) (last answer, over bool) {
	if f.trouble = v.trouble; f.trouble != nil {
		return answer{}, false
	}
	if len(v.dumps) == 0 || v.dumps[0].UID != f.dump.UID {
		return answer{outcome: chat.Failed, Reply: chat.Reply{
			Severity: chat.Bad, Headline: fmt.Sprintf("%s was deleted before it finished.", f.dump.Name),
		}}, true
	}
	f.dump = &v.dumps[0]
	if f.dump.Status.Finished() {
		return f.ended(f.dump), true
	}
	f.watchQueue()
	return answer{}, false
}

// watchQueue watches the other dumps of the source for as long as their number matters, and no longer.
func (f *following) watchQueue() {
	queued := f.dump.Status.Phase == v1alpha1.PhaseQueued
	switch {
	case queued && f.queue == nil:
		ctx, leave := context.WithCancel(f.ctx)
		f.leave = leave
		f.queue = f.observe(ctx, unfinishedBeside(f.dump), client.InNamespace(f.dump.Namespace))
	case !queued && f.queue != nil:
		f.leave()
		f.queue, f.before = nil, 0
	}
}

func (f *following) place(v view) {
	if v.trouble == nil {
		f.before = queue.Position(v.dumps, f.dump)
	}
}

// warn says once, in a reply of its own, why somebody has to act and how: the line that is edited has no room for it. A
// reason that comes and goes, or two that alternate, would flood the chat if they were said each time.
func (f *following) warn() {
	c := stalled(f.dump)
	if c == nil || f.warned[c.Reason] {
		return
	}
	f.warned[c.Reason] = true
	if _, err := f.post(f.ctx, chat.Reply{
		Severity: chat.Warning, Headline: f.dump.Name + " waits, and somebody has to act.", Fields: obstacle(c),
	}); err != nil {
		f.log.Error("a reply was not delivered", "dump", client.ObjectKeyFromObject(f.dump), "error", err)
	}
}

func obstacle(c *metav1.Condition) []chat.Field {
	return []chat.Field{{Name: "reason", Value: c.Reason}, {Name: "what", Value: c.Message}}
}

// tell says how it stands, where that differs from what was said last.
func (f *following) tell() {
	r := f.progress()
	if f.shown.Progress != nil && r.Headline == f.shown.Headline && r.Severity == f.shown.Severity {
		return
	}
	var err error
	if f.posted == "" {
		f.posted, err = f.post(f.ctx, r)
	} else {
		err = f.edit(f.ctx, f.posted, r)
	}
	if err != nil {
		f.log.Error("progress was not delivered", "dump", client.ObjectKeyFromObject(f.dump), "error", err)
	}
	f.shown = r
}

// progress is one line: what is going on, how far, for how long.
func (f *following) progress() chat.Reply {
	elapsed := f.now().Sub(f.began)
	doing, far, severity := f.stage(elapsed)
	parts := []string{f.dump.Name, doing}
	if far != "" {
		parts = append(parts, far)
	}
	return chat.Reply{
		Severity: severity, Headline: strings.Join(append(parts, shortDuration(elapsed)), "  "),
		Progress: &chat.Progress{Stage: doing},
	}
}

// stage is what is going on, which is worth a line of its own when it changes, and how far it is, which is not.
func (f *following) stage(elapsed time.Duration) (doing, far string, severity chat.Severity) {
	status := f.dump.Status
	switch {
	case f.trouble != nil:
		sentence, _, _ := Trouble(f.trouble)
		return "cannot see it at the moment, still trying: " + sentence, "", chat.Warning
	case status.Phase == "" && elapsed < unheard:
		return "asked for", "", chat.Info
	case status.Phase == "":
		return "not taken up yet; if that stays so, the manager does not run", "", chat.Warning
	}
	doing = strings.ToLower(string(status.Phase))
	if status.Phase == v1alpha1.PhaseQueued {
		doing = queued(f.before)
	}
	if f.dump.Spec.Cancel {
		doing = "being cancelled"
	}
	if waiting := stalled(f.dump); waiting != nil {
		return fmt.Sprintf("%s, and somebody has to act: %s", doing, waiting.Reason), "", chat.Warning
	}
	return doing, howFar(status.Progress), chat.Info
}

func queued(before int) string {
	switch before {
	case 0:
		return "queued"
	case 1:
		return "queued, 1 dump before it"
	default:
		return fmt.Sprintf("queued, %d dumps before it", before)
	}
}

func howFar(p *v1alpha1.Progress) string {
	if p == nil {
		return ""
	}
	parts := []string{humanBytes(p.Bytes)}
	// Where there is more than was estimated, the estimate is of another time, and a share of it would mislead.
	if p.EstimatedBytes > 0 && p.Bytes <= p.EstimatedBytes {
		parts = []string{fmt.Sprintf("%d %%", p.Percent), fmt.Sprintf("%s of about %s", humanBytes(p.Bytes), humanBytes(p.EstimatedBytes))}
	}
	switch {
	case p.Table != "" && p.TablesTotal > 0:
		parts = append(parts, fmt.Sprintf("%s (table %d of %d)", p.Table, min(p.TablesDone+1, p.TablesTotal), p.TablesTotal))
	case p.Table != "":
		parts = append(parts, p.Table)
	}
	return strings.Join(parts, "  ")
}

func stalled(dump *v1alpha1.DatabaseDump) *metav1.Condition {
	c := meta.FindStatusCondition(dump.Status.Conditions, v1alpha1.ConditionStalled)
	if c == nil || c.Status != metav1.ConditionTrue {
		return nil
	}
	return c
}
