// Package samples_test applies the samples to a real API server.
package samples_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/internal/envtestenv"
)

func TestMain(m *testing.M) { envtestenv.Main(m) }

func TestTheSamplesAreAccepted(t *testing.T) {
	env := envtestenv.Get(t)
	env.Install(t)
	ctx := context.Background()
	if err := env.Client.Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "shop"}}); err != nil {
		t.Fatal(err)
	}
	kinds := map[string]int{}
	for _, object := range env.Kustomize(t, "config/samples") {
		kinds[object.GetKind()]++
		if err := env.Client.Create(ctx, object, client.FieldValidation("Strict")); err != nil {
			t.Errorf("%s %s: %v", object.GetKind(), object.GetName(), err)
		}
	}
	want := map[string]int{"DatabaseSource": 1, "DumpStorage": 2, "DumpAllowList": 1, "DatabaseDump": 1}
	if diff := cmp.Diff(want, kinds); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
