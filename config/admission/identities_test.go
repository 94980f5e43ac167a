package admission_test

import (
	"context"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/internal/envtestenv"
)

// Without knowing who the bot is, the policies let nothing through, not even what they would allow everybody.
func TestWithoutTheIdentitiesEverythingIsDenied(t *testing.T) {
	s := setUp(t)
	ctx := context.Background()
	identities := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: envtestenv.SystemNamespace, Name: "volcado-identities"}}
	if err := s.env.Client.Get(ctx, client.ObjectKeyFromObject(identities), identities); err != nil {
		t.Fatal(err)
	}
	dump := s.object(t, chatDump)
	if err := s.actor(t, "bot").Create(ctx, dump); err != nil {
		t.Fatal(err)
	}
	attempts := map[string]func() error{
		"create": func() error {
			return s.actor(t, "gitops").Create(ctx, s.object(t, strings.Replace(plainDump, "shop-1", "shop-2", 1)), client.DryRunAll)
		},
		"create as the bot": func() error {
			return s.actor(t, "bot").Create(ctx, s.object(t, strings.Replace(chatDump, "shop-1", "shop-3", 1)), client.DryRunAll)
		},
		"update": func() error {
			return s.actor(t, "admin").Patch(ctx, dump.DeepCopy(), merge(`{"metadata":{"labels":{"a":"b"}}}`), client.DryRunAll)
		},
		"status": func() error {
			return s.actor(t, "manager").Status().Patch(ctx, dump.DeepCopy(), merge(`{"status":{"phase":"Running"}}`), client.DryRunAll)
		},
	}
	all := func(denied bool) func(context.Context) (bool, error) {
		return func(context.Context) (bool, error) {
			for _, attempt := range attempts {
				if err := attempt(); (err != nil) != denied {
					return false, nil
				}
			}
			return true, nil
		}
	}
	// The policies see the ConfigMap by a watch.
	poll := func(what string, condition wait.ConditionWithContextFunc) {
		t.Helper()
		if err := wait.PollUntilContextTimeout(ctx, 20*time.Millisecond, 30*time.Second, true, condition); err != nil {
			t.Errorf("%s: %v", what, err)
			for name, attempt := range attempts {
				t.Logf("%s: %v", name, attempt())
			}
		}
	}
	whole := identities.Data
	identities.Data = map[string]string{"unknown": "x"}
	if err := s.env.Client.Update(ctx, identities); err != nil {
		t.Fatal(err)
	}
	poll("with a ConfigMap that names nobody, everything is denied", all(true))
	if err := s.env.Client.Delete(ctx, identities); err != nil {
		t.Fatal(err)
	}
	poll("without the ConfigMap, everything is denied", all(true))
	for name, attempt := range attempts {
		if err := attempt(); err == nil || !strings.Contains(err.Error(), "no params found for policy binding with `Deny` parameterNotFoundAction") {
			t.Errorf("%s: got %v", name, err)
		}
	}
	identities.ResourceVersion, identities.Data = "", whole
	if err := s.env.Client.Create(ctx, identities); err != nil {
		t.Fatal(err)
	}
	poll("with the ConfigMap again, everything is let through", all(false))
}
