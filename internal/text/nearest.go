package text

import (
	"strings"
	"unicode/utf8"
)

// maxTyped is the longest text, in bytes, to which a name can be near: comparing takes time by the product of the lengths, and
// what a person typed may be long.
const maxTyped = 256

// Nearest is the candidate that a person most likely meant, or "" when none is near: at most one slip in three
// characters, and never another word altogether. Upper and lower case are alike; of several that are as near it is the
// first in alphabetical order. Candidates must only be what the person may know of.
func Nearest(typed string, candidates []string) string {
	if len(typed) > maxTyped {
		return ""
	}
	best, slips := "", 0
	for _, candidate := range candidates {
		if candidate == "" || len(candidate) > maxTyped {
			continue
		}
		d := distance(strings.ToLower(typed), strings.ToLower(candidate))
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

// distance counts the slips that turn a into b: a character put in, left out, or typed for another, or two neighbours
// swapped (optimal string alignment).
func distance(a, b string) int {
	from, to := []rune(a), []rune(b)
	before, above := make([]int, len(to)+1), make([]int, len(to)+1)
	for j := range above {
		above[j] = j
	}
	for i := range from {
		row := make([]int, len(to)+1)
		row[0] = i + 1
		for j := range to {
			swap := 1
			if from[i] == to[j] {
				swap = 0
			}
			row[j+1] = min(above[j+1]+1, row[j]+1, above[j]+swap)
			if i > 0 && j > 0 && from[i] == to[j-1] && from[i-1] == to[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, above = above, row
	}
	return above[len(to)]
}
