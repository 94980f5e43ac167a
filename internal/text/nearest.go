package text

import (
	"strings"
	"unicode/utf8"

	"github.com/hbollon/go-edlib"
)

// maxTyped is the longest text, in bytes, to which a name can be near: comparing takes time by the product of the lengths, and
// what a person typed may be long.
const maxTyped = 256

// Nearest is the candidate that a person most likely meant, or "" when none is near: at most one slip in three
// characters, and never another word altogether. A slip is a character put in, left out, or typed for another, or two
// neighbours swapped. Upper and lower case are alike; of several that are as near it is the first in alphabetical order.
// Candidates must only be what the person may know of.
func Nearest(typed string, candidates []string) string {
	if len(typed) > maxTyped {
		return ""
	}
	best, slips := "", 0
	for _, candidate := range candidates {
		if candidate == "" || len(candidate) > maxTyped {
			continue
		}
		d := edlib.OSADamerauLevenshteinDistance(strings.ToLower(typed), strings.ToLower(candidate))
		longest := max(utf8.RuneCountInString(typed), utf8.RuneCountInString(candidate))
		if d*3 > max(longest, 3) || d >= max(longest, 1) {
			continue
		}
		if best == "" || d < slips || (d == slips && candidate < best) {
			best, slips = candidate, d
		}
	}
	return best
}
