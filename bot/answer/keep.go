package answer

import (
	"context"
	"time"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/grammar"
	"github.com/volcado-io/volcado/bot/read"
	"github.com/volcado-io/volcado/bot/view"
)

// keep reads the dump and the lists anew always: what is said of a copy's end is what somebody plans by.
func keep(ctx context.Context, a Asked) (Result, error) {
	d, unnamed, err := named(ctx, a, a.Request.At(0))
	if err != nil || unnamed != nil {
		return deref(unnamed), err
	}
	d, refused, err := managed(ctx, a, d, func(of view.Others) view.View { return view.CannotKeep(of) })
	if err != nil || refused != nil {
		return deref(refused), err
	}
	asked, _ := grammar.Span(a.Request.At(1)) // the grammar has checked it
	return keepFor(d, asked, a.Now), nil
}

// keepFor decides on a dump that was read anew: for so long from now, or while it has not finished, after its end.
func keepFor(d *v1alpha1.DatabaseDump, asked time.Duration, now time.Time) Result {
	life := read.LifeOf(d, now)
	switch {
	case life.Gone():
		return Result{Outcome: chat.Failed, View: view.CopyGone{Dump: d.Name, Life: life}}
	case read.Ungoverned(d):
		return Result{Outcome: chat.Offered, View: view.KeptForever{Dump: d.Name, Ungoverned: true}}
	case read.Endless(d):
		return Result{Outcome: chat.Offered, View: view.KeptForever{Dump: d.Name}}
	}
	passed, most := read.Passed(d, now), read.LongestTTL(d)
	if passed+asked > most {
		return Result{Outcome: chat.Refused, View: noLonger(d, most, passed)}
	}
	said := view.Kept{Dump: d.Name, For: asked, Unbounded: d.Status.Lifetime == nil}
	if d.Status.Finished() {
		said.Until = d.Status.CompletionTime.Add(passed + asked)
		if was := read.Until(d); was.After(said.Until) {
			said.Was = was
		}
	}
	return Result{Effect: Keep{Dump: d, TTL: passed + asked, Said: said}}
}

// noLonger hands out the longest that is possible.
func noLonger(d *v1alpha1.DatabaseDump, most, passed time.Duration) view.KeepsNoLonger {
	v := view.KeepsNoLonger{Dump: d.Name, For: most}
	if d.Status.Finished() {
		v.Until = d.Status.CompletionTime.Add(most)
		// It takes a while until somebody types it.
		passed += longestToType
	}
	if span := grammar.PrintSpan(most - passed); span != "" {
		v.Longest = grammar.Request{Command: "keep", Arguments: []string{d.Name, span}}.String()
	}
	return v
}

// longestToType is for how long a command that was handed out holds.
const longestToType = 5 * time.Minute
