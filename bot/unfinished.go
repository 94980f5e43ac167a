package bot

import (
	"context"
	"strings"
	"time"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/chat"
)

// Unfinished names the dumps of an author whose messages' ids begin with the prefix and that still run.
func (b *Bot) Unfinished(ctx context.Context, author chat.Author, prefix string) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	mine := shelf{by: requester(chat.Message{Author: author})}
	var names []string
	err := eachPage(ctx, b.api, func(page *v1alpha1.DatabaseDumpList) {
		for i := range page.Items {
			d := &page.Items[i]
			if mine.isMine(d) && strings.HasPrefix(d.Spec.RequestedBy.Message, prefix) && !d.Status.Finished() {
				names = append(names, d.Name)
			}
		}
	})
	return names, err
}
