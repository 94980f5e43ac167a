// Package dumper makes one verified copy of one database: it asks the server what there is to copy, runs the client,
// compresses and stores what it writes, and vouches for the result only when every gate has been passed.
package dumper

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/volcado-io/volcado/dumper/client"
	"github.com/volcado-io/volcado/dumper/mounted"
	"github.com/volcado-io/volcado/dumper/preflight"
	"github.com/volcado-io/volcado/dumper/progress"
	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/dumper/source"
	"github.com/volcado-io/volcado/dumper/store"
	"github.com/volcado-io/volcado/internal/contract"
)

// Request is one attempt to copy one database.
type Request struct {
	// Server without credentials and authority; they are read when the attempt begins.
	Server source.Server
	// Credentials of the database account.
	Credentials mounted.Secret
	// CA is the authority that the server's certificate must come from.
	CA     mounted.Authority
	Copy   preflight.Request
	Format contract.Format
	// Level of compression, or 0 for the format's own.
	Level int
	// KeyPrefix below which the attempt writes, without slashes at its ends.
	KeyPrefix string
	// Attempt is the pod's UID.
	Attempt string
	// Dump is namespace/name of the DatabaseDump; recorded in the manifest. With it KeyPrefix is that dump's alone, and what
	// an attempt of it that was killed left there is removed. Empty outside Kubernetes.
	Dump string
	// WorkDir receives the option file; it should be in memory.
	WorkDir string
	// OpenStore opens the storage and returns values that must not appear in messages.
	OpenStore func(context.Context) (*store.Store, []string, error)
}

// Prefix of the attempt's keys, with a slash at its end.
func (r Request) Prefix() string { return r.KeyPrefix + "/" + r.Attempt + "/" }

// attempt carries what the steps find out.
type attempt struct {
	Request
	progress *progress.Progress
	log      *slog.Logger
	now      func() time.Time

	secrets []string
	store   *store.Store
	program *client.Program
	plan    *preflight.Plan
	started time.Time
}

// Run makes the attempt and returns its result, whatever happens. Deadline and interruption come as the context's cause,
// which should be a *result.Error.
func Run(ctx context.Context, request Request, progress *progress.Progress, log *slog.Logger) contract.Result {
	a := &attempt{Request: request, progress: progress, log: log, now: time.Now}
	a.started = a.now().UTC()
	artifact, err := a.run(ctx)
	r := contract.Result{Attempt: a.Attempt, StartedAt: a.started, FinishedAt: a.now().UTC()}
	if a.program != nil {
		r.Client = &a.program.Software
	}
	if a.plan != nil {
		r.Server, r.NonTransactional = &a.plan.Server, len(a.plan.NonTransactional)
	}
	if err != nil {
		failure := Redact(result.FailureOf(err), a.secrets)
		r.Failure = &failure
		return r
	}
	r.Artifact = artifact
	return r
}

func (a *attempt) run(ctx context.Context) (_ *contract.Artifact, err error) {
	// A step may fail with the store open.
	defer func() {
		if a.store != nil {
			_ = a.store.Close()
		}
	}()
	for _, step := range []func(context.Context) error{a.readSecrets, a.findClient, a.openStore, a.preflight} {
		if err := step(ctx); err != nil {
			return nil, reasoned(ctx, err)
		}
	}
	defer func() {
		if err != nil {
			a.warn("what the attempt left may not be gone", a.store.Discard(ctx, a.Prefix(), contract.ManifestFile, a.file()))
		}
	}()
	copied, err := a.copy(ctx)
	if err != nil {
		return nil, reasoned(ctx, err)
	}
	if err := a.vouch(ctx, copied); err != nil {
		return nil, reasoned(ctx, err)
	}
	return &copied.artifact, nil
}

// reasoned prefers why the work was stopped to the way in which a step noticed.
func reasoned(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		return err
	}
	if cause := context.Cause(ctx); errors.As(cause, new(*result.Error)) {
		return cause
	}
	return err
}

func (a *attempt) readSecrets(context.Context) error {
	username, password, err := source.ReadCredentials(a.Credentials)
	if err != nil {
		return err
	}
	a.Server.Username, a.Server.Password, a.Server.Secret = username, password, a.Credentials.Name
	a.secrets = append(a.secrets, password)
	authority, err := a.Server.Bind(a.Credentials, a.CA)
	if err != nil {
		return err
	}
	return a.Server.ResolveCA(authority)
}

func (a *attempt) findClient(ctx context.Context) (err error) {
	if a.program, err = client.Find(ctx, a.Server.Engine); err != nil {
		return err
	}
	return a.program.CheckTLS(a.Server)
}

// openStore also proves that the artifact could be written: that should not come out after hours of reading from a
// production server.
func (a *attempt) openStore(ctx context.Context) error {
	opened, secrets, err := a.OpenStore(ctx)
	if err != nil {
		return err
	}
	a.store, a.secrets = opened, append(a.secrets, secrets...)
	if err := opened.Probe(ctx, a.Prefix()+a.file()); err != nil {
		return err
	}
	if a.Dump != "" {
		a.warn("what earlier attempts left may not be gone", opened.Reclaim(ctx, a.KeyPrefix+"/"))
	}
	return nil
}

func (a *attempt) preflight(ctx context.Context) (err error) {
	defer func() {
		if err != nil {
			a.warn("what the attempt left may not be gone", a.store.Discard(ctx, a.Prefix()))
		}
	}()
	db, err := preflight.Connect(ctx, a.Server, a.Copy.Database)
	if err != nil {
		return err
	}
	defer db.Close()
	facts, err := preflight.Gather(ctx, db, a.Server, a.Copy.Database)
	if err != nil {
		return err
	}
	plan, err := preflight.Judge(facts, a.Copy, a.Server.Origin(a.Copy.Database))
	if err != nil {
		return err
	}
	a.plan = plan
	a.progress.Expect(plan.EstimatedBytes, len(plan.Tables)+len(plan.Views))
	a.log.Info("the server can be copied", "server", a.Server.Address(), "version", plan.Server.Version, "database", plan.Database,
		"tables", len(plan.Tables), "views", len(plan.Views), "excluded", len(plan.Excluded), "withoutData", len(plan.WithoutData),
		"nonTransactional", len(plan.NonTransactional), "estimatedBytes", plan.EstimatedBytes, "client", a.program.Software.Version)
	return preflight.CheckViews(ctx, db, a.Server, plan)
}

// warn of what nobody decides on, and somebody may have to clean up.
func (a *attempt) warn(what string, err error) {
	if err != nil {
		a.log.Warn(what, "location", a.store.URI(a.Prefix()), "error", Redact(result.FailureOf(err), a.secrets).Message)
	}
}

// file is the artifact's name below the prefix.
func (a *attempt) file() string { return a.Format.File() }

// vouch compares the artifact in storage with what was sent, and writes the manifest that makes it exist.
func (a *attempt) vouch(ctx context.Context, copied *copied) error {
	verified, err := a.store.Verify(ctx, a.Prefix()+a.file(), copied.sum)
	if err != nil {
		return err
	}
	data, err := contract.EncodeManifest(a.manifest(copied, verified))
	if err != nil {
		return err
	}
	if err := a.store.WriteFile(ctx, a.Prefix()+contract.ManifestFile, data); err != nil {
		return fmt.Errorf("write the manifest: %w", err)
	}
	a.log.Info("the artifact is verified", "location", a.store.URI(a.Prefix()+a.file()), "bytes", copied.artifact.SizeBytes,
		"uncompressedBytes", copied.artifact.UncompressedBytes, "sha256", copied.artifact.SHA256, "verifiedBy", verified)
	return nil
}
