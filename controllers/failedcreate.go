package controllers

import (
	"context"
	"fmt"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/fields"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// maxFailedCreates bounds how many events of one Job are read. The Job controller repeats itself in a few.
const maxFailedCreates = 20

// failedCreate is what the Job controller last said of why it could not make a pod of the Job; empty where it said nothing, or
// where the manager is not allowed to read events, as in a namespace that is not enrolled. Anyone who can write events in
// the namespace can write one, so it is quoted and nothing is decided by it.
func failedCreate(ctx context.Context, from client.Reader, job *batchv1.Job) (string, error) {
	var events corev1.EventList
	err := from.List(ctx, &events, client.InNamespace(job.Namespace), client.Limit(maxFailedCreates), client.MatchingFieldsSelector{
		Selector: fields.Set{"involvedObject.uid": string(job.UID), "reason": "FailedCreate"}.AsSelector(),
	})
	switch {
	case apierrors.IsForbidden(err):
		return "", nil
	case err != nil:
		return "", fmt.Errorf("list the events of Job %s: %w", job.Name, err)
	}
	var last *corev1.Event
	for i := range events.Items {
		if e := &events.Items[i]; last == nil || last.LastTimestamp.Before(&e.LastTimestamp) {
			last = e
		}
	}
	if last == nil {
		return "", nil
	}
	return last.Message, nil
}
