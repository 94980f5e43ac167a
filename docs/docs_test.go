// Package docs_test holds the pages to the repository: what they show is what is there.
package docs_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/recipients"
)

const root = ".."

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, path))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func pages(t *testing.T) []string {
	t.Helper()
	docs, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil || len(docs) == 0 {
		t.Fatalf("no pages in docs: %v", err)
	}
	names := []string{"README.md", "CONTRIBUTING.md"}
	for _, path := range docs {
		names = append(names, filepath.Join("docs", filepath.Base(path)))
	}
	return names
}

// What README says to write in Git is, to the letter, what the demo applies.
func TestTheManifestsOfTheREADMEAreTheDemos(t *testing.T) {
	var shown []string
	for _, block := range regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(read(t, "README.md"), -1) {
		shown = append(shown, block[1])
	}
	for _, name := range []string{"git/database-source.yaml", "git/dump-storage.yaml", "git/dump-allow-list.yaml", "dump.yaml"} {
		applied := read(t, filepath.Join("hack/demo/manifests", name))
		i := slices.Index(shown, applied)
		if i < 0 {
			t.Errorf("README.md does not show hack/demo/manifests/%s as it is", name)
			continue
		}
		shown = slices.Delete(shown, i, i+1)
	}
	for _, block := range shown {
		t.Errorf("README.md shows YAML that nothing applies:\n%s", block)
	}
}

// Keys that are shown are keys, of each kind that is said to be one.
func TestTheKeysThatAreShownAreRecipients(t *testing.T) {
	var source v1alpha1.DatabaseSource
	block := regexp.MustCompile("(?s)```yaml fragment\n(kind: DatabaseSource\n.*?)```").FindStringSubmatch(read(t, "docs/encryption.md"))
	if block == nil {
		t.Fatal("no source is shown")
	}
	if err := yaml.UnmarshalStrict([]byte(block[1]), &source); err != nil {
		t.Fatal(err)
	}
	list, problem := recipients.Parse(source.Spec.Encryption.Recipients)
	if problem != nil || len(list) != 2 {
		t.Errorf("%d keys: %+v", len(list), problem)
	}
}

func TestEveryLinkLeadsSomewhere(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#:]+)(#[^)]*)?\)`)
	for _, page := range pages(t) {
		for _, found := range link.FindAllStringSubmatch(read(t, page), -1) {
			target := filepath.Join(root, filepath.Dir(page), found[1])
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s links to %s, which does not exist", page, found[1])
			}
		}
	}
}

func TestEveryMakeTargetThatAPageNamesExists(t *testing.T) {
	makefile := read(t, "Makefile")
	command := regexp.MustCompile("(?m)(?:^|`|\\$ )make ([a-z][a-z0-9 -]*)")
	for _, page := range pages(t) {
		for _, found := range command.FindAllStringSubmatch(read(t, page), -1) {
			for _, target := range strings.Fields(found[1]) {
				if !strings.Contains(makefile, "\n"+target+":") {
					t.Errorf("%s says make %s, which the Makefile does not know", page, target)
				}
			}
		}
	}
}
