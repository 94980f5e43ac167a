package children

import (
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestACommandThatCannotBeStartedIsAnError(t *testing.T) {
	if _, err := Start(exec.Command("/does/not/exist"), syscall.SIGKILL); err == nil {
		t.Error("there is none")
	}
}

func TestAFieldOfAStatusIsReadInBytes(t *testing.T) {
	const status = "Name:\tdumper\nVmHWM:\t    1024 kB\nVmHWMs:\t 7 kB\nVmRSS:\t512 kB\nThreads:\t4\n"
	for field, want := range map[string]int64{"VmHWM": 1 << 20, "VmRSS": 512 << 10, "Vm": 0, "RssAnon": 0, "Name": 0} {
		if got := StatusBytes(status, field); got != want {
			t.Errorf("%s: %d, want %d", field, got, want)
		}
	}
}

func TestEndedIsClosedWhenTheCommandHasEnded(t *testing.T) {
	ended, err := Start(exec.Command("true"), syscall.SIGKILL)
	if err != nil {
		t.Fatal(err)
	}
	select {
	case <-ended:
	case <-time.After(time.Minute):
		t.Error("it is not")
	}
}

// The test runs itself: as a parent that starts a child which waits for ever, and is then killed.
func TestAChildEndsWithItsParentThatIsKilled(t *testing.T) {
	if os.Getenv("CHILDREN_TEST_PARENT") != "" {
		child := exec.Command("cat") // for as long as its input is open
		child.Stdin, child.Stdout = os.Stdin, os.Stdout
		if _, err := Start(child, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		select {}
	}
	parent := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
	parent.Env = append(os.Environ(), "CHILDREN_TEST_PARENT=1")
	input, err := parent.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	output, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := input.Write([]byte("there\n")); err != nil {
		t.Fatal(err)
	}
	heard := make([]byte, 6)
	if _, err := output.Read(heard); err != nil || string(heard) != "there\n" {
		t.Fatalf("the child says %q, %v", heard, err)
	}
	_ = parent.Process.Kill()
	over := make(chan error, 1)
	go func() { // the output ends when nobody has it any more
		_, err := output.Read(heard)
		over <- err
	}()
	select {
	case err := <-over:
		if err == nil {
			t.Error("the child goes on")
		}
	case <-time.After(time.Minute):
		t.Error("the child lives")
	}
	_ = parent.Wait()
}

func TestAFreeAddressCanBeListenedAt(t *testing.T) {
	address, err := FreeAddress()
	if err != nil || !strings.HasPrefix(address, "127.0.0.1:") {
		t.Fatal(address, err)
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	_ = listener.Close()
}
