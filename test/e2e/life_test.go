//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

// untilAvailable is the dump once condition ArtifactAvailable has this status and reason.
func (w *world) untilAvailable(name string, status metav1.ConditionStatus, reason string) *v1alpha1.DatabaseDump {
	w.Helper()
	var d *v1alpha1.DatabaseDump
	w.eventually(fmt.Sprintf("the artifact of %s is %s", name, reason), patience, func(context.Context) (bool, error) {
		d = w.get(name)
		c := meta.FindStatusCondition(d.Status.Conditions, v1alpha1.ConditionArtifactAvailable)
		if c == nil || c.Status != status || c.Reason != reason {
			return false, fmt.Errorf("it is %+v", c)
		}
		return true, nil
	})
	return d
}

// put an object into the bucket that is none of ours.
func (w *world) put(key string) {
	w.Helper()
	if _, err := env.s3.PutObject(w.ctx, &s3.PutObjectInput{Bucket: aws.String(bucket), Key: &key, Body: bytes.NewReader([]byte("a stranger's"))}); err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() {
		_, _ = env.s3.DeleteObject(context.Background(), &s3.DeleteObjectInput{Bucket: aws.String(bucket), Key: &key})
	})
}

func (w *world) objects(prefix string) []string {
	w.Helper()
	objects, uploads, err := env.s3.left(w.ctx, prefix)
	if err != nil || len(uploads) > 0 {
		w.Fatalf("uploads %v, %v", uploads, err)
	}
	return objects
}

func TestACopyIsGoneFromTheBucketWhenItsTimeIsOverAndNothingElseIs(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "expires")
	w.source("shop", []string{w.small()}, nil)
	w.ask("stays", "shop", "")
	w.ask("goes", "shop", ", ttl: 1h")
	w.completed(w.waitFor("stays", "Complete", patience))
	d := w.waitFor("goes", "Complete", patience)
	w.completed(d)
	own, space := keyPrefix(d), "e2e/"+w.namespace
	strangers := []string{own + "/README", own + "0/x/dump.sql.gz", space + "/goes2/" + string(d.UID) + "/x/dump.sql.gz"}
	for _, key := range strangers {
		w.put(key)
	}
	before := w.objects(space)
	w.kubectl("patch", "databasedump", "goes", "--type=merge", "--patch", `{"spec":{"ttl":"1s"}}`)
	d = w.untilAvailable("goes", metav1.ConditionFalse, v1alpha1.ReasonExpired)
	want := slices.DeleteFunc(before, func(key string) bool {
		return len(key) > len(own) && key[:len(own)+1] == own+"/" && !slices.Contains(strangers, key)
	})
	if got := w.objects(space); !slices.Equal(got, want) {
		t.Errorf("the bucket has\n%q\nand should have\n%q", got, want)
	}
	if !meta.IsStatusConditionTrue(d.Status.Conditions, v1alpha1.ConditionComplete) || d.Status.Artifact == nil {
		t.Errorf("the copy's end changed: %s", summary(d))
	}
	w.eventually("nothing holds the record", patience, func(context.Context) (bool, error) { return len(w.get("goes").Finalizers) == 0, nil })
}

func TestACopyIsGoneFromTheVolumeWhenItsTimeIsOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "volume-life")
	w.volumeStorage("files", "local", "64Mi")
	w.source("shop", []string{w.small()}, func(s *v1alpha1.DatabaseSource) { s.Spec.StorageRef.Name = "files" })
	w.ask("goes", "shop", ", ttl: 1h")
	d := w.waitFor("goes", "Complete", patience)
	w.kubectl("patch", "databasedump", "goes", "--type=merge", "--patch", `{"spec":{"ttl":"1s"}}`)
	w.untilAvailable("goes", metav1.ConditionFalse, v1alpha1.ReasonExpired)
	said := w.pod("look", "dumper-mariadb", []string{"inspect", "/artifacts"}, d.Status.Storage.PersistentVolumeClaim.ClaimName)
	if !bytes.Contains([]byte(said), []byte(`"attempts": []`)) {
		t.Errorf("the volume has %s", said)
	}
}

func TestADeletedDumpTakesItsCopyWithIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "deleted-copy")
	w.source("shop", []string{w.small()}, nil)
	w.ask("run", "shop", "")
	d := w.waitFor("run", "Complete", patience)
	w.completed(d)
	w.kubectl("delete", "databasedump", "run", "--timeout="+patience.String())
	w.nothingLeft(d)
}

func TestANamespaceWithCopiesIsDeletedAsAnyOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "namespace-life")
	w.source("shop", []string{w.small()}, nil)
	w.ask("run", "shop", "")
	w.completed(w.waitFor("run", "Complete", patience))
	w.kubectl("delete", "namespace", w.namespace, "--wait=false")
	w.eventually("the namespace is gone", patience, func(ctx context.Context) (bool, error) {
		err := env.client.Get(ctx, client.ObjectKey{Name: w.namespace}, &corev1.Namespace{})
		if apierrors.IsNotFound(err) {
			return true, nil
		}
		return false, err
	})
}

func TestADumpGoesThoughItsStoragesSecretIsGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "secret-life")
	w.source("shop", []string{w.small()}, nil)
	w.ask("run", "shop", ", ttl: 1h")
	w.completed(w.waitFor("run", "Complete", patience))
	w.kubectl("delete", "secret", "dumps-writer")
	w.kubectl("patch", "databasedump", "run", "--type=merge", "--patch", `{"spec":{"ttl":"1s"}}`)
	d := w.untilAvailable("run", metav1.ConditionUnknown, v1alpha1.ReasonDeletionFailed)
	if c := meta.FindStatusCondition(d.Status.Conditions, v1alpha1.ConditionArtifactAvailable); !bytes.Contains([]byte(c.Message), []byte("dumps-writer")) {
		t.Errorf("it does not name the Secret: %s", c.Message)
	}
	w.kubectl("patch", "databasedump", "run", "--type=merge", "--patch", `{"spec":{"deletionPolicy":"Retain"}}`)
	w.kubectl("delete", "databasedump", "run", "--timeout="+patience.String())
}

// It runs beside no other test, because the manager is away for some seconds.
func TestACopyThatWasCompletedUnheardIsAdopted(t *testing.T) {
	w := newWorld(t, "unheard")
	h := w.hold(0)
	w.source("shop", []string{h.database}, nil)
	w.ask("run", "shop", "")
	d, _ := h.inTheMiddle("run")
	w.scaleManager(0)
	defer w.scaleManager(1)
	h.release()
	w.eventually("the Job is complete", patience, func(ctx context.Context) (bool, error) {
		var job batchv1.Job
		if err := env.client.Get(ctx, types.NamespacedName{Namespace: w.namespace, Name: d.Status.JobName}, &job); err != nil {
			return false, err
		}
		return job.Status.Succeeded == 1, nil
	})
	w.kubectl("delete", "job", d.Status.JobName)
	w.eventually("its pod is gone", patience, func(ctx context.Context) (bool, error) { return len(w.pods(ctx, d)) == 0, nil })
	w.scaleManager(1)
	d = w.waitFor("run", "Complete", patience)
	w.completed(d)
	if jobs := w.jobs(w.ctx, d); len(jobs) != 0 {
		t.Errorf("the database was read again: %d Jobs", len(jobs))
	}
}

func (w *world) scaleManager(replicas int32) {
	w.Helper()
	var deployment appsv1.Deployment
	if err := env.client.Get(w.ctx, managerKey, &deployment); err != nil {
		w.Fatal(err)
	}
	before := deployment.DeepCopy()
	deployment.Spec.Replicas = &replicas
	if err := env.client.Patch(w.ctx, &deployment, client.MergeFrom(before)); err != nil {
		w.Fatal(err)
	}
	if replicas > 0 {
		if err := managerReady(w.ctx); err != nil {
			w.Fatal(err)
		}
		return
	}
	w.eventually("no manager runs", patience, func(ctx context.Context) (bool, error) {
		pods, err := managerPods(ctx)
		return len(pods) == 0, err
	})
}
