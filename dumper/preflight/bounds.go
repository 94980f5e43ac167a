package preflight

import (
	"unicode/utf8"

	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/dumper/servererror"
	"github.com/volcado-io/volcado/internal/contract"
)

// Bounds of what a server lists, far above what one has that can be dumped. dumper/wire bounds its bytes.
const (
	// maxListed of each kind: tables and views, routines, defaults, lines of grants.
	maxListed = 200_000
	// maxNameBytes of a name. The servers have 64 characters, and a prefix for those that are no text.
	maxNameBytes = 512
	// maxTableBytes that a table is believed to have.
	maxTableBytes = 1 << 42
)

// counted is the error for one thing too many in a list.
func (g gatherer) counted(n int, what string) error {
	if n < maxListed {
		return nil
	}
	return result.Errorf(contract.ServerError, "find out who answers at this address; if it is your server, split the database",
		"%s at %s lists more than %d %s of database %q: refused", g.at.Engine, g.at.Address, maxListed, what, g.at.Database)
}

// checkListed refuses names that no server has.
func checkListed(name string, at servererror.Origin) error {
	if name != "" && len(name) <= maxNameBytes && utf8.ValidString(name) {
		return nil
	}
	return result.Errorf(contract.ServerError, "find out who answers at this address: no server lists such a name",
		"%s at %s lists a name in database %q that is empty, has more than %d bytes or is no text: refused", at.Engine, at.Address, at.Database, maxNameBytes)
}
