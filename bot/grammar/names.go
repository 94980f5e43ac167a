package grammar

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/volcado-io/volcado/internal/pattern"
)

// The API server would refuse what these do not match, in words that are not for people. A test holds them to the
// patterns in the CRD.
var (
	databaseName = regexp.MustCompile(`^[\p{L}\p{N}_$@#+]([\p{L}\p{N}_$@#+ -]*[\p{L}\p{N}_$@#+-])?$`)
	namePattern  = regexp.MustCompile(`^[\p{L}\p{N}_$@#+*]([\p{L}\p{N}_$@#+* -]*[\p{L}\p{N}_$@#+*-])?$`)
)

// objectName is what may be the name of an object, perhaps with its namespace, the beginning of one, or a command. It only
// tells names from mark-up.
var objectName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9./-]*$`)

// pattern of what the argument can be.
func (a Argument) pattern() *regexp.Regexp {
	if a == ArgumentDatabase {
		return databaseName
	}
	return objectName
}

// Bounds of the API.
const (
	maxName       = 64
	maxTables     = 256
	maxExclusions = 64
	maxReason     = 500
)

// CheckDatabase says what is wrong with the name of a database, or nil: BadDatabase, or SystemDatabase for one that is
// never copied.
func CheckDatabase(name string) *Problem {
	if pattern.IsSystemDatabase(name) {
		return &Problem{Kind: SystemDatabase, Typed: name}
	}
	return checkName(BadDatabase, name, databaseName)
}

func checkTable(name string) *Problem {
	return about("tables", checkName(BadTable, name, databaseName))
}

func checkPattern(name string) *Problem {
	return about("exclude", checkName(BadPattern, name, namePattern))
}

func about(option string, p *Problem) *Problem {
	if p != nil {
		p.Option = option
	}
	return p
}

func checkName(kind ProblemKind, name string, permitted *regexp.Regexp) *Problem {
	count := utf8.RuneCountInString(name)
	if count <= maxName && permitted.MatchString(name) {
		return nil
	}
	p := &Problem{Kind: kind, Typed: name, Name: whyNotName(name, kind == BadPattern)}
	if p.Name == NameTooLong {
		p.Most, p.Count = maxName, count
	}
	return p
}

func whyNotName(name string, wild bool) NameProblem {
	switch {
	case name == "":
		return NameEmpty
	case utf8.RuneCountInString(name) > maxName:
		return NameTooLong
	case strings.HasPrefix(name, "-"):
		return NameDash
	case strings.TrimSpace(name) != name:
		return NameSpace
	case strings.Contains(name, "."):
		return NameDot
	case !wild && strings.Contains(name, "*"):
		return NameStar
	}
	return NameCharacters
}
