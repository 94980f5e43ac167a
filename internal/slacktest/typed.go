package slacktest

import (
	"regexp"
	"strings"
)

// token is what Slack's client makes something of while it is typed: an address, a name, a broadcast, a channel.
var token = regexp.MustCompile(`https?://[^\s<>|]+|@[A-Za-z0-9][A-Za-z0-9._-]*|#[a-z0-9][a-z0-9_-]*`)

// typed is the text and the blocks of a message as Slack's client sends them for what a person types. Marks such as * and ` stay in
// the text as they are.
func (s *Server) typed(text string) (string, []any) {
	var written strings.Builder
	var elements []any
	plain := func(part string) {
		if part != "" {
			written.WriteString(escapeTyped(part))
			elements = append(elements, object{"type": "text", "text": part})
		}
	}
	from := 0
	for _, at := range token.FindAllStringIndex(text, -1) {
		if at[0] > 0 && isWord(text[at[0]-1]) {
			continue
		}
		word := text[at[0]:at[1]]
		mark, element, length := s.entity(word)
		if element == nil {
			continue
		}
		plain(text[from:at[0]])
		written.WriteString(mark)
		elements = append(elements, element)
		from = at[0] + length
	}
	plain(text[from:])
	if elements == nil {
		return "", nil
	}
	section := object{"type": "rich_text_section", "elements": elements}
	return written.String(), []any{object{"type": "rich_text", "block_id": strings.ToLower(s.id("b")), "elements": []any{section}}}
}

func isWord(b byte) bool {
	return b == '_' || '0' <= b && b <= '9' || 'A' <= b && b <= 'Z' || 'a' <= b && b <= 'z'
}

// entity that a word stands for, as its mark and its element of rich text, and how much of the word it takes; no element where it
// stands for nothing.
func (s *Server) entity(word string) (string, object, int) {
	switch word[0] {
	case 'h':
		trimmed := strings.TrimRight(word, ".,;:!?)'\"")
		return "<" + escapeTyped(trimmed) + ">", object{"type": "link", "url": trimmed}, len(trimmed)
	case '#':
		if c := s.channelByName(word[1:]); c != nil {
			return "<#" + c.ID + "|" + c.name + ">", object{"type": "channel", "channel_id": c.ID}, len(word)
		}
		return "", nil, 0
	}
	// A name may be followed by a full stop.
	for name := word[1:]; name != ""; name = name[:len(name)-1] {
		length := 1 + len(name)
		switch {
		case name == "here" || name == "channel" || name == "everyone":
			return "<!" + name + ">", object{"type": "broadcast", "range": name}, length
		case s.userByName(name) != nil:
			user := s.userByName(name)
			return "<@" + user.ID + ">", object{"type": "user", "user_id": user.ID}, length
		case s.groupByHandle(name) != nil:
			group := s.groupByHandle(name)
			return "<!subteam^" + group.ID + ">", object{"type": "usergroup", "usergroup_id": group.ID}, length
		}
		if isWord(name[len(name)-1]) {
			return "", nil, 0
		}
	}
	return "", nil, 0
}
