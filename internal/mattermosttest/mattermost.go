package mattermosttest

import (
	"context"
	"net/http"
	"os/exec"
	"path/filepath"
	"regexp"
	"syscall"
)

const mattermostLog = "mattermost.log"

// listening is what Mattermost logs. It chooses a port itself, because one that was found free may be taken when it is used.
var listening = regexp.MustCompile(`"Server is listening on (127\.0\.0\.1:\d+)"`)

func (s *Server) startMattermost() error {
	command := exec.Command(s.programs.mattermost)
	// Where it looks first for what stands beside it. There might be an i18n or a templates folder in ours.
	command.Dir = filepath.Dir(s.programs.mattermost)
	command.Env = append(s.environment(), "MM_CONFIG="+s.file("config.json"))
	mattermost, err := run(command, s.file(mattermostLog), syscall.SIGKILL, nil)
	if err != nil {
		return err
	}
	s.mattermost = mattermost
	address := ""
	if err := mattermost.await(func(ctx context.Context) bool {
		if match := listening.FindSubmatch(mattermost.output()); match != nil {
			address = string(match[1])
		}
		return address != "" && answers(ctx, address)
	}); err != nil {
		return err
	}
	s.setTarget(address)
	return s.front.Restore()
}

func answers(ctx context.Context, address string) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/api/v4/system/ping", nil)
	if err != nil {
		return false
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	_ = response.Body.Close()
	return response.StatusCode == http.StatusOK
}

func (s *Server) target() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.address
}

func (s *Server) setTarget(address string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.address = address
}
