package bot

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/chat"
)

// completionTimeout bounds what somebody waits for who pressed a key.
const completionTimeout = 2 * time.Second

// Complete lists what the last word of a line may become, for services that can offer it: only what this person may
// know of, and nothing where that cannot be found out at once.
func (b *Bot) Complete(ctx context.Context, author chat.Author, line string) []string {
	ctx, cancel := context.WithTimeout(ctx, completionTimeout)
	defer cancel()
	c := &conversation{Bot: b, by: requester(chat.Message{Author: author})}
	// The last word is whatever stands after the last space, perhaps nothing.
	before := strings.Fields(line)
	last := ""
	if len(before) > 0 && !strings.HasSuffix(line, " ") {
		last = before[len(before)-1]
		before = before[:len(before)-1]
	}
	var found []string
	for _, candidate := range c.candidates(ctx, before, last) {
		if strings.HasPrefix(candidate, last) && !slices.Contains(found, candidate) {
			found = append(found, candidate)
		}
	}
	slices.Sort(found)
	return found
}

func (c *conversation) candidates(ctx context.Context, before []string, last string) []string {
	var names []string
	if len(before) == 0 {
		for _, cmd := range c.commands {
			names = append(names, cmd.name)
		}
		return names
	}
	cmd, ok := c.lookUp(before[0])
	if !ok {
		return nil
	}
	if strings.HasPrefix(last, "-") {
		for _, o := range cmd.options {
			names = append(names, "--"+o.name)
		}
		return names
	}
	if len(before) > 1 {
		return nil
	}
	switch cmd.name {
	case "help":
		return c.candidates(ctx, nil, last)
	case "dump", "why":
		offers, _ := c.offers(ctx, recent)
		for _, o := range offers {
			names = append(names, o.source.Name, o.String())
		}
	case "dumpdb":
		offers, _ := c.offers(ctx, recent)
		for _, o := range offers {
			names = append(names, o.literals()...)
		}
	case "status", "cancel":
		s, _ := c.dumps(ctx, func(d *v1alpha1.DatabaseDump) bool { return cmd.name == "status" || !d.Status.Finished() })
		for _, d := range s.dumps {
			names = append(names, d.Name)
		}
	}
	return names
}
