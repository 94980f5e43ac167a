package grammar

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestASpanIsReadAsPeopleTypeIt(t *testing.T) {
	for typed, want := range map[string]time.Duration{
		"48h": 48 * time.Hour, "2d": 2 * day, "30m": 30 * time.Minute, "90s": 90 * time.Second, "1w": week, "1d12h": 36 * time.Hour,
		"2 days": 2 * day, "1 day 12 hours": 36 * time.Hour, "7 días": week, "3D": 3 * day, "99999w": longestSpan, "99999d99999d": longestSpan,
		"": 0, "0h": 0, "48": 0, "h": 0, "-2d": 0, "1.5h": 0, "2 fortnights": 0, "3mo": 0, "forever": 0, "999999999999h": 0,
	} {
		if got, ok := Span(typed); got != want || ok != (want > 0) {
			t.Errorf("%q: got %s, %v, want %s", typed, got, ok, want)
		}
	}
}

func TestASpanIsCutWhereItIsPrinted(t *testing.T) {
	for d, want := range map[time.Duration]string{
		7*day - time.Minute: "6d23h", 48 * time.Hour: "48h", 36 * time.Hour: "36h", 119 * time.Minute: "1h59m", 90 * time.Second: "1m",
		59 * time.Second: "", 0: "", -time.Hour: "", 365 * day: "365d",
	} {
		if got := PrintSpan(d); got != want {
			t.Errorf("%s: got %q, want %q", d, got, want)
		}
	}
}

// What is printed is read back as no more than it was: a limit that was handed out holds.
func TestAPrintedSpanIsNeverLonger(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := time.Duration(rapid.Int64Range(int64(time.Minute), int64(longestSpan)).Draw(t, "span"))
		if read, ok := Span(PrintSpan(d)); !ok || read > d || d-read >= time.Hour {
			t.Fatalf("%s is printed as %q, which is %s", d, PrintSpan(d), read)
		}
	})
}

func TestASpanEndsTheLine(t *testing.T) {
	for line, want := range map[string]string{
		"keep shop-7f3k 48h": "48h", "keep shop-7f3k 2 days": "2 days", `keep shop-7f3k "2 days"`: "2 days", "keep `shop-7f3k` **2d**": "2d",
	} {
		r, err := Parse(line)
		if err != nil || r.At(0) != "shop-7f3k" || r.At(1) != want {
			t.Errorf("%s: got %+v, %v", line, r, err)
		}
	}
	for line, want := range map[string]ProblemKind{
		"keep": MissingDump, "keep shop-7f3k": MissingSpan, "keep shop-7f3k 48": BadSpan, "keep shop-7f3k 2d please": BadSpan, "keep shop-7f3k 0h": BadSpan,
	} {
		var usage *UsageError
		if _, err := Parse(line); !errors.As(err, &usage) || usage.Problem.Kind != want {
			t.Errorf("%s: got %v", line, err)
		}
	}
}
