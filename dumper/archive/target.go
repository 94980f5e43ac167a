package archive

import (
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/dumper/sqlstream"
	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/text"
)

// Target is the server that a copy is to be loaded into, with its own client.
type Target struct{ contract.Software }

// targetForm is what a person says: a client, and a version if it matters.
var targetForm = regexp.MustCompile(`^(mysql|mariadb)(?::([0-9]{1,3}(?:\.[0-9]{1,3}){0,2}))?$`)

// ParseTarget reads mysql, mariadb, or one of them with a version, such as mariadb:10.11, in letters of any case.
func ParseTarget(s string) (*Target, error) {
	found := targetForm.FindStringSubmatch(strings.ToLower(s))
	if found == nil {
		return nil, result.Errorf(contract.InvalidRequest, "give --for mysql or --for mariadb, with a version if it matters: --for mariadb:11.4.5", "there is no client %q", s)
	}
	t := &Target{contract.Software{Flavour: string(v1alpha1.EngineMySQL), Version: found[2]}}
	if found[1] == "mariadb" {
		t.Flavour = string(v1alpha1.EngineMariaDB)
	}
	return t, nil
}

// String as in a sentence.
func (t *Target) String() string { return strings.TrimSpace(t.Flavour + " " + t.Version) }

// maxTold obstacles are told in a message.
const maxTold = 6

// Check fails where the copy has something that the server does not load. It writes a note where that is not known.
func (t *Target) Check(m *contract.Manifest, notes io.Writer) error {
	if m.Features == nil && m.Server.Flavour != t.Flavour {
		fmt.Fprintf(notes, "note: the copy is of %s, and its manifest, by an older dumper, does not say what %s cannot load of it\n", m.Server.Flavour, t.Flavour)
	}
	obstacles := m.Obstacles(t.Software)
	if len(obstacles) == 0 {
		return nil
	}
	var has []string
	for _, o := range obstacles[:min(len(obstacles), maxTold)] {
		what := o.What
		if len(o.Names) > 0 {
			what += ": " + text.Names(o.Names, 3)
		}
		has = append(has, what)
	}
	if more := len(obstacles) - len(has); more > 0 {
		has = append(has, fmt.Sprintf("and %d more; `dumper inspect` lists them as features", more))
	}
	return result.Errorf(contract.InvalidRequest, t.hint(m, obstacles),
		"%s does not load this copy from %s %s. It has %s", t, m.Server.Flavour, m.Server.Version, strings.Join(has, "; "))
}

// hint says what to do: name a newer server, if that is all; what the table says of one obstacle; or where more is said.
func (t *Target) hint(m *contract.Manifest, obstacles []contract.Obstacle) string {
	newest := contract.Software{Flavour: t.Flavour, Version: "999"}
	if t.Version == "" && len(m.Obstacles(newest)) == 0 {
		from := obstacles[0].From
		for _, o := range obstacles {
			if contract.Release(from).LessThan(contract.Release(o.From)) {
				from = o.From
			}
		}
		return fmt.Sprintf("if the server is %s %s or newer, say so: --for %s:%s", t.Flavour, from, strings.ToLower(t.Flavour), from)
	}
	if len(obstacles) == 1 {
		return obstacles[0].Do + " Or load the copy into a server like the one that was copied."
	}
	return "load the copy into a server like the one that was copied (" + m.Server.Flavour + "); docs/compatibility.md says of each what to do"
}

// adapt is the stage that changes what the client wrote for itself.
func (t *Target) adapt(from contract.Software) *sqlstream.Adapt {
	if t.Flavour == string(v1alpha1.EngineMySQL) {
		return sqlstream.ForMySQL()
	}
	var unknown []string
	own := t.Flavour == from.Flavour && t.Version == ""
	olderThan := func(that string) bool { return !own && contract.Release(t.Version).LessThan(contract.Release(that)) }
	if olderThan("11.4.5") {
		unknown = append(unknown, "0900")
	}
	if olderThan("10.10") {
		unknown = append(unknown, "uca1400")
	}
	return sqlstream.ForMariaDB(unknown...)
}

// tell what was changed of what the owner's definitions depend on.
func tell(a *sqlstream.Adapt, notes io.Writer) {
	for _, from := range slices.Sorted(maps.Keys(a.Changed)) {
		fmt.Fprintf(notes, "note: views, triggers or routines were defined under the collation %s, and are loaded under %s\n", from, a.Changed[from])
	}
}
