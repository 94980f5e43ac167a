package shop

import (
	"bufio"
	"math/rand/v2"
	"strconv"
	"time"
)

// writer of rows as LOAD DATA reads them: values end with a tab.
type writer struct {
	*rand.Rand
	out       *bufio.Writer
	line      []byte
	customers int
}

// opened is when the shop was.
var opened = time.Date(2019, 3, 1, 8, 0, 0, 0, time.UTC)

func (w *writer) end() { w.line = append(w.line, '\t') }

func (w *writer) text(parts ...string) {
	for _, part := range parts {
		w.line = append(w.line, part...)
	}
	w.end()
}

func (w *writer) null() { w.text(`\N`) }

func (w *writer) int(value int) {
	w.line = strconv.AppendInt(w.line, int64(value), 10)
	w.end()
}

// cents as an amount with two places.
func (w *writer) cents(value int) {
	w.line = strconv.AppendInt(w.line, int64(value/100), 10)
	w.line = append(w.line, '.', byte('0'+value/10%10), byte('0'+value%10))
	w.end()
}

// at is so many seconds after the shop was opened.
func (w *writer) at(seconds int) {
	w.line = opened.Add(time.Duration(seconds)*time.Second).AppendFormat(w.line, time.DateTime)
	w.end()
}

func (w *writer) hex(bytes int) {
	const digits = "0123456789abcdef"
	for range bytes {
		b := w.Uint32()
		w.line = append(w.line, digits[b&15], digits[b>>4&15])
	}
	w.end()
}

// token is a secret, or another's key, as programs make them.
func (w *writer) token(prefix string, letters int) {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789./"
	w.line = append(w.line, prefix...)
	for range letters {
		w.line = append(w.line, alphabet[w.Uint32()%uint32(len(alphabet))])
	}
	w.end()
}

func (w *writer) of(list []string) string { return list[w.IntN(len(list))] }

// often prefers the first of a list, as people prefer words.
func (w *writer) often(list []string) string {
	f := w.Float64()
	return list[int(f*f*float64(len(list)))]
}

// sentences of between so many words.
func (w *writer) sentences(least, most int) {
	begin := true
	for left := least + w.IntN(most-least+1); left > 0; left-- {
		word := w.often(prose)
		if begin {
			w.line = append(w.line, word[0]-'a'+'A')
			word = word[1:]
		}
		w.line = append(w.line, word...)
		begin = left == 1 || w.IntN(11) == 0
		switch {
		case begin:
			w.line = append(w.line, '.', ' ')
		case w.IntN(14) == 0:
			w.line = append(w.line, ',', ' ')
		default:
			w.line = append(w.line, ' ')
		}
	}
	w.line = w.line[:len(w.line)-1]
	w.end()
}
