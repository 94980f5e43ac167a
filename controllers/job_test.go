package controllers_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/naming"
)

// TestWhatKeepsAPodFromRunningEndsAtTheStartDeadline, each with a reason of its own.
func TestWhatKeepsAPodFromRunningEndsAtTheStartDeadline(t *testing.T) {
	waiting := func(reason, message string) func(*corev1.PodStatus) {
		return func(s *corev1.PodStatus) {
			s.Phase = corev1.PodPending
			s.ContainerStatuses = []corev1.ContainerStatus{{
				Name: "dumper", Image: "volcado.local/dumper-mariadb:dev",
				State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason, Message: message}},
			}}
		}
	}
	unscheduled := func(message string) func(*corev1.PodStatus) {
		return func(s *corev1.PodStatus) {
			s.Phase = corev1.PodPending
			s.Conditions = []corev1.PodCondition{{Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Reason: corev1.PodReasonUnschedulable, Message: message}}
		}
	}
	for name, tc := range map[string]struct {
		waits   func(*corev1.PodStatus)
		want    string
		message string
	}{
		"an image that cannot be pulled": {waiting("ErrImagePull", "no such host"), v1alpha1.ReasonImagePullFailed, "no such host"},
		"an image that is backed off":    {waiting("ImagePullBackOff", "Back-off pulling"), v1alpha1.ReasonImagePullFailed, "dumper-mariadb"},
		"an image name that is none":     {waiting("InvalidImageName", ""), v1alpha1.ReasonImagePullFailed, "InvalidImageName"},
		"no node that fits":              {unscheduled("0/3 nodes are available: insufficient memory"), v1alpha1.ReasonUnschedulable, "insufficient memory"},
		"a claim that does not exist":    {unscheduled(`persistentvolumeclaim "dumps" not found`), v1alpha1.ReasonVolumeNotFound, `"dumps"`},
		"a container that is never made": {waiting("ContainerCreating", ""), v1alpha1.ReasonStartDeadlineExceeded, "ContainerCreating"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			var ahead atomic.Int64 // of the real clock: a busy machine may take any time until the pod waits
			w.options.Now = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
			w.create(w.source(), w.storage())
			w.kubelet.always(attempt{waits: tc.waits})
			w.startKubelet()
			w.startManager()
			dump := w.apply(w.dump("stuck"))
			pod := w.untilPodWaits()
			ahead.Store(int64(w.options.Settings.StartDeadline + time.Minute))
			w.touch(pod) // no timer of the manager's goes by this clock
			got := w.untilFinished(dump)
			checkEnd(t, got, failed(tc.want))
			if !strings.Contains(got.Status.Failure.Message, tc.message) {
				t.Errorf("message %q, want %q in it", got.Status.Failure.Message, tc.message)
			}
			if n := w.jobs(); n != 0 {
				t.Errorf("the Job is still there and may start yet")
			}
		})
	}
}

// untilPodWaits is the pod, when its status says what keeps it from running.
func (w *world) untilPodWaits() *corev1.Pod {
	w.Helper()
	var pods corev1.PodList
	w.eventually("a pod that waits", func() (bool, string) {
		w.must(w.client.List(context.Background(), &pods, client.InNamespace(w.namespace)))
		return len(pods.Items) == 1 && len(pods.Items[0].Status.Conditions)+len(pods.Items[0].Status.ContainerStatuses) > 0,
			fmt.Sprintf("%+v", pods.Items)
	})
	return &pods.Items[0]
}

// touch a pod, so that the manager looks at it once more.
func (w *world) touch(pod *corev1.Pod) {
	w.Helper()
	touched := pod.DeepCopy()
	touched.Annotations = map[string]string{"test": "touched"}
	w.must(w.client.Patch(context.Background(), touched, client.MergeFrom(pod)))
}

func TestNobodyElsesJobIsTakenOver(t *testing.T) {
	w := newWorld(t)
	// No source yet: the dump waits, and its UID is known.
	w.startManager()
	dump := w.apply(w.dump("one"))
	w.until(dump, v1alpha1.ConditionStalled, metav1.ConditionTrue, v1alpha1.ReasonSourceNotFound)
	w.create(&batchv1.Job{
		ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: naming.JobName("one", dump.UID)},
		Spec: batchv1.JobSpec{Template: corev1.PodTemplateSpec{Spec: corev1.PodSpec{
			RestartPolicy: corev1.RestartPolicyNever, Containers: []corev1.Container{{Name: "dumper", Image: "evil"}},
		}}},
	})
	w.create(w.storage(), w.source())
	checkEnd(t, w.untilFinished(dump), failed(v1alpha1.ReasonNameConflict))
}

// The API lets no such source through. Its bounds and the request's are in different files, and can grow apart.
func TestADumpThatNoDumperCanBeToldOfEndsWithoutAJob(t *testing.T) {
	w := newWorld(t)
	w.create(w.source(), w.storage())
	r := newRig(t, w)
	r.read = func(o client.Object) {
		if source, ok := o.(*v1alpha1.DatabaseSource); ok {
			source.Spec.Exclude = &v1alpha1.SourceExclusions{}
			for range 2000 {
				source.Spec.Exclude.Data = append(source.Spec.Exclude.Data, v1alpha1.QualifiedPattern("*."+strings.Repeat("x", 120)))
			}
		}
	}
	got := r.drive(r.apply(r.dump("one")), nil)
	checkEnd(t, got, failed(v1alpha1.ReasonJobRejected))
	for _, says := range []string{"The Job cannot be made: the request has ", "shorten tables, exclude.tables or exclude.data of the dump or of its source"} {
		if !strings.Contains(got.Status.Failure.Message, says) {
			t.Errorf("it does not say %q: %s", says, got.Status.Failure.Message)
		}
	}
	if len(r.jobs) != 0 {
		t.Errorf("%d Jobs were made", len(r.jobs))
	}
}

func TestANamespaceThatIsNotEnrolled(t *testing.T) {
	t.Run("is waited for", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.namespace = w.env.Namespace(t)
		w.kubelet = newKubelet(w.client, w.namespace)
		w.create(w.source(), w.storage())
		w.startKubelet()
		w.startManager()
		dump := w.apply(w.dump("one"))
		w.until(dump, v1alpha1.ConditionStalled, metav1.ConditionTrue, v1alpha1.ReasonNamespaceNotEnrolled)
		w.env.Enroll(t, w.namespace)
		if got := w.untilFinished(dump); got.Status.Phase != v1alpha1.PhaseSucceeded {
			t.Errorf("status %+v", got.Status)
		}
	})
	t.Run("ends at the start deadline", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.namespace = w.env.Namespace(t)
		w.create(w.source(startDeadline(2*time.Second)), w.storage())
		w.startManager()
		got := w.untilFinished(w.apply(w.dump("one")))
		checkEnd(t, got, failed(v1alpha1.ReasonNamespaceNotEnrolled))
		if !strings.Contains(got.Status.Failure.Hint, "kubectl apply -n "+w.namespace+" -k config/enroll") {
			t.Errorf("hint %q", got.Status.Failure.Hint)
		}
	})
}

func TestAJobThatTheAPIServerRefuses(t *testing.T) {
	t.Run("because it is invalid, at once", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.create(w.storage(), w.source(func(s *v1alpha1.DatabaseSource) {
			s.Spec.Job = &v1alpha1.JobTemplate{Tolerations: []corev1.Toleration{{Key: "a b", Operator: "Nonsense"}}}
		}))
		w.startManager()
		checkEnd(t, w.untilFinished(w.apply(w.dump("one"))), failed(v1alpha1.ReasonJobRejected))
	})
	t.Run("for an admission policy, not before somebody had time to change it", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.create(w.storage(), w.source())
		lift := w.forbidJobs()
		w.startKubelet()
		w.startManager()
		dump := w.apply(w.dump("one"))
		w.until(dump, v1alpha1.ConditionStalled, metav1.ConditionTrue, v1alpha1.ReasonJobRejected)
		lift()
		if got := w.untilFinished(dump); got.Status.Phase != v1alpha1.PhaseSucceeded {
			t.Errorf("status %+v", got.Status)
		}
	})
	t.Run("for a quota, at the start deadline", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.create(w.storage(), w.source(startDeadline(2*time.Second)), &corev1.ResourceQuota{
			ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: "none"},
			Spec:       corev1.ResourceQuotaSpec{Hard: corev1.ResourceList{"count/jobs.batch": {}}},
			Status:     corev1.ResourceQuotaStatus{},
		})
		w.settleQuota("none")
		w.startManager()
		got := w.untilFinished(w.apply(w.dump("one")))
		checkEnd(t, got, failed(v1alpha1.ReasonJobRejected))
		if !strings.Contains(got.Status.Failure.Message, "quota") {
			t.Errorf("message %q", got.Status.Failure.Message)
		}
	})
}

// forbidJobs with an admission policy of the namespace's, until it is lifted.
func (w *world) forbidJobs() (lift func()) {
	ctx := context.Background()
	policy := &admissionregistrationv1.ValidatingAdmissionPolicy{
		ObjectMeta: metav1.ObjectMeta{Name: "no-jobs-in-" + w.namespace},
		Spec: admissionregistrationv1.ValidatingAdmissionPolicySpec{
			MatchConstraints: &admissionregistrationv1.MatchResources{
				NamespaceSelector: &metav1.LabelSelector{MatchLabels: map[string]string{corev1.LabelMetadataName: w.namespace}},
				ResourceRules: []admissionregistrationv1.NamedRuleWithOperations{{RuleWithOperations: admissionregistrationv1.RuleWithOperations{
					Operations: []admissionregistrationv1.OperationType{admissionregistrationv1.Create},
					Rule:       admissionregistrationv1.Rule{APIGroups: []string{"batch"}, APIVersions: []string{"v1"}, Resources: []string{"jobs"}},
				}}},
			},
			Validations: []admissionregistrationv1.Validation{{Expression: "false", Message: "no Jobs today"}},
		},
	}
	binding := &admissionregistrationv1.ValidatingAdmissionPolicyBinding{
		ObjectMeta: metav1.ObjectMeta{Name: policy.Name},
		Spec: admissionregistrationv1.ValidatingAdmissionPolicyBindingSpec{
			PolicyName: policy.Name, ValidationActions: []admissionregistrationv1.ValidationAction{admissionregistrationv1.Deny},
		},
	}
	w.create(policy, binding)
	w.Cleanup(func() { _ = w.client.Delete(ctx, policy) })
	w.untilJobsAreRefused("no Jobs today")
	return func() { w.must(w.client.Delete(ctx, binding)) }
}

// untilJobsAreRefused waits until the API server has seen what is to refuse them, in these words.
func (w *world) untilJobsAreRefused(words string) {
	w.Helper()
	job := &batchv1.Job{
		ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: "probe"},
		Spec: batchv1.JobSpec{Template: corev1.PodTemplateSpec{Spec: corev1.PodSpec{
			RestartPolicy: corev1.RestartPolicyNever, Containers: []corev1.Container{{Name: "probe", Image: "probe"}},
		}}},
	}
	w.eventually("Jobs are refused", func() (bool, string) {
		err := w.client.Create(context.Background(), job.DeepCopy(), client.DryRunAll)
		return err != nil && strings.Contains(err.Error(), words), fmt.Sprint(err)
	})
}

// settleQuota does what the quota controller would: without a status, the API server does not count. From then on no Job
// is made.
func (w *world) settleQuota(name string) {
	w.Helper()
	quota := &corev1.ResourceQuota{}
	w.must(w.client.Get(context.Background(), client.ObjectKey{Namespace: w.namespace, Name: name}, quota))
	quota.Status.Hard, quota.Status.Used = quota.Spec.Hard, corev1.ResourceList{"count/jobs.batch": {}}
	w.must(w.client.Status().Update(context.Background(), quota))
	w.untilJobsAreRefused("exceeded quota: " + name)
}

func TestTheManagerReadsNoSecret(t *testing.T) {
	w := newWorld(t)
	err := w.env.ManagerClient(t).List(context.Background(), &corev1.SecretList{}, client.InNamespace(w.namespace))
	if err == nil {
		t.Error("the manager's ServiceAccount may list Secrets in an enrolled namespace")
	}
}
