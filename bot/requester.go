package bot

import (
	"regexp"
	"slices"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/internal/text"
)

// Bounds of the API on what a service says of an author. Leaving some out can only refuse.
const (
	maxDisplayName = 80
	maxGroups      = 256
	maxGroup       = 64
)

// locale is what the API takes.
var locale = regexp.MustCompile(`^[A-Za-z]{2,3}([_-][A-Za-z0-9]{1,8})*$`)

// Requester is who asked, and where, as the API keeps it.
func Requester(m chat.Message) v1alpha1.Requester {
	by := v1alpha1.Requester{
		Platform: v1alpha1.Platform(m.Platform), Workspace: m.Workspace, User: m.User,
		DisplayName: text.OneLine(m.DisplayName, maxDisplayName), Groups: knownGroups(m.Groups), Channel: m.Channel,
		ChannelKind: kindOf(m.Kind), Message: m.ID, Thread: m.Thread,
	}
	if len(m.Locale) <= 35 && locale.MatchString(m.Locale) {
		by.Locale = m.Locale
	}
	return by
}

// kindOf a channel: one that is not known counts as shared with outsiders.
func kindOf(kind chat.Kind) v1alpha1.ChannelKind {
	switch kind {
	case chat.KindDirect, chat.KindPrivate, chat.KindPublic:
		return v1alpha1.ChannelKind(kind)
	default:
		return v1alpha1.ChannelKindShared
	}
}

func knownGroups(groups []string) []string {
	known := slices.DeleteFunc(slices.Compact(slices.Sorted(slices.Values(groups))), func(group string) bool {
		return group == "" || len(group) > maxGroup
	})
	return known[:min(len(known), maxGroups)]
}
