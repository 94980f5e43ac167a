package admission_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// record is the annotation in which the bot keeps what it has said of a dump. Whoever forges it makes the bot silent, or
// speak twice, or in another place.
const record = "chat.volcado.io/delivery"

var notTheBot = []string{"gitops", "admin", "manager"}

// ways to write a dump whose record is another one, or gone.
var ways = map[string]func(ctx context.Context, c client.Client, dump *unstructured.Unstructured) error{
	"by replacing the object": func(ctx context.Context, c client.Client, dump *unstructured.Unstructured) error {
		return c.Update(ctx, withRecord(dump, "forged"))
	},
	"by replacing the object with one that has none": func(ctx context.Context, c client.Client, dump *unstructured.Unstructured) error {
		dump.SetAnnotations(nil)
		return c.Update(ctx, dump)
	},
	"by a merge patch": func(ctx context.Context, c client.Client, dump *unstructured.Unstructured) error {
		return c.Patch(ctx, dump, merge(`{"metadata":{"annotations":{"`+record+`":"forged"}}}`))
	},
	"by a JSON patch that removes it": func(ctx context.Context, c client.Client, dump *unstructured.Unstructured) error {
		return c.Patch(ctx, dump, client.RawPatch("application/json-patch+json", []byte(`[{"op":"remove","path":"/metadata/annotations/chat.volcado.io~1delivery"}]`)))
	},
	"by a JSON patch that moves it": func(ctx context.Context, c client.Client, dump *unstructured.Unstructured) error {
		return c.Patch(ctx, dump, client.RawPatch("application/json-patch+json",
			[]byte(`[{"op":"move","from":"/metadata/annotations/chat.volcado.io~1delivery","path":"/metadata/annotations/kept"}]`)))
	},
	"by server-side apply with force": func(ctx context.Context, c client.Client, dump *unstructured.Unstructured) error {
		applied := &unstructured.Unstructured{Object: map[string]any{
			"apiVersion": dump.GetAPIVersion(), "kind": dump.GetKind(),
			"metadata": map[string]any{"name": dump.GetName(), "namespace": dump.GetNamespace()},
		}}
		return c.Apply(ctx, client.ApplyConfigurationFromUnstructured(withRecord(applied, "forged")), client.FieldOwner("forger"), client.ForceOwnership)
	},
	"beside a change that is permitted": func(ctx context.Context, c client.Client, dump *unstructured.Unstructured) error {
		return c.Patch(ctx, dump, merge(`{"metadata":{"annotations":{"`+record+`":"forged"}},"spec":{"cancel":true}}`))
	},
}

func withRecord(dump *unstructured.Unstructured, value string) *unstructured.Unstructured {
	annotations := dump.GetAnnotations()
	if annotations == nil {
		annotations = map[string]string{}
	}
	annotations[record] = value
	dump.SetAnnotations(annotations)
	return dump
}

func (s stage) recorded(t *testing.T) *unstructured.Unstructured {
	t.Helper()
	dump := withRecord(s.object(t, strings.Replace(chatDump, "name: shop-1", "generateName: shop-", 1)), "the bot's")
	if err := s.actor(t, "bot").Create(context.Background(), dump); err != nil {
		t.Fatalf("the bot creates a dump with its record: %v", err)
	}
	return dump
}

func (s stage) checkRecord(t *testing.T, dump *unstructured.Unstructured, want string) {
	t.Helper()
	live := dump.DeepCopy()
	if err := s.env.Client.Get(context.Background(), client.ObjectKeyFromObject(dump), live); err != nil {
		t.Fatal(err)
	}
	if got := live.GetAnnotations()[record]; got != want {
		t.Errorf("the record is %q, want %q", got, want)
	}
}

func TestADeliveryRecordIsWrittenByTheBotAlone(t *testing.T) {
	s := setUp(t)
	for _, way := range slices.Sorted(maps.Keys(ways)) {
		t.Run(way, func(t *testing.T) {
			dump := s.recorded(t)
			for _, actor := range notTheBot {
				err := ways[way](context.Background(), s.actor(t, actor), dump.DeepCopy())
				checkDenied(t, err, "only the bot may add, change or remove annotations under chat.volcado.io/")
			}
			s.checkRecord(t, dump, "the bot's")
		})
	}
	t.Run("the bot itself, by replacing the object", func(t *testing.T) {
		dump := s.recorded(t)
		if err := s.actor(t, "bot").Update(context.Background(), withRecord(dump.DeepCopy(), "newer")); err != nil {
			t.Error(err)
		}
		s.checkRecord(t, dump, "newer")
	})
}

func TestNobodyButTheBotMakesADumpWithADeliveryRecord(t *testing.T) {
	s := setUp(t)
	for _, actor := range notTheBot {
		forged := withRecord(s.object(t, plainDump), "forged")
		checkDenied(t, s.actor(t, actor).Create(context.Background(), forged.DeepCopy()), onlyTheBotAnnotates)
		err := s.actor(t, actor).Apply(context.Background(), client.ApplyConfigurationFromUnstructured(forged), client.FieldOwner("forger"))
		checkDenied(t, err, onlyTheBotAnnotates)
	}
}

// The API server takes nothing of the metadata from who writes the status subresource, not even from the manager, whom the
// policy on it lets through.
func TestTheStatusSubresourceLeavesTheMetadataAlone(t *testing.T) {
	s := setUp(t)
	for name, write := range map[string]func(ctx context.Context, c client.SubResourceWriter, dump *unstructured.Unstructured) error{
		"by replacing it": func(ctx context.Context, c client.SubResourceWriter, dump *unstructured.Unstructured) error {
			return c.Update(ctx, dump)
		},
		"by a merge patch": func(ctx context.Context, c client.SubResourceWriter, dump *unstructured.Unstructured) error {
			return c.Patch(ctx, dump, merge(`{"metadata":{"annotations":{"`+record+`":"forged","team":"x"},"labels":{"volcado.io/message":"forged"},
				"finalizers":["example.com/stay"]},"spec":{"cancel":true},"status":{"phase":"Running"}}`))
		},
		"by server-side apply": func(ctx context.Context, c client.SubResourceWriter, dump *unstructured.Unstructured) error {
			applied := dump.DeepCopy()
			unstructured.RemoveNestedField(applied.Object, "metadata", "managedFields")
			return c.Apply(ctx, client.ApplyConfigurationFromUnstructured(applied), client.FieldOwner("forger"), client.ForceOwnership)
		},
	} {
		t.Run(name, func(t *testing.T) {
			ctx := context.Background()
			before := s.recorded(t)
			forged := withRecord(before.DeepCopy(), "forged")
			forged.SetLabels(map[string]string{"volcado.io/message": "forged"})
			forged.SetFinalizers([]string{"example.com/stay"})
			forged.Object["status"] = map[string]any{"phase": "Running"}
			for _, actor := range []string{"gitops", "admin", "bot"} {
				err := write(ctx, s.actor(t, actor).Status(), forged.DeepCopy())
				checkDenied(t, err, "only the manager may write the status of a DatabaseDump")
			}
			if err := write(ctx, s.actor(t, "manager").Status(), forged.DeepCopy()); err != nil {
				t.Fatalf("the manager: %v", err)
			}
			after := before.DeepCopy()
			if err := s.env.Client.Get(ctx, client.ObjectKeyFromObject(before), after); err != nil {
				t.Fatal(err)
			}
			if phase, _, _ := unstructured.NestedString(after.Object, "status", "phase"); phase != "Running" {
				t.Errorf("phase %q: the status was not written, so nothing is shown of the metadata", phase)
			}
			if !maps.Equal(after.GetAnnotations(), before.GetAnnotations()) || !maps.Equal(after.GetLabels(), before.GetLabels()) || after.GetFinalizers() != nil {
				t.Errorf("annotations %v, labels %v, finalizers %v", after.GetAnnotations(), after.GetLabels(), after.GetFinalizers())
			}
			if cancel, _, _ := unstructured.NestedBool(after.Object, "spec", "cancel"); cancel {
				t.Error("the spec was written by way of the status")
			}
		})
	}
}
