package envtestenv_test

import (
	"context"
	"fmt"
	"testing"

	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
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

func TestAfterInstallThePoliciesAreInForce(t *testing.T) {
	env := envtestenv.Get(t)
	env.Install(t)
	dump := &v1alpha1.DatabaseDump{
		ObjectMeta: metav1.ObjectMeta{Namespace: env.Namespace(t), Name: "forged"},
		Spec: v1alpha1.DatabaseDumpSpec{
			SourceRef: v1alpha1.ObjectReference{Name: "shop"},
			RequestedBy: &v1alpha1.Requester{
				Platform: v1alpha1.PlatformConsole, User: "alice", Channel: "direct", ChannelKind: v1alpha1.ChannelKindDirect, Message: "1",
			},
		},
	}
	if err := env.Client.Create(context.Background(), dump); !apierrors.IsForbidden(err) {
		t.Errorf("the administrator claims to be alice: got %v, want Forbidden", err)
	}
}

// Many, because one alone is now and then in force by chance.
func TestWhatIsGrantedIsInForceAtOnce(t *testing.T) {
	env := envtestenv.Get(t)
	namespace := env.Namespace(t)
	rules := []rbacv1.PolicyRule{{APIGroups: []string{v1alpha1.GroupVersion.Group}, Resources: []string{"databasedumps"}, Verbs: []string{"list"}}}
	for i := range 50 {
		name := fmt.Sprintf("reader-%d", i)
		reader := env.ClientAs(t, namespace, name)
		list := func() error {
			return reader.List(context.Background(), &v1alpha1.DatabaseDumpList{}, client.InNamespace(namespace))
		}
		if err := list(); !apierrors.IsForbidden(err) {
			t.Fatalf("%s, before: got %v, want Forbidden", name, err)
		}
		env.Grant(t, namespace, name, rules, rbacv1.Subject{Kind: rbacv1.ServiceAccountKind, Namespace: namespace, Name: name})
		if err := list(); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
}
