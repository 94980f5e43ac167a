package client

import (
	"syscall"

	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/internal/contract"
)

// Exit codes of both clients (mysqldump.c), and those with which a shell, a container's runtime or the loader speaks for a
// program that it could not run, or that a signal ended.
const (
	exitUsage        = 1
	exitServer       = 2
	exitInconsistent = 3
	exitNoMemory     = 4
	exitOutput       = 5
	exitNoTable      = 6
	exitOption       = 7
	exitNotRun       = 126
	exitNotFound     = 127
	exitSignal       = 128
)

const (
	hintMemory = "raise the memory limit in job.resources of the source"
	hintServer = "look at the server's error log: it says what it refused or broke off at this time"
	hintImage  = "use the dumper's image as it was built, or install the client's package again"
	hintCrash  = "try another version of the dumper's image, and report the crash to the client's maintainers"
)

// silences are what the exit codes mean of a client that ended without a word.
var silences = map[int]struct {
	reason     contract.Reason
	what, hint string
}{
	exitUsage:        {contract.ClientFailed, "did not take its options or its option file", hintImage},
	exitServer:       {contract.ServerError, "had an error with the server: it was refused, or the connection broke off", hintServer},
	exitInconsistent: {contract.ServerError, "got an answer of the server's that contradicts itself, or lost the connection while it read rows", hintServer},
	exitNoMemory:     {contract.ClientFailed, "could not get the memory that it needs", hintMemory},
	exitOutput:       {contract.ClientFailed, "could not write its output", "look at the log of the dump's pod for what ended the reading"},
	exitNoTable:      {contract.TableDefinitionChanged, "did not find a table that was there before", "dump when nobody alters, drops or renames tables"},
	exitOption:       {contract.ClientFailed, "does not know one of its options", hintImage},
	exitNotRun:       {contract.ClientFailed, "could not be executed", hintImage},
	exitNotFound:     {contract.ClientFailed, "was not found, or lacks a library", hintImage},
}

// silent names the cause of a failure of which the client said nothing, or nothing that can be shown.
func (e Exit) silent(name string) *result.Error {
	signal := e.Signal
	if signal == 0 && e.Code > exitSignal {
		// A shell, or an init process, says so of what it ran.
		signal = syscall.Signal(e.Code - exitSignal)
	}
	if signal != 0 {
		what, hint := signalled(signal)
		return result.Errorf(contract.ClientFailed, hint, "%s %s (signal %d, %v)", name, what, int(signal), signal)
	}
	s, known := silences[e.Code]
	if !known {
		return result.Errorf(contract.ClientFailed, hintImage, "%s ended with exit code %d, which is none of its own: something else than the client ended it", name, e.Code)
	}
	return result.Errorf(s.reason, s.hint, "%s %s (exit code %d)", name, s.what, e.Code)
}

// signalled is what a signal says of its cause.
func signalled(signal syscall.Signal) (what, hint string) {
	switch signal {
	case syscall.SIGKILL:
		return "was killed, as the kernel does when the memory limit is reached", hintMemory
	case syscall.SIGSEGV, syscall.SIGBUS, syscall.SIGABRT, syscall.SIGILL, syscall.SIGFPE, syscall.SIGTRAP:
		return "crashed", hintCrash
	case syscall.SIGSYS:
		return "was stopped by the seccomp profile of its pod", "use the profile RuntimeDefault"
	case syscall.SIGPIPE:
		return "could not write its output", "look at the log of the dump's pod for what ended the reading"
	case syscall.SIGXCPU, syscall.SIGXFSZ:
		return "reached a limit of its process (ulimit)", "raise it"
	}
	return "was told to stop by something else than the dumper", "find out who or what stops processes on the pod's node"
}
