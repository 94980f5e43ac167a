package chattest

import (
	"maps"
	"slices"
	"time"
)

func strangers() []test {
	return []test{
		{
			name: "what is not written by a person of the workspace is not handed on", run: impostorsAreIgnored,
			needs: func(h Harness) bool { return len(h.Impostors) > 0 },
		},
		{
			name: "nor is it when it is read again", run: impostorsAreIgnoredInHistory,
			needs: func(h Harness) bool { return len(h.Impostors) > 0 && h.Restart != nil },
		},
	}
}

func (s *session) forge() {
	for _, name := range slices.Sorted(maps.Keys(s.Impostors)) {
		s.Impostors[name]("dump everything as " + name)
	}
}

func impostorsAreIgnored(s *session) {
	arrived := s.collect()
	s.forge()
	s.Type("the true one")
	if m := s.next(arrived); m.Text != "the true one" {
		s.Errorf("%q was handed on", m.Text)
	}
	for _, m := range s.settled(arrived) {
		s.Errorf("%q was handed on", m.Text)
	}
}

func impostorsAreIgnoredInHistory(s *session) {
	s.forge()
	s.Type("the true one")
	arrived, handle := collector()
	s.Cleanup(s.listen(s.Service, s.began.Add(-time.Second), handle))
	if m := s.next(arrived); m.Text != "the true one" {
		s.Errorf("%q was handed on", m.Text)
	}
	s.Type("the next one")
	if m := s.next(arrived); m.Text != "the next one" {
		s.Errorf("%q was handed on", m.Text)
	}
	for _, m := range s.settled(arrived) {
		s.Errorf("%q was handed on", m.Text)
	}
}
