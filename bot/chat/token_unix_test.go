//go:build unix

package chat_test

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/volcado-io/volcado/bot/chat"
)

// Opening a pipe waits for somebody to write to it, for ever if need be.
func TestAPipeIsNoTokenFile(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "token")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := (chat.TokenFile{Path: pipe}).Read(); err == nil || !strings.Contains(err.Error(), pipe+" is not a file") {
		t.Errorf("error %v", err)
	}
}
