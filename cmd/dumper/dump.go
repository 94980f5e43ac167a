package main

import (
	"context"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/dumper"
	"github.com/volcado-io/volcado/dumper/progress"
	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/internal/contract"
)

const dumpExample = `  # A folder with the files username and password; the copy lands in ./out/shop/<attempt>/
  dumper dump --host db.example.com --credentials-dir ./reader --database shop --storage-directory ./out

  # Into a bucket, without the rows of the audit log, with a server certificate of one's own authority
  dumper dump --engine MySQL --host db.example.com --tls-ca-file ./ca.crt --credentials-dir ./reader --database shop \
    --exclude-data 'audit_*' --s3-bucket dumps --s3-endpoint https://s3.example.com --s3-path-style --key-prefix by-hand/shop`

// dumping is what the flags of dump say.
type dumping struct {
	// request as flags say it, or as a file does.
	request     contract.Request
	recipients  []string
	location    location
	requestFile string
	here
	workDir         string
	progressAddress string
}

// here is about the place where the dumper runs. What is asked of it is in the request.
type here struct {
	attempt    string
	resultFile string
}

func dumpCommand() *cobra.Command {
	var d dumping
	command := &cobra.Command{
		Use:     "dump",
		Short:   "Copies one database into storage",
		Long:    "Copies one database into storage: runs mariadb-dump or mysqldump, compresses, encrypts, uploads, and succeeds only when every gate was\npassed. The exit code says why it failed: 10 to 39 cannot be mended by trying again, 40 to 59 may be.",
		Example: dumpExample,
		Args:    cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			return d.run(command.Context(), command.Flags())
		},
	}
	d.here.flags(command)
	command.Flags().StringVar(&d.requestFile, requestFlag, "", "file with the request as JSON, as the manager writes it; it takes the place of all flags\nbut --"+strings.Join(hereFlags, ", --"))
	d.flags(command)
	d.location.flags(command)
	return command
}

// requestFlag, and hereFlags that can be given beside it.
const requestFlag = "request-file"

var hereFlags = []string{"attempt", "work-dir", "progress-address", "result-file"}

func (h *here) flags(command *cobra.Command) {
	f := command.Flags()
	f.StringVar(&h.attempt, "attempt", "", "name of this attempt, which the result and the key of a copy get (default: random)")
	f.StringVar(&h.resultFile, "result-file", "", "file for the result as JSON (default: standard output)")
}

func (d *dumping) flags(command *cobra.Command) {
	f, r := command.Flags(), &d.request
	f.StringVar(&d.workDir, "work-dir", "", "folder, best in memory, for the client's option file (default: the system's for temporary files)")
	f.StringVar(&d.progressAddress, "progress-address", "", "serve GET "+contract.ProgressPath+" there (default: not served)")
	f.StringVar((*string)(&r.Source.Engine), "engine", string(v1alpha1.EngineMariaDB), "MariaDB or MySQL")
	f.StringVar(&r.Source.Host, "host", "", "host name or IP address of the server")
	f.IntVar(&r.Source.Port, "port", 3306, "port of the server")
	f.StringVar(&r.Source.CredentialsDir, "credentials-dir", "", "folder with the files username and password; one newline at their end is ignored")
	f.StringVar(&r.Source.Secret, "source-secret", "", "name of the Secret mounted there, for messages")
	f.StringVar((*string)(&r.Source.TLS.Mode), "tls-mode", string(v1alpha1.TLSVerifyIdentity), "Disabled, Required, VerifyCA or VerifyIdentity; never weakened to make a connection succeed")
	f.StringVar(&r.Source.TLS.CAFile, "tls-ca-file", "", "authority of the server's certificate, in PEM (default: the system's)")
	f.StringVar(&r.Source.TLS.CASecret, "source-ca-secret", "", "NAME/KEY of the Secret with the authority, for messages")
	f.StringVar(&r.Copy.Database, "database", "", "database to copy")
	f.StringArrayVar(&r.Copy.Tables, "table", nil, "copy only this table or view, without routines and events (repeatable)")
	f.StringArrayVar(&r.Copy.Exclude.Tables, "exclude", nil, "leave out tables and views of this name; * is special (repeatable)")
	f.StringArrayVar(&r.Copy.Exclude.Data, "exclude-data", nil, "leave out the rows of tables of this name; * is special (repeatable)")
	f.StringVar((*string)(&r.Copy.Definers), "definers", string(v1alpha1.DefinersStrip), "Strip leaves the accounts out that defined views, triggers, routines and events; Keep keeps them")
	f.StringVar((*string)(&r.Copy.History), "history", string(v1alpha1.HistoryCurrent), "of system-versioned tables: Current copies the rows as they are now, All past rows too")
	f.BoolVar(&r.Copy.SchemaOnly, "schema-only", false, "copy definitions and no rows")
	f.StringVar(&r.Compression.Format, "compression", contract.DefaultFormat().Name, contract.FormatList())
	f.IntVar(&r.Compression.Level, "compression-level", 0, "1 (fast) to 9 (small) (default: the format's own, a fast one)")
	f.StringArrayVar(&d.recipients, "recipient", nil, "encrypt for this public key: age1..., age1pq1..., ssh-ed25519 or ssh-rsa (repeatable)")
	f.StringVar(&r.KeyPrefix, "key-prefix", "", "prefix of the artifact's key (default: the database's name)")
	f.StringVar(&r.Dump, "dump", "", "namespace/name of the DatabaseDump, recorded in the manifest; --key-prefix is its alone then: what killed\nattempts left there is removed, and what an attempt completed is adopted instead of copied again")
	f.DurationVar(&r.RunDeadline.Duration, "run-deadline", 0, "longest time that it can take (default: no limit)")
}

func (d *dumping) run(ctx context.Context, flags *pflag.FlagSet) error {
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	request, err := d.complete(flags)
	if err != nil {
		now := time.Now().UTC()
		failure := result.FailureOf(err)
		return d.tell(contract.Result{Attempt: d.attempt, Failure: &failure, StartedAt: now, FinishedAt: now})
	}
	ctx, stop := d.bounded(ctx)
	defer stop()
	state := progress.New(d.attempt)
	if d.progressAddress != "" {
		if _, err := state.Serve(ctx, d.progressAddress); err != nil {
			// Nobody decides on progress.
			log.Warn("progress is not served", "error", err)
		}
	}
	return d.tell(dumper.Run(ctx, request, state, log))
}

// bounded ends with the deadline and with SIGTERM or SIGINT; the cause says which.
func (d *dumping) bounded(parent context.Context) (context.Context, func()) {
	ctx, cancel := interruptible(parent, "if nobody cancelled the dump, look at what stopped its pod: its node may have been drained", "the dump was told to stop")
	r := d.request
	if r.RunDeadline.Duration <= 0 {
		return ctx, cancel
	}
	late := result.Errorf(contract.RunDeadlineExceeded, "raise limits.runDeadline of the source, or leave tables out with --exclude",
		"copying database %q from %s took longer than %s", r.Copy.Database, net.JoinHostPort(r.Source.Host, strconv.Itoa(r.Source.Port)), r.RunDeadline.Duration)
	timed, stop := context.WithTimeoutCause(ctx, r.RunDeadline.Duration, late)
	return timed, func() { stop(); cancel() }
}

// interruptible ends with SIGTERM or SIGINT; the cause says so.
func interruptible(parent context.Context, hint, what string) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(parent)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	go func() {
		select {
		case s := <-signals:
			cancel(result.Errorf(contract.Interrupted, hint, "%s (%v)", what, s))
		case <-ctx.Done():
		}
	}()
	return ctx, func() { cancel(nil) }
}

// tell writes the result and turns a failure into the exit code.
func (d *dumping) tell(r contract.Result) error {
	if err := writeResult(r, d.resultFile); err != nil {
		return err
	}
	if r.Failure == nil {
		return nil
	}
	failure := *r.Failure
	if d.requestFile == "" {
		failure = byHand(failure)
	}
	report(failure)
	return reportedError{r.Failure.Reason}
}
