package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/chat/chattest/played"
	"github.com/volcado-io/volcado/bot/notify"
	"github.com/volcado-io/volcado/hack/bench/figures"
)

// quiet is for how long the bot writes and posts nothing when it is taken to have said all.
const quiet = 15 * time.Second

// silence waits until the bot has nothing more to say.
func (t *town) silence(ctx context.Context) error {
	last, since := -1, time.Now()
	return eventually(ctx, patience, "the bot to say no more", func() (bool, error) {
		if now := t.world.proxy.sum() + t.Calls(played.OpPost); now != last {
			last, since = now, time.Now()
		}
		return time.Since(since) > quiet, t.bot.alive()
	})
}

// census counts, in the cluster and in the chat, what became of the messages.
func (t *town) census(ctx context.Context, all []message, r *figures.Report) error {
	var list v1alpha1.DatabaseDumpList
	if err := t.world.env.Client.List(ctx, &list, client.InNamespace(troubled)); err != nil {
		return fmt.Errorf("list the dumps: %w", err)
	}
	ends := map[string][]string{} // keys of last words, by message
	for i := range list.Items {
		d := &list.Items[i]
		ends[d.Spec.RequestedBy.Message] = append(ends[d.Spec.RequestedBy.Message], keyOf(d, notify.End))
	}
	said := map[string]int{} // by key
	for _, p := range t.BotPosts("") {
		if p.Key != "" {
			said[p.Key]++
		}
	}
	var none, twice, lost int
	for _, m := range all {
		switch n := len(ends[m.id]); {
		case n == 0:
			none++
		case n > 1:
			twice++
		}
		for _, end := range ends[m.id] {
			if said[end] == 0 {
				lost++
			}
		}
	}
	r.Set(troubleNone, float64(none))
	r.Set(troubleTwice, float64(twice))
	r.Set(troubleLost, float64(lost))
	r.Set(troubleDoubled, doubled(said, "/end"))
	r.Set(troubleStatus, doubled(said, "/answer"))
	return nil
}

// doubled is how many things of a kind were said more than once.
func doubled(said map[string]int, kind string) (n float64) {
	for key, times := range said {
		if strings.HasSuffix(key, kind) && times > 1 {
			n++
		}
	}
	return n
}
