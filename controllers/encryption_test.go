package controllers_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/contract"
)

const (
	ownersKey = "age137vvwd69g8rsyc0d6pw3pvrdf3kg30w4xmkesjgjwqrxeygt2gdsqpte28"
	askersKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB01FKmOU8b9mmIv2pUlxn7mM0wYiLh6lYXlhYRRcVhw"
)

func encryption(key v1alpha1.Recipient) *v1alpha1.Encryption {
	return &v1alpha1.Encryption{Recipients: []v1alpha1.Recipient{key}}
}

// The floor of the source is in the Job, and what the source says once there is a Job changes nothing of how
// the dumper's word is judged.
func TestAnEncryptedDumpSucceedsWithAnEncryptedArtifactAlone(t *testing.T) {
	sealed := func(pod *corev1.Pod) string {
		return strings.ReplaceAll(success(pod), contract.DefaultFormat().File(), contract.DefaultFormat().Encrypt().File())
	}
	for name, tc := range map[string]struct {
		word     func(*corev1.Pod) string
		succeeds bool
	}{"an encrypted file": {sealed, true}, "another": {success, false}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			source := w.source()
			source.Spec.Encryption = encryption(ownersKey)
			w.create(source, w.storage())
			w.kubelet.always(attempt{runs: true})
			w.startKubelet()
			w.startManager()
			dump := w.apply(w.dump("one", func(d *v1alpha1.DatabaseDump) { d.Spec.Encryption = encryption(askersKey + " ana@example.com") }))
			got := w.until(dump, v1alpha1.ConditionReconciling, metav1.ConditionTrue, v1alpha1.ReasonRunning)
			if got.Status.EncryptedFor != 2 {
				t.Errorf("the status says that it is encrypted for %d", got.Status.EncryptedFor)
			}
			job := &batchv1.Job{}
			w.must(w.client.Get(context.Background(), client.ObjectKey{Namespace: w.namespace, Name: got.Status.JobName}, job))
			asked, err := contract.DecodeRequest([]byte(job.Spec.Template.Annotations[contract.RequestAnnotation]))
			w.must(err)
			if diff := cmp.Diff(&contract.Encryption{Recipients: []string{ownersKey, askersKey}}, asked.Encryption); diff != "" {
				t.Errorf("the dumper is asked for (-want +got)\n%s", diff)
			}
			before := source.DeepCopy()
			source.Spec.Encryption = nil
			w.must(w.client.Patch(context.Background(), source, client.MergeFrom(before)))
			w.kubelet.always(attempt{word: tc.word})
			got = w.untilFinished(dump)
			if !tc.succeeds {
				checkEnd(t, got, failedUnheard(v1alpha1.ReasonResultLost))
				return
			}
			if got.Status.Phase != v1alpha1.PhaseSucceeded || !strings.HasSuffix(got.Status.Artifact.URI, "/"+contract.DefaultFormat().Encrypt().File()) {
				t.Errorf("status %+v", got.Status)
			}
		})
	}
}
