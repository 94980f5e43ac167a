package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/access"
	"github.com/volcado-io/volcado/internal/pattern"
)

// offer is a source that this person may know of, here.
type offer struct {
	source *v1alpha1.DatabaseSource
	// lists of the source's namespace.
	lists []v1alpha1.DumpAllowList
	by    v1alpha1.Requester
	// databases that this person may have: patterns that both the source and a list permit.
	databases []string
}

func (o offer) String() string { return o.source.Namespace + "/" + o.source.Name }

// offers reads what there is and keeps what this person may know of. Nothing else reaches an answer: a source that may not
// be seen is gone here, before anything is looked up, so it cannot be told from one that never was, nor by the time that
// an answer takes.
func (c *conversation) offers(ctx context.Context, how freshness) ([]offer, error) {
	sources, lists, err := c.catalogue(ctx, how)
	if err != nil {
		return nil, err
	}
	var out []offer
	for i := range sources {
		o := offer{source: &sources[i], lists: lists[sources[i].Namespace], by: c.by}
		if !o.judge("", v1alpha1.PermissionRequest).Visible {
			continue
		}
		permitted := access.Databases(o.lists, c.by, o.source.Name, v1alpha1.PermissionRequest)
		o.databases = permittedByBoth(o.source.Spec.Databases, permitted)
		out = append(out, o)
	}
	slices.SortFunc(out, func(a, b offer) int { return strings.Compare(a.String(), b.String()) })
	return out, nil
}

// freshness of what is read.
type freshness string

const (
	// newest waits until the API server knows that it is up to date, which takes it up to a tenth of a second after any
	// write in the cluster.
	newest freshness = ""
	// recent is what the API server has in memory, some milliseconds old. It serves to say yes, because the manager judges
	// again; a no is not said on it.
	recent freshness = "0"
)

// catalogue reads all sources and, by namespace, all allow-lists.
func (b *Bot) catalogue(ctx context.Context, how freshness) ([]v1alpha1.DatabaseSource, map[string][]v1alpha1.DumpAllowList, error) {
	ctx, cancel := context.WithTimeout(ctx, apiTimeout)
	defer cancel()
	var sources v1alpha1.DatabaseSourceList
	var allowLists v1alpha1.DumpAllowListList
	var sourcesErr, listsErr error
	var reads sync.WaitGroup
	as := &client.ListOptions{Raw: &metav1.ListOptions{ResourceVersion: string(how)}}
	reads.Go(func() { sourcesErr = b.api.List(ctx, &sources, as) })
	reads.Go(func() { listsErr = b.api.List(ctx, &allowLists, as) })
	reads.Wait()
	if err := errors.Join(sourcesErr, listsErr); err != nil {
		return nil, nil, fmt.Errorf("read the sources and allow-lists: %w", err)
	}
	byNamespace := map[string][]v1alpha1.DumpAllowList{}
	for _, list := range allowLists.Items {
		byNamespace[list.Namespace] = append(byNamespace[list.Namespace], list)
	}
	return sources.Items, byNamespace, nil
}

func (o offer) judge(database v1alpha1.DatabaseName, permission v1alpha1.Permission) access.Decision {
	return access.Judge(o.lists, access.Question{
		Requester: o.by, Source: o.source.Name, Database: database, Permission: permission,
	})
}

// mayRequest reports whether both the source and one list permit the database.
func (o offer) mayRequest(database v1alpha1.DatabaseName) bool {
	return pattern.Permits(o.source.Spec.Databases, database) && o.judge(database, v1alpha1.PermissionRequest).Allowed
}

// find picks the source that was typed, as [namespace/]source, from those that this person may know of. Where several
// are meant it prefers those that the person may have something of; if there are still several they are all returned.
func find(offers []offer, typed string) []offer {
	typed = strings.ToLower(typed)
	var named, usable []offer
	for _, o := range offers {
		if o.String() != typed && o.source.Name != typed {
			continue
		}
		named = append(named, o)
		if len(o.databases) > 0 {
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
	return fmt.Sprintf("%s that is also %s", a, b)
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
