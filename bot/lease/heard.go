package lease

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	coordinationv1client "k8s.io/client-go/kubernetes/typed/coordination/v1"
)

const (
	// HeardName of the Lease that holds the marks. It is not the leader's own: that one is renewed every RetryPeriod on the
	// assumption that nobody else writes it.
	HeardName = "volcado-bot-heard"
	// heardAnnotation is a JSON object: the time of the mark by the service's id.
	heardAnnotation = "chat.volcado.io/heard"
	// maxHeard bounds the annotation, in bytes.
	maxHeard = 64 << 10
)

// Heard keeps, for each chat service, the time before which no message is unhandled.
type Heard struct {
	leases coordinationv1client.LeaseInterface
}

// NewHeard keeps the marks in the leases of a namespace.
func NewHeard(leases coordinationv1client.LeaseInterface) *Heard { return &Heard{leases} }

// Load returns the marks by the id of the service. There are none where there is no Lease yet.
func (h *Heard) Load(ctx context.Context) (map[string]time.Time, error) {
	lease, err := h.leases.Get(ctx, HeardName, metav1.GetOptions{})
	switch {
	case apierrors.IsNotFound(err):
		return map[string]time.Time{}, nil
	case err != nil:
		return nil, fmt.Errorf("read the Lease %s: %w", HeardName, err)
	}
	text := lease.Annotations[heardAnnotation]
	marks := map[string]time.Time{}
	switch {
	case text == "":
		return marks, nil
	case len(text) > maxHeard:
		return nil, fmt.Errorf("the annotation %s of the Lease %s has %d bytes, more than the bot writes", heardAnnotation, HeardName, len(text))
	}
	if err := json.Unmarshal([]byte(text), &marks); err != nil {
		return nil, fmt.Errorf("the annotation %s of the Lease %s is not the bot's: %w", heardAnnotation, HeardName, err)
	}
	return marks, nil
}

// Save replaces the marks.
func (h *Heard) Save(ctx context.Context, marks map[string]time.Time) error {
	text, err := json.Marshal(marks)
	if err != nil {
		return fmt.Errorf("write the marks: %w", err)
	}
	meta := metav1.ObjectMeta{Name: HeardName, Annotations: map[string]string{heardAnnotation: string(text)}}
	patch, err := json.Marshal(map[string]any{"metadata": map[string]any{"annotations": meta.Annotations}})
	if err != nil {
		return fmt.Errorf("write the marks: %w", err)
	}
	_, err = h.leases.Patch(ctx, HeardName, types.MergePatchType, patch, metav1.PatchOptions{})
	if apierrors.IsNotFound(err) {
		_, err = h.leases.Create(ctx, &coordinationv1.Lease{ObjectMeta: meta}, metav1.CreateOptions{})
	}
	if err != nil {
		return fmt.Errorf("write the Lease %s: %w", HeardName, err)
	}
	return nil
}
