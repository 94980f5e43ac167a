package lang

import (
	"github.com/volcado-io/volcado/bot/view"
	"github.com/volcado-io/volcado/internal/access"
)

// misses say which rules did not match, a paragraph for each allow-list.
func (c *catalogue) misses(all []view.Miss) []string {
	var lines []string
	for _, m := range all {
		lines = append(lines, c.say("miss", m))
	}
	return lines
}

// why is what did not match in one allow-list. Users and groups stand next to each other, and belong together: either
// would do.
func (c *catalogue) why(m view.Miss) string {
	text := ""
	for i, mismatch := range m.Mismatches {
		clause := c.mismatch(mismatch)
		switch {
		case i == 0:
			text = clause
		case mismatch.Part == access.PartGroups && m.Mismatches[i-1].Part == access.PartUsers:
			text += c.and(clause) + clause
		default:
			text += "; " + clause
		}
	}
	return text
}

func (c *catalogue) mismatch(m access.Mismatch) string {
	for _, key := range []string{string(m.Case) + "." + string(m.Part), string(m.Case)} {
		if c.has("miss." + key) {
			return c.say("miss."+key, m)
		}
	}
	return c.say("miss."+string(access.NotListed), m)
}
