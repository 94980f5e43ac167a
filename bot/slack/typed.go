package slack

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// token is what Slack writes for what a person did not type as it stands: a mention, a channel, a link.
var token = regexp.MustCompile(`<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>`)

// asTyped undoes Slack's own escaping: what a person reads in a message is what is understood. A mention of somebody whose name
// Slack does not give is the id, which no name has.
func asTyped(text string) string {
	text = token.ReplaceAllStringFunc(text, func(written string) string {
		parts := token.FindStringSubmatch(written)
		kind, id, label := parts[1], parts[2], parts[3]
		switch {
		case kind == "" && label != "":
			return label
		case kind == "":
			return id
		case kind == "!" && label != "":
			return label
		case kind == "!":
			return "@" + id
		case label != "":
			return kind + label
		}
		return kind + id
	})
	return unescape.Replace(text)
}

// unescape the three characters that Slack escapes. Any other & was typed as it stands.
var unescape = strings.NewReplacer("&amp;", "&", "&lt;", "<", "&gt;", ">")

// withoutMention takes the bot's mention off the beginning, with a colon or comma behind it.
func withoutMention(text, bot string) (string, bool) {
	text = strings.TrimSpace(text)
	rest, ok := strings.CutPrefix(text, "<@"+bot)
	if !ok || bot == "" {
		return "", false
	}
	switch {
	case strings.HasPrefix(rest, ">"):
		rest = rest[1:]
	case strings.HasPrefix(rest, "|"):
		_, after, closed := strings.Cut(rest, ">")
		if !closed {
			return "", false
		}
		rest = after
	default:
		return "", false
	}
	rest = strings.TrimLeft(rest, ":,")
	if first, _ := utf8.DecodeRuneInString(rest); rest != "" && !unicode.IsSpace(first) && first != '!' {
		return "", false
	}
	return strings.TrimSpace(rest), true
}

var (
	userID    = regexp.MustCompile(`^[UW][A-Z0-9]{1,62}$`)
	channelID = regexp.MustCompile(`^[CGD][A-Z0-9]{1,62}$`)
	// timestamp of a message, which is its id in the channel.
	timestamp = regexp.MustCompile(`^([0-9]{1,12})\.([0-9]{6})$`)
)

func isUser(id string) bool    { return userID.MatchString(id) }
func isChannel(id string) bool { return channelID.MatchString(id) }
func isMessage(ts string) bool { return timestamp.MatchString(ts) }

// at is the time of a message, by its id; zero where it is none.
func at(ts string) time.Time {
	parts := timestamp.FindStringSubmatch(ts)
	if parts == nil {
		return time.Time{}
	}
	seconds, _ := strconv.ParseInt(parts[1], 10, 64) // the pattern has digits alone
	micro, _ := strconv.ParseInt(parts[2], 10, 64)
	return time.Unix(seconds, micro*int64(time.Microsecond))
}

// stamp is how Slack writes a time.
func stamp(t time.Time) string {
	micro := max(t.UnixMicro(), 0)
	return fmt.Sprintf("%d.%06d", micro/1e6, micro%1e6)
}
