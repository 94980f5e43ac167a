package envtestenv

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// programs that the harness needs. kubectl is there for its kustomize.
var programs = []string{"etcd", "kube-apiserver", "kubectl"}

// findAssets is the folder in KUBEBUILDER_ASSETS, else out/bin of the repository, where `make test` builds the programs.
func findAssets(root string) (string, error) {
	folder := os.Getenv("KUBEBUILDER_ASSETS")
	if folder == "" {
		folder = filepath.Join(root, "out", "bin")
	}
	var missing []string
	for _, program := range programs {
		if _, err := os.Stat(filepath.Join(folder, program)); err != nil {
			missing = append(missing, program)
		}
	}
	if len(missing) > 0 {
		return "", fmt.Errorf("these tests run against a real API server, and %s has no %s: run `make test`, "+
			"which builds what is missing, or set KUBEBUILDER_ASSETS to a folder that has etcd, kube-apiserver and kubectl",
			folder, strings.Join(missing, ", no "))
	}
	return folder, nil
}

// repositoryRoot is the nearest folder above the test's own that has a go.mod.
func repositoryRoot() (string, error) {
	folder, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find the repository: %w", err)
	}
	for {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			return folder, nil
		}
		parent := filepath.Dir(folder)
		if parent == folder {
			return "", errors.New("find the repository: no go.mod above the test's folder")
		}
		folder = parent
	}
}
