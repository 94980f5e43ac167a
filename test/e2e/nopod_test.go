//go:build e2e

package e2e

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

func TestAJobWithoutAPodSaysWhyAndWhatMendsIt(t *testing.T) {
	t.Parallel()
	quota := func(name corev1.ResourceName, much string) client.Object {
		return &corev1.ResourceQuota{ObjectMeta: metav1.ObjectMeta{Name: "quota"}, Spec: corev1.ResourceQuotaSpec{Hard: corev1.ResourceList{name: resource.MustParse(much)}}}
	}
	for name, tc := range map[string]struct {
		object client.Object
		says   string
		hint   string
	}{
		"a quota that demands limits": {quota(corev1.ResourceLimitsCPU, "2"), "must specify limits.cpu", "job.resources, such as limits.cpu"},
		"a quota that is full":        {quota(corev1.ResourcePods, "0"), "exceeded quota: quota", "raise the ResourceQuota"},
		"a limit below the default memory": {&corev1.LimitRange{ObjectMeta: metav1.ObjectMeta{Name: "range"}, Spec: corev1.LimitRangeSpec{Limits: []corev1.LimitRangeItem{{
			Type: corev1.LimitTypeContainer, Max: corev1.ResourceList{corev1.ResourceMemory: resource.MustParse("256Mi")},
		}}}}, "maximum memory usage per Container is 256Mi", "job.resources within the LimitRange"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "nopod")
			w.create(tc.object)
			w.source("shop", []string{w.small()}, nil)
			w.ask("run", "shop", "")
			f := w.failed(w.waitFor("run", "Finished", patience), "Failed", v1alpha1.ReasonPodNotCreated)
			if !strings.Contains(f.Message, tc.says) || !strings.Contains(f.Hint, tc.hint) {
				t.Errorf("%s\n%s", f.Message, f.Hint)
			}
		})
	}
}
