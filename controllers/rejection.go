package controllers

import (
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/lifecycle"
)

// rejectionOf is the API server's refusal of a Job, or nil when it did not refuse: it timed out, was overloaded or out
// of reach, so that the Job may exist.
//
// Forbidden is the status of three things: the manager lacks the permission, a quota is used up, or a webhook denies.
// Only their text tells them apart. All three may be mended while the dump waits, and so may the denial of an admission
// policy, which comes as Invalid. What else is invalid stays invalid.
func rejectionOf(err error) *lifecycle.Rejection {
	switch {
	case apierrors.IsForbidden(err) && strings.Contains(err.Error(), "cannot create resource"):
		return &lifecycle.Rejection{Reason: v1alpha1.ReasonNamespaceNotEnrolled, Message: err.Error()}
	case apierrors.IsForbidden(err), apierrors.IsInvalid(err) && strings.Contains(err.Error(), "ValidatingAdmissionPolicy"):
		return &lifecycle.Rejection{Reason: v1alpha1.ReasonJobRejected, Message: err.Error()}
	case apierrors.IsInvalid(err), apierrors.IsBadRequest(err), apierrors.ReasonForError(err) == metav1.StatusReasonRequestEntityTooLarge:
		return &lifecycle.Rejection{Reason: v1alpha1.ReasonJobRejected, Message: err.Error(), Final: true}
	}
	return nil
}
