package v1alpha1

import "k8s.io/apimachinery/pkg/api/meta"

// Condition types of a DatabaseDump.
const (
	// ConditionAccepted: the request is well-formed, permitted, and everything it refers to exists.
	ConditionAccepted = "Accepted"
	// ConditionAdmitted: its turn has come; a Job is made only for an admitted dump.
	ConditionAdmitted = "Admitted"
	// ConditionComplete: the artifact was written and verified.
	ConditionComplete = "Complete"
	// ConditionFailed: there is no artifact and there will be none. True for refused and cancelled dumps too. Unknown while
	// the dump is being stopped: why is decided, and its Job is being deleted.
	ConditionFailed = "Failed"
	// ConditionArtifactAvailable: the artifact is in storage, as far as is known. It alone changes after the end. Unknown
	// while it is not known what is in storage: the reason says why.
	ConditionArtifactAvailable = "ArtifactAvailable"
	// ConditionFinished is True at every end.
	ConditionFinished = "Finished"
	// ConditionReconciling is True until the end. Read by kstatus.
	ConditionReconciling = "Reconciling"
	// ConditionStalled is True while somebody has to act. Read by kstatus.
	ConditionStalled = "Stalled"
	// ConditionReady, of the other kinds: everything that it refers to resolves. Of a source, also that the manager allows
	// its job.labels and job.annotations, and that copies can be encrypted for its recipients.
	ConditionReady = "Ready"
)

// Finished reports whether the dump has come to its end, whichever.
func (s *DatabaseDumpStatus) Finished() bool {
	return meta.IsStatusConditionTrue(s.Conditions, ConditionFinished)
}

// Advice is the hint as it follows a message without a full stop; empty where there is none.
func (f Failure) Advice() string {
	if f.Hint == "" {
		return ""
	}
	return ". " + f.Hint
}

// Observe says that the status, and each of its conditions, speaks of a generation.
func (s *DatabaseDumpStatus) Observe(generation int64) {
	s.ObservedGeneration = generation
	for i := range s.Conditions {
		s.Conditions[i].ObservedGeneration = generation
	}
}

// Reasons of ConditionFinished.
const (
	FinishedSucceeded = "Succeeded"
	FinishedFailed    = "Failed"
	FinishedCancelled = "Cancelled"
	FinishedRefused   = "Refused"
)

// Reasons for which the manager, not the dumper, refuses, waits for or fails a dump. internal/contract has the dumper's
// own, and lists both; docs/failures.md explains them.
const (
	// ReasonNotAllowed: no allow-list permits this person this source and database in this channel.
	ReasonNotAllowed = "NotAllowed"
	// ReasonQuotaExceeded: the person has had as many dumps in 24 hours as the allow-list allows.
	ReasonQuotaExceeded = "QuotaExceeded"
	// ReasonConsoleNotAllowed: a console identity, and the manager runs without --allow-console.
	ReasonConsoleNotAllowed = "ConsoleNotAllowed"
	// ReasonDatabaseNotPermitted: the source does not permit this database, or has no default.
	ReasonDatabaseNotPermitted = "DatabaseNotPermitted"
	// ReasonTableExcluded: the request names a table that the source's floor leaves out.
	ReasonTableExcluded = "TableExcluded"
	// ReasonJobMetadataNotAllowed: the source sets labels or annotations on its Jobs that the manager does not allow.
	ReasonJobMetadataNotAllowed = "JobMetadataNotAllowed"
	// ReasonRecipientInvalid: a recipient of the dump or of its source is no public key, or two cannot be used together.
	ReasonRecipientInvalid = "RecipientInvalid"
	// ReasonSourceNotFound: the DatabaseSource does not exist.
	ReasonSourceNotFound = "SourceNotFound"
	// ReasonStorageNotFound: the DumpStorage does not exist. (A bucket that does not exist is BucketNotFound.)
	ReasonStorageNotFound = "StorageNotFound"
	// ReasonNamespaceNotEnrolled: the manager may not create Jobs in the namespace.
	ReasonNamespaceNotEnrolled = "NamespaceNotEnrolled"
	// ReasonNameConflict: a Job of the name that this dump's must have belongs to somebody else.
	ReasonNameConflict = "NameConflict"
	// ReasonJobRejected: the API server refused the Job (quota, Pod Security, an invalid template), or none can be made because
	// the request names more than a dumper can be told.
	ReasonJobRejected = "JobRejected"
	// ReasonImagePullFailed: the dumper image could not be pulled before the start deadline.
	ReasonImagePullFailed = "ImagePullFailed"
	// ReasonUnschedulable: no node took the pod before the start deadline.
	ReasonUnschedulable = "Unschedulable"
	// ReasonVolumeNotFound: the PersistentVolumeClaim does not exist or is not bound.
	ReasonVolumeNotFound = "VolumeNotFound"
	// ReasonPodNotCreated: the Job has no pod.
	ReasonPodNotCreated = "PodNotCreated"
	// ReasonStartDeadlineExceeded: the pod did not run before the start deadline, for another reason.
	ReasonStartDeadlineExceeded = "StartDeadlineExceeded"
	// ReasonRunDeadlineExceeded: the copy took longer than the source allows.
	ReasonRunDeadlineExceeded = "RunDeadlineExceeded"
	// ReasonOutOfMemory: the dumper was killed for its memory limit.
	ReasonOutOfMemory = "OutOfMemory"
	// ReasonEvicted: the node evicted or lost the pod.
	ReasonEvicted = "Evicted"
	// ReasonJobDeleted: somebody deleted the Job while it ran.
	ReasonJobDeleted = "JobDeleted"
	// ReasonResultLost: the Job ended and its pod's word was lost.
	ReasonResultLost = "ResultLost"
	// ReasonCancelled: spec.cancel was set.
	ReasonCancelled = "Cancelled"
	// ReasonDumperFailed: the dumper ended without a word of its own.
	ReasonDumperFailed = "DumperFailed"
)

// Reasons of conditions of a dump that goes well.
const (
	// ReasonAllowed: an allow-list permits it.
	ReasonAllowed = "Allowed"
	// ReasonCreatedWithRBAC: it did not come from chat; whoever created it was allowed to by Kubernetes.
	ReasonCreatedWithRBAC = "CreatedWithRBAC"
	// ReasonQueued: maxConcurrent dumps of the source are ahead of it.
	ReasonQueued = "Queued"
	// ReasonAdmitted: its turn has come.
	ReasonAdmitted = "Admitted"
	// ReasonStarting: the Job exists, no pod of it runs yet.
	ReasonStarting = "Starting"
	// ReasonRunning: a pod of the Job runs.
	ReasonRunning = "Running"
	// ReasonSettling: no attempt's word was heard, and a Job looks whether one of them completed a copy.
	ReasonSettling = "Settling"
	// ReasonProgressing: the manager is at work.
	ReasonProgressing = "Progressing"
	// ReasonVerified: the dumper vouches for the artifact.
	ReasonVerified = "Verified"
	// ReasonResolved: every reference resolves.
	ReasonResolved = "Resolved"
)

// Reasons of ConditionArtifactAvailable, besides ReasonVerified while the artifact is there and the failure's reason where
// nothing was left.
const (
	// ReasonLeftover (Unknown): an attempt ended without its word, so parts of a copy may be in storage. They are deleted.
	ReasonLeftover = "Leftover"
	// ReasonDeleting (False): the artifact is being deleted. It cannot be kept any more.
	ReasonDeleting = "Deleting"
	// ReasonDeletionFailed (Unknown): the artifact could not be deleted. It is tried again.
	ReasonDeletionFailed = "DeletionFailed"
	// ReasonExpired (False): the artifact was deleted because its time was over.
	ReasonExpired = "Expired"
	// ReasonDeleted (False): what was left in storage was deleted, before the dump itself or after its failure.
	ReasonDeleted = "Deleted"
	// ReasonAbandoned (Unknown): the artifact could not be deleted, and the dump was let go without it.
	ReasonAbandoned = "Abandoned"
)

// FinalizerArtifact keeps a DatabaseDump until what it left in storage is gone.
const FinalizerArtifact = "volcado.io/artifact"

// Labels and annotations.
const (
	// LabelMessage, on a dump that came from chat, is the hash of its message.
	LabelMessage = "volcado.io/message"
	// LabelDump, on a Job and its pods, is the DatabaseDump's name.
	LabelDump = "volcado.io/dump"
	// LabelDumpUID, on a Job and its pods, is the DatabaseDump's UID.
	LabelDumpUID = "volcado.io/dump-uid"
	// LabelSource, on a dump that the bot made and on a Job that copies and its pods, is the DatabaseSource's name.
	LabelSource = "volcado.io/source"
	// LabelJob, on a Job and its pods, says what it does: Copy, Settle or Delete.
	LabelJob = "volcado.io/job"
	// LabelManagedBy and ManagedBy mark every Job and pod of ours; the manager's caches hold nothing else.
	LabelManagedBy = "app.kubernetes.io/managed-by"
	ManagedBy      = "volcado"
	// ChatAnnotationPrefix is the bot's own: an admission policy keeps everybody else from it.
	ChatAnnotationPrefix = "chat.volcado.io/"
	// AnnotationDelivery, on a dump that the bot made, says what was said of it in chat.
	AnnotationDelivery = ChatAnnotationPrefix + "delivery"
)
