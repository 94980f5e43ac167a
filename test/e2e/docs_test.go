//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"
)

// block of YAML in a document. One that is marked `yaml fragment` is a part of a manifest and cannot be applied alone.
type block struct {
	where, text string
	fragment    bool
}

var (
	fence     = regexp.MustCompile("(?ms)^ *```yaml([^\n]*)\n(.*?)^ *```")
	inTheText = regexp.MustCompile(`(?m)\bnamespace: *([a-z0-9-]+)`)
)

func documentedBlocks(t *testing.T) []block {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(env.repo, "docs", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	var blocks []block
	for _, file := range append(files, filepath.Join(env.repo, "README.md")) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, at := range fence.FindAllSubmatchIndex(text, -1) {
			line := 1 + strings.Count(string(text[:at[0]]), "\n")
			blocks = append(blocks, block{
				where: fmt.Sprintf("%s:%d", filepath.Base(file), line), text: string(text[at[4]:at[5]]),
				fragment: strings.Contains(string(text[at[2]:at[3]]), "fragment"),
			})
		}
	}
	return blocks
}

func TestTheAPIServerAcceptsEveryManifestInTheDocumentation(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "docs")
	blocks := documentedBlocks(t)
	if len(blocks) == 0 {
		t.Error("README.md and docs have no YAML at all; the pattern that looks for it may be wrong")
	}
	for _, b := range blocks {
		if b.fragment {
			var anything any
			if err := yaml.UnmarshalStrict([]byte(b.text), &anything); err != nil {
				t.Errorf("%s is not YAML: %v", b.where, err)
			}
			continue
		}
		for _, found := range inTheText.FindAllStringSubmatch(b.text, -1) {
			w.needNamespace(found[1])
		}
		cmd := exec.CommandContext(w.ctx, "kubectl", "apply", "--dry-run=server", "--validate=strict", "-f", "-")
		if said, err := output(cmd, strings.NewReader(b.text)); err != nil {
			t.Errorf("%s: %v", b.where, err)
		} else {
			t.Logf("%s\n%s", b.where, said)
		}
	}
}

// needNamespace makes a namespace for the time of the test, if there is none: even a trial run needs it.
func (w *world) needNamespace(name string) {
	w.Helper()
	n := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"app.kubernetes.io/part-of": partOf}}}
	switch err := env.client.Create(w.ctx, n); {
	case err == nil:
		w.Cleanup(func() {
			if err := env.client.Delete(w.ctx, n); client.IgnoreNotFound(err) != nil {
				w.Error(err)
			}
		})
	case !apierrors.IsAlreadyExists(err):
		w.Fatal(err)
	}
}
