// Package s3test gives tests a real S3 server of their own: versitygw, with its objects in a temporary folder, on
// loopback.
package s3test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/volcado-io/volcado/internal/certtest"
	"github.com/volcado-io/volcado/internal/children"
)

// Bucket that every server has.
const Bucket = "dumps"

// AccessKeyID and SecretAccessKey of every server.
const (
	AccessKeyID     = "test-access-key"
	SecretAccessKey = "test-secret-key-0123456789"
	// LimitedKeyID has only the rights that Limit gives it. Its secret is SecretAccessKey, too.
	LimitedKeyID = "limited-access-key"
)

const startTimeout = time.Minute

// Server is a running versitygw.
type Server struct {
	// Endpoint is its URL.
	Endpoint string
	// Authority signed its certificate, which names localhost and 127.0.0.1. Nil without TLS.
	Authority *certtest.Authority
	// Folder with the bucket's folder.
	Folder string
	// Client of the test's own.
	Client *s3.Client
}

// Options of a server.
type Options struct {
	TLS bool
	// Versions of what is in the bucket are kept.
	Versions bool
}

// Start a server for one test.
func Start(t testing.TB, options Options) *Server {
	t.Helper()
	program, err := findProgram()
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{Folder: t.TempDir()}
	if err := os.Mkdir(filepath.Join(s.Folder, Bucket), 0o755); err != nil {
		t.Fatal(err)
	}
	address, err := children.FreeAddress()
	if err != nil {
		t.Fatal(err)
	}
	scheme, arguments := "http", []string{"--quiet", "--port", address, "--access", AccessKeyID, "--secret", SecretAccessKey}
	transport := &http.Transport{}
	if options.TLS {
		scheme = "https"
		certificate, key := s.certificate(t, transport)
		arguments = append(arguments, "--cert", certificate, "--key", key)
	}
	s.Endpoint = scheme + "://" + address
	arguments = append(arguments, "--iam-dir", limited(t), "posix", "--sidecar", t.TempDir())
	if options.Versions {
		arguments = append(arguments, "--versioning-dir", t.TempDir())
	}
	ended := run(t, program, append(arguments, s.Folder))
	s.Client = NewClient(s.Endpoint, transport)
	s.ready(t, ended)
	if options.Versions {
		s.Versioning(t, types.BucketVersioningStatusEnabled)
	}
	return s
}

// NewClient makes a client of the test's own.
func NewClient(endpoint string, transport *http.Transport) *s3.Client {
	configuration := aws.Config{Region: "us-east-1", Credentials: credentials.NewStaticCredentialsProvider(AccessKeyID, SecretAccessKey, "")}
	return s3.NewFromConfig(configuration, func(o *s3.Options) {
		o.BaseEndpoint, o.UsePathStyle, o.HTTPClient = &endpoint, true, &http.Client{Transport: transport}
	})
}

func (s *Server) certificate(t testing.TB, transport *http.Transport) (certificate, key string) {
	t.Helper()
	authority, err := certtest.NewAuthority(t.TempDir(), "s3-authority")
	if err != nil {
		t.Fatal(err)
	}
	if certificate, key, err = authority.Issue("s3", "localhost", "127.0.0.1"); err != nil {
		t.Fatal(err)
	}
	s.Authority = authority
	pem, err := os.ReadFile(authority.File)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	transport.TLSClientConfig = &tls.Config{RootCAs: roots}
	return certificate, key
}

func (s *Server) ready(t testing.TB, ended <-chan struct{}) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), startTimeout)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		_, err := s.Client.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: aws.String(Bucket)})
		if err == nil {
			return
		}
		select {
		case <-ended:
			t.Fatal("versitygw ended at its start")
		case <-ctx.Done():
			t.Fatalf("versitygw did not answer in time: %v", err)
		case <-tick.C:
		}
	}
}

// Keys of all objects.
func (s *Server) Keys(t testing.TB) []string {
	t.Helper()
	listing, err := s.Client.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: aws.String(Bucket)})
	if err != nil {
		t.Fatal(err)
	}
	keys := []string{}
	for _, object := range listing.Contents {
		keys = append(keys, *object.Key)
	}
	slices.Sort(keys)
	return keys
}

// Uploads that were begun and neither completed nor aborted.
func (s *Server) Uploads(t testing.TB) []string {
	t.Helper()
	listing, err := s.Client.ListMultipartUploads(t.Context(), &s3.ListMultipartUploadsInput{Bucket: aws.String(Bucket)})
	if err != nil {
		t.Fatal(err)
	}
	keys := []string{}
	for _, upload := range listing.Uploads {
		keys = append(keys, *upload.Key)
	}
	return keys
}

// Credentials writes a folder as a mounted Secret has it.
func Credentials(t testing.TB, accessKeyID, secretAccessKey string) string {
	t.Helper()
	folder := t.TempDir()
	for name, value := range map[string]string{"AWS_ACCESS_KEY_ID": accessKeyID, "AWS_SECRET_ACCESS_KEY": secretAccessKey} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(value+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

func run(t testing.TB, program string, arguments []string) <-chan struct{} {
	t.Helper()
	var output strings.Builder
	command := exec.Command(program, arguments...)
	command.Stdout, command.Stderr = &output, &output
	ended, err := children.Start(command, syscall.SIGKILL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Kill()
		<-ended
		if t.Failed() {
			t.Logf("versitygw: %s", output.String())
		}
	})
	return ended
}

// findProgram looks in the folder VOLCADO_BIN, else in out/bin of the repository, else in PATH.
func findProgram() (string, error) {
	var folders []string
	if folder := os.Getenv("VOLCADO_BIN"); folder != "" {
		folders = append(folders, folder)
	} else if root, err := repositoryRoot(); err == nil {
		folders = append(folders, filepath.Join(root, "out", "bin"))
	}
	for _, folder := range folders {
		path := filepath.Join(folder, "versitygw")
		if _, err := os.Stat(path); err == nil {
			return path, nil
		}
	}
	if path, err := exec.LookPath("versitygw"); err == nil {
		return path, nil
	}
	return "", fmt.Errorf("these tests run against a real S3 server, and there is no versitygw in %s: run `make test`, which builds it "+
		"from hack/servers/versitygw, or set VOLCADO_BIN to a folder that has it", strings.Join(folders, " or "))
}

// repositoryRoot is the nearest folder above the test's own that has a go.mod.
func repositoryRoot() (string, error) {
	folder, err := os.Getwd()
	for err == nil {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			return folder, nil
		}
		parent := filepath.Dir(folder)
		if parent == folder {
			return "", errors.New("no go.mod above the test's folder")
		}
		folder = parent
	}
	return "", err
}

// Listen serves a handler on loopback until the test ends, and returns its URL.
func Listen(t testing.TB, handler http.Handler) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}
