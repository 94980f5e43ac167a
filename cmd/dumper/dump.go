package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"regexp"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/dumper"
	"github.com/volcado-io/volcado/dumper/compress"
	"github.com/volcado-io/volcado/dumper/progress"
	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/dumper/store"
	"github.com/volcado-io/volcado/internal/contract"
)

const dumpExample = `  # A folder with the files username and password; the copy lands in ./out/shop/<attempt>/
  dumper dump --host db.example.com --credentials-dir ./reader --database shop --storage-directory ./out

  # Into a bucket, without the rows of the audit log, with a server certificate of one's own authority
  dumper dump --engine MySQL --host db.example.com --tls-ca-file ./ca.crt --credentials-dir ./reader --database shop \
    --exclude-data 'audit_*' --s3-bucket dumps --s3-endpoint https://s3.example.com --s3-path-style --key-prefix by-hand/shop`

// dumping is what the flags of dump say.
type dumping struct {
	request         dumper.Request
	location        location
	engine, tlsMode string
	format          string
	runDeadline     time.Duration
	progressAddress string
	resultFile      string
}

func dumpCommand() *cobra.Command {
	var d dumping
	command := &cobra.Command{
		Use:     "dump",
		Short:   "Copies one database into storage",
		Long:    "Copies one database into storage: runs mariadb-dump or mysqldump, compresses, uploads, and succeeds only when every gate was\npassed. The exit code says why it failed: 10 to 39 cannot be mended by trying again, 40 to 59 may be.",
		Example: dumpExample,
		Args:    cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			return d.run(command.Context())
		},
	}
	d.flags(command)
	return command
}

func (d *dumping) flags(command *cobra.Command) {
	f, r := command.Flags(), &d.request
	f.StringVar(&d.engine, "engine", string(v1alpha1.EngineMariaDB), "MariaDB or MySQL")
	f.StringVar(&r.Server.Host, "host", "", "host name or IP address of the server")
	f.IntVar(&r.Server.Port, "port", 3306, "port of the server")
	f.StringVar(&r.Credentials.Dir, "credentials-dir", "", "folder with the files username and password; one newline at their end is ignored")
	f.StringVar(&r.Credentials.Name, "source-secret", "", "name of the Secret mounted there, for messages")
	f.StringVar(&d.tlsMode, "tls-mode", string(v1alpha1.TLSVerifyIdentity), "Disabled, Required, VerifyCA or VerifyIdentity; never weakened to make a connection succeed")
	f.StringVar(&r.CA.Path, "tls-ca-file", "", "authority of the server's certificate, in PEM (default: the system's)")
	f.StringVar(&r.CA.Secret, "source-ca-secret", "", "NAME/KEY of the Secret with the authority, for messages")
	f.StringVar(&r.Copy.Database, "database", "", "database to copy")
	f.StringArrayVar(&r.Copy.Tables, "table", nil, "copy only this table or view, without routines and events (repeatable)")
	f.StringArrayVar(&r.Copy.ExcludeTables, "exclude-table", nil, "leave out tables and views of this name; * is special (repeatable)")
	f.StringArrayVar(&r.Copy.ExcludeData, "exclude-data", nil, "leave out the rows of tables of this name; * is special (repeatable)")
	f.BoolVar(&r.Copy.SchemaOnly, "schema-only", false, "copy definitions and no rows")
	f.StringVar(&d.format, "compression", contract.DefaultFormat().Name, contract.FormatList())
	f.IntVar(&r.Level, "compression-level", 0, "1 (fast) to 9 (small) (default: the format's own, a fast one)")
	f.StringVar(&r.KeyPrefix, "key-prefix", "", "prefix of the artifact's key (default: the database's name)")
	f.StringVar(&r.Attempt, "attempt", "", "name of this attempt, which the key gets (default: random)")
	f.StringVar(&r.Dump, "dump", "", "namespace/name of the DatabaseDump, recorded in the manifest; --key-prefix is its alone then, and what killed\nattempts left there is removed")
	f.StringVar(&r.WorkDir, "work-dir", "", "folder, best in memory, for the client's option file (default: the system's for temporary files)")
	f.DurationVar(&d.runDeadline, "run-deadline", 0, "longest time that it may take (default: no limit)")
	f.StringVar(&d.progressAddress, "progress-address", "", "serve GET "+contract.ProgressPath+" there (default: not served)")
	f.StringVar(&d.resultFile, "result-file", "", "file for the result as JSON (default: standard output)")
	d.location.flags(command)
}

func (d *dumping) run(ctx context.Context) error {
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	if err := d.complete(); err != nil {
		now := time.Now().UTC()
		failure := result.FailureOf(err)
		return d.tell(contract.Result{Attempt: d.request.Attempt, Failure: &failure, StartedAt: now, FinishedAt: now})
	}
	ctx, stop := d.bounded(ctx)
	defer stop()
	state := progress.New(d.request.Attempt)
	if d.progressAddress != "" {
		if _, err := state.Serve(ctx, d.progressAddress); err != nil {
			// Nobody decides on progress.
			log.Warn("progress is not served", "error", err)
		}
	}
	return d.tell(dumper.Run(ctx, d.request, state, log))
}

// bounded ends with the deadline and with SIGTERM or SIGINT; the cause says which.
func (d *dumping) bounded(parent context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(parent)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	go func() {
		select {
		case s := <-signals:
			cancel(result.Errorf(contract.Interrupted, "if nobody cancelled the dump, look at what stopped its pod: its node may have been drained", "the dump was told to stop (%v)", s))
		case <-ctx.Done():
		}
	}()
	if d.runDeadline <= 0 {
		return ctx, func() { cancel(nil) }
	}
	late := result.Errorf(contract.RunDeadlineExceeded, "raise limits.runDeadline of the source, or leave tables out with --exclude",
		"copying database %q from %s took longer than %s", d.request.Copy.Database, d.request.Server.Address(), d.runDeadline)
	timed, stop := context.WithTimeoutCause(ctx, d.runDeadline, late)
	return timed, func() { stop(); cancel(nil) }
}

// tell writes the result and turns a failure into the exit code.
func (d *dumping) tell(r contract.Result) error {
	if err := writeResult(r, d.resultFile); err != nil {
		return err
	}
	if r.Failure == nil {
		return nil
	}
	report(*r.Failure)
	return reportedError{r.Failure.Reason}
}

var (
	// The alphabet of the API's prefixes, so that no key needs quotes in a shell or escaping in a URL. A part may begin with
	// a dash besides, as the names of databases may, of which the default is made.
	keyPrefix   = regexp.MustCompile(`^[A-Za-z0-9_=-][A-Za-z0-9_.=-]*(/[A-Za-z0-9_=-][A-Za-z0-9_.=-]*)*$`)
	attemptName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]{0,63}$`)
	notInKeys   = regexp.MustCompile(`[^A-Za-z0-9_=-]`)
)

// complete checks the flags and fills in what they leave open.
func (d *dumping) complete() error {
	r := &d.request
	if r.Attempt == "" {
		r.Attempt = randomAttempt()
	}
	if !attemptName.MatchString(r.Attempt) {
		attempt := r.Attempt
		r.Attempt = "unknown"
		return result.Errorf(contract.InvalidRequest, "use letters, digits and dashes", "the attempt %q is not a name", attempt)
	}
	if err := d.checkCopy(); err != nil {
		return err
	}
	if r.KeyPrefix == "" {
		r.KeyPrefix = notInKeys.ReplaceAllString(r.Copy.Database, "_")
	}
	if !keyPrefix.MatchString(r.KeyPrefix) {
		return result.Errorf(contract.InvalidRequest, "use letters, digits and _ = - . between single slashes", "the key prefix %q cannot be used", r.KeyPrefix)
	}
	if err := d.location.check(); err != nil {
		return err
	}
	r.OpenStore = func(ctx context.Context) (*store.Store, []string, error) { return d.location.open(ctx, true) }
	return nil
}

func (d *dumping) checkCopy() error {
	r := &d.request
	r.Server.Engine, r.Server.TLSMode = v1alpha1.Engine(d.engine), v1alpha1.TLSMode(d.tlsMode)
	if err := r.Copy.Check(); err != nil {
		return err
	}
	if err := r.Server.Check(); err != nil {
		return err
	}
	if r.Credentials.Dir == "" {
		return result.Errorf(contract.InvalidRequest, "give --credentials-dir, a folder with the files username and password", "no credentials were given")
	}
	var err error
	if r.Format, err = contract.FormatNamed(d.format); err != nil {
		return result.Errorf(contract.InvalidRequest, "correct --compression", "%w", err)
	}
	if _, err := compress.Level(d.format, r.Level); err != nil {
		return result.Errorf(contract.InvalidRequest, "correct --compression-level", "%w", err)
	}
	return nil
}

func randomAttempt() string {
	var b [8]byte
	// It never fails. https://pkg.go.dev/crypto/rand#Read
	_, _ = rand.Read(b[:])
	return fmt.Sprintf("%s-%s", time.Now().UTC().Format("20060102T150405Z"), hex.EncodeToString(b[:]))
}
