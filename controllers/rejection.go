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
	refused := "The API server refused the Job: " + err.Error()
	switch {
	case apierrors.IsForbidden(err) && strings.Contains(err.Error(), "cannot create resource"):
		return &lifecycle.Rejection{Reason: v1alpha1.ReasonNamespaceNotEnrolled, Message: refused}
	case apierrors.IsForbidden(err), apierrors.IsInvalid(err) && strings.Contains(err.Error(), "ValidatingAdmissionPolicy"):
		return &lifecycle.Rejection{Reason: v1alpha1.ReasonJobRejected, Message: refused}
	case apierrors.IsInvalid(err), apierrors.IsBadRequest(err), apierrors.ReasonForError(err) == metav1.StatusReasonRequestEntityTooLarge:
		return &lifecycle.Rejection{Reason: v1alpha1.ReasonJobRejected, Message: refused, Final: true}
	}
	return nil
}

// unbuildable is of a Job that the API server was not asked for. The dump and its source are what they are, so it would be the
// same again.
func unbuildable(err error) *lifecycle.Rejection {
	return &lifecycle.Rejection{Reason: v1alpha1.ReasonJobRejected, Message: "The Job cannot be made: " + err.Error(), Final: true}
}
