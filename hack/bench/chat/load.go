package main

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/volcado-io/volcado/bot/chat"
)

// message that was written.
type message struct {
	id string
	at time.Time
}

// write has people ask for dumps at the rate, whether or not the bot keeps up, and returns what they wrote and how many
// messages per second that was. No two ask for the same, in any stage: equal dumps are offered and not made, so each leaves out
// another table, which does not exist. each has the number of a message, and writes it when it likes.
func (t *town) write(ctx context.Context, count, rate int, each func(n int, write func() message)) ([]message, float64, error) {
	random := rand.New(rand.NewPCG(2, 2))
	var all []message
	began := time.Now()
	for i := range count {
		if !chat.Wait(ctx, time.Until(began.Add(time.Duration(i)*time.Second/time.Duration(rate)))) {
			return nil, 0, ctx.Err()
		}
		who := t.people[random.IntN(len(t.people))]
		each(i, func() message {
			m := message{at: time.Now()}
			m.id = t.Ask(who.user, who.channel, fmt.Sprintf("dump %s --exclude nothing_%s_%d", source, t.stage, i))
			all = append(all, m)
			return m
		})
		if (i+1)%(10*rate) == 0 {
			tell("%d of %d messages", i+1, count)
			if err := t.bot.alive(); err != nil {
				return nil, 0, err
			}
		}
	}
	return all, float64(count-1) / all[count-1].at.Sub(began).Seconds(), nil
}

// plainly is how messages are written where nothing goes wrong.
func plainly(_ int, write func() message) { write() }

// patience with what has to come of messages when all have been written.
const patience = 4 * time.Minute

// until waits until something is so of every message.
func (t *town) until(ctx context.Context, what string, all []message, is func(message) bool) error {
	left, told := slices.Clone(all), time.Now()
	return eventually(ctx, patience, what, func() (bool, error) {
		left = slices.DeleteFunc(left, is)
		if time.Since(told) > 10*time.Second {
			told = time.Now()
			tell("waiting for %s: %d of %d are missing", what, len(left), len(all))
		}
		_, err := t.manager.of("")
		return len(left) == 0, cmp.Or(err, t.bot.alive())
	})
}

// made reports whether a message has a dump, told whether the last word of it stands in the chat.
func (t *town) made(m message) bool {
	dumps, _ := t.manager.of(m.id)
	return len(dumps) > 0
}

func (t *town) told(m message) bool {
	dumps, _ := t.manager.of(m.id)
	return len(dumps) > 0 && len(t.PostsByKey(dumps[0].end)) > 0
}
