package read

import (
	"sync"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

// shared has one copy of what many finished dumps have in common, such as who asked and how they ended. Ten thousand dumps
// would have ten thousand copies, which are a third of the memory that they take.
type shared struct {
	mu         sync.Mutex
	strings    map[string]string
	conditions map[[3]end][]metav1.Condition
}

// end is what is kept of a condition.
type end struct {
	status metav1.ConditionStatus
	reason string
}

// mostShared bounds each of the two maps. What is there once only would fill them.
const mostShared = 4096

func newShared() *shared {
	return &shared{strings: map[string]string{}, conditions: map[[3]end][]metav1.Condition{}}
}

// texts of a finished dump that others are likely to have, too.
func (s *shared) texts(d *v1alpha1.DatabaseDump) {
	s.mu.Lock()
	defer s.mu.Unlock()
	one(s, &d.Namespace)
	one(s, &d.Spec.SourceRef.Name)
	one(s, &d.Spec.Database)
	one(s, &d.Spec.Compression.Format)
	one(s, &d.Spec.DeletionPolicy)
	one(s, &d.Status.Phase)
	one(s, &d.Status.Database)
	if e := d.Spec.Encryption; e != nil {
		for i := range e.Recipients {
			one(s, &e.Recipients[i])
		}
	}
	by := d.Spec.RequestedBy
	if by == nil {
		return
	}
	one(s, &by.Platform)
	one(s, &by.Workspace)
	one(s, &by.User)
	one(s, &by.DisplayName)
	one(s, &by.Channel)
	one(s, &by.ChannelKind)
	one(s, &by.Locale)
	if by.Thread == by.Message {
		by.Thread = by.Message
	}
}

// one copy of a text.
func one[T ~string](s *shared, text *T) {
	if is, ok := s.strings[string(*text)]; ok {
		*text = T(is)
		return
	}
	if len(s.strings) >= mostShared {
		clear(s.strings)
	}
	s.strings[string(*text)] = string(*text)
}

// ends are the conditions that say how a dump ended and how its copy is, by reason alone. Nobody may change them.
func (s *shared) ends(all []metav1.Condition) []metav1.Condition {
	types := [3]string{v1alpha1.ConditionFinished, v1alpha1.ConditionComplete, v1alpha1.ConditionArtifactAvailable}
	var key [3]end
	for i, of := range types {
		if c := meta.FindStatusCondition(all, of); c != nil {
			key[i] = end{c.Status, c.Reason}
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if is, ok := s.conditions[key]; ok {
		return is
	}
	if len(s.conditions) >= mostShared {
		clear(s.conditions)
	}
	var ends []metav1.Condition
	for i, e := range key {
		if e != (end{}) {
			ends = append(ends, metav1.Condition{Type: types[i], Status: e.status, Reason: e.reason})
		}
	}
	s.conditions[key] = ends
	return ends
}
