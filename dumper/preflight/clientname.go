package preflight

import (
	"strings"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/dumper/plan"
	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/dumper/servererror"
	"github.com/volcado-io/volcado/internal/contract"
)

// selectable fails where the client would select another database than the one asked for. Before the events, and MySQL's
// before the routines too, it selects the database by a name in which it has escaped quotes and backslashes as in a string.
// The server has no such database, or another one.
func selectable(facts *Facts, p *plan.Plan, at servererror.Origin) error {
	selects := p.Events && facts.Events > 0 || p.Routines && at.Engine == string(v1alpha1.EngineMySQL)
	if !selects || !strings.ContainsAny(p.Database, `'"\`) {
		return nil
	}
	return result.Errorf(contract.InvalidRequest, "name the tables to copy: then events and routines are left out; or copy what is in the database into one without these characters in its name",
		"the client cannot copy the events and routines of database %q on %s, because its name holds a quote or a backslash", p.Database, at.Address)
}
