package main

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// kubectl makes a program of that name, which says where it forwards from, and when it was started.
func kubectl(t *testing.T, script string) (started func() int) {
	t.Helper()
	folder := t.TempDir()
	log := filepath.Join(folder, "started")
	if err := os.WriteFile(filepath.Join(folder, "kubectl"), fmt.Appendf(nil, "#!/bin/sh\necho started >>%s\n%s\n", log, script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", folder+":"+os.Getenv("PATH"))
	return func() int {
		text, _ := os.ReadFile(log)
		return strings.Count(string(text), "started")
	}
}

func TestKubectlIsStartedOnceAndAgainWhenItHasEnded(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	stop := filepath.Join(t.TempDir(), "stop")
	if err := os.WriteFile(stop, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	// It ends when the file is gone.
	started := kubectl(t, fmt.Sprintf("echo 'Forwarding from %s -> 8443'\nwhile [ -e %s ]; do sleep 0.05; done", listener.Addr(), stop))
	f := &forwarder{}
	defer f.stop()
	dial := func() {
		t.Helper()
		connection, err := f.dial(t.Context(), "tcp", "mattermost.chat.svc:443")
		if err != nil {
			t.Fatal(err)
		}
		connection.Close()
	}
	dial()
	dial()
	if n := started(); n != 1 {
		t.Fatalf("two connections started kubectl %d times", n)
	}
	if err := os.Remove(stop); err != nil {
		t.Fatal(err)
	}
	c := &company{t: t}
	c.eventually("kubectl is started again", func() bool { dial(); return started() > 1 })
}

func TestWhatKubectlSaysIsToldWhenItDoesNotForward(t *testing.T) {
	kubectl(t, "echo 'error: services \"mattermost\" not found' >&2; exit 1")
	f := &forwarder{}
	defer f.stop()
	if _, err := f.dial(t.Context(), "tcp", "mattermost.chat.svc:443"); err == nil || !strings.Contains(err.Error(), `services "mattermost" not found`) {
		t.Errorf("got %v", err)
	}
}
