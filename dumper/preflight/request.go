package preflight

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/pattern"
	"github.com/volcado-io/volcado/internal/text"
)

// maxNameRunes is the length of the longest name that MySQL and MariaDB know.
const maxNameRunes = 64

// Check that the request can be meant. Its errors have reason InvalidRequest.
func Check(r contract.Copy) error {
	if r.Database == "" {
		return result.Errorf(contract.InvalidRequest, "give --database", "no database was given")
	}
	if pattern.IsSystemDatabase(r.Database) {
		return result.Errorf(contract.InvalidRequest, "name another database", "database %q holds the server's own state and accounts and is never copied", r.Database)
	}
	if r.Definers != "" && r.Definers != v1alpha1.DefinersStrip && r.Definers != v1alpha1.DefinersKeep {
		return result.Errorf(contract.InvalidRequest, "use Strip or Keep", "unknown definers %q", r.Definers)
	}
	if r.History != "" && r.History != v1alpha1.HistoryCurrent && r.History != v1alpha1.HistoryAll {
		return result.Errorf(contract.InvalidRequest, "use Current or All", "unknown history %q", r.History)
	}
	for _, name := range append([]string{r.Database}, r.Tables...) {
		if err := checkName(name); err != nil {
			return err
		}
	}
	return nil
}

// checkName refuses what no server can have as a name. What a name looks like does not matter otherwise: it never reaches
// a shell, it stands after -- in the argument vector, and it is quoted in SQL.
func checkName(name string) error {
	printable := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, name)
	if name == "" || !utf8.ValidString(name) || utf8.RuneCountInString(name) > maxNameRunes || printable != name {
		return result.Errorf(contract.InvalidRequest, "names have 1 to 64 characters and no control characters",
			"%q is not the name of a database or table", text.Cut(printable, maxNameRunes))
	}
	return nil
}
