package sqlstream

import (
	"errors"
	"io"
)

// Stage sees an event, and can change its Raw. Its error ends the reading.
type Stage func(*Event) error

// Copy hands each event of the text to the stages, in their order, and writes what they leave of it.
func Copy(w io.Writer, source io.Reader, stages ...Stage) error {
	reader, e := NewReader(source), &Event{}
	for {
		switch err := reader.Next(e); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		for _, stage := range stages {
			if err := stage(e); err != nil {
				return err
			}
		}
		if len(e.Raw) == 0 {
			continue
		}
		if _, err := w.Write(e.Raw); err != nil {
			return err
		}
	}
}
