package lifecycle

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/text"
)

// hints say what to do, by reason. The dumper's own reasons come with its own hints.
var hints = map[string]string{
	v1alpha1.ReasonConsoleNotAllowed:     "Console identities are self-asserted; ask from a chat service, or let the manager run with --allow-console where that is acceptable.",
	v1alpha1.ReasonQuotaExceeded:         "Ask again then, or ask the source's owner to raise limits.perUserPerDay of the DumpAllowList.",
	v1alpha1.ReasonSourceNotFound:        "Apply the DatabaseSource, or name one that exists (kubectl get dbsrc).",
	v1alpha1.ReasonStorageNotFound:       "Apply the DumpStorage, or change the source's storageRef (kubectl get dstore).",
	v1alpha1.ReasonTableExcluded:         "Leave the table out; only the source's owner can change its exclude.tables.",
	v1alpha1.ReasonNameConflict:          "Delete that Job if nobody needs it, and create another DatabaseDump.",
	v1alpha1.ReasonJobRejected:           "Change what the message names (the source's job, a quota, an admission policy), and create another DatabaseDump.",
	v1alpha1.ReasonImagePullFailed:       "Make the dumper image available to the cluster's nodes, or set the source's job.imagePullSecrets.",
	v1alpha1.ReasonUnschedulable:         "Free or add a node that fits, or change the source's job.resources, nodeSelector or tolerations.",
	v1alpha1.ReasonVolumeNotFound:        "Create the PersistentVolumeClaim that the DumpStorage names, and see that it is bound.",
	v1alpha1.ReasonPodNotCreated:         "kubectl describe job says why; a missing ServiceAccount, a quota and Pod Security are common.",
	v1alpha1.ReasonStartDeadlineExceeded: "kubectl describe pod and kubectl get events in the namespace say what holds it up.",
	v1alpha1.ReasonRunDeadlineExceeded:   "Raise the source's limits.runDeadline, or copy less: tables, exclude, schemaOnly.",
	v1alpha1.ReasonOutOfMemory:           "Raise the source's job.resources.limits.memory; one row is held in memory at a time, so long rows need more.",
	v1alpha1.ReasonEvicted:               "Create another DatabaseDump; if it happens again, look at the node's memory and disk.",
	v1alpha1.ReasonJobDeleted:            "Create another DatabaseDump. To stop one, set its spec.cancel instead of deleting its Job.",
	v1alpha1.ReasonResultLost:            "Create another DatabaseDump.",
	v1alpha1.ReasonDumperFailed:          "kubectl logs job/<the dump's status.jobName> says more, while its pod exists.",
}

func failure(reason, message string) v1alpha1.Failure {
	hint := hints[reason]
	if reason == v1alpha1.ReasonPodNotCreated {
		hint = cmp.Or(hintOnPod(message), hint)
	}
	return v1alpha1.Failure{Reason: reason, Message: message, Hint: hint}
}

// podHints say what to do, by what the API server says when it refuses a pod: each has all of the words.
var podHints = []struct {
	words []string
	hint  string
}{
	{[]string{"failed quota", "must specify"}, "Set what it must specify in the source's job.resources, such as limits.cpu: a ResourceQuota of the namespace demands it."},
	{[]string{"exceeded quota"}, "Wait until others have ended, raise the ResourceQuota, or ask for less in the source's job.resources."},
	{[]string{"usage per"}, "Bring the source's job.resources within the LimitRange of the namespace."},
	{[]string{"limit to request ratio"}, "Bring the source's job.resources within the LimitRange of the namespace."},
	{[]string{"serviceaccount", "not found"}, "Create the ServiceAccount, or change the source's job.serviceAccountName."},
	{[]string{"violates PodSecurity"}, "Look at what the namespace's Pod Security level forbids; the dumper's pod fits restricted unless something changes it."},
	{[]string{"admission webhook"}, "Ask who runs the webhook, or set what it wants in the source's job.labels or job.annotations."},
}

func hintOnPod(message string) string {
	for _, h := range podHints {
		if !slices.ContainsFunc(h.words, func(word string) bool { return !strings.Contains(message, word) }) {
			return h.hint
		}
	}
	return ""
}

func consoleNotAllowed() v1alpha1.Failure {
	return failure(v1alpha1.ReasonConsoleNotAllowed, "The request came from a console, and this manager does not accept console identities")
}

func sourceNotFound(dump *v1alpha1.DatabaseDump) v1alpha1.Failure {
	return failure(v1alpha1.ReasonSourceNotFound,
		fmt.Sprintf("DatabaseSource %s does not exist in namespace %s", dump.Spec.SourceRef.Name, dump.Namespace))
}

func storageNotFound(source *v1alpha1.DatabaseSource) v1alpha1.Failure {
	return failure(v1alpha1.ReasonStorageNotFound, fmt.Sprintf("DumpStorage %s, which DatabaseSource %s refers to, does not exist in namespace %s",
		source.Spec.StorageRef.Name, source.Name, source.Namespace))
}

func noDefaultDatabase(f Facts) v1alpha1.Failure {
	return v1alpha1.Failure{
		Reason:  v1alpha1.ReasonDatabaseNotPermitted,
		Message: fmt.Sprintf("The request names no database, and DatabaseSource %s has no default", f.Source.Name),
		Hint:    permittedDatabases(f),
	}
}

func databaseNotPermitted(f Facts, database v1alpha1.DatabaseName) v1alpha1.Failure {
	return v1alpha1.Failure{
		Reason:  v1alpha1.ReasonDatabaseNotPermitted,
		Message: fmt.Sprintf("DatabaseSource %s does not permit database %q", f.Source.Name, database),
		Hint:    permittedDatabases(f),
	}
}

// permittedDatabases names them to somebody who works in the namespace, and not to a chat user, who may be permitted
// fewer or none.
func permittedDatabases(f Facts) string {
	if f.Dump.Spec.RequestedBy != nil {
		return "Name a database that the source permits."
	}
	var patterns []string
	for _, p := range f.Source.Spec.Databases {
		patterns = append(patterns, string(p))
	}
	return text.Cut("Set spec.database to one that the source permits: "+strings.Join(patterns, ", "), contract.MaxMessage)
}

func notAllowed(dump *v1alpha1.DatabaseDump, by v1alpha1.Requester, database v1alpha1.DatabaseName) v1alpha1.Failure {
	subject := fmt.Sprintf("{platform: %s, ", by.Platform)
	if by.Workspace != "" {
		subject += fmt.Sprintf("workspace: %s, ", by.Workspace)
	}
	channel := by.Channel
	if by.ChannelKind == v1alpha1.ChannelKindDirect {
		channel = v1alpha1.ChannelDirect
	}
	subject += fmt.Sprintf("users: [%s], channels: [%s]}", by.User, channel)
	return v1alpha1.Failure{
		Reason: v1alpha1.ReasonNotAllowed,
		Message: text.OneLine(fmt.Sprintf("No DumpAllowList permits %s user %s database %s of source %s in channel %s",
			by.Platform, by.User, database, dump.Spec.SourceRef.Name, channel), contract.MaxMessage),
		Hint: text.OneLine(fmt.Sprintf("The source's owner can add the subject %s to a DumpAllowList in namespace %s.", subject, dump.Namespace), contract.MaxMessage),
	}
}

func quotaExceeded(dump *v1alpha1.DatabaseDump, next time.Time) v1alpha1.Failure {
	return failure(v1alpha1.ReasonQuotaExceeded, fmt.Sprintf("The person who asked has had as many dumps of source %s as are allowed in 24 hours; the next is possible at %s",
		dump.Spec.SourceRef.Name, next.UTC().Format("2006-01-02 15:04 UTC")))
}

// placeRefused names no rule: there is none to change.
func placeRefused(dump *v1alpha1.DatabaseDump, by v1alpha1.Requester) v1alpha1.Failure {
	return v1alpha1.Failure{
		Reason: v1alpha1.ReasonNotAllowed,
		Message: text.OneLine(fmt.Sprintf("No dump of source %s can be requested in channel %s: people of other organisations may be in it",
			dump.Spec.SourceRef.Name, by.Channel), contract.MaxMessage),
		Hint: "Ask in a direct message to the bot, or in a channel that no other organisation shares.",
	}
}

func tableExcluded(source *v1alpha1.DatabaseSource, table v1alpha1.DatabaseName) v1alpha1.Failure {
	return failure(v1alpha1.ReasonTableExcluded, fmt.Sprintf("DatabaseSource %s leaves table %q out of every dump", source.Name, table))
}

func nameConflict(dump *v1alpha1.DatabaseDump) v1alpha1.Failure {
	return failure(v1alpha1.ReasonNameConflict, fmt.Sprintf("A Job of the name that the Job of dump %s must have was made by somebody else", dump.Name))
}

// Rejected is a Job in a namespace that the API server refused.
func Rejected(namespace string, r Rejection) v1alpha1.Failure {
	if r.Reason == v1alpha1.ReasonNamespaceNotEnrolled {
		return notEnrolled(namespace)
	}
	return failure(r.Reason, text.OneLine(r.Message, contract.MaxMessage))
}

func notEnrolled(namespace string) v1alpha1.Failure {
	return v1alpha1.Failure{
		Reason:  v1alpha1.ReasonNamespaceNotEnrolled,
		Message: fmt.Sprintf("The manager is not allowed to create Jobs in namespace %s", namespace),
		Hint:    fmt.Sprintf("Enroll the namespace: kubectl apply -n %s -k config/enroll", namespace),
	}
}

func cancelled(dump *v1alpha1.DatabaseDump) v1alpha1.Failure {
	if !dump.Spec.Cancel {
		return failure(v1alpha1.ReasonCancelled, fmt.Sprintf("Dump %s was deleted before it had ended", dump.Name))
	}
	return failure(v1alpha1.ReasonCancelled, fmt.Sprintf("Dump %s was cancelled", dump.Name))
}

func jobDeleted(job string) v1alpha1.Failure {
	return failure(v1alpha1.ReasonJobDeleted, fmt.Sprintf("Somebody deleted Job %s before it had ended", job))
}

func resultLost(job string) v1alpha1.Failure {
	return failure(v1alpha1.ReasonResultLost, fmt.Sprintf("Job %s ended, and no pod is left to say how", job))
}

// Unended is of a Job that should have ended long ago.
func Unended(job string) v1alpha1.Failure {
	return failure(v1alpha1.ReasonEvicted, fmt.Sprintf("Job %s has not ended; its pod may be lost with its node", job))
}

func runDeadlineExceeded() v1alpha1.Failure {
	return failure(v1alpha1.ReasonRunDeadlineExceeded, "The dump took longer than the source's deadlines allow")
}

func outOfMemory(pod string) v1alpha1.Failure {
	return failure(v1alpha1.ReasonOutOfMemory, fmt.Sprintf("Pod %s was killed for its memory limit", pod))
}

func evicted(pod *corev1.Pod) v1alpha1.Failure {
	return failure(v1alpha1.ReasonEvicted, text.OneLine(strings.TrimSpace(fmt.Sprintf("Pod %s was evicted or lost with its node. %s", pod.Name, pod.Status.Message)), contract.MaxMessage))
}

func dumperFailed(message string) v1alpha1.Failure {
	return failure(v1alpha1.ReasonDumperFailed, text.Cut(message, contract.MaxMessage))
}

// notStartable quotes the runtime: the container has no log that could say it.
func notStartable(pod string, ended *corev1.ContainerStateTerminated) v1alpha1.Failure {
	return v1alpha1.Failure{
		Reason:  v1alpha1.ReasonDumperFailed,
		Message: text.OneLine(fmt.Sprintf("The dumper of pod %s could not be started: %s", pod, cmp.Or(ended.Message, ended.Reason)), contract.MaxMessage),
		Hint:    "See that the dumper image is Volcado's and is made for the node's processor.",
	}
}
