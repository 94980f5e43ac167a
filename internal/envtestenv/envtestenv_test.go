package envtestenv_test

import (
	"context"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/envtestenv"
)

func TestMain(m *testing.M) { envtestenv.Main(m) }

func TestTheKindsAreServed(t *testing.T) {
	env := envtestenv.Get(t)
	for _, list := range []client.ObjectList{
		&v1alpha1.DatabaseSourceList{}, &v1alpha1.DumpStorageList{},
		&v1alpha1.DumpAllowListList{}, &v1alpha1.DatabaseDumpList{},
	} {
		if err := env.Client.List(context.Background(), list); err != nil {
			t.Errorf("list %T: %v", list, err)
		}
	}
}

func TestAServiceAccountHasNoRightsOfItsOwn(t *testing.T) {
	env := envtestenv.Get(t)
	nobody := env.ClientAs(t, env.Namespace(t), "nobody")
	err := nobody.List(context.Background(), &v1alpha1.DatabaseDumpList{})
	if !apierrors.IsForbidden(err) {
		t.Errorf("got %v, want Forbidden", err)
	}
}

func TestEveryNamespaceIsNew(t *testing.T) {
	env := envtestenv.Get(t)
	if a, b := env.Namespace(t), env.Namespace(t); a == b {
		t.Errorf("both are %s", a)
	}
}
