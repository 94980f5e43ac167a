package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os/exec"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
)

// Where the demo's server is, in the cluster.
const (
	namespace = "chat"
	service   = "mattermost"
	serverURL = "https://mattermost.chat.svc"
	// requestTimeout bounds one call of its API.
	requestTimeout = 30 * time.Second
)

// Server is a Mattermost, and what is needed to be somebody there.
type Server struct {
	url       string
	transport http.RoundTripper
	// passwords of people, by username.
	passwords map[string]string
}

// connect finds the demo's server. end stops what it started.
func connect(ctx context.Context) (server *Server, end func(), err error) {
	people, err := secret(ctx, "people")
	if err != nil {
		return nil, nil, err
	}
	certificates, err := secret(ctx, "mattermost-tls")
	if err != nil {
		return nil, nil, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(certificates["ca.crt"]) {
		return nil, nil, errors.New("the Secret chat/mattermost-tls has no certificate in its key ca.crt; make demo writes it anew")
	}
	passwords := map[string]string{}
	for name, password := range people {
		passwords[name] = string(password)
	}
	f := &forwarder{}
	return &Server{
		url: serverURL, passwords: passwords,
		transport: &http.Transport{DialContext: f.dial, TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}},
	}, f.stop, nil
}

// secret of the namespace chat, read as whoever uses kubectl here.
func secret(ctx context.Context, name string) (map[string][]byte, error) {
	output, err := exec.CommandContext(ctx, "kubectl", "--namespace", namespace, "get", "secret", name, "--output", "json").Output()
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		return nil, fmt.Errorf("read the Secret %s/%s, which make demo makes: %s", namespace, name, failed.Stderr)
	} else if err != nil {
		return nil, err
	}
	var found struct{ Data map[string][]byte }
	if err := json.Unmarshal(output, &found); err != nil {
		return nil, fmt.Errorf("read the Secret %s/%s: %w", namespace, name, err)
	}
	return found.Data, nil
}

// client of nobody yet.
func (s *Server) client() *model.Client4 {
	c := model.NewAPIv4Client(s.url)
	c.HTTPClient = &http.Client{Transport: s.transport, Timeout: requestTimeout}
	return c
}

// Person is somebody who is logged in.
type Person struct {
	*model.Client4
	ID, Name string
}

// logIn fails for somebody who has no account or no password.
func (s *Server) logIn(ctx context.Context, name string) (*Person, error) {
	password, known := s.passwords[name]
	if !known {
		return nil, fmt.Errorf("there is nobody called %s; there are %s and %s", name, memberName, otherName)
	}
	c := s.client()
	user, _, err := c.Login(ctx, name, password)
	if err != nil {
		return nil, fmt.Errorf("log in as %s: %w", name, err)
	}
	return &Person{Client4: c, ID: user.Id, Name: user.Username}, nil
}
