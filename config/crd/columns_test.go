package crd_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/internal/envtestenv"
)

func TestWhatKubectlGetPrints(t *testing.T) {
	env := envtestenv.Get(t)
	for name, tc := range map[string]struct {
		kind, status string
		want         map[string]any
		wide         map[string]any
	}{
		"a dump that was copied": {
			kind: "databasedump",
			status: `{phase: Complete, database: shop, encryptedFor: 2, progress: {bytes: 9, percent: 99, updatedAt: "2026-01-01T00:00:00Z"},
				artifact: {uri: "s3://dumps/x", manifestURI: "s3://dumps/y", sizeBytes: 123, uncompressedBytes: 456, sha256: "0", expiresAt: "2026-01-09T12:00:00Z"}}`,
			want: map[string]any{"Name": "shop-1", "Source": "shop", "Database": "shop", "Phase": "Complete", "Progress": int64(99), "Size": int64(123), "Expires": "2026-01-09T12:00:00Z"},
			wide: map[string]any{"Location": "s3://dumps/x", "Encrypted-For": int64(2), "Requested-By": "U061F7AUR", "Failure": nil},
		},
		"a dump that failed": {
			kind:   "databasedump",
			status: `{phase: Failed, failure: {reason: AccessDenied, message: refused}}`,
			want:   map[string]any{"Name": "shop-1", "Source": "shop", "Database": nil, "Phase": "Failed", "Progress": nil, "Size": nil, "Expires": nil},
			wide:   map[string]any{"Location": nil, "Encrypted-For": nil, "Requested-By": "U061F7AUR", "Failure": "AccessDenied"},
		},
		"a source": {
			kind: "databasesource", status: ready,
			want: map[string]any{"Name": "shop", "Engine": "MariaDB", "Host": "mariadb.shop.svc", "Databases": `["shop","shop_*"]`, "Storage": "dumps", "Ready": "True"},
			wide: map[string]any{"Excluded-Tables": `["shop*.sessions"]`, "Excluded-Data": `["shop*.audit_log"]`},
		},
		"a storage": {
			kind: "dumpstorage", status: ready,
			want: map[string]any{"Name": "dumps", "Bucket": "dumps", "Claim": nil, "Ready": "True"},
			wide: map[string]any{},
		},
		"an allow-list": {
			kind: "dumpallowlist", status: ready,
			want: map[string]any{"Name": "qa", "Sources": `["shop"]`, "Databases": `["shop"]`, "Ready": "True"},
			wide: map[string]any{},
		},
	} {
		t.Run(name, func(t *testing.T) {
			object := documents(t, tc.kind)[0]
			object.SetNamespace(env.Namespace(t))
			ctx := context.Background()
			if err := env.Client.Create(ctx, object); err != nil {
				t.Fatal(err)
			}
			object.Object["status"] = parse(t, tc.status)
			if err := env.Client.Status().Update(ctx, object, client.FieldValidation("Strict")); err != nil {
				t.Fatal(err)
			}
			got, wide := printed(t, env, tc.kind, object.GetNamespace(), object.GetName())
			if _, ok := got["Age"]; !ok {
				t.Error("there is no column Age")
			}
			delete(got, "Age")
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("kubectl get (-want +got)\n%s", diff)
			}
			if diff := cmp.Diff(tc.wide, wide); diff != "" {
				t.Errorf("kubectl get -o wide adds (-want +got)\n%s", diff)
			}
		})
	}
}

const ready = `{conditions: [{type: Ready, status: "True", reason: Resolved, message: "", lastTransitionTime: "2026-01-01T00:00:00Z"}]}`

// printed asks for the table that kubectl asks for, and returns the columns of kubectl get and those that -o wide adds.
func printed(t *testing.T, env *envtestenv.Env, kind, namespace, name string) (always, wide map[string]any) {
	t.Helper()
	config := rest.CopyConfig(env.Config)
	config.APIPath, config.GroupVersion = "/apis", &metav1.SchemeGroupVersion
	config.NegotiatedSerializer = scheme.Codecs.WithoutConversion()
	rc, err := rest.RESTClientFor(config)
	if err != nil {
		t.Fatal(err)
	}
	data, err := rc.Get().AbsPath("/apis/volcado.io/v1alpha1/namespaces", namespace, kind+"s", name).
		SetHeader("Accept", "application/json;as=Table;g=meta.k8s.io;v=v1").DoRaw(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	table := &metav1.Table{}
	if err := json.Unmarshal(data, table); err != nil {
		t.Fatal(err)
	}
	always, wide = map[string]any{}, map[string]any{}
	for i, column := range table.ColumnDefinitions {
		cell := table.Rows[0].Cells[i]
		if number, ok := cell.(float64); ok {
			cell = int64(number)
		}
		if column.Priority == 0 {
			always[column.Name] = cell
		} else {
			wide[column.Name] = cell
		}
	}
	return always, wide
}

func TestNamesAsTheServerHasThem(t *testing.T) {
	env := envtestenv.Get(t)
	type names struct {
		Kind, Plural, Short, Category string
		Scope                         apiextensionsv1.ResourceScope
		Status                        bool
	}
	got := map[string]names{}
	list := &apiextensionsv1.CustomResourceDefinitionList{}
	if err := env.Client.List(context.Background(), list); err != nil {
		t.Fatal(err)
	}
	for _, crd := range list.Items {
		n := crd.Spec.Names
		got[crd.Name] = names{n.Kind, n.Plural, fmt.Sprint(n.ShortNames), fmt.Sprint(n.Categories), crd.Spec.Scope,
			crd.Spec.Versions[0].Subresources != nil && crd.Spec.Versions[0].Subresources.Status != nil}
	}
	want := map[string]names{
		"databasedumps.volcado.io":   {"DatabaseDump", "databasedumps", "[dbdump]", "[volcado]", "Namespaced", true},
		"databasesources.volcado.io": {"DatabaseSource", "databasesources", "[dbsrc]", "[volcado]", "Namespaced", true},
		"dumpallowlists.volcado.io":  {"DumpAllowList", "dumpallowlists", "[dallow]", "[volcado]", "Namespaced", true},
		"dumpstorages.volcado.io":    {"DumpStorage", "dumpstorages", "[dstore]", "[volcado]", "Namespaced", true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// What kubectl explain says: nothing is left without a word, and fields are called what they are called in YAML.
func TestEveryFieldIsExplained(t *testing.T) {
	for _, kind := range kinds {
		for _, part := range []string{"spec", "status"} {
			walk(kind+"."+part, schemaOf(t, kind).Properties[part], func(path string, s apiextensionsv1.JSONSchemaProps) {
				for name, property := range s.Properties {
					if !strings.HasPrefix(property.Description, name) && !strings.Contains(path, "tolerations") {
						t.Errorf("%s.%s is explained as %q; begin with its name", path, name, property.Description)
					}
				}
			})
		}
	}
}
