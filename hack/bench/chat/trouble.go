package main

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/hack/bench/figures"
)

// unlimited is a service that takes edits as they come, as Mattermost does.
var unlimited = chat.Limits{EditEvery: time.Second, Longest: 4000}

// troubled is the namespace of the dumps that were asked for while things went wrong.
const troubled = "troubled"

// againAfter are the pauses before a message is delivered once more.
var againAfter = []time.Duration{0, 20 * time.Millisecond, time.Second, 5 * time.Second}

// trouble: messages are delivered again, connections are lost, and API requests fail, or their answers are lost.
func trouble(ctx context.Context, w *world, s scale, r *figures.Report) (err error) {
	if err := w.enroll(ctx, troubled, qa); err != nil {
		return err
	}
	w.proxy.try(0, 0)
	t, err := w.newTown(ctx, "trouble", s, unlimited, ways{shortest: time.Second / 2, longest: 5 * time.Second, failing: 0.1})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.leave()) }()
	w.proxy.try(0, shareSpoilt)
	mess := newMess(t, s.trouble)
	all, _, err := t.write(ctx, s.trouble, s.troubleRate, mess.each)
	if err != nil {
		return err
	}
	mess.Wait()
	if err := t.until(ctx, "last words", all, t.told); err != nil && ctx.Err() != nil {
		return err
	}
	r.Set(troubleSpoilt, w.proxy.spoiltShare())
	w.proxy.try(0, 0)
	if err := t.silence(ctx); err != nil {
		return err
	}
	used, err := t.bot.memory()
	if err != nil {
		return err
	}
	r.Set(troubleMessages, float64(len(all)))
	r.Set(troubleAgain, percent(int(mess.delivered.Load()), len(all)))
	r.Set(troubleConnected, percent(mess.reconnects, len(all)))
	most, mean := w.proxy.of(troubled)
	r.Set(troubleWrites, float64(most))
	r.Set(troubleMean, mean)
	r.Set(troubleMemory, used.own)
	r.Set(troubleResident, used.resident)
	return t.census(ctx, all, r)
}

// mess delivers messages again, and cuts connections.
type mess struct {
	*town
	random *rand.Rand
	// again and cut say of each message whether it is.
	again, cut []bool
	reconnects int
	// delivered again, once or more.
	delivered atomic.Int64
	sync.WaitGroup
}

func newMess(t *town, messages int) *mess {
	m := &mess{town: t, random: rand.New(rand.NewPCG(3, 3))}
	m.again, m.cut = m.choose(messages, shareAgain), m.choose(messages, shareReconnect)
	return m
}

// choose that share of the messages, and no less.
func (m *mess) choose(messages int, share float64) []bool {
	chosen := make([]bool, messages)
	for i := range chosen {
		chosen[i] = float64(i) < share*float64(messages)
	}
	m.random.Shuffle(messages, func(i, j int) { chosen[i], chosen[j] = chosen[j], chosen[i] })
	return chosen
}

// each message is written before or after the connections are cut, and delivered again up to three times.
func (m *mess) each(n int, write func() message) {
	early := m.random.IntN(2) == 0
	if m.cut[n] && early {
		m.disconnect()
	}
	written := write()
	if m.cut[n] && !early {
		m.disconnect()
	}
	if !m.again[n] {
		return
	}
	var first sync.Once
	for range 1 + m.random.IntN(3) {
		after := againAfter[m.random.IntN(len(againAfter))]
		m.Go(func() {
			if m.redeliver(written, after) {
				first.Do(func() { m.delivered.Add(1) })
			}
		})
	}
}

func (m *mess) disconnect() {
	m.reconnects++
	m.Disconnect()
}

// redeliver a message. Where no bot is connected it would be lost, so it waits for one.
func (m *mess) redeliver(written message, after time.Duration) bool {
	ctx := context.Background()
	chat.Wait(ctx, after)
	err := eventually(ctx, 10*time.Second, "the bot to connect", func() (bool, error) { return m.Connections() > 0, nil })
	if err != nil {
		return false
	}
	m.Redeliver(written.id)
	return true
}
