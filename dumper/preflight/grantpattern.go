package preflight

import (
	"cmp"
	"slices"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

// longestPattern of a grant, in bytes. A name has at most 64 characters of at most four bytes, and the servers keep a
// pattern, its backslashes included, in a column of that length. A longer one is none of a server's.
const longestPattern = 4 * 2 * 64

// likeMatch matches a grant's database pattern: % is any run, _ any one character, \ takes the special meaning away.
//
// It goes back to the last % alone, so that a pattern costs at most its length times the name's.
func likeMatch(pattern, name string) bool {
	if len(pattern) > longestPattern {
		return false
	}
	p, n := likeElements(pattern), []rune(name)
	at, run, resume := 0, -1, 0
	for i := 0; i < len(n); {
		switch {
		case at < len(p) && p[at].kind == anyRun:
			run, resume = at, i
			at++
		case at < len(p) && p[at].matches(n[i]):
			at++
			i++
		case run >= 0:
			resume++
			at, i = run+1, resume
		default:
			return false
		}
	}
	return !slices.ContainsFunc(p[at:], func(e likeElement) bool { return e.kind != anyRun })
}

type likeKind int

const (
	literal likeKind = iota
	anyOne
	anyRun
)

// likeElement is what one character of a name, or a run of them, must be.
type likeElement struct {
	kind likeKind
	r    rune
}

func (e likeElement) matches(r rune) bool { return e.kind == anyOne || e.kind == literal && e.r == r }

func likeElements(pattern string) []likeElement {
	var elements []likeElement
	runes := []rune(pattern)
	for i := 0; i < len(runes); i++ {
		switch c := runes[i]; {
		case c == '%':
			elements = append(elements, likeElement{kind: anyRun})
		case c == '_':
			elements = append(elements, likeElement{kind: anyOne})
		case c == '\\' && i+1 < len(runes):
			i++
			elements = append(elements, likeElement{r: runes[i]})
		default:
			elements = append(elements, likeElement{r: c})
		}
	}
	return elements
}

// moreSpecific orders patterns as the servers do, the most specific first.
func (g grants) moreSpecific(a, b patternGrant) int {
	x, y := shapeOf(a.pattern), shapeOf(b.pattern)
	if g.engine == v1alpha1.EngineMariaDB {
		return cmp.Compare(x.mariadb(), y.mariadb())
	}
	return x.mysql(y)
}

// shape of a pattern: how many of its characters are of which kind.
type shape struct {
	literals, ones, runs int
	// prefix before the first wildcard; 0 without one.
	prefix int
}

func shapeOf(pattern string) shape {
	var s shape
	// MariaDB counts bytes; a byte of a longer character is none of the special ones.
	for i := 0; i < len(pattern); i++ {
		wild := pattern[i] == '%' || pattern[i] == '_'
		if wild && s.ones+s.runs == 0 {
			s.prefix = s.literals
		}
		switch pattern[i] {
		case '_':
			s.ones++
		case '%':
			s.runs++
			for i+1 < len(pattern) && pattern[i+1] == '%' {
				i++
			}
		default:
			if pattern[i] == '\\' && i+1 < len(pattern) {
				i++
			}
			s.literals++
		}
	}
	return s
}

// mariadb is smaller the fewer names a pattern matches. https://github.com/MariaDB/server/blob/main/sql/sql_acl_getsort.ic
func (s shape) mariadb() int {
	const longest = 64
	free := 0
	if s.runs > 0 {
		free = longest - s.literals - s.ones
	}
	first, second, third := s.ones*2, free, s.runs
	if free > s.ones {
		first, second, third = free*2+1, s.runs, s.ones
	}
	return ((first*(longest+1)+second)*(longest+1)+third)*(longest+1) + s.prefix
}

// mysql looks at what stands before the first wildcard alone. The rest decides between what it leaves open.
func (s shape) mysql(other shape) int {
	wild := func(s shape) int { return min(s.ones+s.runs, 1) }
	return cmp.Or(cmp.Compare(wild(s), wild(other)), cmp.Compare(other.prefix, s.prefix), cmp.Compare(s.runs, other.runs), cmp.Compare(other.literals, s.literals))
}
