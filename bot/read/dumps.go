package read

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/access"
	"github.com/volcado-io/volcado/internal/queue"
)

// Shelf is what this person can see of the dumps there are, the latest first.
type Shelf struct {
	Dumps []v1alpha1.DatabaseDump
	lists map[string][]v1alpha1.DumpAllowList
	by    v1alpha1.Requester
}

// Dumps that this person can see, of those that keep picks.
func (p *Person) Dumps(ctx context.Context, how Freshness, keep func(*v1alpha1.DatabaseDump) bool) (Shelf, error) {
	return p.shelf(ctx, how, all(keep))
}

// Mine are this person's own dumps.
func (p *Person) Mine(ctx context.Context, how Freshness) (Shelf, error) {
	return p.shelf(ctx, how, by(personOf(&p.By)))
}

func (p *Person) shelf(ctx context.Context, how Freshness, w which) (Shelf, error) {
	r, err := p.cluster.rules(ctx, how)
	if err != nil {
		return Shelf{}, err
	}
	s := Shelf{lists: r.lists, by: p.By}
	match := w.match
	w.match = func(d *v1alpha1.DatabaseDump) bool { return match(d) && s.canSee(d) }
	if s.Dumps, err = p.cluster.dumps(ctx, how, w); err != nil {
		return Shelf{}, err
	}
	slices.SortFunc(s.Dumps, func(a, b v1alpha1.DatabaseDump) int {
		return cmp.Or(b.CreationTimestamp.Compare(a.CreationTimestamp.Time), strings.Compare(a.Name, b.Name))
	})
	return s, nil
}

// Named are the dumps whose names begin as typed, with or without the namespace. A whole name is never ambiguous.
func (p *Person) Named(ctx context.Context, how Freshness, typed string) (Shelf, error) {
	namespace, name, qualified := strings.Cut(strings.ToLower(typed), "/")
	if !qualified {
		namespace, name = "", strings.ToLower(typed)
	}
	s, err := p.shelf(ctx, how, which{namespace: namespace, match: func(d *v1alpha1.DatabaseDump) bool {
		return strings.HasPrefix(d.Name, name)
	}})
	if err != nil {
		return Shelf{}, err
	}
	whole := slices.DeleteFunc(slices.Clone(s.Dumps), func(d v1alpha1.DatabaseDump) bool { return d.Name != name })
	if len(whole) == 1 {
		s.Dumps = whole
	}
	return s, nil
}

// Anew reads one of the shelf's dumps whole, and from the API server: a finished one is slim in the informers.
func (p *Person) Anew(ctx context.Context, d *v1alpha1.DatabaseDump) (*v1alpha1.DatabaseDump, error) {
	return p.cluster.Dump(ctx, client.ObjectKeyFromObject(d), Newest)
}

// Certain is one dump with the allow-lists, both read anew; empty where this person cannot see it any more.
func (p *Person) Certain(ctx context.Context, d *v1alpha1.DatabaseDump) (Shelf, error) {
	r, err := p.cluster.rules(ctx, Newest)
	if err != nil {
		return Shelf{}, err
	}
	s := Shelf{lists: r.lists, by: p.By}
	is, err := p.Anew(ctx, d)
	if client.IgnoreNotFound(err) != nil {
		return Shelf{}, err
	}
	if err == nil && is.UID == d.UID && s.canSee(is) {
		s.Dumps = append(s.Dumps, *is)
	}
	return s, nil
}

// Made is the dump that this person's message made, or nil. A dump's name alone does not tell: it holds the source, and
// what a person's words mean may have changed between two deliveries.
func (p *Person) Made(ctx context.Context, how Freshness) (*v1alpha1.DatabaseDump, error) {
	found, err := p.cluster.dumps(ctx, how, ofMessage(p.By))
	if err != nil || len(found) == 0 {
		return nil, err
	}
	first := slices.MinFunc(found, func(a, b v1alpha1.DatabaseDump) int {
		return cmp.Or(a.CreationTimestamp.Compare(b.CreationTimestamp.Time), strings.Compare(a.Namespace, b.Namespace))
	})
	return &first, nil
}

// Before counts the dumps whose turn comes before this one's, whoever asked for them.
func (c *Cluster) Before(ctx context.Context, d *v1alpha1.DatabaseDump) (int, error) {
	waiting, err := c.dumps(ctx, Recent, unfinishedBeside(d))
	return queue.Position(waiting, d), err
}

// Unfinished names this person's dumps that have not ended, of the messages whose ids begin with the prefix.
func (p *Person) Unfinished(ctx context.Context, prefix string) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	w := by(personOf(&p.By))
	found, err := p.cluster.dumps(ctx, Newest, w)
	var names []string
	for i := range found {
		if d := &found[i]; strings.HasPrefix(d.Spec.RequestedBy.Message, prefix) && !d.Status.Finished() {
			names = append(names, d.Name)
		}
	}
	return names, err
}

// IsMine reports whether this person asked for it: on the same platform and in the same workspace, by id.
func (s Shelf) IsMine(d *v1alpha1.DatabaseDump) bool {
	return d.Spec.RequestedBy != nil && d.Spec.RequestedBy.IsPerson(s.by)
}

// Judge asks the allow-lists whether this person has a permission on a dump's database.
func (s Shelf) Judge(d *v1alpha1.DatabaseDump, permission v1alpha1.Permission) access.Decision {
	return access.Judge(s.lists[d.Namespace], access.Question{
		Requester: s.by, Source: d.Spec.SourceRef.Name, Database: DatabaseOf(d), Permission: permission,
	})
}

// canSee: one's own, and those that one could have asked for oneself, or can cancel. Nothing from a channel that outsiders
// share.
func (s Shelf) canSee(d *v1alpha1.DatabaseDump) bool {
	if s.by.ChannelKind == v1alpha1.ChannelKindShared {
		return false
	}
	return s.IsMine(d) || s.Judge(d, v1alpha1.PermissionRequest).Allowed || s.Judge(d, v1alpha1.PermissionManage).Allowed
}
