//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// diagnose writes what helps to understand a failure into a file, before the namespace goes.
func (w *world) diagnose() {
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	file := filepath.Join(env.logs, w.namespace+".txt")
	f, err := os.Create(file)
	if err != nil {
		w.Logf("write what helps: %v", err)
		return
	}
	defer f.Close()
	for _, args := range [][]string{
		{"-n", w.namespace, "get", "volcado,jobs,pods,pvc", "-o", "wide"},
		{"-n", w.namespace, "get", "databasedumps", "-o", "yaml"},
		{"-n", w.namespace, "describe", "jobs,pods"},
		{"-n", w.namespace, "get", "events", "--sort-by=.lastTimestamp"},
		{"-n", w.namespace, "logs", "-l", "app.kubernetes.io/managed-by=volcado", "--prefix", "--tail=50"},
		{"-n", systemNamespace, "get", "pods", "-o", "wide"},
		{"-n", systemNamespace, "logs", "deployment/volcado-manager", "--tail=200"},
	} {
		fmt.Fprintf(f, "\n$ kubectl %s\n", args)
		cmd := exec.CommandContext(ctx, "kubectl", args...)
		cmd.Stdout, cmd.Stderr = f, f
		if err := cmd.Run(); err != nil {
			fmt.Fprintln(f, err)
		}
	}
	w.Logf("what was there when it failed is in %s", file)
}
