// Package children runs servers for tests and benchmarks.
package children

import (
	"net"
	"os/exec"
	"runtime"
	"syscall"
)

// Start a command, which gets the signal last when this process ends, however it ends. ended is closed when the command has
// ended. What else its SysProcAttr says counts.
func Start(command *exec.Cmd, last syscall.Signal) (ended <-chan struct{}, err error) {
	if command.SysProcAttr == nil {
		command.SysProcAttr = &syscall.SysProcAttr{}
	}
	command.SysProcAttr.Pdeathsig = last
	started, over := make(chan error), make(chan struct{})
	go func() {
		defer close(over)
		// Pdeathsig is sent when the thread that forked ends.
		runtime.LockOSThread()
		started <- command.Start()
		_ = command.Wait()
	}()
	return over, <-started
}

// FreeAddress on loopback, as host:port. Nothing listened there a moment ago.
func FreeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer listener.Close()
	return listener.Addr().String(), nil
}
