package main

import (
	"html"
	"regexp"
	"strings"
	"unicode"
)

// escaped is a character that Markdown would obey without the backslash.
var escaped = regexp.MustCompile(`\\([[:punct:]])`)

// seen is a post as a person sees it: what Markdown makes of it, as far as a terminal can show that, and nothing that would
// command the terminal. Code keeps its backticks, because it is to be typed or copied.
func seen(markdown string) string {
	lines := strings.Split(strings.TrimSpace(markdown), "\n")
	code := false
	for i, line := range lines {
		if strings.HasPrefix(line, "```") {
			code = !code
		} else if !code {
			lines[i] = prose(line)
		}
	}
	return printable(strings.Join(lines, "\n"))
}

// prose is a line outside of blocks of code. Every other part of it stands between backticks.
func prose(line string) string {
	parts := strings.Split(line, "`")
	for i := 0; i < len(parts); i += 2 {
		parts[i] = html.UnescapeString(escaped.ReplaceAllString(strings.ReplaceAll(parts[i], "**", ""), "$1"))
	}
	return strings.Join(parts, "`")
}

func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' {
			return -1
		}
		return r
	}, text)
}
