package preflight

import (
	"slices"
	"strings"
	"unicode"

	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/dumper/servererror"
	"github.com/volcado-io/volcado/internal/contract"
)

// ForeignVersion is the failure of a server whose version holds more than a version. The clients write it into a comment
// of the dump, and the client that restores the dump runs what stands on the next line: a shell command, even.
func ForeignVersion(at servererror.Origin) *result.Error {
	return result.Errorf(contract.ServerError, "find out who answers at this address: no server names itself like this",
		"the version that the server at %s gives holds a line break or another control character: refused, because whoever restores the dump would run what follows it", at.Address)
}

// harmless refuses names that the client would write into comments, where a line break ends the comment. Clients have
// failed to take it out (CVE-2016-5483).
func harmless(chosen []Table, at servererror.Origin) error {
	i := slices.IndexFunc(chosen, func(t Table) bool { return strings.ContainsFunc(t.Name, unicode.IsControl) })
	if i < 0 {
		return nil
	}
	return result.Errorf(contract.InvalidRequest, "rename it, or leave it out with --exclude (exclude.tables)",
		"the name of table %q of database %q on %s holds a line break or another control character: refused, because whoever restores the dump could run what follows it",
		chosen[i].Name, at.Database, at.Address)
}
