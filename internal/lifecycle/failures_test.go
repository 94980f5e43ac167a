package lifecycle

import (
	"strings"
	"testing"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/contract"
)

func TestWhatTheAPIServerSaysOfAPodIsQuotedWithWhatMendsIt(t *testing.T) {
	for said, hint := range map[string]string{
		`pods "x" is forbidden: failed quota: demands: must specify limits.cpu for: dumper`:                    "job.resources, such as limits.cpu",
		`pods "x" is forbidden: exceeded quota: full, requested: pods=1, used: pods=0, limited: pods=0`:        "raise the ResourceQuota",
		`pods "x" is forbidden: maximum memory usage per Container is 256Mi, but limit is 512Mi`:               "within the LimitRange",
		`pods "x" is forbidden: error looking up service account shop/other: serviceaccount "other" not found`: "job.serviceAccountName",
		`pods "x" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false`:   "Pod Security level",
		`admission webhook "policy.example.com" denied the request: no`:                                        "job.annotations",
		"something that nobody has seen yet":                                                                   "kubectl describe job",
	} {
		if f := failure(v1alpha1.ReasonPodNotCreated, "No pod of Job x was created: "+said); !strings.Contains(f.Hint, hint) {
			t.Errorf("%s\n%s", said, f.Hint)
		}
	}
}

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
