package lifecycle

import (
	"testing"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/contract"
)

// TestEveryReasonHasAHint, but those whose hint depends on the request, and Cancelled, which needs none.
func TestEveryReasonHasAHint(t *testing.T) {
	own := map[contract.Reason]bool{
		v1alpha1.ReasonNotAllowed: true, v1alpha1.ReasonDatabaseNotPermitted: true, v1alpha1.ReasonNamespaceNotEnrolled: true,
		v1alpha1.ReasonJobMetadataNotAllowed: true, v1alpha1.ReasonRecipientInvalid: true, v1alpha1.ReasonCancelled: true,
	}
	for _, reason := range contract.ManagerReasons() {
		if hints[string(reason)] == "" && !own[reason] {
			t.Errorf("%s has no hint", reason)
		}
	}
}
