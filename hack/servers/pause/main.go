// Command pause does nothing until it is told to stop. It is the first process of a pod's sandbox, where it holds the
// pod's namespaces, and of the local cluster's node (hack/cluster), where every other process is its descendant.
// As process 1 it inherits orphans, so it collects the dead ones.
package main

import (
	"errors"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGINT, syscall.SIGTERM)
	died := make(chan os.Signal, 1)
	signal.Notify(died, syscall.SIGCHLD)
	// A child that died before the line above sent its signal to nobody.
	reap()
	for {
		select {
		case <-stop:
			os.Exit(0)
		case <-died:
			reap()
		}
	}
}

// reap collects every child that is dead by now: signals coalesce, so one of them may stand for several deaths.
func reap() {
	for {
		pid, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil)
		if errors.Is(err, syscall.EINTR) {
			continue
		}
		if err != nil || pid <= 0 {
			return
		}
	}
}
