package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"text/tabwriter"
)

// figure is one line of the table, and one object of the file.
type figure struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`
	// Goal is such as "< 1000", or empty.
	Goal string `json:"goal"`
	Met  bool   `json:"met"`
}

// report collects values.
type report struct{ values map[string]float64 }

func newReport() *report { return &report{map[string]float64{}} }

func (r *report) set(name string, value float64) { r.values[name] = value }

// figures of all definitions. One that has no value is an error: a goal would be met unseen.
func (r *report) figures(all []definition) ([]figure, error) {
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

func met(figures []figure) bool {
	for _, f := range figures {
		if !f.Met {
			return false
		}
	}
	return true
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
	if value == float64(int64(value)) || value >= 100 {
		return 0
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
