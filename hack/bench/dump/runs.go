package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/volcado-io/volcado/hack/bench/dump/script"
	"github.com/volcado-io/volcado/hack/bench/dump/shop"
)

// taken by one run.
type taken struct {
	seconds float64
	// processor seconds of the program and its children; of the dumper, without its client's.
	processor float64
	// peak resident memory in bytes, of the largest of the program and its children.
	peak int64
	// output in bytes.
	output int64
}

func (t taken) wall() float64             { return t.seconds }
func (t taken) processorSeconds() float64 { return t.processor }
func (t taken) megabytes() float64        { return megabytes(t.output) }

// run a command that writes into the folder of copies. watch, if there is one, is called with its process until over is closed.
func (b *bench) run(ctx context.Context, watch func(pid int, over <-chan struct{}), environment []string, program string, arguments ...string) (taken, error) {
	if err := b.empty(); err != nil {
		return taken{}, err
	}
	command := exec.CommandContext(ctx, program, arguments...)
	var said bytes.Buffer
	command.Stdout, command.Stderr = &said, &said
	command.Env = append(os.Environ(), environment...)
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error { return syscall.Kill(-command.Process.Pid, syscall.SIGKILL) }
	began := time.Now()
	if err := command.Start(); err != nil {
		return taken{}, fmt.Errorf("start %s: %w", program, err)
	}
	over, watched := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(watched)
		if watch != nil {
			watch(command.Process.Pid, over)
		}
	}()
	err := command.Wait()
	t := taken{seconds: time.Since(began).Seconds()}
	close(over)
	<-watched
	if err != nil {
		return taken{}, fmt.Errorf("%s %s: %w: %s", program, strings.Join(arguments, " "), err, said.String())
	}
	// What the kernel gives for a child includes the children that it has waited for.
	state := command.ProcessState
	t.processor = (state.UserTime() + state.SystemTime()).Seconds()
	t.peak = state.SysUsage().(*syscall.Rusage).Maxrss << 10
	t.output, err = b.written()
	return t, err
}

// written bytes in the folder of copies.
func (b *bench) written() (bytes int64, err error) {
	err = filepath.WalkDir(b.copies(), func(_ string, entry os.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		info, err := entry.Info()
		if err == nil {
			bytes += info.Size()
		}
		return err
	})
	return bytes, err
}

// shell runs a line in which "$@" is mariadb-dump with the dumper's options, and $OUT a file in the folder of copies.
func (b *bench) shell(ctx context.Context, line string) (taken, error) {
	return b.run(ctx, nil, []string{"OUT=" + b.copy()}, "bash", append([]string{"-o", "pipefail", "-c", line, "bash"}, b.clientArguments...)...)
}

// dump with the dumper, whose client follows the script.
func (b *bench) dump(ctx context.Context, format string, s script.Script, watch func(int, <-chan struct{})) (taken, error) {
	resultFile := filepath.Join(b.folder, "result.json")
	s.Real, s.Seconds = b.realClient, filepath.Join(b.folder, "client-seconds")
	if err := s.Write(b.clientFolder); err != nil {
		return taken{}, err
	}
	t, err := b.run(ctx, watch, []string{"PATH=" + b.clientFolder + ":" + os.Getenv("PATH")}, b.dumper, "dump",
		"--host=127.0.0.1", "--port="+strconv.Itoa(b.server.Port), "--tls-mode=Disabled", "--credentials-dir="+b.credentials,
		"--database="+shop.Database, "--storage-directory="+b.copies(), "--compression="+format, "--result-file="+resultFile)
	if err != nil {
		return taken{}, err
	}
	clients, err := seconds(s.Seconds)
	if err != nil {
		return taken{}, err
	}
	t.processor -= clients
	return t, b.whole(resultFile, s)
}

func seconds(file string) (float64, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return 0, fmt.Errorf("read how much processor time the client took: %w", err)
	}
	return strconv.ParseFloat(string(data), 64)
}

// whole reports whether the dumper has copied what it was to copy: the text without the database's name, which is hardly in
// there, and with a mode of SQL more.
func (b *bench) whole(resultFile string, s script.Script) error {
	data, err := os.ReadFile(resultFile)
	if err != nil {
		return fmt.Errorf("read the dumper's result: %w", err)
	}
	var result struct {
		Artifact struct{ UncompressedBytes int64 }
	}
	if err := json.Unmarshal(data, &result); err != nil {
		return fmt.Errorf("read the dumper's result: %w", err)
	}
	want := b.recording.bytes
	if s.Text != "" {
		want = length(s.Pieces)
	}
	if got := result.Artifact.UncompressedBytes; got < want*999/1000 || got > want*1001/1000 {
		return fmt.Errorf("the dumper has copied %d bytes of %d", got, want)
	}
	return nil
}
