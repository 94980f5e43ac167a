package crd_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/yaml"
)

// docs/api.md names every field of every spec, and none that is not there.
func TestTheReferenceIsCurrent(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "..", "docs", "api.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range kinds {
		name := generated(t, kind).Spec.Names.Kind
		_, section, found := strings.Cut(string(data), "\n## "+name+"\n")
		if !found {
			t.Errorf("docs/api.md has no section %s", name)
			continue
		}
		section, _, _ = strings.Cut(section, "\n## ")
		documented := map[string]bool{}
		for _, line := range strings.Split(section, "\n") {
			if strings.HasPrefix(line, "| `") {
				// The first cell names fields; tolerations are named in the last.
				cells := strings.SplitN(line, " | ", 2)
				text := cells[0]
				if strings.Contains(line, "job.tolerations[]") {
					text = line
				}
				for i, part := range strings.Split(text, "`") {
					if i%2 == 1 {
						documented[part] = true
					}
				}
			}
		}
		fields := map[string]bool{}
		walk("", schemaOf(t, kind).Properties["spec"], func(path string, _ apiextensionsv1.JSONSchemaProps) {
			if path != "" && !strings.HasSuffix(path, "[]") && !strings.HasSuffix(path, "{}") {
				fields[strings.TrimPrefix(path, ".")] = true
			}
		})
		if diff := cmp.Diff(fields, documented); diff != "" {
			t.Errorf("%s (-fields of the CRD +fields in docs/api.md)\n%s", name, diff)
		}
	}
}

// PROJECT is what Kubebuilder goes by when the next kind is scaffolded.
func TestProjectListsTheKinds(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "..", "PROJECT"))
	if err != nil {
		t.Fatal(err)
	}
	var project struct {
		Domain    string
		Layout    []string
		Resources []struct {
			API                                struct{ CRDVersion string }
			Domain, Group, Kind, Path, Version string
		}
	}
	if err := yaml.Unmarshal(data, &project); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"go.kubebuilder.io/v4"}, project.Layout); diff != "" {
		t.Errorf("layout (-want +got)\n%s", diff)
	}
	got, want := map[string]string{}, map[string]string{}
	for _, r := range project.Resources {
		got[r.Kind] = r.Domain + "/" + r.Version + " " + r.API.CRDVersion
	}
	for _, kind := range kinds {
		crd := generated(t, kind)
		want[crd.Spec.Names.Kind] = crd.Spec.Group + "/" + crd.Spec.Versions[0].Name + " v1"
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("resources (-CRDs +PROJECT)\n%s", diff)
	}
}
