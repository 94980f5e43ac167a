package read

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/view"
	"github.com/volcado-io/volcado/internal/access"
	"github.com/volcado-io/volcado/internal/pattern"
)

// Person reads what one person can know of, in one place.
type Person struct {
	By      v1alpha1.Requester
	cluster *Cluster
}

// As reads as somebody.
func (c *Cluster) As(by v1alpha1.Requester) *Person { return &Person{By: by, cluster: c} }

// Offer is a source that this person can know of, here.
type Offer struct {
	Source *v1alpha1.DatabaseSource
	// Databases that this person can have: patterns that both the source and a list permit.
	Databases []string

	lists []v1alpha1.DumpAllowList
	by    v1alpha1.Requester
}

func (o Offer) String() string { return o.Source.Namespace + "/" + o.Source.Name }

// Offers are all sources that this person can know of, by name.
func (p *Person) Offers(ctx context.Context, how Freshness) ([]Offer, error) {
	r, err := p.cluster.rules(ctx, how)
	if err != nil {
		return nil, err
	}
	var out []Offer
	for i := range r.sources {
		o := Offer{Source: &r.sources[i], lists: r.lists[r.sources[i].Namespace], by: p.By}
		if !o.Judge("", v1alpha1.PermissionRequest).Visible {
			continue
		}
		permitted := access.Databases(o.lists, p.By, o.Source.Name, v1alpha1.PermissionRequest)
		o.Databases = permittedByBoth(o.Source.Spec.Databases, permitted)
		out = append(out, o)
	}
	slices.SortFunc(out, func(a, b Offer) int { return strings.Compare(a.String(), b.String()) })
	return out, nil
}

// Judge asks the allow-lists.
func (o Offer) Judge(database v1alpha1.DatabaseName, permission v1alpha1.Permission) access.Decision {
	return access.Judge(o.lists, access.Question{
		Requester: o.by, Source: o.Source.Name, Database: database, Permission: permission,
	})
}

// CanRequest reports whether both the source and one list permit the database.
func (o Offer) CanRequest(database v1alpha1.DatabaseName) bool {
	return pattern.Permits(o.Source.Spec.Databases, database) && o.Judge(database, v1alpha1.PermissionRequest).Allowed
}

// Default database of the source, or empty.
func (o Offer) Default() v1alpha1.DatabaseName {
	return pattern.DefaultDatabase(o.Source.Spec.Databases)
}

// Literals are the databases that have no * in their name.
func (o Offer) Literals() []string {
	var names []string
	for _, d := range o.Databases {
		if pattern.IsLiteral(d) {
			names = append(names, d)
		}
	}
	return names
}

// View of the offer.
func (o Offer) View() view.Source {
	v := view.Source{Name: o.String(), Engine: string(o.Source.Spec.Engine), Databases: o.Databases}
	if d := o.Default(); d != "" && o.CanRequest(d) {
		v.Default = string(d)
	}
	return v
}

// Find picks the source that was typed, as [namespace/]source. Where several are meant it prefers those that the person
// can have something of; if there are still several they are all returned.
func Find(offers []Offer, typed string) []Offer {
	typed = strings.ToLower(typed)
	var named, usable []Offer
	for _, o := range offers {
		if o.String() != typed && o.Source.Name != typed {
			continue
		}
		named = append(named, o)
		if len(o.Databases) > 0 {
			usable = append(usable, o)
		}
	}
	if len(usable) > 0 {
		return usable
	}
	return named
}

// permittedByBoth describes what two sets of patterns both permit, as patterns for people. System databases are left
// out.
func permittedByBoth(source, list []v1alpha1.NamePattern) []string {
	var both []string
	for _, s := range source {
		for _, l := range list {
			p := intersect(string(s), string(l))
			if p != "" && !slices.Contains(both, p) && !pattern.IsSystemDatabase(p) {
				both = append(both, p)
			}
		}
	}
	// What a wider pattern says already is not said again.
	return slices.DeleteFunc(slices.Clone(both), func(p string) bool {
		return slices.ContainsFunc(both, func(wider string) bool { return wider != p && pattern.Match(wider, p) })
	})
}

// intersect is a pattern for what both patterns match, or "" where they have nothing in common. A star in a name that is
// matched can only be met by a star, so matching one pattern against the other says which is the narrower.
func intersect(a, b string) string {
	switch {
	case pattern.Match(a, b):
		return b
	case pattern.Match(b, a):
		return a
	case pattern.IsLiteral(a), pattern.IsLiteral(b):
		return ""
	}
	// Both have stars and neither holds the other: they meet unless their beginnings or ends disagree.
	if !agree(a, b, strings.HasPrefix, beginning) || !agree(a, b, strings.HasSuffix, ending) {
		return ""
	}
	return fmt.Sprintf("%s & %s", a, b)
}

func beginning(pattern string) string {
	part, _, _ := strings.Cut(pattern, "*")
	return part
}

func ending(pattern string) string { return pattern[strings.LastIndex(pattern, "*")+1:] }

func agree(a, b string, within func(s, part string) bool, part func(string) string) bool {
	a, b = part(a), part(b)
	return within(a, b) || within(b, a)
}

// By is whom the offer is for.
func (o Offer) By() v1alpha1.Requester { return o.by }
