package controllers_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/jobspec"
)

// attempt is how the fake kubelet lets one pod of a Job fare.
type attempt struct {
	// waits keeps the pod from running: it sets what the pod's status says instead.
	waits func(*corev1.PodStatus)
	// runs keeps the pod running.
	runs bool
	// word is the termination message; word of success by default.
	word func(pod *corev1.Pod) string
	// exitCode of the container.
	exitCode int32
	// reason of the container's end, such as OOMKilled.
	reason string
	// evicted marks the pod as disrupted.
	evicted bool
	// vanishes: the pod is gone as soon as it has ended, before anybody could read its word.
	vanishes bool
}

// kubelet plays kubelet, scheduler, Job controller and garbage collector for one namespace, one step at a time.
type kubelet struct {
	client    client.Client
	namespace string

	mu      sync.Mutex
	play    func(job *batchv1.Job, number int) attempt
	others  map[jobspec.Kind]func(job *batchv1.Job, number int) attempt
	running int // pods that run now
	most    int // pods that ever ran at once
	ran     map[types.UID]int
	order   []string // dumps, as their first pods were made
}

func newKubelet(c client.Client, namespace string) *kubelet {
	return &kubelet{
		client: c, namespace: namespace, ran: map[types.UID]int{}, play: func(*batchv1.Job, int) attempt { return attempt{} },
		others: map[jobspec.Kind]func(*batchv1.Job, int) attempt{
			// A storage without a complete copy, in which everything can be deleted.
			jobspec.KindSettle: func(*batchv1.Job, int) attempt { return says(contract.ArtifactDoubted) },
			jobspec.KindDelete: func(*batchv1.Job, int) attempt { return deletes() },
		},
	}
}

// playOf a pod of a Job, whatever kind it is.
func (k *kubelet) playOf(job *batchv1.Job, number int) attempt {
	k.mu.Lock()
	defer k.mu.Unlock()
	if play := k.others[jobspec.Kind(job.Labels[v1alpha1.LabelJob])]; play != nil {
		return play(job, number)
	}
	return k.play(job, number)
}

func copies(labels map[string]string) bool {
	return labels[v1alpha1.LabelJob] == string(jobspec.KindCopy)
}

// plays says how every pod that copies fares from now on; number counts a Job's pods from 0.
func (k *kubelet) plays(play func(job *batchv1.Job, number int) attempt) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.play = play
}

// always lets every pod that copies fare the same.
func (k *kubelet) always(a attempt) { k.plays(func(*batchv1.Job, int) attempt { return a }) }

// playsAs says how every pod of Jobs of a kind fares from now on.
func (k *kubelet) playsAs(kind jobspec.Kind, play func(job *batchv1.Job, number int) attempt) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.others[kind] = play
}

func (k *kubelet) mostAtOnce() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.most
}

func (k *kubelet) ranInOrder() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(k.order)
}

// run until the context ends.
func (k *kubelet) run(ctx context.Context) {
	ticker := time.NewTicker(15 * time.Millisecond)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			if err := k.step(ctx); err != nil && ctx.Err() == nil && !apierrors.IsConflict(err) && !apierrors.IsNotFound(err) {
				panic(fmt.Sprintf("the fake kubelet failed: %v", err))
			}
		}
	}
}

// step brings every Job and pod one state further.
func (k *kubelet) step(ctx context.Context) error {
	var jobs batchv1.JobList
	if err := k.client.List(ctx, &jobs, client.InNamespace(k.namespace)); err != nil {
		return err
	}
	var pods corev1.PodList
	if err := k.client.List(ctx, &pods, client.InNamespace(k.namespace)); err != nil {
		return err
	}
	byJob := map[types.UID][]*corev1.Pod{}
	running := 0
	for i := range pods.Items {
		pod := &pods.Items[i]
		if pod.Status.Phase == corev1.PodRunning && copies(pod.Labels) {
			running++
		}
		if owner := metav1.GetControllerOf(pod); owner != nil {
			byJob[owner.UID] = append(byJob[owner.UID], pod)
		}
	}
	k.mu.Lock()
	k.running, k.most = running, max(k.most, running)
	k.mu.Unlock()
	for i := range jobs.Items {
		job := &jobs.Items[i]
		mine := byJob[job.UID]
		delete(byJob, job.UID)
		if err := k.stepJob(ctx, job, mine); err != nil {
			return err
		}
	}
	// What is left has lost its Job.
	for _, orphans := range byJob {
		for _, pod := range orphans {
			if metav1.GetControllerOf(pod).Kind != "Job" {
				continue
			}
			if pod.Status.Phase == corev1.PodRunning {
				// A dumper that is told to stop says so, and its pod goes after that.
				if err := k.endPod(ctx, pod, says(contract.Interrupted)); client.IgnoreNotFound(err) != nil {
					return err
				}
				continue
			}
			if err := k.client.Delete(ctx, pod, client.GracePeriodSeconds(0)); client.IgnoreNotFound(err) != nil {
				return err
			}
		}
	}
	return nil
}

func (k *kubelet) stepJob(ctx context.Context, job *batchv1.Job, pods []*corev1.Pod) error {
	for _, c := range job.Status.Conditions {
		if (c.Type == batchv1.JobComplete || c.Type == batchv1.JobFailed) && c.Status == corev1.ConditionTrue {
			return nil
		}
	}
	slices.SortFunc(pods, func(a, b *corev1.Pod) int { return strings.Compare(a.Name, b.Name) })
	if len(pods) > 0 {
		if last := pods[len(pods)-1]; last.Status.Phase != corev1.PodFailed && last.Status.Phase != corev1.PodSucceeded {
			return k.stepPod(ctx, job, last, len(pods)-1)
		}
	}
	return k.judgeJob(ctx, job, pods)
}

// judgeJob is the Job controller: another pod, or the end.
func (k *kubelet) judgeJob(ctx context.Context, job *batchv1.Job, pods []*corev1.Pod) error {
	k.mu.Lock()
	ended := k.ran[job.UID]
	k.mu.Unlock()
	last := k.playOf(job, max(ended-1, 0))
	switch {
	case ended > 0 && last.exitCode == 0:
		return k.endJob(ctx, job, batchv1.JobComplete, "CompletionsReached")
	case ended > 0 && slices.Contains(contract.FinalExitCodes(), last.exitCode):
		return k.endJob(ctx, job, batchv1.JobFailed, batchv1.JobReasonPodFailurePolicy)
	case ended > int(*job.Spec.BackoffLimit):
		return k.endJob(ctx, job, batchv1.JobFailed, batchv1.JobReasonBackoffLimitExceeded)
	}
	if len(pods) == 0 && ended == 0 && copies(job.Labels) {
		k.mu.Lock()
		k.order = append(k.order, job.Labels[v1alpha1.LabelDump])
		k.mu.Unlock()
	}
	return k.client.Create(ctx, &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: job.Namespace, Name: fmt.Sprintf("%s-%d", job.Name, len(pods)),
			Labels: job.Spec.Template.Labels, OwnerReferences: []metav1.OwnerReference{*metav1.NewControllerRef(job, batchv1.SchemeGroupVersion.WithKind("Job"))},
		},
		Spec: job.Spec.Template.Spec,
	})
}

func (k *kubelet) endJob(ctx context.Context, job *batchv1.Job, as batchv1.JobConditionType, reason string) error {
	now := metav1.Now()
	job.Status.StartTime = &now
	before := batchv1.JobSuccessCriteriaMet
	if as == batchv1.JobFailed {
		before = batchv1.JobFailureTarget
	} else {
		job.Status.CompletionTime, job.Status.Succeeded = &now, 1
	}
	for _, kind := range []batchv1.JobConditionType{before, as} {
		job.Status.Conditions = append(job.Status.Conditions, batchv1.JobCondition{
			Type: kind, Status: corev1.ConditionTrue, Reason: reason, LastTransitionTime: now, LastProbeTime: now,
		})
	}
	return k.client.Status().Update(ctx, job)
}

// stepPod is scheduler and kubelet: Pending, Running, ended.
func (k *kubelet) stepPod(ctx context.Context, job *batchv1.Job, pod *corev1.Pod, number int) error {
	plays := k.playOf(job, number)
	now := metav1.Now()
	container := corev1.ContainerStatus{Name: jobspec.ContainerName, Image: pod.Spec.Containers[0].Image}
	status := &pod.Status
	switch {
	case plays.waits != nil:
		before := status.DeepCopy()
		plays.waits(status)
		if fmt.Sprint(before) == fmt.Sprint(status) {
			return nil
		}
		return k.client.Status().Update(ctx, pod)
	case status.Phase == corev1.PodRunning && plays.runs:
		return nil
	case status.Phase != corev1.PodRunning:
		status.Phase = corev1.PodRunning
		status.Conditions = nil
		container.State.Running = &corev1.ContainerStateRunning{StartedAt: now}
		status.ContainerStatuses = []corev1.ContainerStatus{container}
		return k.client.Status().Update(ctx, pod)
	}
	if err := k.endPod(ctx, pod, plays); err != nil {
		return err
	}
	k.mu.Lock()
	k.ran[job.UID]++
	k.mu.Unlock()
	return nil
}

// endPod as it is played.
func (k *kubelet) endPod(ctx context.Context, pod *corev1.Pod, plays attempt) error {
	now := metav1.Now()
	container := corev1.ContainerStatus{Name: jobspec.ContainerName, Image: pod.Spec.Containers[0].Image}
	status := &pod.Status
	word := plays.word
	if word == nil {
		word = success
	}
	status.Phase = corev1.PodSucceeded
	if plays.exitCode != 0 {
		status.Phase = corev1.PodFailed
	}
	if plays.evicted {
		status.Conditions = append(status.Conditions, corev1.PodCondition{Type: corev1.DisruptionTarget, Status: corev1.ConditionTrue, Reason: "EvictionByEvictionAPI", LastTransitionTime: now})
	}
	container.State.Terminated = &corev1.ContainerStateTerminated{
		ExitCode: plays.exitCode, Reason: plays.reason, Message: word(pod), StartedAt: now, FinishedAt: now,
	}
	status.ContainerStatuses = []corev1.ContainerStatus{container}
	if plays.vanishes {
		// Ended without a trace: the pod is deleted in the moment of its end.
		return k.client.Delete(ctx, pod, client.GracePeriodSeconds(0))
	}
	return k.client.Status().Update(ctx, pod)
}

// deletes is a dumper that deleted what it was asked to, except for what these failures name.
func deletes(failures ...contract.DeletionFailure) attempt {
	a := attempt{word: func(pod *corev1.Pod) string {
		data, err := contract.DeletionResult{Attempt: string(pod.UID), Objects: 2, Failures: failures}.Encode()
		if err != nil {
			panic(err)
		}
		return string(data)
	}}
	if len(failures) > 0 {
		a.exitCode = failures[0].Reason.ExitCode()
	}
	return a
}

// adopts is a dumper that found a copy which an earlier attempt completed.
func adopts(attemptName string) attempt {
	return attempt{word: func(pod *corev1.Pod) string {
		word, err := contract.Decode(success(pod), string(pod.UID))
		if err != nil {
			panic(err)
		}
		word.Adopted = attemptName
		return encode(*word)
	}}
}

// success is the word of a dumper that did well.
func success(pod *corev1.Pod) string {
	return encode(contract.Result{
		Attempt:  string(pod.UID),
		Artifact: &contract.Artifact{File: contract.DefaultFormat().File(), SizeBytes: 1000, UncompressedBytes: 4000, SHA256: strings.Repeat("ab", 32)},
		Server:   &contract.Software{Flavour: "MariaDB", Version: "10.11.6"},
		Client:   &contract.Software{Flavour: "MariaDB", Version: "10.11.7"},
	})
}

// says is the word of a dumper that failed for a reason.
func says(reason contract.Reason) attempt {
	return attempt{exitCode: reason.ExitCode(), word: func(pod *corev1.Pod) string {
		return encode(contract.Result{Attempt: string(pod.UID), Failure: &contract.Failure{
			Reason: reason, Message: "it happened to shop", Hint: "do this",
		}})
	}}
}

// silent is a dumper that left these bytes and an exit code.
func silent(message string, exitCode int32) attempt {
	return attempt{exitCode: exitCode, word: func(*corev1.Pod) string { return message }}
}

func encode(r contract.Result) string {
	data, err := r.Encode()
	if err != nil {
		panic(err)
	}
	if !json.Valid(data) {
		panic("no JSON")
	}
	return string(data)
}
