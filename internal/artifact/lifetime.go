// Package artifact judges the life of what a dump left in storage, which goes on after the dump's own end: it is kept,
// expires, is being deleted, and is gone, or its record says why not. It is pure: no client, no clock of its own.
package artifact

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

// DefaultTTL is how long a copy is kept where neither the source, nor the allow-list, nor the dump says.
const DefaultTTL = 7 * 24 * time.Hour

// LifetimeOf a copy of a source with these limits, which a list allowed; list is nil where none had to.
func LifetimeOf(source v1alpha1.SourceLimits, list *v1alpha1.ListLimits, standard time.Duration) v1alpha1.Lifetime {
	most := source.MaxTTL
	if list != nil {
		most = least(most, list.MaxTTL)
	}
	switch {
	case most != nil:
		return v1alpha1.Lifetime{Max: most, Default: most}
	case source.Unlimited:
		return v1alpha1.Lifetime{}
	}
	return v1alpha1.Lifetime{Default: &metav1.Duration{Duration: standard}}
}

// ttl of a dump that asks for this much; nil for a copy without an end.
func ttl(asked *metav1.Duration, l v1alpha1.Lifetime) *metav1.Duration {
	if asked == nil {
		return l.Default
	}
	return least(asked, l.Max)
}

// least of two, of which each is no bound where it is nil.
func least(a, b *metav1.Duration) *metav1.Duration {
	if a == nil || b != nil && b.Duration < a.Duration {
		return b
	}
	return a
}

// ExpiresAt of the artifact of a dump that finished at a time; nil where it has no end, and for a dump of a release that
// gave it no lifetime.
func ExpiresAt(dump *v1alpha1.DatabaseDump, finished metav1.Time) *metav1.Time {
	l := dump.Status.Lifetime
	if l == nil {
		return nil
	}
	t := ttl(dump.Spec.TTL, *l)
	if t == nil {
		return nil
	}
	// A status has whole seconds.
	at := metav1.NewTime(finished.Add(t.Duration)).Rfc3339Copy()
	return &at
}
