package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/internal/contract"
)

// pipeBytes is the largest pipe that the kernel grants without a privilege: the client writes 1 MiB at a time and
// should not wait for sixteen reads of 64 KiB.
const pipeBytes = 1 << 20

// maxErrorBytes of the client's error stream are kept.
const maxErrorBytes = 64 << 10

// Process is a running client.
type Process struct {
	command *exec.Cmd
	stdout  *os.File
	stderr  boundedBuffer
	done    chan struct{}
	err     error
}

// Start the program. When ctx ends, it and its children are killed; they are killed too when the dumper dies.
func Start(ctx context.Context, path string, arguments []string) (*Process, error) {
	read, write, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("make a pipe: %w", err)
	}
	defer write.Close()
	growPipe(write)
	p := &Process{command: exec.CommandContext(ctx, path, arguments...), stdout: read, done: make(chan struct{})}
	p.command.Env = environment()
	p.command.Stdout, p.command.Stderr = write, &p.stderr
	p.command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	p.command.Cancel = func() error { return syscall.Kill(-p.command.Process.Pid, syscall.SIGKILL) }
	started := make(chan error)
	go func() {
		// The kernel sends Pdeathsig when the thread that forked ends, not the process. https://go.dev/issue/27505
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := p.command.Start()
		started <- err
		if err == nil {
			p.err = p.command.Wait()
			close(p.done)
		}
	}()
	if err := <-started; err != nil {
		_ = read.Close()
		if errors.Is(err, syscall.E2BIG) {
			return nil, result.Errorf(contract.InvalidRequest, "name fewer tables, or exclude fewer: the client takes each as an argument of its own", "the client cannot be given so many names of tables: %w", err)
		}
		return nil, fmt.Errorf("start %s: %w", path, err)
	}
	return p, nil
}

// Stdout ends when the client has closed it, be it done or dead: call Wait to know.
func (p *Process) Stdout() io.Reader { return p.stdout }

// Pid of the client.
func (p *Process) Pid() int { return p.command.Process.Pid }

// Wait until the client has ended. Before that, Stdout must have been read to its end or the context have ended.
func (p *Process) Wait() Exit {
	<-p.done
	_ = p.stdout.Close()
	exit := Exit{Stderr: p.stderr.String()}
	if e, ok := errors.AsType[*exec.ExitError](p.err); ok {
		exit.Code = e.ExitCode()
		if status, ok := e.Sys().(syscall.WaitStatus); ok && status.Signaled() {
			exit.Signal = status.Signal()
		}
	} else if p.err != nil {
		exit.Code, exit.Stderr = -1, exit.Stderr+p.err.Error()
	}
	return exit
}

// Exit is how a client ended.
type Exit struct {
	// Code is 0 for success, -1 after a signal.
	Code   int
	Signal syscall.Signal
	Stderr string
}

// environment of the client: nothing of the dumper's own, so that no variable (MYSQL_PWD, MYSQL_HOST, an AWS key, a login
// path below HOME) has a say or can be read in /proc.
func environment() []string {
	return []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C.UTF-8", "HOME=/nonexistent", "MYSQL_TEST_LOGIN_FILE=/nonexistent/login"}
}

func growPipe(pipe *os.File) {
	connection, err := pipe.SyscallConn()
	if err != nil {
		return
	}
	// Refused where the user's pipes already take their share of memory; the pipe then stays as it is.
	_ = connection.Control(func(fd uintptr) { _, _ = unix.FcntlInt(fd, unix.F_SETPIPE_SZ, pipeBytes) })
}

// boundedBuffer keeps the beginning of what is written: the first complaint is the cause.
type boundedBuffer struct {
	mu   sync.Mutex
	data []byte
}

func (b *boundedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if room := maxErrorBytes - len(b.data); room > 0 {
		b.data = append(b.data, p[:min(room, len(p))]...)
	}
	return len(p), nil
}

func (b *boundedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return string(b.data)
}
