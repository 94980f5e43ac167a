package preflight

import (
	"cmp"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

// likeMatch matches a grant's database pattern: % is any run, _ any one character, \ takes the special meaning away.
func likeMatch(pattern, name string) bool {
	p, n := []rune(pattern), []rune(name)
	return like(p, n)
}

func like(p, n []rune) bool {
	for len(p) > 0 {
		switch {
		case p[0] == '%':
			for i := range len(n) + 1 {
				if like(p[1:], n[i:]) {
					return true
				}
			}
			return false
		case len(n) == 0:
			return false
		case p[0] == '\\' && len(p) > 1:
			if p[1] != n[0] {
				return false
			}
			p = p[1:]
		case p[0] != '_' && p[0] != n[0]:
			return false
		}
		p, n = p[1:], n[1:]
	}
	return len(n) == 0
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
