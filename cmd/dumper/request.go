package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/volcado-io/volcado/dumper"
	"github.com/volcado-io/volcado/dumper/compress"
	"github.com/volcado-io/volcado/dumper/mounted"
	"github.com/volcado-io/volcado/dumper/preflight"
	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/dumper/source"
	"github.com/volcado-io/volcado/dumper/store"
	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/recipients"
)

var (
	// The alphabet of the API's prefixes, so that no key needs quotes in a shell or escaping in a URL. A part may begin with
	// a dash besides, as the names of databases may, of which the default is made.
	keyPrefix = regexp.MustCompile(`^[A-Za-z0-9_=-][A-Za-z0-9_.=-]*(/[A-Za-z0-9_=-][A-Za-z0-9_.=-]*)*$`)
	notInKeys = regexp.MustCompile(`[^A-Za-z0-9_=-]`)
)

// complete is the attempt that flags or a file ask for, checked. Its errors have reason InvalidRequest.
func (d *dumping) complete(flags *pflag.FlagSet) (dumper.Request, error) {
	if err := d.named(); err != nil {
		return dumper.Request{}, err
	}
	fill := d.fromFlags
	if d.requestFile != "" {
		fill = func() error { return d.fromFile(flags) }
	}
	if err := fill(); err != nil {
		return dumper.Request{}, err
	}
	return d.check()
}

// fromFlags fills in what the flags leave open.
func (d *dumping) fromFlags() (err error) {
	if d.request.KeyPrefix == "" {
		d.request.KeyPrefix = notInKeys.ReplaceAllString(d.request.Copy.Database, "_")
	}
	if len(d.recipients) > 0 {
		d.request.Encryption = &contract.Encryption{Recipients: d.recipients}
	}
	d.request.Storage, err = d.location.storage()
	return err
}

// named gives the attempt a name if it has none.
func (h *here) named() error {
	if h.attempt == "" {
		h.attempt = randomAttempt()
	}
	if contract.IsAttempt(h.attempt) {
		return nil
	}
	attempt := h.attempt
	h.attempt = "unknown"
	return result.Errorf(contract.InvalidRequest, "use letters, digits and dashes", "the attempt %q is not a name", attempt)
}

// fromFile takes the request from a file.
func (d *dumping) fromFile(flags *pflag.FlagSet) error {
	if err := alone(flags); err != nil {
		return err
	}
	request, err := requested(d.requestFile, contract.DecodeRequest)
	if err != nil {
		return err
	}
	d.request = *request
	return nil
}

// alone fails where other flags are given beside the request's file, which says all: what is said twice could differ.
func alone(flags *pflag.FlagSet) error {
	var beside []string
	flags.Visit(func(f *pflag.Flag) {
		if f.Name != requestFlag && !slices.Contains(hereFlags, f.Name) {
			beside = append(beside, "--"+f.Name)
		}
	})
	if len(beside) > 0 {
		return result.Errorf(contract.InvalidRequest, "give the file, or flags", "%s was given beside --%s, which takes its place", strings.Join(beside, ", "), requestFlag)
	}
	return nil
}

// requested is what a file asks for. Its errors have reason InvalidRequest.
func requested[T any](path string, decode func([]byte) (*T, error)) (*T, error) {
	data, err := readRequest(path)
	if err != nil {
		return nil, err
	}
	request, err := decode(data)
	if err != nil {
		return nil, result.Errorf(contract.InvalidRequest, "use manager and dumper image of the same release", "%s: %w", path, err)
	}
	return request, nil
}

// readRequest reads one byte more than a request has, at most.
func readRequest(path string) ([]byte, error) {
	const hint = "give --" + requestFlag + " a file with a request, as the manager writes it"
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, result.Errorf(contract.InvalidRequest, hint, "there is no file %s", path)
	}
	if err != nil {
		return nil, result.Errorf(contract.InvalidRequest, hint, "read the request: %w", err)
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, contract.MaxRequestBytes+1))
	if err != nil {
		return nil, result.Errorf(contract.InvalidRequest, hint, "read the request: %w", err)
	}
	return data, nil
}

// check the request, whoever made it.
func (d *dumping) check() (dumper.Request, error) {
	r := d.request
	attempt := dumper.Request{
		Server:      source.Server{Engine: r.Source.Engine, Host: r.Source.Host, Port: r.Source.Port, TLSMode: r.Source.TLS.Mode},
		Credentials: mounted.Secret{Dir: r.Source.CredentialsDir, Name: r.Source.Secret},
		CA:          mounted.Authority{Path: r.Source.TLS.CAFile, Secret: r.Source.TLS.CASecret},
		Copy:        r.Copy,
		Level:       r.Compression.Level, KeyPrefix: r.KeyPrefix, Dump: r.Dump, Attempt: d.attempt, WorkDir: d.workDir,
		OpenStore: func(ctx context.Context) (*store.Store, []string, error) {
			return openStorage(ctx, r.Storage, store.ToWrite)
		},
	}
	if err := preflight.Check(attempt.Copy); err != nil {
		return attempt, err
	}
	if err := attempt.Server.Check(); err != nil {
		return attempt, err
	}
	if r.Source.CredentialsDir == "" {
		return attempt, result.Errorf(contract.InvalidRequest, "give --credentials-dir, a folder with the files username and password", "no credentials were given")
	}
	var err error
	if attempt.Format, err = contract.FormatNamed(r.Compression.Format); err != nil {
		return attempt, result.Errorf(contract.InvalidRequest, "correct --compression", "%w", err)
	}
	if _, err := compress.Level(r.Compression.Format, r.Compression.Level); err != nil {
		return attempt, result.Errorf(contract.InvalidRequest, "correct --compression-level", "%w", err)
	}
	if attempt.Recipients, err = readers(r.Encryption); err != nil {
		return attempt, err
	}
	if err := checkPrefix(r.KeyPrefix); err != nil {
		return attempt, err
	}
	return attempt, checkStorage(r.Storage)
}

func checkPrefix(prefix string) error {
	if !keyPrefix.MatchString(prefix) {
		return result.Errorf(contract.InvalidRequest, "use letters, digits and _ = - . between single slashes", "the key prefix %q cannot be used", prefix)
	}
	return nil
}

// readers of an encrypted artifact. Where encryption is asked for, there is at least one.
func readers(asked *contract.Encryption) (recipients.List, error) {
	if asked == nil {
		return nil, nil
	}
	list, problem := recipients.Parse(asked.Recipients)
	if problem != nil {
		return nil, result.Errorf(contract.InvalidRequest, "correct --recipient: "+problem.Hint, "%s", problem.Message)
	}
	if len(list) == 0 || len(list) > contract.MaxRecipients {
		return nil, result.Errorf(contract.InvalidRequest, "give --recipient for each of them", "a copy is to be encrypted for %d recipients, and can be for 1 to %d", len(list), contract.MaxRecipients)
	}
	return list, nil
}

func randomAttempt() string {
	var b [8]byte
	// It never fails. https://pkg.go.dev/crypto/rand#Read
	_, _ = rand.Read(b[:])
	return fmt.Sprintf("%s-%s", time.Now().UTC().Format("20060102T150405Z"), hex.EncodeToString(b[:]))
}
