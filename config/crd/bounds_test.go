package crd_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/volcado-io/volcado/internal/envtestenv"
)

// Unbounded fields of types that are Kubernetes' own, and why each may be.
var unbounded = map[string]string{
	"databasesource.spec.job.tolerations[].effect":   "corev1.Toleration; the API server judges it in the Job, and the list is bounded",
	"databasesource.spec.job.tolerations[].key":      "corev1.Toleration; the API server judges it in the Job, and the list is bounded",
	"databasesource.spec.job.tolerations[].operator": "corev1.Toleration; the API server judges it in the Job, and the list is bounded",
	"databasesource.spec.job.tolerations[].value":    "corev1.Toleration; the API server judges it in the Job, and the list is bounded",
	"databasesource.spec.job.resources.limits.{}":    "resource.Quantity is an int-or-string, which takes no maxLength; a rule parses it",
	"databasesource.spec.job.resources.requests.{}":  "resource.Quantity is an int-or-string, which takes no maxLength; a rule parses it",
	"databasedump.status.job.tolerations[].effect":   "it is a source's, which was bounded",
	"databasedump.status.job.tolerations[].key":      "it is a source's, which was bounded",
	"databasedump.status.job.tolerations[].operator": "it is a source's, which was bounded",
	"databasedump.status.job.tolerations[].value":    "it is a source's, which was bounded",
	"databasedump.status.job.resources.limits.{}":    "it is a source's, which was bounded",
	"databasedump.status.job.resources.requests.{}":  "it is a source's, which was bounded",
	"databasedump.apiVersion":                        "metav1.TypeMeta",
	"databasedump.kind":                              "metav1.TypeMeta",
	"databasesource.apiVersion":                      "metav1.TypeMeta",
	"databasesource.kind":                            "metav1.TypeMeta",
	"dumpallowlist.apiVersion":                       "metav1.TypeMeta",
	"dumpallowlist.kind":                             "metav1.TypeMeta",
	"dumpstorage.apiVersion":                         "metav1.TypeMeta",
	"dumpstorage.kind":                               "metav1.TypeMeta",
}

func TestEveryStringListAndMapIsBounded(t *testing.T) {
	found := map[string]bool{}
	for _, kind := range kinds {
		walk(kind, schemaOf(t, kind), func(path string, s apiextensionsv1.JSONSchemaProps) {
			bounded := true
			switch {
			case s.XIntOrString:
				bounded = false
			case s.Type == "string":
				bounded = s.MaxLength != nil || len(s.Enum) > 0 || s.Format == "date-time"
			case s.Type == "array":
				bounded = s.MaxItems != nil
			case s.Type == "object" && s.AdditionalProperties != nil:
				bounded = s.MaxProperties != nil
			}
			if s.XPreserveUnknownFields != nil {
				t.Errorf("%s keeps unknown fields, which nothing bounds", path)
			}
			if bounded {
				return
			}
			found[path] = true
			if unbounded[path] == "" {
				t.Errorf("%s has no bound", path)
			}
		})
	}
	for path := range unbounded {
		if !found[path] {
			t.Errorf("%s is excused and need not be", path)
		}
	}
}

func TestTheTestDataHasEveryFieldOfEverySpec(t *testing.T) {
	for _, kind := range kinds {
		present := map[string]bool{}
		for _, object := range documents(t, kind) {
			fieldsOf(kind, object.Object, present)
		}
		walk(kind+".spec", schemaOf(t, kind).Properties["spec"], func(path string, _ apiextensionsv1.JSONSchemaProps) {
			if !present[path] {
				t.Errorf("testdata/%s.yaml has no %s", kind, path)
			}
		})
	}
}

// Each bound of the schema is broken once, in an object that is valid otherwise.
func TestWhatBreaksABoundIsRefused(t *testing.T) {
	env := envtestenv.Get(t)
	namespace := env.Namespace(t)
	for _, kind := range kinds {
		spec := schemaOf(t, kind).Properties["spec"]
		for _, object := range documents(t, kind) {
			for _, b := range breaches(spec, []any{"spec"}, object.Object["spec"]) {
				t.Run(fmt.Sprintf("%s %s %s", object.GetName(), dotted(b.path), b.what), func(t *testing.T) {
					broken := &unstructured.Unstructured{Object: replace(object.Object, b.path, b.value).(map[string]any)}
					_, err := submit(env, namespace, broken)
					checkRefusal(t, err, b.refusal)
					if err != nil && !strings.Contains(err.Error(), dotted(b.path)) {
						t.Errorf("the refusal does not name %s: %v", dotted(b.path), err)
					}
				})
			}
		}
	}
}

// breach is one value that one bound forbids at one place.
type breach struct {
	what    string
	path    []any
	value   any
	refusal string
}

func breaches(s apiextensionsv1.JSONSchemaProps, path []any, value any) []breach {
	var found []breach
	add := func(what string, value any, refusal string) {
		found = append(found, breach{what: what, path: slices.Clone(path), value: value, refusal: refusal})
	}
	if s.XIntOrString {
		return nil
	}
	if s.MaxLength != nil && len(s.Enum) == 0 {
		add("too long", strings.Repeat("a", int(*s.MaxLength)+1), "Too long: may not be")
	}
	if s.MinLength != nil && *s.MinLength > 0 {
		add("too short", strings.Repeat("a", int(*s.MinLength)-1), fmt.Sprintf("should be at least %d chars long", *s.MinLength))
	}
	if s.Pattern != "" {
		add("against the pattern", "\t\t\t", "should match '")
	}
	if len(s.Enum) > 0 {
		add("not of the enumeration", "bogus", "Unsupported value: \"bogus\": supported values:")
	}
	if s.Minimum != nil {
		add("too small", int64(*s.Minimum)-1, "should be greater than or equal to")
	}
	if s.Maximum != nil {
		add("too great", int64(*s.Maximum)+1, "should be less than or equal to")
	}
	switch value := value.(type) {
	case []any:
		if s.MaxItems != nil {
			add("too many", many(value[0], int(*s.MaxItems)+1), fmt.Sprintf("must have at most %d items", *s.MaxItems))
		}
		if s.MinItems != nil {
			add("empty", []any{}, "should have at least 1 items")
		}
		if s.XListType != nil && *s.XListType == "set" {
			add("twice", []any{value[0], value[0]}, "Duplicate value")
		}
		found = append(found, breaches(*s.Items.Schema, append(path, 0), value[0])...)
	case map[string]any:
		for _, name := range s.Required {
			found = append(found, breach{what: "missing", path: append(slices.Clone(path), name), value: nil, refusal: "Required value"})
		}
		if s.MaxProperties != nil {
			tooMany := map[string]any{}
			for i := range *s.MaxProperties + 1 {
				tooMany[fmt.Sprintf("k%d", i)] = slices.Collect(maps.Values(value))[0]
			}
			add("too many", tooMany, fmt.Sprintf("must have at most %d items", *s.MaxProperties))
		}
		for _, name := range slices.Sorted(maps.Keys(value)) {
			inner, ok := s.Properties[name]
			if !ok && s.AdditionalProperties != nil {
				inner = *s.AdditionalProperties.Schema
			}
			found = append(found, breaches(inner, append(path, name), value[name])...)
		}
	}
	return found
}

func many(item any, n int) []any {
	items := make([]any, n)
	for i := range items {
		items[i] = item
		if text, ok := item.(string); ok {
			items[i] = fmt.Sprintf("%s%d", text, i)
		}
	}
	return items
}

// replace copies a tree with the value at the path replaced, or removed if it is nil.
func replace(tree any, path []any, value any) any {
	if len(path) == 0 {
		return value
	}
	switch tree := tree.(type) {
	case map[string]any:
		result := maps.Clone(tree)
		key := path[0].(string)
		if len(path) == 1 && value == nil {
			delete(result, key)
		} else {
			result[key] = replace(tree[key], path[1:], value)
		}
		return result
	case []any:
		result := slices.Clone(tree)
		result[path[0].(int)] = replace(tree[path[0].(int)], path[1:], value)
		return result
	}
	return tree
}

func dotted(path []any) string {
	var b strings.Builder
	for i, part := range path {
		switch part := part.(type) {
		case int:
			fmt.Fprintf(&b, "[%d]", part)
		case string:
			if i > 0 {
				b.WriteString(".")
			}
			b.WriteString(part)
		}
	}
	return b.String()
}

func schemaOf(t *testing.T, kind string) apiextensionsv1.JSONSchemaProps {
	t.Helper()
	return *generated(t, kind).Spec.Versions[0].Schema.OpenAPIV3Schema
}

// walk visits every schema in s: properties as .name, items as [], values of a map as .{}.
func walk(path string, s apiextensionsv1.JSONSchemaProps, visit func(string, apiextensionsv1.JSONSchemaProps)) {
	visit(path, s)
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		walk(path+"."+name, s.Properties[name], visit)
	}
	if s.Items != nil {
		walk(path+"[]", *s.Items.Schema, visit)
	}
	if s.AdditionalProperties != nil {
		walk(path+".{}", *s.AdditionalProperties.Schema, visit)
	}
}

// fieldsOf notes the paths that a value has, as walk writes them. A map's values are noted under both names, because it
// cannot be told from a structure.
func fieldsOf(path string, value any, present map[string]bool) {
	present[path] = true
	switch value := value.(type) {
	case map[string]any:
		for name, inner := range value {
			fieldsOf(path+"."+name, inner, present)
			fieldsOf(path+".{}", inner, present)
		}
	case []any:
		for _, inner := range value {
			fieldsOf(path+"[]", inner, present)
		}
	}
}
