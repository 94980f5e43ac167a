package main

import (
	"context"
	"errors"
	"time"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/hack/bench/figures"
	"github.com/volcado-io/volcado/hack/bench/percentile"
)

// asSlack is as slow a service as Slack: 50 edits a minute for the whole workspace.
var asSlack = chat.Limits{EditEvery: 5 * time.Second, EditsPerMinute: 50, Longest: 4000}

// runningAtOnce are the dumps that run where many are asked for. The others wait in the queue of their source, and are told
// their places.
const runningAtOnce = 20

// burst of messages at an API server that takes its time. Some dumps start and end meanwhile, and are told of.
func burst(ctx context.Context, w *world, s scale, r *figures.Report) (err error) {
	const namespace = "burst"
	if err := w.enroll(ctx, namespace, qa); err != nil {
		return err
	}
	w.proxy.try(s.delay, 0)
	t, err := w.newTown(ctx, "burst", s, asSlack, ways{shortest: 5 * time.Second, longest: 15 * time.Second, slots: runningAtOnce})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.leave(), w.emptied(ctx, namespace)) }()
	all, rate, err := t.write(ctx, s.burst, s.rate, plainly)
	if err != nil {
		return err
	}
	done := func(m message) bool {
		_, acknowledged := t.Acknowledged(m.id)
		return acknowledged && t.made(m)
	}
	if err := t.until(ctx, "dumps and acknowledgements", all, done); err != nil && ctx.Err() != nil {
		return err
	}
	var created, acknowledged []time.Duration
	missing := 0
	for _, m := range all {
		dumps, _ := t.manager.of(m.id)
		at, is := t.Acknowledged(m.id)
		if !is || len(dumps) == 0 {
			missing++
			continue
		}
		created, acknowledged = append(created, dumps[0].seen.Sub(m.at)), append(acknowledged, at.Sub(m.at))
	}
	used, err := t.bot.memory()
	if err != nil {
		return err
	}
	r.Set(burstMessages, float64(len(all)))
	r.Set(burstRate, rate)
	r.Set(burstUncreated, float64(missing))
	r.Set(burstCreatedMid, milliseconds(percentile.Of(created, 50)))
	r.Set(burstCreated, milliseconds(percentile.Of(created, 99)))
	r.Set(burstAckedMid, milliseconds(percentile.Of(acknowledged, 50)))
	r.Set(burstAcked, milliseconds(percentile.Of(acknowledged, 99)))
	r.Set(burstMemory, used.own)
	r.Set(burstResident, used.resident)
	return nil
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
