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

// ParseTarget reads mysql, mariadb, or one of them with a version, such as mariadb:10.11.
func ParseTarget(s string) (*Target, error) {
	found := targetForm.FindStringSubmatch(s)
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

// Check fails where the copy has something that the server does not load. It writes a note where that is not known.
func (t *Target) Check(m *contract.Manifest, notes io.Writer) error {
	if m.Features == nil && m.Server.Flavour != t.Flavour {
		fmt.Fprintf(notes, "note: the copy is of %s, and its manifest, by an older dumper, does not say what %s cannot load of it\n", m.Server.Flavour, t.Flavour)
	}
	obstacles := m.Obstacles(t.Software)
	if len(obstacles) == 0 {
		return nil
	}
	var has, do []string
	for _, o := range obstacles {
		has = append(has, o.What+": "+text.Names(o.Names, 3))
		if o.From != "" {
			do = append(do, fmt.Sprintf("If the server is %s %s or newer, say so: --for %s:%s.", t.Flavour, o.From, strings.ToLower(t.Flavour), o.From))
		}
		do = append(do, o.Do)
	}
	return result.Errorf(contract.InvalidRequest, strings.Join(do, " ")+" docs/compatibility.md has more",
		"%s does not load this copy of a database of %s %s. It has %s", t, m.Server.Flavour, m.Server.Version, strings.Join(has, "; "))
}

// adapt is the stage that changes what the client wrote for itself.
func (t *Target) adapt(from contract.Software) *sqlstream.Adapt {
	switch t.Flavour {
	case string(v1alpha1.EngineMySQL):
		return sqlstream.ForMySQL()
	case from.Flavour:
		return &sqlstream.Adapt{}
	}
	return sqlstream.ForMariaDB(contract.AtLeast(t.Version, "11.4.5"))
}

// tell what was changed of what the owner's definitions depend on.
func tell(a *sqlstream.Adapt, notes io.Writer) {
	for _, from := range slices.Sorted(maps.Keys(a.Changed)) {
		fmt.Fprintf(notes, "note: views, triggers or routines were defined under the collation %s, and are loaded under %s\n", from, a.Changed[from])
	}
}
