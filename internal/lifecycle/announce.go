package lifecycle

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

// Announcement is an event to publish.
type Announcement struct {
	// Type is Normal or Warning.
	Type string
	// Reason is one word.
	Reason string
	// Action that was taken, one word.
	Action string
	// Note for people.
	Note string
}

// Announce says what changed from one written status to the next. It is asked after the write, never before, so that no
// event tells of what did not come to be.
func Announce(before, after []metav1.Condition) []Announcement {
	if gone := ofArtifact(before, after); gone != nil {
		return []Announcement{*gone}
	}
	if finished := turned(before, after, v1alpha1.ConditionFinished, metav1.ConditionTrue); finished != nil {
		if finished.Reason == v1alpha1.FinishedSucceeded {
			return []Announcement{{corev1.EventTypeNormal, finished.Reason, "Finish", finished.Message}}
		}
		reason := finished.Reason
		if failed := meta.FindStatusCondition(after, v1alpha1.ConditionFailed); failed != nil {
			reason = failed.Reason
		}
		return []Announcement{{corev1.EventTypeWarning, reason, "Finish", finished.Message}}
	}
	var all []Announcement
	if c := turned(before, after, v1alpha1.ConditionAccepted, metav1.ConditionTrue); c != nil {
		all = append(all, Announcement{corev1.EventTypeNormal, "Accepted", "Accept", c.Message})
	}
	if was, is := reasonOf(before), reasonOf(after); was != is {
		c := meta.FindStatusCondition(after, v1alpha1.ConditionReconciling)
		switch is {
		case v1alpha1.ReasonQueued:
			all = append(all, Announcement{corev1.EventTypeNormal, is, "Queue", c.Message})
		case v1alpha1.ReasonRunning:
			all = append(all, Announcement{corev1.EventTypeNormal, is, "Run", c.Message})
		case v1alpha1.ReasonSettling:
			all = append(all, Announcement{corev1.EventTypeNormal, is, "Settle", c.Message})
		}
	}
	if c := turned(before, after, v1alpha1.ConditionStalled, metav1.ConditionTrue); c != nil {
		all = append(all, Announcement{corev1.EventTypeWarning, c.Reason, "Wait", c.Message})
	}
	return all
}

// ofArtifact is what became of the artifact of a dump that had finished before; nil where nothing did.
func ofArtifact(before, after []metav1.Condition) *Announcement {
	if !meta.IsStatusConditionTrue(before, v1alpha1.ConditionFinished) {
		return nil
	}
	was, is := meta.FindStatusCondition(before, v1alpha1.ConditionArtifactAvailable), meta.FindStatusCondition(after, v1alpha1.ConditionArtifactAvailable)
	if was == nil || is == nil || was.Reason == is.Reason {
		return nil
	}
	switch is.Reason {
	case v1alpha1.ReasonExpired, v1alpha1.ReasonDeleted:
		return &Announcement{corev1.EventTypeNormal, is.Reason, "Delete", is.Message}
	case v1alpha1.ReasonDeletionFailed, v1alpha1.ReasonAbandoned:
		return &Announcement{corev1.EventTypeWarning, is.Reason, "Delete", is.Message}
	}
	return nil
}

// turned is the condition if it has this status now and had not before.
func turned(before, after []metav1.Condition, condition string, status metav1.ConditionStatus) *metav1.Condition {
	if !meta.IsStatusConditionPresentAndEqual(after, condition, status) || meta.IsStatusConditionPresentAndEqual(before, condition, status) {
		return nil
	}
	return meta.FindStatusCondition(after, condition)
}

func reasonOf(conditions []metav1.Condition) string {
	if c := meta.FindStatusCondition(conditions, v1alpha1.ConditionReconciling); c != nil {
		return c.Reason
	}
	return ""
}
