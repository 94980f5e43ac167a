package contract

import (
	"maps"
	"slices"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

// The manager's own reasons: it refuses, waits for or fails a dump for them. A test holds them to the constants of the API.
var managers = []Reason{
	v1alpha1.ReasonNotAllowed, v1alpha1.ReasonConsoleNotAllowed, v1alpha1.ReasonDatabaseNotPermitted, v1alpha1.ReasonTableExcluded,
	v1alpha1.ReasonJobMetadataNotAllowed, v1alpha1.ReasonRecipientInvalid, v1alpha1.ReasonQuotaExceeded,
	v1alpha1.ReasonSourceNotFound, v1alpha1.ReasonStorageNotFound, v1alpha1.ReasonNamespaceNotEnrolled, v1alpha1.ReasonNameConflict,
	v1alpha1.ReasonJobRejected, v1alpha1.ReasonImagePullFailed, v1alpha1.ReasonUnschedulable, v1alpha1.ReasonVolumeNotFound,
	v1alpha1.ReasonPodNotCreated, v1alpha1.ReasonStartDeadlineExceeded, v1alpha1.ReasonRunDeadlineExceeded,
	v1alpha1.ReasonOutOfMemory, v1alpha1.ReasonEvicted, v1alpha1.ReasonJobDeleted, v1alpha1.ReasonResultLost,
	v1alpha1.ReasonCancelled, v1alpha1.ReasonDumperFailed,
}

// DumperReasons are those that the dumper says, in alphabetical order.
func DumperReasons() []Reason { return slices.Sorted(maps.Keys(exitCodes)) }

// ManagerReasons are those that the manager says without the dumper, in alphabetical order. Both say
// RunDeadlineExceeded.
func ManagerReasons() []Reason { return slices.Sorted(slices.Values(managers)) }

// Reasons are all that can stand in status.failure.reason, each once, in alphabetical order. Whoever says something by
// reason is complete when it has an entry for each.
func Reasons() []Reason {
	return slices.Compact(slices.Sorted(slices.Values(append(DumperReasons(), managers...))))
}
