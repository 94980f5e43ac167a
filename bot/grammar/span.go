package grammar

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// longestSpan is more than any copy is kept. What is longer counts as this, so that nothing overflows.
const longestSpan = 10 * 365 * day

// A span of time as people type it: 48h, 2d, 1d12h, 2 days. A word for months is in none, so that nobody takes m for it.
var (
	span     = regexp.MustCompile(`^([0-9]{1,5}[a-z]+)+$`)
	spanPart = regexp.MustCompile(`([0-9]{1,5})([a-z]+)`)
)

var spanUnits = map[string]time.Duration{
	"s": time.Second, "sec": time.Second, "second": time.Second, "seconds": time.Second,
	"m": time.Minute, "min": time.Minute, "mins": time.Minute, "minute": time.Minute, "minutes": time.Minute,
	"minuto": time.Minute, "minutos": time.Minute,
	"h": time.Hour, "hr": time.Hour, "hrs": time.Hour, "hour": time.Hour, "hours": time.Hour, "hora": time.Hour, "horas": time.Hour,
	"d": day, "day": day, "days": day, "dia": day, "dias": day,
	"w": week, "week": week, "weeks": week, "semana": week, "semanas": week,
}

const (
	day  = 24 * time.Hour
	week = 7 * day
)

// Span reads a span of time, of whole seconds and longer than none.
func Span(typed string) (time.Duration, bool) {
	typed = strings.NewReplacer(" ", "", "í", "i").Replace(strings.ToLower(typed))
	if !span.MatchString(typed) {
		return 0, false
	}
	var sum time.Duration
	for _, part := range spanPart.FindAllStringSubmatch(typed, -1) {
		unit, known := spanUnits[part[2]]
		n, err := strconv.Atoi(part[1])
		if !known || err != nil {
			return 0, false
		}
		// 99999 weeks are far from what a Duration can hold, and each sum is bounded.
		sum = min(longestSpan, sum+min(longestSpan, time.Duration(n)*unit))
	}
	return sum, sum > 0
}

// PrintSpan writes a span as Span reads it, cut to whole hours from two hours on, and to whole minutes below that. It is
// empty where nothing is left.
func PrintSpan(d time.Duration) string {
	unit := time.Minute
	if d >= 2*time.Hour {
		unit = time.Hour
	}
	d = d.Truncate(unit)
	days, hours, minutes := d/day, d%day/time.Hour, d%time.Hour/time.Minute
	if days < 3 { // 50h reads better than 2d2h
		days, hours = 0, hours+24*days
	}
	var b strings.Builder
	for _, part := range []struct {
		n    time.Duration
		unit string
	}{{days, "d"}, {hours, "h"}, {minutes, "m"}} {
		if part.n > 0 {
			fmt.Fprintf(&b, "%d%s", part.n, part.unit)
		}
	}
	return b.String()
}

func checkSpan(typed string) *Problem {
	if _, ok := Span(typed); !ok {
		return &Problem{Kind: BadSpan, Typed: typed}
	}
	return nil
}
