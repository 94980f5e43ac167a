package envtestenv

import (
	"strings"
	"testing"
)

func TestWithoutTheProgramsItSaysWhatToRun(t *testing.T) {
	for name, asset := range map[string]string{"the environment names a folder": t.TempDir(), "the environment names none": ""} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("KUBEBUILDER_ASSETS", asset)
			root := t.TempDir()
			_, err := findAssets(root)
			want := asset
			if asset == "" {
				want = root + "/out/bin"
			}
			want += " has no etcd, no kube-apiserver, no kubectl: run `make test`"
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got %v, want %q in it", err, want)
			}
		})
	}
}
