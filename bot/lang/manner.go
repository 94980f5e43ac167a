package lang

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/volcado-io/volcado/bot/view"
	"github.com/volcado-io/volcado/internal/text"
)

// manner is how a language writes what is not words: numbers, durations, enumerations.
type manner struct {
	tag string
	// decimal separates a number's fraction.
	decimal string
	// instant is a duration of less than a second; days has the place of their number.
	instant, days string
	// quotes open and close what is quoted.
	quotes [2]string
	// and joins the last name of an enumeration to those before it; more ends one that was cut.
	and  func(last string) string
	more string
}

// manners in the order in which the languages are offered.
var manners = []manner{
	{
		tag: "en", decimal: ".", instant: "less than 1 s", days: "%d days", quotes: [2]string{"“", "”"},
		and: func(string) string { return " and " }, more: "%d more",
	},
	{
		tag: "es", decimal: ",", instant: "menos de 1 s", days: "%d días", quotes: [2]string{"“", "”"},
		and: spanishAnd, more: "%d más",
	},
}

// spanishAnd is e before the sound of an i, and y otherwise: "pedidos e items", but "fierro y hielo".
func spanishAnd(last string) string {
	last = strings.ToLower(last)
	if strings.HasPrefix(last, "hi") {
		last = last[1:]
		if len(last) > 1 && strings.ContainsRune("aeo", rune(last[1])) {
			return " y "
		}
	}
	if strings.HasPrefix(last, "i") || strings.HasPrefix(last, "í") {
		return " e "
	}
	return " y "
}

// bytes writes a size for people: 12.3 MiB.
func (m manner) bytes(n int64) string {
	const unit = 1024
	if n < unit {
		return fmt.Sprintf("%d bytes", n)
	}
	value, names := float64(n)/unit, []string{"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"}
	i := 0
	// 1023.95 would be written as 1024.0.
	for value >= unit-0.05 && i < len(names)-1 {
		value, i = value/unit, i+1
	}
	return strings.Replace(strconv.FormatFloat(value, 'f', 1, 64), ".", m.decimal, 1) + " " + names[i]
}

// duration writes the two largest units: 2 h 5 min, 2 min 5 s, 5 s.
func (m manner) duration(d time.Duration) string {
	d = d.Truncate(time.Second)
	h, min, s := int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60
	switch {
	case d < time.Second:
		return m.instant
	case h > 0 && min > 0:
		return fmt.Sprintf("%d h %d min", h, min)
	case h > 0:
		return fmt.Sprintf("%d h", h)
	case min > 0 && s > 0:
		return fmt.Sprintf("%d min %d s", min, s)
	case min > 0:
		return fmt.Sprintf("%d min", min)
	default:
		return fmt.Sprintf("%d s", s)
	}
}

// age is a duration in its largest unit alone: 3 days.
func (m manner) age(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", max(0, int(d.Seconds())))
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	default:
		return fmt.Sprintf(m.days, int(d.Hours()/24))
	}
}

// span is a duration that somebody asked for: in days where it is some, and else as duration.
func (m manner) span(d time.Duration) string {
	if d >= 48*time.Hour && d%(24*time.Hour) == 0 {
		return m.age(d)
	}
	return m.duration(d)
}

// listed is how many names one sentence holds.
const listed = 10

// list writes names as a sentence holds them: a, b and c.
func (m manner) list(names []string) string {
	if len(names) == 0 {
		return ""
	}
	names, more := text.Enumerate(names, listed)
	if more > 0 {
		names = append(names, fmt.Sprintf(m.more, more))
	}
	before, last := names[:len(names)-1], names[len(names)-1]
	if len(before) == 0 {
		return last
	}
	return strings.Join(before, ", ") + m.and(last) + last
}

// named ends a sentence with the names of what a warning is about: a colon, the names, and how many more there are.
func (m manner) named(w view.Warning) string {
	if len(w.Names) == 0 {
		return ""
	}
	names := slices.Clone(w.Names)
	if more := w.More(); more > 0 {
		names = append(names, fmt.Sprintf(m.more, more))
	}
	return ": " + m.list(names)
}

// quote repeats in quotes what somebody typed, cut where it is long.
func (m manner) quote(typed any) string {
	return m.quotes[0] + text.OneLine(fmt.Sprint(typed), 80) + m.quotes[1]
}

// quoted is a list of what is quoted.
func (m manner) quoted(names []string) string {
	quoted := make([]string, 0, len(names))
	for _, name := range names {
		quoted = append(quoted, m.quote(name))
	}
	return m.list(quoted)
}
