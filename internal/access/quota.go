package access

import (
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

// Taken is a dump that a person has had.
type Taken struct {
	// By is the UID of the list that allowed it; empty while that is not decided, when it counts for every list.
	By types.UID
	// At is when it was asked for.
	At time.Time
}

// day over which a quota is counted. It has no time zone: any 24 hours.
const day = 24 * time.Hour

// quotaUsed reports whether the person has had as many dumps of the list as it allows in a day, and when the next is possible.
func quotaUsed(list *v1alpha1.DumpAllowList, q Question) (next time.Time, used bool) {
	most := int(list.Spec.Limits.PerUserPerDay)
	if most <= 0 || q.Permission != v1alpha1.PermissionRequest {
		return time.Time{}, false
	}
	var counted []time.Time
	for _, t := range q.Taken {
		if (t.By == "" || t.By == list.UID) && q.Now.Sub(t.At) < day {
			counted = append(counted, t.At)
		}
	}
	if len(counted) < most {
		return time.Time{}, false
	}
	slices.SortFunc(counted, time.Time.Compare)
	return counted[len(counted)-most].Add(day), true
}

// TakenBy is what the person who asked for a dump has had besides it, of these dumps: those that are allowed and, while it is
// not allowed itself, of the others those that were asked for before. Those that never started do not count: no
// server was read for them.
func TakenBy(dump *v1alpha1.DatabaseDump, dumps []v1alpha1.DatabaseDump) []Taken {
	by := dump.Spec.RequestedBy
	if by == nil {
		return nil
	}
	var all []Taken
	for i := range dumps {
		other := &dumps[i]
		switch s := &other.Status; {
		case other.UID == dump.UID, other.Spec.RequestedBy == nil, !other.Spec.RequestedBy.IsPerson(*by):
		case s.Finished() && s.StartTime == nil:
		case s.AllowedBy != nil:
			// Whenever it was asked for: a time has whole seconds, and this one was there when the other was allowed.
			all = append(all, Taken{By: s.AllowedBy.UID, At: other.CreationTimestamp.Time})
		case dump.Status.AllowedBy == nil && before(other, dump):
			// Of two that are asked for at once, and of which none is allowed yet, one is the first, whoever judges. One that is
			// allowed stays so.
			all = append(all, Taken{At: other.CreationTimestamp.Time})
		}
	}
	return all
}

func before(a, b *v1alpha1.DatabaseDump) bool {
	if c := a.CreationTimestamp.Compare(b.CreationTimestamp.Time); c != 0 {
		return c < 0
	}
	return a.UID < b.UID
}
