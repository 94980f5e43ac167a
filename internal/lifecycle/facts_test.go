package lifecycle_test

import (
	"slices"
	"strings"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/lifecycle"
	"github.com/volcado-io/volcado/internal/naming"
)

// noon is when the dump was created.
var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

// facts of a dump that was just created by kubectl and lacks nothing.
func facts() lifecycle.Facts {
	return lifecycle.Facts{
		Now: noon, Fresh: true,
		Settings: lifecycle.Settings{AllowConsole: true, StartDeadline: 10 * time.Minute},
		Dump: &v1alpha1.DatabaseDump{
			ObjectMeta: metav1.ObjectMeta{
				Namespace: "shop", Name: "first", UID: "dump-uid", Generation: 1, CreationTimestamp: metav1.NewTime(noon),
			},
			Spec: v1alpha1.DatabaseDumpSpec{
				SourceRef:   v1alpha1.ObjectReference{Name: "shop"},
				Compression: v1alpha1.Compression{Format: v1alpha1.CompressionGzip},
			},
		},
		Source: &v1alpha1.DatabaseSource{
			ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "shop"},
			Spec: v1alpha1.DatabaseSourceSpec{
				Databases: []v1alpha1.NamePattern{"shop"}, StorageRef: v1alpha1.ObjectReference{Name: "dumps"},
				Limits: v1alpha1.SourceLimits{
					MaxConcurrent: 1, StartDeadline: metav1.Duration{Duration: 5 * time.Minute}, RunDeadline: metav1.Duration{Duration: time.Hour},
				},
			},
		},
		Storage: &v1alpha1.DumpStorage{
			ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "dumps"},
			Spec:       v1alpha1.DumpStorageSpec{S3: &v1alpha1.S3Storage{Bucket: "dumps"}},
		},
	}
}

// after judges, takes the status over, and lets time pass.
func after(f lifecycle.Facts, d time.Duration) lifecycle.Facts {
	f.Dump = f.Dump.DeepCopy()
	f.Dump.Status = lifecycle.Judge(f).Status
	f.Now = f.Now.Add(d)
	return f
}

func withJob(f lifecycle.Facts, conditions ...batchv1.JobCondition) lifecycle.Facts {
	f.Job = &batchv1.Job{
		ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: naming.JobName("first", "dump-uid"), UID: "job-uid", CreationTimestamp: metav1.NewTime(f.Now)},
		Status:     batchv1.JobStatus{Conditions: conditions},
	}
	return f
}

func jobFailed(reason string) batchv1.JobCondition {
	return batchv1.JobCondition{Type: batchv1.JobFailed, Status: corev1.ConditionTrue, Reason: reason}
}

// withPod adds a pod of which the dumper's container is in this state.
func withPod(f lifecycle.Facts, state corev1.ContainerState) lifecycle.Facts {
	pod := corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "pod", UID: "pod-uid", CreationTimestamp: metav1.NewTime(f.Now)}}
	pod.Status.Phase = corev1.PodPending
	switch {
	case state.Running != nil:
		pod.Status.Phase = corev1.PodRunning
	case state.Terminated != nil && state.Terminated.ExitCode == 0:
		pod.Status.Phase = corev1.PodSucceeded
	case state.Terminated != nil:
		pod.Status.Phase = corev1.PodFailed
	}
	pod.Status.ContainerStatuses = []corev1.ContainerStatus{{Name: "dumper", Image: "dumper:dev", State: state}}
	f.Pods = append(append([]corev1.Pod{}, f.Pods...), pod)
	return f
}

func running(f lifecycle.Facts) corev1.ContainerState {
	return corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: metav1.NewTime(f.Now)}}
}

func ended(f lifecycle.Facts, exitCode int32, message string) corev1.ContainerState {
	return corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{
		ExitCode: exitCode, Message: message, StartedAt: metav1.NewTime(f.Now), FinishedAt: metav1.NewTime(f.Now),
	}}
}

// deleted: the pods' deletion was asked for, with a grace period.
func deleted(f lifecycle.Facts, grace time.Duration) lifecycle.Facts {
	f.Pods = slices.Clone(f.Pods)
	for i := range f.Pods {
		f.Pods[i].DeletionTimestamp = &metav1.Time{Time: f.Now.Add(grace)}
	}
	return f
}

func later(f lifecycle.Facts, d time.Duration) lifecycle.Facts {
	f.Now = f.Now.Add(d)
	return f
}

// stray adds a pod of a dump that is gone; its deletion is due in so long, or was not asked for.
func stray(f lifecycle.Facts, due *time.Duration) lifecycle.Facts {
	with := withPod(f, running(f))
	if due != nil {
		with = deleted(with, *due)
	}
	f.Strays = with.Pods
	return f
}

// jobStopping is a Job that will fail as soon as its pods have ended.
func jobStopping(reason string) batchv1.JobCondition {
	return batchv1.JobCondition{Type: batchv1.JobFailureTarget, Status: corev1.ConditionTrue, Reason: reason}
}

func failing(reason contract.Reason) string {
	data, err := contract.Result{Attempt: "pod-uid", Failure: &contract.Failure{Reason: reason, Message: "it failed"}}.Encode()
	if err != nil {
		panic(err)
	}
	return string(data)
}

func succeeding() string { return succeedingWith() }

func succeedingWith(warnings ...contract.Warning) string {
	return succeedingIn(contract.DefaultFormat(), warnings...)
}

// succeedingIn vouches for a file of this format.
func succeedingIn(format contract.Format, warnings ...contract.Warning) string {
	data, err := contract.Result{Attempt: "pod-uid", Warnings: warnings, Artifact: &contract.Artifact{
		File: format.File(), SizeBytes: 1, UncompressedBytes: 2, SHA256: strings.Repeat("0", 64),
	}}.Encode()
	if err != nil {
		panic(err)
	}
	return string(data)
}

func withoutSource(now time.Time) lifecycle.Facts {
	f := facts()
	f.Source, f.Now = nil, now
	return f
}

// labelled with what no manager allows unless it is told to.
func labelled(source *v1alpha1.DatabaseSource) *v1alpha1.DatabaseSource {
	source = source.DeepCopy()
	source.Spec.Job = &v1alpha1.JobTemplate{Labels: map[string]v1alpha1.JobLabelValue{"app": "shop"}}
	return source
}

// Keys of recipients.
const (
	ownersKey = "age137vvwd69g8rsyc0d6pw3pvrdf3kg30w4xmkesjgjwqrxeygt2gdsqpte28"
	askersKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB01FKmOU8b9mmIv2pUlxn7mM0wYiLh6lYXlhYRRcVhw"
)

func encryption(keys ...v1alpha1.Recipient) *v1alpha1.Encryption {
	return &v1alpha1.Encryption{Recipients: keys}
}

// encrypting source.
func encrypting(source *v1alpha1.DatabaseSource, keys ...v1alpha1.Recipient) *v1alpha1.DatabaseSource {
	source = source.DeepCopy()
	source.Spec.Encryption = encryption(keys...)
	return source
}

func refused(f lifecycle.Facts) lifecycle.Facts {
	f = after(f, time.Second)
	f.Rejection = &lifecycle.Rejection{Reason: v1alpha1.ReasonJobRejected, Message: "over quota"}
	return f
}

// notRefused is a look at the dump without another request to make its Job.
func notRefused(f lifecycle.Facts) lifecycle.Facts {
	f.Rejection = nil
	return f
}
