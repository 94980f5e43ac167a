package controllers_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/jobspec"
)

// forged is a Job that looks like one that deletes, and names a dump that is not there.
func (w *world) forged(name string) *batchv1.Job {
	w.Helper()
	asked, err := contract.DeletionRequest{Dumps: []contract.Deletion{{Dump: w.namespace + "/no", UID: "no-uid", KeyPrefix: w.namespace + "/no/no-uid"}}}.Encode()
	w.must(err)
	labels := map[string]string{v1alpha1.LabelManagedBy: v1alpha1.ManagedBy, v1alpha1.LabelJob: string(jobspec.KindDelete)}
	suspended := true
	return &batchv1.Job{
		ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: name, Labels: labels},
		Spec: batchv1.JobSpec{Suspend: &suspended, Template: corev1.PodTemplateSpec{
			ObjectMeta: metav1.ObjectMeta{Labels: labels, Annotations: map[string]string{contract.RequestAnnotation: string(asked)}},
			Spec:       corev1.PodSpec{RestartPolicy: corev1.RestartPolicyNever, Containers: []corev1.Container{{Name: "dumper", Image: "sleep"}}},
		}},
	}
}

func TestForgedJobsThatNeverEndKeepNoCopy(t *testing.T) {
	w := newWorld(t)
	w.create(w.source(), w.storage())
	for i := range 6 {
		w.create(w.forged(fmt.Sprintf("forged-%d", i)))
	}
	dump := w.expired("one")
	w.kubelet.plays(func(*batchv1.Job, int) attempt { return attempt{runs: true} })
	w.kubelet.playsAs(jobspec.KindDelete, func(job *batchv1.Job, _ int) attempt {
		if strings.HasPrefix(job.Name, "forged") {
			return attempt{runs: true}
		}
		return deletes()
	})
	w.startKubelet()
	w.startManager()
	w.untilAvailable(dump, metav1.ConditionFalse, v1alpha1.ReasonExpired)
}

// The Job controller waits for a pod for as long as its node does not come back.
func TestADeletionThatDoesNotEndGivesItsPlaceUpAndIsTriedAgain(t *testing.T) {
	w, _ := working(t)
	w.kubelet.playsAs(jobspec.KindDelete, func(*batchv1.Job, int) attempt { return attempt{runs: true} })
	dump := w.apply(w.dump("one", func(d *v1alpha1.DatabaseDump) { d.Spec.TTL = ttl(time.Second) }))
	w.untilAvailable(dump, metav1.ConditionFalse, v1alpha1.ReasonDeleting)
	w.eventually("a Job deletes", func() (bool, string) { return len(w.deletions()) == 1, "none" })
	r := newRig(t, w)
	deletions := r.deletions()
	round := func() {
		_, err := deletions.Reconcile(context.Background(), requestOf(w.namespace))
		w.must(err)
	}
	round()
	r.clock = 13 * time.Minute
	round()
	got := w.get(dump)
	if d := got.Status.Deletion; d == nil || d.Attempts < 1 {
		t.Errorf("no attempt was counted: %+v", got.Status.Conditions)
	}
}

func requestOf(namespace string) ctrl.Request {
	return ctrl.Request{NamespacedName: types.NamespacedName{Name: namespace}}
}
