package grammar

import "strings"

// String is the request as a line. Parse reads it back as the same request, unless it is longer than a line can be.
func (r Request) String() string {
	words := []string{r.Command}
	for _, a := range r.Arguments {
		words = append(words, Quote(a))
	}
	c, _ := Lookup(r.Command)
	for _, o := range c.Options {
		if r.Switches[o.Name] {
			words = append(words, "--"+o.Name)
		}
		if value, ok := r.Texts[o.Name]; ok {
			words = append(words, "--"+o.Name, quote(value, isPlain))
		}
		if entries := r.Lists[o.Name]; len(entries) > 0 {
			words = append(words, "--"+o.Name, quote(strings.Join(entries, ","), isPlain))
		}
	}
	return strings.Join(words, " ")
}

// Quote writes a word so that Parse reads it back as it is, one word that is no option. What no line can hold is left out:
// characters without width, control characters, and bytes that are not UTF-8. Every kind of space becomes a plain one.
func Quote(word string) string {
	return quote(word, func(word string) bool { return isPlain(word) && !couldBeMarked(word) })
}

func quote(word string, plain func(string) bool) string {
	word = flat(visible(word))
	if plain(word) {
		return quoteEntities(word)
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range word {
		if isSpecialInQuotes(r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	b.WriteByte('"')
	return quoteEntities(b.String())
}

// isPlain: nothing in the word is special, so that it needs no quotes. A comma at its beginning would go on with a list
// that stands before it.
func isPlain(word string) bool {
	return word != "" && !strings.ContainsFunc(word, isSpecial) && !strings.HasPrefix(word, ",") &&
		strings.IndexFunc(word, func(r rune) bool { return isHyphen(r) || isLongDash(r) }) != 0
}

func isSpecial(r rune) bool { return r == ' ' || plainQuote(r) != 0 || isSpecialInQuotes(r) }

// quoteEntities writes what would be decoded so that it is decoded to itself.
func quoteEntities(text string) string {
	var b strings.Builder
	for i := range len(text) {
		b.WriteByte(text[i])
		if _, size := entity(text[i:]); size > 0 {
			b.WriteString("amp;")
		}
	}
	return b.String()
}
