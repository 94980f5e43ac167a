// Package figures are what a benchmark measured, each with what it has to be: as a table for people, and as a file for programs.
package figures

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"text/tabwriter"
)

// Goal is what a figure has to be. The zero Goal is met by anything: the figure says under which conditions the others were
// measured.
type Goal struct {
	is    relation
	bound float64
}

type relation string

const (
	below   relation = "<"
	atMost  relation = "<="
	atLeast relation = ">="
	exactly relation = "="
)

// Below a bound.
func Below(bound float64) Goal { return Goal{below, bound} }

// AtMost a bound.
func AtMost(bound float64) Goal { return Goal{atMost, bound} }

// AtLeast a bound.
func AtLeast(bound float64) Goal { return Goal{atLeast, bound} }

// Exactly a value.
func Exactly(value float64) Goal { return Goal{exactly, value} }

func (g Goal) met(value float64) bool {
	switch g.is {
	case below:
		return value < g.bound
	case atMost:
		return value <= g.bound
	case atLeast:
		return value >= g.bound
	case exactly:
		return value == g.bound
	default:
		return true
	}
}

func (g Goal) String() string {
	if g.is == "" {
		return ""
	}
	return fmt.Sprintf("%s %g", g.is, g.bound)
}

// Definition of a figure.
type Definition struct {
	name, unit string
	goal       Goal
}

// Define a figure.
func Define(name, unit string, goal Goal) Definition { return Definition{name, unit, goal} }

// figure is one line of the table, and one object of the file.
type figure struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`
	// Goal is such as "< 1000", or empty.
	Goal string `json:"goal"`
	Met  bool   `json:"met"`
}

// Report collects values.
type Report struct{ values map[string]float64 }

// NewReport without values.
func NewReport() *Report { return &Report{map[string]float64{}} }

// Set the value of a figure.
func (r *Report) Set(name string, value float64) { r.values[name] = value }

// ErrMissed is the error for a goal that was missed.
var ErrMissed = errors.New("a goal was missed")

// Publish prints the figures of all definitions and writes them into a file. It returns ErrMissed when they stand there and a
// goal was missed.
func (r *Report) Publish(out io.Writer, file string, all []Definition) error {
	figures, err := r.figures(all)
	if err != nil {
		return err
	}
	table(out, figures)
	if err := write(file, figures); err != nil {
		return err
	}
	for _, f := range figures {
		if !f.Met {
			return ErrMissed
		}
	}
	return nil
}

// figures of all definitions. One that has no value is an error: a goal would be met unseen.
func (r *Report) figures(all []Definition) ([]figure, error) {
	var out []figure
	for _, d := range all {
		value, measured := r.values[d.name]
		if !measured {
			return nil, fmt.Errorf("%q was not measured", d.name)
		}
		out = append(out, figure{Name: d.name, Value: value, Unit: d.unit, Goal: d.goal.String(), Met: d.goal.met(value)})
	}
	return out, nil
}

func table(out io.Writer, figures []figure) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "figure\tvalue\t\tgoal\t")
	for _, f := range figures {
		verdict := "met"
		switch {
		case !f.Met:
			verdict = "MISSED"
		case f.Goal == "":
			verdict = ""
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", f.Name, strconv.FormatFloat(f.Value, 'f', places(f.Value), 64), f.Unit, f.Goal, verdict)
	}
	_ = w.Flush() // a terminal that is gone has no reader
}

// places after the point that a person wants to read.
func places(value float64) int {
	switch {
	case value == float64(int64(value)) || value >= 100:
		return 0
	case value < 10:
		return 2 // goals such as 1.05 are of that size
	}
	return 1
}

func write(file string, figures []figure) error {
	data, err := json.MarshalIndent(figures, "", "  ")
	if err != nil {
		return fmt.Errorf("encode the figures: %w", err)
	}
	if err := os.WriteFile(file, append(data, '\n'), 0o600); err != nil {
		return fmt.Errorf("write the figures: %w", err)
	}
	return nil
}
