package preflight_test

import (
	"strings"
	"testing"

	"github.com/volcado-io/volcado/dumper/preflight"
	"github.com/volcado-io/volcado/dumper/servererror"
	"github.com/volcado-io/volcado/internal/contract"
)

func TestAnExclusionThatLeavesNothingOutIsSaid(t *testing.T) {
	facts := &preflight.Facts{Database: "shop", SeesEvents: true, Tables: []preflight.Table{
		{Name: "orders", Transactional: true}, {Name: "Sessions", Transactional: true}, {Name: "active", View: true, Transactional: true},
	}}
	for sentence, c := range map[string]struct {
		request contract.Copy
		want    string // the patterns, in their order
	}{
		"no exclusion":                   {contract.Copy{}, ""},
		"those that match":               {contract.Copy{Exclude: contract.Exclusion{Tables: []string{"sess*", "active"}, Data: []string{"orders"}}}, ""},
		"one of a table that is not":     {contract.Copy{Exclude: contract.Exclusion{Tables: []string{"session"}}}, "session"},
		"one with the database's name":   {contract.Copy{Exclude: contract.Exclusion{Tables: []string{"shop.sessions"}}}, "shop.sessions"},
		"of rows, and the same of both":  {contract.Copy{Exclude: contract.Exclusion{Tables: []string{"tmp_*"}, Data: []string{"tmp_*", "log", "orders"}}}, "log tmp_*"},
		"the source's, of named tables":  {contract.Copy{Tables: []string{"orders"}, Exclude: contract.Exclusion{Tables: []string{"tmp_*"}}}, ""},
		"what another exclusion matches": {contract.Copy{Exclude: contract.Exclusion{Tables: []string{"Sessions"}, Data: []string{"sessions"}}}, ""},
	} {
		t.Run(sentence, func(t *testing.T) {
			p, err := preflight.Judge(facts, c.request, servererror.Origin{Address: "db:3306", Database: "shop"})
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, w := range p.Warnings {
				if w.Name == contract.ExclusionsUnmatched {
					got = strings.Join(w.Names, " ")
				}
			}
			if got != c.want {
				t.Errorf("it warns of %q, want %q", got, c.want)
			}
		})
	}
}
