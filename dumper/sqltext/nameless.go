package sqltext

import (
	"bytes"
	"io"
	"regexp"
	"strings"
)

const (
	alterDatabase = "ALTER DATABASE "
	// alterBegins is what all statements begin with that may have to be rewritten, with the end of the line before.
	alterBegins = "\n" + alterDatabase + "`"
	// afterSwitch is the line that the clients write after the statement that gives the database the default of a trigger, a
	// routine or an event, and beforeRestore the line before the one that takes it back. The delimiter follows.
	afterSwitch   = "/*!50003 SET @saved_cs_client      = @@character_set_client */ "
	beforeRestore = "\n/*!50003 SET collation_connection  = @saved_col_connection */ "
	// maxStatement is more than such a statement and the line after it have: a name has at most 64 characters of at most
	// 4 bytes, and twice as many when all must be quoted.
	maxStatement = 1024
	maxDelimiter = 64
)

// Nameless reads the text of a client and takes the database's name out of it.
//
// Where a trigger, a routine or an event was made under another default character set than the database has now, both
// clients write around it
//
//	ALTER DATABASE `shop` CHARACTER SET latin1 COLLATE latin1_swedish_ci ;
//
// although no other statement of theirs names the database. A restore under another name would stop there, and one on the
// source's own server would change the source. Without the name the statement means the database that is being
// restored into.
//
// The same line may stand in somebody's text: in the body of a routine, say, in a comment. So only the clients' own are
// rewritten, which are known by the line that always follows or precedes them.
type Nameless struct {
	source    io.Reader
	statement *regexp.Regexp
	err       error  // of the source
	held      []byte // read and not given out, because what it is depends on what follows
	last      []byte // the end of what was given out
}

// NewNameless reads from a client that dumps one database.
func NewNameless(source io.Reader, database string) *Nameless {
	// The clients escape the name of the database as for a string before they quote it, in some of these places.
	escaped := strings.NewReplacer(`\`, `\\`, `'`, `\'`, `"`, `\"`).Replace(database)
	return &Nameless{source: source, statement: regexp.MustCompile(
		`^` + alterDatabase + `((?:` + regexp.QuoteMeta(QuoteName(database)) + `|` + regexp.QuoteMeta(QuoteName(escaped)) + `) )` +
			`CHARACTER SET [0-9A-Za-z_]+ COLLATE [0-9A-Za-z_]+ (;{1,64})\n`)}
}

// Read needs room for a few statements in p, and rewrites there.
func (n *Nameless) Read(p []byte) (int, error) {
	if len(p) < 2*maxStatement {
		return 0, io.ErrShortBuffer
	}
	for {
		size := copy(p, n.held)
		n.held = n.held[:0]
		if n.err == nil {
			var more int
			more, n.err = n.source.Read(p[size:])
			size += more
		}
		size = n.rewrite(p[:size])
		if size > 0 {
			return size, nil
		}
		if n.err != nil {
			return 0, n.err
		}
	}
}

// rewrite the text in place, as far as it can be judged, and hold the rest. It returns how much is left of it.
func (n *Nameless) rewrite(text []byte) int {
	done, from := 0, 0
	move := func(to int) {
		if done != from {
			copy(text[done:], text[from:to])
		}
		done, from = done+to-from, to
	}
	for {
		// Rows begin with a newline each, so that it is not what is looked for. One at the end of the text is always held.
		i := bytes.Index(text[from:], []byte(alterBegins[1:]))
		if i < 0 {
			break
		}
		if i == 0 || text[from+i-1] != '\n' {
			move(from + i + len(alterDatabase))
			continue
		}
		move(from + i - 1)
		name, decided := n.judge(text[:done], text[from+1:])
		if !decided {
			n.hold(text[:done], text[from:])
			return done
		}
		move(from + 1 + len(alterDatabase))
		from += name
	}
	end := len(text)
	if n.err == nil {
		end -= begun(text[from:], alterBegins)
	}
	move(end)
	n.hold(text[:done], text[end:])
	return done
}

func (n *Nameless) hold(given, held []byte) {
	n.held = append(n.held, held...)
	n.last = append(n.last, given[max(0, len(given)-len(beforeRestore)-maxDelimiter):]...)
	n.last = n.last[max(0, len(n.last)-len(beforeRestore)-maxDelimiter):]
}

// judge returns how many bytes of a statement are the database's name, which is none unless it is the client's own.
// before has no newline at its end.
func (n *Nameless) judge(before, text []byte) (name int, decided bool) {
	match := n.statement.FindSubmatchIndex(text[:min(len(text), maxStatement)])
	if match == nil {
		whole := n.err != nil || len(text) >= maxStatement || bytes.IndexByte(text, '\n') >= 0
		return 0, whole
	}
	name = match[3] - match[2]
	delimiter := text[match[4]:match[5]]
	if bytes.HasSuffix(n.joined(before), append([]byte(beforeRestore), delimiter...)) {
		return name, true
	}
	follows, want := text[match[1]:], append(append([]byte(afterSwitch), delimiter...), '\n')
	switch {
	case bytes.HasPrefix(follows, want):
		return name, true
	case n.err == nil && len(follows) < len(want) && bytes.HasPrefix(want, follows):
		return 0, false
	}
	return 0, true
}

// joined is the end of the text before a line, which may have been given out in part.
func (n *Nameless) joined(before []byte) []byte {
	if len(before) >= len(beforeRestore)+maxDelimiter {
		return before
	}
	return append(bytes.Clone(n.last), before...)
}
