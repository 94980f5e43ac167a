package main

import (
	"context"
	"errors"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/hack/bench/figures"
)

// memory of a bot that is started in a cluster with many finished dumps, and then has many in flight.
func memory(ctx context.Context, w *world, s scale, r *figures.Report) (err error) {
	w.proxy.try(0, 0)
	inFlight := make(chan struct{})
	t, err := w.newTown(ctx, "memory", s, asSlack, ways{longest: time.Second, slots: runningAtOnce, hold: inFlight})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.leave()) }()
	r.Set(memoryStart, time.Since(t.bot.started).Seconds())
	all, _, err := t.write(ctx, s.inFlight, s.rate, plainly)
	if err != nil {
		return err
	}
	if err := t.until(ctx, "status messages", all, t.shown); err != nil {
		return err
	}
	tell("%d dumps are in flight, for %s", len(all), s.hold)
	if !chat.Wait(ctx, s.hold) {
		return ctx.Err()
	}
	if err := t.count(ctx, r); err != nil {
		return err
	}
	close(inFlight)
	if err := t.until(ctx, "last words", all, t.told); err != nil {
		return err
	}
	used, err := t.bot.memory()
	r.Set(memoryPeak, used.own)
	r.Set(memoryResident, used.resident)
	r.Set(memoryAfter, used.ownNow)
	return err
}

// shown reports whether the status message of a message's dump stands in the chat.
func (t *town) shown(m message) bool {
	dumps, _ := t.manager.of(m.id)
	return len(dumps) > 0 && len(t.PostsByKey(dumps[0].status)) > 0
}

// count the dumps there are.
func (t *town) count(ctx context.Context, r *figures.Report) error {
	var list v1alpha1.DatabaseDumpList
	if err := t.world.env.Client.List(ctx, &list, client.InNamespace(troubled)); err != nil {
		return err
	}
	ended := 0
	for i := range list.Items {
		if list.Items[i].Status.Finished() {
			ended++
		}
	}
	r.Set(memoryInFlight, float64(len(list.Items)-ended))
	r.Set(memoryFinished, float64(ended))
	return nil
}
