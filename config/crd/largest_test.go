package crd_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/internal/envtestenv"
)

// The API server stops a rule that costs too much and refuses the object, so an object with every list as long as it may
// be must still be accepted, and changed.
func TestTheLargestObjectsAreWithinWhatRulesMayCost(t *testing.T) {
	env := envtestenv.Get(t)
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			base := documents(t, kind)[0]
			object := base.DeepCopy()
			object.Object["spec"] = grow(schemaOf(t, kind).Properties["spec"], base.Object["spec"])
			object.SetNamespace(env.Namespace(t))
			ctx := context.Background()
			if err := env.Client.Create(ctx, object); err != nil {
				t.Fatalf("create: %.2000v", err)
			}
			patch := client.RawPatch("application/merge-patch+json", []byte(`{"metadata":{"labels":{"a":"b"}}}`))
			if err := env.Client.Patch(ctx, object, patch); err != nil {
				t.Fatalf("patch: %.2000v", err)
			}
		})
	}
}

// grow fills every list and map of a valid value up to its bound. Texts in lists are made as long as they may be.
func grow(s apiextensionsv1.JSONSchemaProps, value any) any {
	switch value := value.(type) {
	case []any:
		if s.Items.Schema.Enum != nil {
			return value
		}
		items := make([]any, *s.MaxItems)
		for i := range items {
			items[i] = grow(*s.Items.Schema, value[0])
			if text, ok := value[0].(string); ok {
				items[i] = pad(text, i, *s.Items.Schema.MaxLength)
			}
		}
		return items
	case map[string]any:
		result := map[string]any{}
		for name, inner := range value {
			if property, ok := s.Properties[name]; ok {
				result[name] = grow(property, inner)
				continue
			}
			for i := range *s.MaxProperties {
				result[fmt.Sprintf("%s%d", name, i)] = inner
			}
		}
		return result
	}
	return value
}

func pad(text string, i int, length int64) string {
	suffix := fmt.Sprint(i)
	return text + strings.Repeat("x", int(length)-len(text)-len(suffix)) + suffix
}
