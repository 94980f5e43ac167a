package mattermost

import (
	"strings"

	"github.com/volcado-io/volcado/bot/chat"
)

// stand-in until the branch with the renderer is merged
func render(r chat.Reply, mention string, longest int) []string {
	return []string{mention + strings.Join(append([]string{r.Headline}, r.Lines...), "\n")}
}
