//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// output runs a command to its end. Its error stream becomes part of the error.
func output(cmd *exec.Cmd, in io.Reader) (string, error) {
	var out, problems bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = in, &out, &problems
	if err := cmd.Run(); err != nil {
		return out.String(), fmt.Errorf("%s: %w: %s", filepath.Base(cmd.Path), err, strings.TrimSpace(problems.String()))
	}
	return out.String(), nil
}

// objectStore is the demo's S3 server as this machine reaches it: through a forwarder on localhost, which its certificate
// names.
type objectStore struct {
	*s3.Client
	endpoint       string
	credentialsDir string
	caFile         string
	secretKey      string
	listener       net.Listener
	folder         string
}

func openObjectStore(ctx context.Context) (*objectStore, error) {
	var account, authority corev1.Secret
	var service corev1.Service
	err := errors.Join(
		env.client.Get(ctx, client.ObjectKey{Namespace: shopNamespace, Name: "dumps-writer"}, &account),
		env.client.Get(ctx, client.ObjectKey{Namespace: shopNamespace, Name: "dumps-ca"}, &authority),
		env.client.Get(ctx, client.ObjectKey{Namespace: storageNamespace, Name: "s3"}, &service))
	if err != nil {
		return nil, err
	}
	o := &objectStore{secretKey: string(account.Data["AWS_SECRET_ACCESS_KEY"])}
	if o.folder, err = os.MkdirTemp("", "volcado-e2e-"); err != nil {
		return nil, err
	}
	o.credentialsDir, o.caFile = o.folder, filepath.Join(o.folder, "ca.crt")
	for name, data := range map[string][]byte{
		"AWS_ACCESS_KEY_ID": account.Data["AWS_ACCESS_KEY_ID"], "AWS_SECRET_ACCESS_KEY": account.Data["AWS_SECRET_ACCESS_KEY"],
		"ca.crt": authority.Data["ca.crt"],
	} {
		if err := os.WriteFile(filepath.Join(o.folder, name), data, 0o600); err != nil {
			return nil, err
		}
	}
	if o.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return nil, err
	}
	go forward(o.listener, net.JoinHostPort(service.Spec.ClusterIP, "443"))
	o.endpoint = fmt.Sprintf("https://localhost:%d", o.listener.Addr().(*net.TCPAddr).Port)
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(authority.Data["ca.crt"]) {
		return nil, errors.New("the Secret dumps-ca holds no certificate")
	}
	o.Client = s3.New(s3.Options{
		BaseEndpoint: &o.endpoint, UsePathStyle: true, Region: "us-east-1",
		Credentials: credentials.NewStaticCredentialsProvider(string(account.Data["AWS_ACCESS_KEY_ID"]), o.secretKey, ""),
		HTTPClient:  &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}},
	})
	_, err = o.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: aws.String(bucket)})
	return o, err
}

func (o *objectStore) close() {
	_ = o.listener.Close()
	_ = os.RemoveAll(o.folder)
}

// forward joins every connection that is made to the listener with one to the address.
func forward(from net.Listener, to string) {
	for {
		in, err := from.Accept()
		if err != nil {
			return
		}
		go func() {
			defer in.Close()
			out, err := net.Dial("tcp", to)
			if err != nil {
				return
			}
			defer out.Close()
			go func() { _, _ = io.Copy(out, in); _ = out.(*net.TCPConn).CloseWrite() }()
			_, _ = io.Copy(in, out)
		}()
	}
}

// left lists what is below a prefix: objects, and uploads that were begun and neither committed nor aborted.
func (o *objectStore) left(ctx context.Context, prefix string) (objects, uploads []string, err error) {
	pages := s3.NewListObjectsV2Paginator(o, &s3.ListObjectsV2Input{Bucket: aws.String(bucket), Prefix: &prefix})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, nil, err
		}
		for _, object := range page.Contents {
			objects = append(objects, *object.Key)
		}
	}
	begun, err := o.ListMultipartUploads(ctx, &s3.ListMultipartUploadsInput{Bucket: aws.String(bucket), Prefix: &prefix})
	if err != nil {
		return nil, nil, err
	}
	for _, upload := range begun.Uploads {
		// Some servers ignore the prefix.
		if strings.HasPrefix(*upload.Key, prefix) {
			uploads = append(uploads, *upload.Key)
		}
	}
	return objects, uploads, nil
}

// dumper runs the dumper's own program on this machine against the S3 server.
func (o *objectStore) dumper(ctx context.Context, command, location string, args ...string) *exec.Cmd {
	all := append([]string{command, location, "--s3-endpoint=" + o.endpoint, "--s3-path-style", "--s3-ca-file=" + o.caFile,
		"--storage-credentials-dir=" + o.credentialsDir}, args...)
	return exec.CommandContext(ctx, filepath.Join(env.repo, "bin", "dumper"), all...)
}
