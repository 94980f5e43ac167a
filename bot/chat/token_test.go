package chat_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/volcado-io/volcado/bot/chat"
)

func write(t *testing.T, path, text string, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil { // whatever the umask is
		t.Fatal(err)
	}
}

func TestATokenThatWasReplacedCountsAtOnce(t *testing.T) {
	// As kubelet mounts a Secret: the key is a link through ..data, and an update moves ..data.
	folder := t.TempDir()
	for _, version := range []string{"v1", "v2"} {
		if err := os.Mkdir(filepath.Join(folder, version), 0o755); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(folder, version, "token"), "secret-"+version+"\n", 0o644)
	}
	link := func(target, name string) {
		t.Helper()
		if err := os.Symlink(target, filepath.Join(folder, "new")); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(filepath.Join(folder, "new"), filepath.Join(folder, name)); err != nil {
			t.Fatal(err)
		}
	}
	link("v1", "..data")
	link("..data/token", "token")
	token := chat.TokenFile{Path: filepath.Join(folder, "token")}
	for _, version := range []string{"v1", "v2"} {
		link(version, "..data")
		if got, err := token.Read(); err != nil || got != "secret-"+version {
			t.Errorf("got %q, %v", got, err)
		}
	}
}

func TestWhatCannotBeATokenIsRefusedWithoutQuotingIt(t *testing.T) {
	for name, tc := range map[string]struct {
		text string
		mode os.FileMode
		want string
	}{
		"an empty file":                 {"", 0o600, "is empty"},
		"white space alone":             {" \n\n", 0o600, "is empty"},
		"two lines":                     {"canary\nother", 0o600, "more than one token"},
		"a key with its value":          {"token: canary", 0o600, "more than one token"},
		"a control character":           {"canary\x00", 0o600, "more than one token"},
		"a byte order mark":             {"\ufeffcanary", 0o600, "more than one token"},
		"a large file":                  {strings.Repeat("canary", 3000), 0o600, "16 KiB"},
		"white space beyond the bound":  {"canary" + strings.Repeat(" ", 17<<10), 0o600, "16 KiB"},
		"a file that everybody changes": {"canary", 0o606, "chmod o-w"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "token")
			write(t, path, tc.text, tc.mode)
			got, err := chat.TokenFile{Path: path}.Read()
			if err == nil || got != "" {
				t.Fatalf("got %q, %v", got, err)
			}
			for _, want := range []string{path, tc.want} {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q does not say %q", err, want)
				}
			}
			if strings.Contains(err.Error(), "canary") {
				t.Errorf("%q quotes the file", err)
			}
		})
	}
}

func TestATokenFileThatIsNotThereIsNamed(t *testing.T) {
	folder := t.TempDir()
	missing := filepath.Join(folder, "token")
	if _, err := (chat.TokenFile{Path: missing}).Read(); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), missing) {
		t.Errorf("got %v", err)
	}
	if _, err := (chat.TokenFile{Path: folder}).Read(); err == nil || !strings.Contains(err.Error(), folder+" is not a file") {
		t.Errorf("got %v", err)
	}
}
