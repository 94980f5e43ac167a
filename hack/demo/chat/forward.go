package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"regexp"
	"strings"
	"sync"
)

// forwarder passes connections on to the server in the cluster, through kubectl port-forward: that works wherever kubectl does.
// kubectl ends when the server's pod does; the next connection starts it again.
type forwarder struct {
	mu      sync.Mutex
	address string // empty: kubectl does not run
	end     context.CancelFunc
}

// forwarding is what kubectl says when it listens, at a port that it has chosen.
var forwarding = regexp.MustCompile(`^Forwarding from (127\.0\.0\.1:\d+) `)

func (f *forwarder) dial(ctx context.Context, network, _ string) (net.Conn, error) {
	address, err := f.start()
	if err != nil {
		return nil, err
	}
	return (&net.Dialer{}).DialContext(ctx, network, address)
}

// start kubectl, unless it runs. It goes on after the connection that it was started for.
func (f *forwarder) start() (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.address != "" {
		return f.address, nil
	}
	ctx, end := context.WithCancel(context.Background())
	var problems strings.Builder
	kubectl := exec.CommandContext(ctx, "kubectl", "--namespace", namespace, "port-forward", "--address", "127.0.0.1", "service/"+service, ":443")
	kubectl.Stderr = &problems
	output, err := kubectl.StdoutPipe()
	if err == nil {
		err = kubectl.Start()
	}
	if err != nil {
		end()
		return "", fmt.Errorf("start kubectl: %w", err)
	}
	lines := bufio.NewScanner(output)
	var match []string
	if lines.Scan() {
		match = forwarding.FindStringSubmatch(lines.Text())
	}
	if match == nil {
		end()
		_ = kubectl.Wait()
		return "", errors.New("kubectl port-forward does not work: " + strings.TrimSpace(lines.Text()+" "+problems.String()))
	}
	f.address, f.end = match[1], end
	go func() {
		for lines.Scan() { // a line per connection
		}
		_ = kubectl.Wait()
		end()
		f.mu.Lock()
		defer f.mu.Unlock()
		f.address = ""
	}()
	return f.address, nil
}

func (f *forwarder) stop() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.end != nil {
		f.end()
	}
}
