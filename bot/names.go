package bot

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/pattern"
)

// The API server would refuse what these do not match, in words that are not for people. A test holds them to the
// patterns in the CRD.
var (
	databaseName = regexp.MustCompile(`^[\p{L}\p{N}_$@#+]([\p{L}\p{N}_$@#+ -]*[\p{L}\p{N}_$@#+-])?$`)
	namePattern  = regexp.MustCompile(`^[\p{L}\p{N}_$@#+*]([\p{L}\p{N}_$@#+* -]*[\p{L}\p{N}_$@#+*-])?$`)
)

// Bounds of the API.
const (
	maxName       = 64
	maxTables     = 256
	maxExclusions = 64
	maxReason     = 500
)

// echo repeats what somebody typed, in quotes, cut where it is long, with nothing raw in it that a terminal would obey
// or that would turn the writing around.
func echo(typed string) string {
	const most = 80
	runes := []rune(typed)
	if len(runes) > most {
		return fmt.Sprintf("%q…", string(runes[:most]))
	}
	return fmt.Sprintf("%q", typed)
}

// checkName says what is wrong with the name of a database or table; kind is "database" or "table".
func checkName(kind, name string) error {
	if databaseName.MatchString(name) && utf8.RuneCountInString(name) <= maxName {
		return nil
	}
	return misused("%s is not the name of a %s: %s.", echo(name), kind, whyNotName(name, false))
}

// checkPattern is checkName for a pattern of tables.
func checkPattern(name string) error {
	if namePattern.MatchString(name) && utf8.RuneCountInString(name) <= maxName {
		return nil
	}
	return misused("%s is not a pattern of tables: %s.", echo(name), whyNotName(name, true))
}

func whyNotName(name string, wild bool) string {
	switch {
	case name == "":
		return "it is empty"
	case utf8.RuneCountInString(name) > maxName:
		return fmt.Sprintf("it has more than %d characters", maxName)
	case strings.HasPrefix(name, "-"):
		return "it begins with a dash"
	case strings.TrimSpace(name) != name:
		return "it begins or ends with a space"
	case strings.Contains(name, "."):
		return "it has a dot; tables are named without their database"
	case !wild && strings.Contains(name, "*"):
		return "it has a *, which is only for --exclude"
	}
	star := ""
	if wild {
		star = ", and * for any characters"
	}
	return "it may have letters, digits, spaces and _ $ @ # + -" + star
}

func checkDatabase(name string) error {
	if pattern.IsSystemDatabase(name) {
		return misused("%s holds the server's own accounts and state, and is never copied.", echo(name))
	}
	return checkName("database", name)
}

// databaseNames turns checked names into the API's type.
func databaseNames(names []string) []v1alpha1.DatabaseName {
	var out []v1alpha1.DatabaseName
	for _, n := range names {
		out = append(out, v1alpha1.DatabaseName(n))
	}
	return out
}

func namePatterns(names []string) []v1alpha1.NamePattern {
	var out []v1alpha1.NamePattern
	for _, n := range names {
		out = append(out, v1alpha1.NamePattern(n))
	}
	return out
}
