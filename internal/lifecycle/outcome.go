package lifecycle

import (
	"cmp"
	"fmt"
	"slices"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/artifact"
	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/jobspec"
	"github.com/volcado-io/volcado/internal/text"
)

// finishWithArtifact ends the dump as a success if a pod vouches for an artifact: its container ended with 0 and its
// termination message is whole, speaks of this very pod, and names the file that this dump must have. Nothing else makes
// a success, least of all what the Job says.
func (j *judgement) finishWithArtifact() bool {
	for _, pod := range NewestFirst(j.Pods) {
		word, err := wordOf(pod)
		if err != nil || word.Artifact == nil || dumperStatus(pod).State.Terminated.ExitCode != 0 ||
			word.Artifact.File != jobspec.ArtifactFile(j.Dump) {
			continue
		}
		j.noteStart()
		j.takeOver(word)
		return true
	}
	return false
}

// takeOver what a dumper vouches for.
func (j *judgement) takeOver(word *contract.Result) {
	j.describe(word)
	uri, manifest := jobspec.URIs(*j.status.Storage, j.Dump, types.UID(word.Writer()))
	j.status.Artifact = &v1alpha1.Artifact{
		URI: uri, ManifestURI: manifest, SizeBytes: word.Artifact.SizeBytes,
		UncompressedBytes: word.Artifact.UncompressedBytes, SHA256: word.Artifact.SHA256,
	}
	j.status.Warnings = warningsOf(word)
	j.completeProgress(word.Artifact.UncompressedBytes)
	j.succeed("The artifact was written and verified: " + uri)
	j.status.Artifact.ExpiresAt = artifact.ExpiresAt(&v1alpha1.DatabaseDump{Spec: j.Dump.Spec, Status: *j.status}, *j.status.CompletionTime)
}

func (j *judgement) describe(word *contract.Result) {
	if word.Server != nil {
		j.status.Server = &v1alpha1.SoftwareVersion{Flavour: text.OneLine(word.Server.Flavour, 32), Version: text.OneLine(word.Server.Version, 128)}
	}
	if word.Client != nil {
		j.status.Client = &v1alpha1.SoftwareVersion{Flavour: text.OneLine(word.Client.Flavour, 32), Version: text.OneLine(word.Client.Version, 128)}
	}
}

func (j *judgement) completeProgress(bytes int64) {
	if j.status.Progress == nil {
		j.status.Progress = &v1alpha1.Progress{}
	}
	p := j.status.Progress
	p.Bytes, p.Table, p.TablesDone, p.Percent, p.UpdatedAt = bytes, "", p.TablesTotal, 100, metav1.NewTime(j.Now)
}

// MessageOf is what the dumper of a pod said when it ended.
func MessageOf(pod *corev1.Pod) (message string, ended bool) {
	c := dumperStatus(pod)
	if c == nil || c.State.Terminated == nil {
		return "", false
	}
	return c.State.Terminated.Message, true
}

// wordOf is the result that a pod's dumper left, or why there is none.
func wordOf(pod *corev1.Pod) (*contract.Result, error) {
	message, ended := MessageOf(pod)
	if !ended {
		return nil, fmt.Errorf("container %s has not ended", jobspec.ContainerName)
	}
	return contract.Decode(message, string(pod.UID))
}

// NewestFirst are the pods by their creation, without a change to their slice.
func NewestFirst(pods []corev1.Pod) []*corev1.Pod {
	sorted := make([]*corev1.Pod, len(pods))
	for i := range pods {
		sorted[i] = &pods[i]
	}
	slices.SortFunc(sorted, func(a, b *corev1.Pod) int {
		if c := b.CreationTimestamp.Compare(a.CreationTimestamp.Time); c != 0 {
			return c
		}
		return cmp.Compare(a.UID, b.UID)
	})
	return sorted
}

// failureOf a Job that has ended without an artifact. The last attempt's own word says most; the Job's says least.
func (j *judgement) failureOf() v1alpha1.Failure {
	expired := jobFailedBecause(j.Job) == batchv1.JobReasonDeadlineExceeded
	if expired && j.status.StartTime == nil {
		why, _ := j.notStarted()
		return why
	}
	if len(j.Pods) == 0 {
		if expired {
			return runDeadlineExceeded()
		}
		return resultLost(j.Job.Name)
	}
	last := NewestFirst(j.Pods)[0]
	f := FailureOfPod(last)
	// The Job's deadline stops the dumper with a signal, and the dumper then can only say that it was interrupted.
	if expired && (f.Reason == string(contract.Interrupted) || f.Reason == v1alpha1.ReasonDumperFailed || f.Reason == v1alpha1.ReasonEvicted) {
		return runDeadlineExceeded()
	}
	return f
}

// failureOfLost is of a Job whose one pod was lost with its node, perhaps while the Job's deadline was stopping it.
func failureOfLost(job *batchv1.Job, pod *corev1.Pod) v1alpha1.Failure {
	if jobFailedBecause(job) == batchv1.JobReasonDeadlineExceeded {
		return runDeadlineExceeded()
	}
	return evicted(pod)
}

// jobFailedBecause is why the Job has failed, or is going to as soon as its pods have ended.
func jobFailedBecause(job *batchv1.Job) string {
	for _, c := range job.Status.Conditions {
		if (c.Type == batchv1.JobFailed || c.Type == batchv1.JobFailureTarget) && c.Status == corev1.ConditionTrue {
			return c.Reason
		}
	}
	return ""
}

// FailureOfPod is why a pod that has ended, or was lost, has no result.
func FailureOfPod(pod *corev1.Pod) v1alpha1.Failure {
	c := dumperStatus(pod)
	if c == nil || c.State.Terminated == nil {
		if disrupted(pod) {
			return evicted(pod)
		}
		return dumperFailed("Pod " + pod.Name + " ended before its container did")
	}
	ended := c.State.Terminated
	word, err := wordOf(pod)
	switch {
	case err == nil && word.Failure != nil && word.Failure.Reason == contract.Interrupted && disrupted(pod):
		return evicted(pod)
	case err == nil && word.Failure != nil:
		return FailureSaid(*word.Failure)
	case ended.Reason == "OOMKilled":
		return outOfMemory(pod.Name)
	case disrupted(pod):
		return evicted(pod)
	case ended.ExitCode == 0 && err != nil:
		return failure(v1alpha1.ReasonResultLost, text.Cut("Pod "+pod.Name+" ended well, but "+err.Error(), contract.MaxMessage))
	case ended.ExitCode == 0:
		return failure(v1alpha1.ReasonResultLost, "Pod "+pod.Name+" vouches for an artifact that is compressed or encrypted otherwise than was asked for")
	case err == nil:
		return dumperFailed(fmt.Sprintf("Pod %s vouches for an artifact and yet ended with exit code %d", pod.Name, ended.ExitCode))
	case neverRan(ended):
		return notStartable(pod.Name, ended)
	default:
		return dumperFailed(fmt.Sprintf("Pod %s ended with exit code %d and without a word of its own", pod.Name, ended.ExitCode))
	}
}

// FailureSaid takes over the dumper's own words. A reason outside its vocabulary is not repeated: conditions have a syntax
// for reasons, and one that breaks it would make every write of the status fail.
func FailureSaid(f contract.Failure) v1alpha1.Failure {
	if f.Reason.ExitCode() == contract.Internal.ExitCode() && f.Reason != contract.Internal {
		return dumperFailed("The dumper failed for a reason that this manager does not know: " + text.OneLine(f.Message, 512))
	}
	message := text.OneLine(f.Message, contract.MaxMessage)
	if message == "" {
		message = "The dumper failed"
	}
	return v1alpha1.Failure{Reason: string(f.Reason), Message: message, Hint: text.OneLine(f.Hint, contract.MaxMessage)}
}

func disrupted(pod *corev1.Pod) bool {
	if pod.Status.Reason == "Evicted" || pod.Status.Reason == "NodeLost" || pod.Status.Reason == "Terminated" {
		return true
	}
	for _, c := range pod.Status.Conditions {
		// It is set by eviction, preemption and taints.
		if c.Type == corev1.DisruptionTarget && c.Status == corev1.ConditionTrue {
			return true
		}
	}
	return false
}
