//go:build e2e

package e2e

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

// Not in parallel with the others: it takes the image from under every dump of a MySQL server.
func TestAnImageThatCannotBePulledFailsAtTheStartDeadlineAndSaysWhich(t *testing.T) {
	w := newWorld(t, "image")
	ctx, stop := context.WithTimeout(w.ctx, patience)
	defer stop()
	const absent = "volcado.local/dumper-absent:dev"
	args := slices.DeleteFunc(slices.Clone(argsNow), func(a string) bool { return strings.HasPrefix(a, "--dumper-image-mysql=") })
	if err := setManagerArgs(ctx, append(args, "--dumper-image-mysql="+absent)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		measureManager(w.ctx)
		if err := setManagerArgs(context.Background(), argsNow); err != nil {
			t.Fatal(err)
		}
	})
	w.source("shop", []string{w.small()}, func(s *v1alpha1.DatabaseSource) {
		s.Spec.Engine = v1alpha1.EngineMySQL
		s.Spec.Limits.StartDeadline.Duration = 8 * time.Second
	})
	w.ask("run", "shop", "")
	w.eventually("it says that somebody has to act", patience, func(context.Context) (bool, error) {
		d := w.get("run")
		c := meta.FindStatusCondition(d.Status.Conditions, v1alpha1.ConditionStalled)
		if c == nil || c.Reason != v1alpha1.ReasonImagePullFailed || !strings.Contains(c.Message, absent) {
			return false, errors.New(summary(d))
		}
		return true, nil
	})
	f := w.failed(w.waitFor("run", "Finished", 30*time.Second), "Failed", v1alpha1.ReasonImagePullFailed)
	if !strings.Contains(f.Message, absent) {
		t.Errorf("the message does not name the image: %s", f.Message)
	}
}

func TestANamespaceThatIsNotEnrolledIsSaidAndWhatIsAppliedInAnyOrderRuns(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "enrol")
	w.kubectl("delete", "rolebinding", "volcado-job-runner")
	database := w.small()
	w.source("shop", []string{database}, func(s *v1alpha1.DatabaseSource) { s.Spec.Limits.StartDeadline.Duration = 8 * time.Second })
	w.ask("outside", "shop", "")
	f := w.failed(w.waitFor("outside", "Finished", 30*time.Second), "Failed", v1alpha1.ReasonNamespaceNotEnrolled)
	if !strings.Contains(f.Message, w.namespace) || !strings.Contains(f.Hint, "config/enroll") {
		t.Errorf("it does not say which namespace and what to do: %s %s", f.Message, f.Hint)
	}

	// The dump first, then what it refers to, and the enrolment last.
	w.ask("early", "later", "")
	w.eventually("it says what it waits for", patience, func(context.Context) (bool, error) {
		c := meta.FindStatusCondition(w.get("early").Status.Conditions, v1alpha1.ConditionAccepted)
		return c != nil && c.Reason == v1alpha1.ReasonSourceNotFound, nil
	})
	w.source("later", []string{database}, func(s *v1alpha1.DatabaseSource) { s.Spec.StorageRef.Name = "later" })
	w.storage("later", func(*v1alpha1.DumpStorage) {})
	w.eventually("it says that the namespace is not enrolled", patience, func(context.Context) (bool, error) {
		c := meta.FindStatusCondition(w.get("early").Status.Conditions, v1alpha1.ConditionStalled)
		return c != nil && c.Reason == v1alpha1.ReasonNamespaceNotEnrolled, nil
	})
	w.kubectl("apply", "-k", filepath.Join(env.repo, "config/enroll"))
	w.completed(w.waitFor("early", "Complete", patience))
}
