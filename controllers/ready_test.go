package controllers_test

import (
	"context"
	"testing"

	"k8s.io/apimachinery/pkg/api/meta"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

// untilReady waits until condition Ready of an object says this.
func (w *world) untilReady(object client.Object, status *v1alpha1.ReferenceStatus, want string) {
	w.Helper()
	w.eventually(object.GetName()+" is "+want, func() (bool, string) {
		w.must(w.client.Get(context.Background(), client.ObjectKeyFromObject(object), object))
		c := meta.FindStatusCondition(status.Conditions, v1alpha1.ConditionReady)
		if c == nil {
			return false, "no condition"
		}
		got := string(c.Status) + " " + c.Reason
		return got == want && status.ObservedGeneration == object.GetGeneration(), got
	})
}

func TestReadySaysWhichReferenceDoesNotResolve(t *testing.T) {
	w := newWorld(t)
	source, storage, list := w.source(), w.storage(), w.list()
	w.startManager()
	w.create(list)
	w.untilReady(list, &list.Status, "False SourceNotFound")
	w.create(source)
	w.untilReady(list, &list.Status, "True Resolved")
	w.untilReady(source, &source.Status, "False StorageNotFound")
	w.create(storage)
	w.untilReady(source, &source.Status, "True Resolved")
	w.untilReady(storage, &storage.Status, "True Resolved")
	w.must(w.client.Delete(context.Background(), w.storage()))
	w.untilReady(source, &source.Status, "False StorageNotFound")
	w.must(w.client.Delete(context.Background(), w.source()))
	w.untilReady(list, &list.Status, "False SourceNotFound")
}

// TestReadySaysWhichAnnotationsAreNotAllowed, what to do, and that it was done.
func TestReadySaysWhichAnnotationsAreNotAllowed(t *testing.T) {
	w := newWorld(t)
	source := w.source(jobAnnotation("linkerd.io/inject"))
	w.create(source) // without its storage: of the two, what does not mend itself is said
	w.startManager()
	w.untilReady(source, &source.Status, "False "+v1alpha1.ReasonJobMetadataNotAllowed)
	message := meta.FindStatusCondition(source.Status.Conditions, v1alpha1.ConditionReady).Message
	const want = "DatabaseSource shop sets keys on its Jobs that this manager does not allow: job.annotations \"linkerd.io/inject\". " +
		"Remove them, or ask the platform team to start the manager with --allow-job-annotations=linkerd.io/inject."
	if message != want {
		t.Errorf("Ready says %q", message)
	}
	before := source.DeepCopy()
	source.Spec.Job = nil
	w.must(w.client.Patch(context.Background(), source, client.MergeFrom(before)))
	w.untilReady(source, &source.Status, "False StorageNotFound")
}

// TestReadySaysWhichRecipientIsNone, what to do, and that it was done.
func TestReadySaysWhichRecipientIsNone(t *testing.T) {
	w := newWorld(t)
	source := w.source()
	source.Spec.Encryption = &v1alpha1.Encryption{Recipients: []v1alpha1.Recipient{"age1typo"}}
	w.create(source) // without its storage: of the two, what does not mend itself is said
	w.startManager()
	w.untilReady(source, &source.Status, "False "+v1alpha1.ReasonRecipientInvalid)
	message := meta.FindStatusCondition(source.Status.Conditions, v1alpha1.ConditionReady).Message
	const want = "encryption.recipients of DatabaseSource shop: recipient 1 (age1typo) is not a whole public key of age: " +
		"a character is missing, too many or wrong. " +
		"In spec.encryption.recipients of the source, copy the whole public key again: age1..., age1pq1..., ssh-ed25519 or ssh-rsa."
	if message != want {
		t.Errorf("Ready says %q", message)
	}
	before := source.DeepCopy()
	source.Spec.Encryption.Recipients[0] = "age137vvwd69g8rsyc0d6pw3pvrdf3kg30w4xmkesjgjwqrxeygt2gdsqpte28"
	w.must(w.client.Patch(context.Background(), source, client.MergeFrom(before)))
	w.untilReady(source, &source.Status, "False StorageNotFound")
}
