package preflight_test

import (
	"errors"
	"testing"

	"github.com/volcado-io/volcado/dumper/preflight"
	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/dumper/servererror"
	"github.com/volcado-io/volcado/internal/contract"
)

func TestATableWhoseNameHoldsALineBreakIsCopiedOnlyIfItIsLeftOut(t *testing.T) {
	const bad = "t\n\\! touch x"
	for sentence, test := range map[string]struct {
		tables  []preflight.Table
		request contract.Copy
		want    contract.Reason
	}{
		"a table with a line break":   {[]preflight.Table{{Name: bad}}, contract.Copy{}, contract.InvalidRequest},
		"a view with a line break":    {[]preflight.Table{{Name: "t"}, {Name: bad, View: true}}, contract.Copy{}, contract.InvalidRequest},
		"a table that was asked for":  {[]preflight.Table{{Name: bad}}, contract.Copy{Tables: []string{bad}}, contract.InvalidRequest},
		"a table with an escape code": {[]preflight.Table{{Name: "t\x1b[2J"}}, contract.Copy{}, contract.InvalidRequest},
		"one that is left out":        {[]preflight.Table{{Name: "t"}, {Name: bad}}, contract.Copy{Exclude: contract.Exclusion{Tables: []string{"t*x"}}}, ""},
		"names of any language":       {[]preflight.Table{{Name: "Größe `1`; -- 表"}}, contract.Copy{}, ""},
	} {
		t.Run(sentence, func(t *testing.T) {
			facts := &preflight.Facts{Database: "shop", Tables: test.tables, SeesEvents: true}
			_, err := preflight.Judge(facts, test.request, servererror.Origin{Address: "db:3306", Database: "shop"})
			var got contract.Reason
			if failure, ok := errors.AsType[*result.Error](err); ok {
				got = failure.Reason
			}
			if got != test.want {
				t.Errorf("Judge: %v, want reason %q", err, test.want)
			}
		})
	}
}
