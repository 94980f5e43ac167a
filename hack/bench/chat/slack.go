package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/hack/bench/figures"
	"github.com/volcado-io/volcado/hack/bench/percentile"
)

// slackHold is for how long the dumps that end together are in flight before.
const slackHold = 20 * time.Second

// slackWorkspace: people give commands, open forms and mention the bot, and then many dumps end together.
func slackWorkspace(ctx context.Context, w *world, s scale, r *figures.Report) (err error) {
	const namespace = "slack"
	w.proxy.try(0, 0)
	t, err := w.newSlackTown(s.slackChannels)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.leave(), w.emptied(ctx, namespace)) }()
	if err := w.enroll(ctx, namespace, t.who()); err != nil {
		return err
	}
	if err := t.managed(ctx, ways{shortest: 5 * time.Second, longest: 15 * time.Second, slots: runningAtOnce}); err != nil {
		return err
	}
	if err := t.served(ctx); err != nil {
		return err
	}
	if err := t.waiting(ctx, s, r); err != nil {
		return err
	}
	before := t.manager.every()
	if err := t.together(ctx, s, r); err != nil {
		return err
	}
	t.count(append(before, t.manager.every()...), r)
	used, err := t.bot.memory()
	r.Set(slackMemory, used.own)
	r.Set(slackResident, used.resident)
	return err
}

// ways to ask for a dump.
const (
	byMention = iota
	byCommand
	byForm
	waysToAsk
)

// act of a person: the nth, which is another dump than every other.
func (t *slackTown) act(p slackPerson, way, n int) message {
	line := fmt.Sprintf("dump %s --exclude nothing_slack_%d", source, n)
	m := message{at: time.Now()}
	switch way {
	case byMention:
		m.id = p.Post(p.channel, "", "@volcado "+line)
	case byCommand:
		p.Slash(p.channel, "/volcado", line)
	case byForm:
		p.Slash(p.channel, "/volcado", "")
	}
	return m
}

// acts of people at the rate, whether or not the bot keeps up. each does the nth. It returns how many per second they were.
func (t *slackTown) acts(ctx context.Context, count, rate int, each func(n int)) (float64, error) {
	began, last := time.Now(), time.Now()
	for n := range count {
		if !chat.Wait(ctx, time.Until(began.Add(time.Duration(n)*time.Second/time.Duration(rate)))) {
			return 0, ctx.Err()
		}
		last = time.Now()
		each(n)
		if (n+1)%(20*rate) == 0 {
			tell("%d of %d acts", n+1, count)
			if err := t.going(); err != nil {
				return 0, err
			}
		}
	}
	return float64(count-1) / last.Sub(began).Seconds(), nil
}

// waiting is how long people wait for what they ask for.
func (t *slackTown) waiting(ctx context.Context, s scale, r *figures.Report) error {
	random := rand.New(rand.NewPCG(4, 4))
	var mentions []message
	rate, err := t.acts(ctx, s.slackActs, s.slackRate, func(n int) {
		m := t.act(t.people[random.IntN(len(t.people))], n%waysToAsk, n)
		if n%waysToAsk == byMention {
			mentions = append(mentions, m)
		}
	})
	if err != nil {
		return err
	}
	dumps := s.slackActs - s.slackActs/waysToAsk
	if err := t.told(ctx, "last words", dumps, func(d dump) string { return d.end }); err != nil && ctx.Err() != nil {
		return err
	}
	acked, opened := t.commands()
	var created []time.Duration
	for _, m := range mentions {
		if made, _ := t.manager.of(m.id); len(made) > 0 {
			created = append(created, made[0].seen.Sub(m.at))
		}
	}
	r.Set(slackActs, float64(s.slackActs))
	r.Set(slackRate, rate)
	r.Set(slackAckedMid, milliseconds(percentile.Of(acked, 50)))
	r.Set(slackAcked, milliseconds(percentile.Of(acked, 99)))
	r.Set(slackOpenedMid, milliseconds(percentile.Of(opened, 50)))
	r.Set(slackOpened, milliseconds(percentile.Of(opened, 99)))
	r.Set(slackCreatedMid, milliseconds(percentile.Of(created, 50)))
	r.Set(slackCreated, milliseconds(percentile.Of(created, 99)))
	r.Set(slackMissing, float64(s.slackActs-len(acked)-len(opened)-len(created)))
	return nil
}

// commands are how long those that ask for a dump waited to be acknowledged, and bare ones for their form. Those that never were are
// not among them.
func (t *slackTown) commands() (acked, opened []time.Duration) {
	open := map[any]time.Time{} // by the command's trigger
	for _, c := range t.Calls() {
		if c.Method == "views.open" && c.Error == "" {
			open[c.Args["trigger_id"]] = c.At
		}
	}
	for _, e := range t.Envelopes() {
		if e.Kind != "slash_commands" {
			continue
		}
		text, _ := e.Payload["text"].(string)
		at, is := open[e.Payload["trigger_id"]]
		switch {
		case strings.HasPrefix(text, "dump") && !e.Acknowledged.IsZero():
			acked = append(acked, e.Acknowledged.Sub(e.Sent))
		case text == "" && is:
			opened = append(opened, at.Sub(e.Sent))
		}
	}
	return acked, opened
}

// told waits until there are that many dumps, and of each of them something stands in the chat.
func (t *slackTown) told(ctx context.Context, what string, count int, key func(dump) string) error {
	at := time.Now()
	return eventually(ctx, patience, what, func() (bool, error) {
		t.words.listen(t.Calls())
		all, stand := t.manager.every(), 0
		for _, d := range all {
			if t.words.stands(key(d)) {
				stand++
			}
		}
		if time.Since(at) > 10*time.Second {
			at = time.Now()
			tell("waiting for %s: %d of %d stand, of %d dumps", what, stand, count, len(all))
		}
		return stand >= count, t.going()
	})
}

// together is how long it takes until all are told of dumps that end in the same second, as many in each channel.
func (t *slackTown) together(ctx context.Context, s scale, r *figures.Report) error {
	hold := make(chan struct{})
	if err := t.managed(ctx, ways{hold: hold}); err != nil {
		return err
	}
	_, err := t.acts(ctx, s.slackTogether, s.slackRate, func(n int) {
		// Channel after channel, and in each of them a mention after a command.
		place := n % s.slackChannels
		who := t.people[place*peoplePerChannel+n/s.slackChannels%peoplePerChannel]
		t.act(who, (n/s.slackChannels+place)%2, s.slackActs+n)
	})
	if err != nil {
		return err
	}
	if err := t.told(ctx, "status messages", s.slackTogether, func(d dump) string { return d.status }); err != nil && ctx.Err() != nil {
		return err
	}
	tell("%d dumps are in flight, for %s", len(t.manager.every()), slackHold)
	if !chat.Wait(ctx, slackHold) {
		return ctx.Err()
	}
	close(hold)
	released := time.Now()
	if err := t.told(ctx, "last words", s.slackTogether, func(d dump) string { return d.end }); err != nil && ctx.Err() != nil {
		return err
	}
	var ended, told time.Duration
	for _, d := range t.manager.every() {
		ended = max(ended, d.ended.Sub(released))
		if at := t.words.said[d.end]; len(at) > 0 {
			told = max(told, at[0].Sub(released))
		} else {
			told = max(told, patience)
		}
	}
	r.Set(slackTogether, float64(len(t.manager.every())))
	r.Set(slackEnded, ended.Seconds())
	r.Set(slackTold, told.Seconds())
	return t.silence(ctx)
}

// silence waits until the bot posts nothing more.
func (t *slackTown) silence(ctx context.Context) error {
	last, since := -1, time.Now()
	return eventually(ctx, patience, "the bot to say no more", func() (bool, error) {
		if t.words.listen(t.Calls()); t.words.posts != last {
			last, since = t.words.posts, time.Now()
		}
		return time.Since(since) > quiet, t.going()
	})
}

// count what became of the last words of all dumps, and of Slack's limits.
func (t *slackTown) count(all []dump, r *figures.Report) {
	var lost, doubled int
	for _, d := range all {
		switch n := len(t.words.said[d.end]); {
		case n == 0:
			lost++
		case n > 1:
			doubled++
		}
	}
	early, limited := limits(t.Calls())
	r.Set(slackLost, float64(lost))
	r.Set(slackDoubled, float64(doubled))
	r.Set(slackIgnored, float64(early))
	r.Set(slackLimited, float64(limited))
}
