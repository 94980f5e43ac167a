// Package bolttest holds the fake of Slack against what Slack itself publishes: its framework for apps, Bolt, has to hold a
// conversation with the fake as it does with Slack, and what the fake takes and answers has to be what Slack's types have.
package bolttest

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"
)

// modules is the folder in which the Node modules are that package-lock.json names.
func modules(t *testing.T) string {
	t.Helper()
	folder, err := install()
	if err != nil {
		t.Fatal(err)
	}
	return folder
}

// install the modules, once for each package-lock.json, in a folder below out/.
var install = sync.OnceValues(func() (string, error) {
	for _, program := range []string{"node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			return "", fmt.Errorf("there is no %s; `hack/cluster/cluster packages tests` installs it", program)
		}
	}
	cache, err := filepath.Abs("../../../out")
	if err != nil {
		return "", err
	}
	if out := os.Getenv("VOLCADO_OUT"); filepath.IsAbs(out) {
		cache = out
	}
	cache = filepath.Join(cache, "bolttest")
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return "", err
	}
	// Another run waits until this one has installed them, and finds them then. The lock ends with its file, however this ends.
	lock, err := os.Create(filepath.Join(cache, "lock"))
	if err != nil {
		return "", err
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return "", fmt.Errorf("lock %s: %w", lock.Name(), err)
	}
	return installIn(cache)
})

// installIn the cache, whose lock is held. The folder has its name only when it is complete.
func installIn(cache string) (string, error) {
	hash := sha256.New()
	contents := map[string][]byte{}
	for _, name := range []string{"package.json", "package-lock.json"} {
		data, err := os.ReadFile(name)
		if err != nil {
			return "", err
		}
		contents[name] = data
		hash.Write(data)
	}
	folder := filepath.Join(cache, fmt.Sprintf("%x", hash.Sum(nil))[:12])
	if _, err := os.Stat(folder); err == nil {
		return folder, nil
	}
	unfinished := folder + ".new"
	if err := os.RemoveAll(unfinished); err != nil {
		return "", err
	}
	if err := os.Mkdir(unfinished, 0o755); err != nil {
		return "", err
	}
	for name, data := range contents {
		if err := os.WriteFile(filepath.Join(unfinished, name), data, 0o644); err != nil {
			return "", err
		}
	}
	if err := npm(unfinished); err != nil {
		return "", err
	}
	return folder, os.Rename(unfinished, folder)
}

// npm installs exactly what package-lock.json in the folder names, and runs nothing of it.
func npm(folder string) error {
	ctx, stop := context.WithTimeout(context.Background(), 10*time.Minute)
	defer stop()
	downloads := filepath.Join(folder, "downloads")
	command := exec.CommandContext(ctx, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--cache", downloads)
	command.Dir = folder
	command.Env = os.Environ()
	// Node has a list of authorities of its own, and asks this one, the machine's, only when told to.
	const authorities = "/etc/ssl/certs/ca-certificates.crt"
	if _, err := os.Stat(authorities); err == nil && os.Getenv("NODE_EXTRA_CA_CERTS") == "" {
		command.Env = append(command.Env, "NODE_EXTRA_CA_CERTS="+authorities)
	}
	if said, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("npm ci in %s: %w\n%s", folder, err, said)
	}
	return os.RemoveAll(downloads)
}
