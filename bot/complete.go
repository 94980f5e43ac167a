package bot

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/grammar"
	"github.com/volcado-io/volcado/bot/read"
)

// completionTimeout bounds what somebody waits for who pressed a key.
const completionTimeout = 2 * time.Second

// Complete lists what the last word of a line may become, for services that can offer it: only what this person can know
// of, and nothing where that cannot be found out at once.
func (b *Bot) Complete(ctx context.Context, place chat.Place, author chat.Author, line string) []string {
	ctx, cancel := context.WithTimeout(ctx, completionTimeout)
	defer cancel()
	// The last word is whatever stands after the last space, perhaps nothing.
	before, last := strings.Fields(line), ""
	if len(before) > 0 && !strings.HasSuffix(line, " ") {
		last = before[len(before)-1]
		before = before[:len(before)-1]
	}
	words, argument := grammar.Complete(before, last)
	person := b.Cluster.As(Requester(chat.Message{Place: place, Author: author}))
	var found []string
	for _, candidate := range append(words, namesOf(ctx, person, argument)...) {
		if strings.HasPrefix(candidate, last) && !slices.Contains(found, candidate) {
			found = append(found, candidate)
		}
	}
	slices.Sort(found)
	return found
}

// namesOf what an argument can be. An error leaves them out: nobody asked a question.
func namesOf(ctx context.Context, p *read.Person, argument grammar.Argument) (names []string) {
	switch argument {
	case grammar.ArgumentSource:
		offers, _ := p.Offers(ctx, read.Recent)
		for _, o := range offers {
			names = append(names, o.Source.Name, o.String())
		}
	case grammar.ArgumentDatabase:
		offers, _ := p.Offers(ctx, read.Recent)
		for _, o := range offers {
			names = append(names, o.Literals()...)
		}
	case grammar.ArgumentDump, grammar.ArgumentRunning:
		s, _ := p.Dumps(ctx, read.Recent, func(d *v1alpha1.DatabaseDump) bool {
			return argument == grammar.ArgumentDump || !d.Status.Finished()
		})
		for i := range s.Dumps {
			names = append(names, s.Dumps[i].Name)
		}
	}
	return names
}

// Unfinished names the dumps of an author whose messages' ids begin with the prefix and that have not ended.
func (b *Bot) Unfinished(ctx context.Context, place chat.Place, author chat.Author, prefix string) ([]string, error) {
	return b.Cluster.As(Requester(chat.Message{Place: place, Author: author})).Unfinished(ctx, prefix)
}
