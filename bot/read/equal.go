package read

import (
	"cmp"
	"context"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/contract"
)

// equalFor is how long a finished dump is offered instead of an equal one.
const equalFor = 30 * time.Minute

// EqualKey is the same for dumps whose copies would be the same but for their moment: of one source and database, with the
// same tables and options. Two that differ may share it only by chance.
func EqualKey(d *v1alpha1.DatabaseDump) string { return d.Namespace + "/" + equality(d) }

func equality(d *v1alpha1.DatabaseDump) string {
	h := fnv.New64a()
	_, _ = fmt.Fprintf(h, "%q", wishOf(d)) // a hash never fails
	return fmt.Sprintf("%016x", h.Sum64())
}

// wishOf is all of a dump that makes its copy another one, in an order of its own.
func wishOf(d *v1alpha1.DatabaseDump) []string {
	wish := []string{d.Spec.SourceRef.Name, string(DatabaseOf(d)), fmt.Sprint(d.Spec.SchemaOnly)}
	part := func(name string, entries []string) {
		slices.Sort(entries)
		wish = append(append(wish, name), entries...)
	}
	part("tables", texts(d.Spec.Tables))
	if e := d.Spec.Exclude; e != nil {
		part("exclude", texts(e.Tables))
		part("data", texts(e.Data))
	} else {
		part("exclude", nil)
		part("data", nil)
	}
	if e := d.Spec.Encryption; e != nil {
		part("recipients", texts(e.Recipients))
	} else {
		part("recipients", nil)
	}
	c := d.Spec.Compression // the API's own default is not there before it is created
	return append(wish, cmp.Or(string(c.Format), contract.DefaultFormat().Name), fmt.Sprint(c.Level))
}

func texts[T ~string](in []T) []string {
	out := make([]string, 0, len(in))
	for _, s := range in {
		out = append(out, string(s))
	}
	return out
}

// Equal is a dump that will do as well as the wanted one and that this person can have: one that is queued or running and
// was not cancelled, else the latest that succeeded less than half an hour ago and of which the copy is there for a while yet. It is nil where there is none. It is read
// anew: to offer it is to refuse another one.
func (p *Person) Equal(ctx context.Context, wanted *v1alpha1.DatabaseDump, now time.Time) (*v1alpha1.DatabaseDump, error) {
	wish := wishOf(wanted)
	willDo := func(d *v1alpha1.DatabaseDump) bool {
		if d.Name == wanted.Name || d.Spec.Cancel || !d.DeletionTimestamp.IsZero() || !slices.Equal(wishOf(d), wish) {
			return false
		}
		return !d.Status.Finished() || succeeded(d) && lasts(d, now) && d.Status.CompletionTime != nil && now.Sub(d.Status.CompletionTime.Time) < equalFor
	}
	how := Recent
	if p.cluster.cached == nil {
		how = Newest // what this process did not create itself, it knows from nowhere else
	}
	found, err := p.cluster.dumps(ctx, how, which{
		namespace: wanted.Namespace, entry: entryEqual(equality(wanted)), match: willDo,
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(found, betterToOffer)
	for i := range found {
		if how == Newest {
			return &found[i], nil
		}
		is, err := p.Anew(ctx, &found[i])
		if client.IgnoreNotFound(err) != nil {
			return nil, err
		}
		if err == nil && willDo(is) {
			return is, nil
		}
	}
	return nil, nil
}

// betterToOffer: one that has not ended is the newer copy; of several, whoever asked first has it first.
func betterToOffer(a, b v1alpha1.DatabaseDump) int {
	switch {
	case a.Status.Finished() && b.Status.Finished():
		return b.Status.CompletionTime.Compare(a.Status.CompletionTime.Time)
	case a.Status.Finished():
		return 1
	case b.Status.Finished():
		return -1
	}
	return cmp.Or(a.CreationTimestamp.Compare(b.CreationTimestamp.Time), strings.Compare(a.Name, b.Name))
}
