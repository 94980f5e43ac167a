package sqlstream

import (
	"bytes"
	"slices"
	"strings"
)

// Adapt changes what the clients wrote for the client that loads the text, so that one of the other flavour, or an older one,
// loads it too. Definitions and rows are not touched.
type Adapt struct {
	// Modes to leave out of sql_mode, in capitals.
	Modes []string
	// Collations of a connection in whose place another is to be set.
	Collations map[string]string
	// WithoutSandbox leaves out MariaDB's command for its own client.
	WithoutSandbox bool
	// Changed are the collations that were changed.
	Changed map[string]string
}

// ForMySQL leaves out what MySQL's server and client do not know.
func ForMySQL() *Adapt {
	// Without NO_AUTO_CREATE_USER, GRANT made accounts. MySQL's makes none since 8.0, and knows the mode no more.
	return &Adapt{WithoutSandbox: true, Modes: []string{noAutoCreateUser}, Collations: with("uca1400")}
}

// ForMariaDB changes nothing but the collations with these parts in their names, which the server does not know.
func ForMariaDB(unknown ...string) *Adapt { return &Adapt{Collations: with(unknown...)} }

// with are the collations that have a nearest, and one of these parts in their names.
func with(parts ...string) map[string]string {
	some := map[string]string{}
	for from, to := range nearest {
		if slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(from, part) }) {
			some[from] = to
		}
	}
	return some
}

// Handle is a Stage.
func (a *Adapt) Handle(e *Event) error {
	switch e.Kind {
	case Sandbox:
		if a.WithoutSandbox {
			e.Raw = nil
		}
	case Setting:
		a.mode(e)
		a.collation(e)
	}
	return nil
}

func (a *Adapt) mode(e *Event) {
	value, set := sqlMode(e.Raw, e.Mode)
	if !set || value.string() == "" {
		return
	}
	all := strings.Split(value.string(), ",")
	kept := slices.DeleteFunc(slices.Clone(all), func(mode string) bool { return slices.Contains(a.Modes, strings.ToUpper(mode)) })
	if len(kept) < len(all) {
		e.Raw = replaced(e.Raw, value, "'"+strings.Join(kept, ",")+"'")
	}
}

// collation of the connection, in the statement that sets it for a definition.
func (a *Adapt) collation(e *Event) {
	var value token
	words(e, func(before, t token) {
		if before.is("COLLATION_CONNECTION") && t.kind == word {
			value = t
		}
	})
	other, ok := a.Collations[strings.ToLower(string(value.text))]
	if !ok {
		return
	}
	if a.Changed == nil {
		a.Changed = map[string]string{}
	}
	a.Changed[string(value.text)] = other
	e.Raw = replaced(e.Raw, value, other)
}

// replaced is the text with another in a token's place, in memory of its own.
func replaced(text []byte, t token, with string) []byte {
	return bytes.Join([][]byte{text[:t.at], []byte(with), text[t.after():]}, nil)
}
