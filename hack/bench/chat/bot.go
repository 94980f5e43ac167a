package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/volcado-io/volcado/internal/children"
)

// buildBot compiles cmd/bot as the image has it, with one line more: the played service is among its drivers. The line is
// laid over the folder, so that no bot that people run has it.
func buildBot(ctx context.Context, root, folder string) (string, error) {
	line := filepath.Join(root, "hack/bench/chat/testdata/drivers_played.go")
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{filepath.Join(root, "cmd/bot/drivers_played.go"): line}})
	if err != nil {
		return "", fmt.Errorf("lay the played service over the bot: %w", err)
	}
	file, bot := filepath.Join(folder, "overlay.json"), filepath.Join(folder, "bot")
	if err := os.WriteFile(file, overlay, 0o600); err != nil {
		return "", fmt.Errorf("lay the played service over the bot: %w", err)
	}
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-overlay", file, "-o", bot, "./cmd/bot")
	build.Dir, build.Env = root, append(os.Environ(), "CGO_ENABLED=0")
	if said, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the bot: %w: %s", err, said)
	}
	return bot, nil
}

// process of a bot that serves.
type process struct {
	command *exec.Cmd
	health  string
	started time.Time
	ended   chan struct{}
	log     string

	memoryMu sync.Mutex
	used     memoryUse
}

// memoryLimit is that of config/bot/serve.
const memoryLimit = "GOMEMLIMIT=56MiB"

// start a bot, and wait until it leads and hears the chat.
func (w *world) start(ctx context.Context, settings string) (*process, error) {
	health, err := children.FreeAddress()
	if err != nil {
		return nil, fmt.Errorf("find a free port: %w", err)
	}
	log, err := os.OpenFile(filepath.Join(w.folder, "bot.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("keep the bot's log: %w", err)
	}
	defer log.Close() // the process has its own
	p := &process{health: health, started: time.Now(), ended: make(chan struct{}), log: log.Name()}
	p.command = exec.Command(w.program, "serve", "--settings", settings, "--kubeconfig", w.kubeconfig,
		"--health-probe-bind-address", health, "--log-level", "WARN")
	p.command.Env = append(os.Environ(), memoryLimit)
	p.command.Stdout, p.command.Stderr = log, log
	if err := p.command.Start(); err != nil {
		return nil, fmt.Errorf("start the bot: %w", err)
	}
	go func() { _ = p.command.Wait(); close(p.ended) }()
	go p.watchMemory()
	err = eventually(ctx, time.Minute, "the bot to hear the chat", func() (bool, error) {
		return p.hears(ctx), p.alive()
	})
	if err != nil {
		return nil, errors.Join(err, p.stop())
	}
	return p, nil
}

func (p *process) hears(ctx context.Context) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.health+"/readyz?verbose", http.NoBody)
	if err != nil {
		return false
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, 1<<16))
	return err == nil && bytes.Contains(body, []byte("leader for")) && bytes.Contains(body, []byte(": connected"))
}

// alive is nil, or says that the bot ended by itself.
func (p *process) alive() error {
	select {
	case <-p.ended:
		return fmt.Errorf("the bot ended: %s; its log is %s", p.command.ProcessState, p.log)
	default:
		return nil
	}
}

// stop ends the bot as the kubelet does.
func (p *process) stop() error {
	if p.alive() != nil {
		return nil
	}
	if err := p.command.Process.Signal(syscall.SIGTERM); err != nil {
		return fmt.Errorf("stop the bot: %w", err)
	}
	grace := time.NewTimer(45 * time.Second)
	defer grace.Stop()
	select {
	case <-p.ended:
		return nil
	case <-grace.C:
		return errors.Join(errors.New("the bot does not stop"), p.command.Process.Kill())
	}
}

// memory of a process, in MiB.
type memoryUse struct {
	// resident is the most that was, by the kernel's count.
	resident float64
	// own is the most without mapped files, which are the program: replicas on one node share it, and the kernel takes it back
	// when memory is short.
	own float64
	// ownNow is that of the last look.
	ownNow float64
}

// watchMemory until the process ends. The kernel keeps no mark of a process's own memory.
func (p *process) watchMemory() {
	look := time.NewTicker(100 * time.Millisecond)
	defer look.Stop()
	for {
		select {
		case <-look.C:
			p.lookAtMemory()
		case <-p.ended:
			return
		}
	}
}

func (p *process) lookAtMemory() {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.command.Process.Pid))
	if err != nil {
		return // it has just ended
	}
	p.memoryMu.Lock()
	defer p.memoryMu.Unlock()
	if resident := children.StatusBytes(string(data), "VmHWM"); resident > 0 {
		p.used.resident = float64(resident) / (1 << 20)
	}
	if own := children.StatusBytes(string(data), "RssAnon"); own > 0 {
		p.used.ownNow = float64(own) / (1 << 20)
		p.used.own = max(p.used.own, p.used.ownNow)
	}
}

func (p *process) memory() (memoryUse, error) {
	p.lookAtMemory()
	p.memoryMu.Lock()
	defer p.memoryMu.Unlock()
	if p.used.resident == 0 || p.used.own == 0 {
		return memoryUse{}, errors.New("read the bot's memory: /proc does not tell")
	}
	return p.used, nil
}
