package bot

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

// What is printed to fetch a copy from a volume, in a real shell, with a kubectl that succeeds or fails at a step.
func TestTheFetchFromAVolumeStopsAtTheFirstError(t *testing.T) {
	const content = "a copy"
	sum := sha256.Sum256([]byte(content))
	dump := &v1alpha1.DatabaseDump{}
	dump.Status.Artifact = &v1alpha1.Artifact{URI: "pvc://shop/dumps/prod/it's/dump.sql", SHA256: hex.EncodeToString(sum[:])}
	fetch := restore(dump, "registry.example.com/tools:1")[0].Text
	for name, tc := range map[string]struct {
		failing string
		steps   string
		works   bool
	}{
		"all goes well":                {"", "apply wait exec delete", true},
		"the pod is not admitted":      {"apply", "apply", false},
		"the image cannot be pulled":   {"wait", "apply wait", false},
		"the file cannot be read":      {"exec", "apply wait exec", false},
		"the pod cannot be taken down": {"delete", "apply wait exec delete", false},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			kubectl := `#!/bin/sh
echo "$3" >> steps
[ "$3" != "$FAILING" ] || { echo "kubectl: $3 failed" >&2; exit 1; }
case $3 in
apply) cat > pod.json ;;
exec) [ "$7" = "/dumps/prod/it's/dump.sql" ] && printf %s "` + content + `" ;;
esac
`
			if err := os.WriteFile(filepath.Join(dir, "kubectl"), []byte(kubectl), 0o755); err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command("sh", "-c", fetch)
			cmd.Dir, cmd.Env = dir, append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"), "FAILING="+tc.failing)
			out, err := cmd.CombinedOutput()
			if (err == nil) != tc.works {
				t.Errorf("%v\n%s", err, out)
			}
			if compared := strings.Contains(string(out), "dump.sql: "); compared != tc.works {
				t.Errorf("compared %v:\n%s", compared, out)
			}
			if got := strings.Join(strings.Fields(readFile(t, dir, "steps")), " "); got != tc.steps {
				t.Errorf("it ran %q, want %q", got, tc.steps)
			}
			if tc.works && !strings.Contains(readFile(t, dir, "pod.json"), `"image": "registry.example.com/tools:1"`) {
				t.Errorf("the pod is of another image:\n%s", fetch)
			}
		})
	}
}

func readFile(t *testing.T, dir, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
