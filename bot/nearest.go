package bot

import (
	"slices"
	"strings"
)

// nearest is the candidate that a person most likely meant, or "" when none is near: at most one slip in three
// characters, and never another word altogether. Candidates must only be what the person may know of.
func nearest(typed string, candidates []string) string {
	// What a person typed may be long; nothing near it is.
	if len(typed) > 256 {
		return ""
	}
	best, bestDistance := "", 0
	for _, candidate := range slices.Sorted(slices.Values(candidates)) {
		d := distance(strings.ToLower(typed), strings.ToLower(candidate))
		if best == "" || d < bestDistance {
			best, bestDistance = candidate, d
		}
	}
	longest := max(len([]rune(typed)), len([]rune(best)))
	if best == "" || bestDistance*3 > max(longest, 3) {
		return ""
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
