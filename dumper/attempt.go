// Package dumper makes one verified copy of one database: it asks the server what there is to copy, runs the client,
// compresses, encrypts and stores what it writes, and vouches for the result only when every gate has been passed.
package dumper

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/volcado-io/volcado/dumper/archive"
	"github.com/volcado-io/volcado/dumper/client"
	"github.com/volcado-io/volcado/dumper/compress"
	"github.com/volcado-io/volcado/dumper/engine"
	"github.com/volcado-io/volcado/dumper/mounted"
	"github.com/volcado-io/volcado/dumper/plan"
	"github.com/volcado-io/volcado/dumper/preflight"
	"github.com/volcado-io/volcado/dumper/progress"
	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/dumper/source"
	"github.com/volcado-io/volcado/dumper/store"
	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/recipients"
)

// Request is one attempt to copy one database.
type Request struct {
	// Server without credentials and authority; they are read when the attempt begins.
	Server source.Server
	// Credentials of the database account.
	Credentials mounted.Secret
	// CA is the authority that the server's certificate must come from.
	CA     mounted.Authority
	Copy   contract.Copy
	Format contract.Format
	// Level of compression, or 0 for the format's own.
	Level int
	// Recipients that the artifact is encrypted for; empty for none.
	Recipients recipients.List
	// KeyPrefix below which the attempt writes, without slashes at its ends.
	KeyPrefix string
	// Attempt is the pod's UID.
	Attempt string
	// Dump is namespace/name of the DatabaseDump; recorded in the manifest. With it KeyPrefix is that dump's alone: what an
	// attempt of it that was killed left there is removed, and what one completed is adopted. Empty outside Kubernetes.
	Dump string
	// WorkDir receives the option file; it should be in memory.
	WorkDir string
	// OpenStore opens the storage and returns values that must not appear in messages.
	OpenStore func(context.Context) (*store.Store, []string, error)
}

// Prefix of the attempt's keys, with a slash at its end.
func (r Request) Prefix() string { return r.KeyPrefix + "/" + r.Attempt + "/" }

// attempt is what its steps share.
type attempt struct {
	Request
	progress *progress.Progress
	log      *slog.Logger
	now      func() time.Time
	started  time.Time
	// secrets must not be said.
	secrets []string
}

// found is what the steps found out, as far as they came.
type found struct {
	program  *client.Program
	plan     *plan.Plan
	artifact *contract.Artifact
	warnings []contract.Warning
	// adopted is the result of an earlier attempt, which then is all there is.
	adopted *contract.Result
}

// Run makes the attempt and returns its result, whatever happens. Deadline and interruption come as the context's cause,
// which should be a *result.Error.
func Run(ctx context.Context, request Request, progress *progress.Progress, log *slog.Logger) contract.Result {
	if len(request.Recipients) > 0 {
		request.Format = request.Format.Encrypt()
	}
	a := &attempt{Request: request, progress: progress, log: log, now: time.Now}
	a.started = a.now().UTC()
	f, err := a.run(ctx)
	if f.adopted != nil {
		f.adopted.Attempt = a.Attempt
		return *f.adopted
	}
	r := contract.Result{Attempt: a.Attempt, StartedAt: a.started, FinishedAt: a.now().UTC()}
	if f.program != nil {
		r.Client = &f.program.Software
	}
	if f.plan != nil {
		r.Server = &f.plan.Server
	}
	if err != nil {
		failure := Unsaid(result.FailureOf(reasoned(ctx, err)), a.secrets)
		r.Failure = &failure
		return r
	}
	r.Artifact, r.Warnings = f.artifact, contract.Brief(f.warnings)
	return r
}

func (a *attempt) run(ctx context.Context) (f found, err error) {
	server, unready := a.ready(ctx, &f)
	if unready != nil && a.Dump == "" {
		return f, unready
	}
	opened, err := a.openStore(ctx)
	if opened != nil {
		defer func() { _ = opened.Close() }()
	}
	// What an earlier attempt has completed needs no database any more, and nothing that its account may lack by now.
	if err == nil && a.Dump != "" {
		if f.adopted = a.earlier(ctx, opened); f.adopted != nil {
			return f, nil
		}
	}
	switch {
	case unready != nil:
		err = unready
	case err != nil:
		return f, err
	default:
		f.plan, err = a.preflight(ctx, server, f.program)
	}
	if err != nil {
		if opened != nil {
			a.warn(opened, "what the attempt left may not be gone", opened.Discard(ctx, a.Prefix()))
		}
		return f, err
	}
	if f.artifact, f.warnings, err = a.copy(ctx, server, opened, f); err != nil {
		a.warn(opened, "what the attempt left may not be gone", opened.Discard(ctx, a.Prefix(), contract.ManifestFile, a.Format.File()))
	}
	return f, err
}

// ready has the server with its account, and finds its client.
func (a *attempt) ready(ctx context.Context, f *found) (server source.Server, err error) {
	if server, err = a.readSecrets(); err == nil {
		f.program, err = findClient(ctx, server)
	}
	return server, err
}

// earlierTimeout bounds the look at what earlier attempts left. Without it, a store that does not answer would hold the dump
// up for something that it can do without.
const earlierTimeout = 15 * time.Second

// earlier attempts of the same dump: what those that were killed left is removed, and what one completed is adopted. Whoever
// cannot list what is there makes a copy.
func (a *attempt) earlier(ctx context.Context, opened *store.Store) *contract.Result {
	looking, done := context.WithTimeout(ctx, earlierTimeout)
	defer done()
	report, err := archive.Inspect(looking, opened, a.KeyPrefix)
	if err != nil {
		a.log.Info("earlier attempts cannot be looked for", "location", opened.URI(a.KeyPrefix), "error", Unsaid(result.FailureOf(err), a.secrets).Message)
		return nil
	}
	a.warn(opened, "what earlier attempts left may not be gone", opened.Reclaim(ctx, a.KeyPrefix+"/", report.Killed()))
	adopted, err := report.Adopt(looking, contract.Settlement{Dump: a.Dump, Database: a.Copy.Database, File: a.Format.File()})
	a.warn(opened, "what earlier attempts completed cannot be adopted", err)
	if adopted == nil {
		return nil
	}
	a.log.Info("an earlier attempt has completed this copy", "location", opened.URI(a.KeyPrefix+"/"+adopted.Adopted), "attempt", adopted.Adopted)
	a.progress.Done()
	return adopted
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

// readSecrets returns the server with its account, bound to what the Secret says.
func (a *attempt) readSecrets() (source.Server, error) {
	server := a.Server
	username, password, err := source.ReadCredentials(a.Credentials)
	if err != nil {
		return server, err
	}
	server.Username, server.Password, server.Secret = username, password, a.Credentials.Name
	a.secrets = append(a.secrets, password)
	authority, err := server.Bind(a.Credentials, a.CA)
	if err != nil {
		return server, err
	}
	return server, server.ResolveCA(authority)
}

func findClient(ctx context.Context, server source.Server) (*client.Program, error) {
	program, err := client.Find(ctx, server.Engine)
	if err != nil {
		return nil, err
	}
	return program, program.CheckTLS(server)
}

// openStore also proves that the artifact could be written: that should not come out after hours of reading from a
// production server. The store is to be closed, also after an error.
func (a *attempt) openStore(ctx context.Context) (*store.Store, error) {
	opened, secrets, err := a.OpenStore(ctx)
	if err != nil {
		return nil, err
	}
	a.secrets = append(a.secrets, secrets...)
	return opened, opened.Probe(ctx, a.Prefix()+a.Format.File())
}

// preflight plans the copy, or fails with the plan as far as there is one.
func (a *attempt) preflight(ctx context.Context, server source.Server, program *client.Program) (*plan.Plan, error) {
	db, err := preflight.Connect(ctx, server, a.Copy.Database)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	facts, err := preflight.Gather(ctx, db, server, a.Copy.Database)
	if err != nil {
		return nil, err
	}
	p, err := preflight.Judge(facts, a.Copy, server.Origin(a.Copy.Database))
	if err != nil {
		return nil, err
	}
	a.progress.Expect(p.EstimatedBytes, len(p.Tables)+len(p.Views))
	a.log.Info("the server can be copied", "server", server.Address(), "version", p.Server.Version, "database", p.Database,
		"tables", len(p.Tables), "views", len(p.Views), "excluded", len(p.Excluded), "withoutData", len(p.WithoutData),
		"warnings", len(p.Warnings), "estimatedBytes", p.EstimatedBytes, "client", program.Software.Version)
	if p.History && !program.DumpsHistory {
		return p, result.Errorf(contract.InvalidRequest, "use a dumper image with mariadb-dump 10.11 or newer, or request history: Current",
			"%s %s cannot copy the history of system-versioned tables", program.Path, program.Software.Version)
	}
	return p, preflight.CheckViews(ctx, db, server, p)
}

// copy runs the engine and stores what it writes. Nothing is visible in storage before the evidence was judged and the
// compressors are closed, and nothing counts before it was compared with what was sent and the manifest was written.
func (a *attempt) copy(ctx context.Context, server source.Server, opened *store.Store, f found) (*contract.Artifact, []contract.Warning, error) {
	level, err := compress.Level(a.Format.Name, a.Level)
	if err != nil {
		return nil, nil, result.Errorf(contract.InvalidRequest, "correct --compression or --compression-level", "%w", err)
	}
	s := &sink{store: opened, prefix: a.Prefix(), format: a.Format, level: level, recipients: a.Recipients}
	defer s.abort()
	var e engine.Engine = &engine.Mysqldump{Program: f.program, Server: server, WorkDir: a.WorkDir, Progress: a.progress}
	evidence, err := e.Copy(ctx, f.plan, s)
	if err != nil {
		return nil, nil, err
	}
	if err := e.Judge(evidence, f.plan); err != nil {
		return nil, nil, err
	}
	files, err := s.commit()
	if err != nil {
		return nil, nil, err
	}
	a.progress.Done()
	m := a.describe(server, f, evidence)
	m.Level = level
	artifact, err := a.vouch(ctx, opened, m, files, evidence.Proofs())
	return artifact, m.Warnings, err
}

// vouch compares the files in storage with what was sent, and writes the manifest that makes them an artifact.
func (a *attempt) vouch(ctx context.Context, opened *store.Store, m contract.Manifest, files []stored, proofs []contract.Proof) (*contract.Artifact, error) {
	m.Proofs = map[string][]contract.Proof{}
	for _, file := range files {
		verified, err := opened.Verify(ctx, a.Prefix()+file.Name, file.sum)
		if err != nil {
			return nil, err
		}
		m.Files = append(m.Files, file.File)
		m.Proofs[file.Name] = append(slices.Clone(proofs), verified)
	}
	data, err := contract.EncodeManifest(m)
	if err != nil {
		return nil, err
	}
	if err := opened.WriteFile(ctx, a.Prefix()+contract.ManifestFile, data); err != nil {
		return nil, fmt.Errorf("write the manifest: %w", err)
	}
	for _, file := range m.Files {
		if err := opened.StillThere(ctx, a.Prefix()+file.Name, file.Size); err != nil {
			return nil, err
		}
	}
	only := files[0]
	a.log.Info("the artifact is verified", "location", opened.URI(a.Prefix()+only.Name), "bytes", only.Size,
		"uncompressedBytes", only.UncompressedBytes, "sha256", only.SHA256, "proofs", m.Proofs[only.Name])
	return &contract.Artifact{File: only.Name, SizeBytes: only.Size, SHA256: only.SHA256, UncompressedBytes: only.UncompressedBytes}, nil
}

// warn of what nobody decides on, and somebody may have to clean up.
func (a *attempt) warn(in *store.Store, what string, err error) {
	if err != nil {
		a.log.Warn(what, "location", in.URI(a.Prefix()), "error", Unsaid(result.FailureOf(err), a.secrets).Message)
	}
}
