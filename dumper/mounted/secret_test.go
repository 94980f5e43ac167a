package mounted

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestASecretThatDoesNotExistIsToldFromOneThatLacksAKey(t *testing.T) {
	for sentence, c := range map[string]struct {
		files []string
		whole bool
	}{
		"an empty folder": {nil, true},
		// What kubelet leaves for an optional Secret that is not there, seen on a real node.
		"kubelet's own entries and nothing else": {[]string{"..data", "..2026_11_22_14_00_00.123456789"}, true},
		"another key":                            {[]string{"..data", "username"}, false},
	} {
		t.Run(sentence, func(t *testing.T) {
			dir := t.TempDir()
			for _, name := range c.files {
				if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			_, err := Secret{Dir: dir, Name: "reader"}.Value("password")
			missing, ok := errors.AsType[*MissingError](err)
			if !ok || missing.Whole != c.whole {
				t.Errorf("got %v (whole %v), want whole %v", err, ok && missing.Whole, c.whole)
			}
		})
	}
	_, err := Secret{Dir: filepath.Join(t.TempDir(), "gone"), Name: "reader"}.Value("password")
	if missing, ok := errors.AsType[*MissingError](err); !ok || !missing.Whole {
		t.Errorf("a folder that is not there: %v", err)
	}
}
