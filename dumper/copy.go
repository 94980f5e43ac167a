package dumper

import (
	"context"
	"errors"
	"io"

	"github.com/volcado-io/volcado/dumper/client"
	"github.com/volcado-io/volcado/dumper/compress"
	"github.com/volcado-io/volcado/dumper/preflight"
	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/dumper/sqltext"
	"github.com/volcado-io/volcado/dumper/store"
	"github.com/volcado-io/volcado/internal/contract"
)

// readBytes at once: as many as the pipe holds.
const readBytes = 1 << 20

// copied is what went into storage.
type copied struct {
	artifact contract.Artifact
	sum      store.Sum
	// level of compression that was used.
	level   int
	runs    []client.Run
	sandbox bool
	// definitions counts those of tables that named the database, and of those in plan.Qualified.
	definitions map[string]int
}

// copy runs the client and stores what it writes. Nothing is visible in storage unless it returns without an error: the
// upload is committed only after every run of the client has been judged and the compressor is closed.
func (a *attempt) copy(ctx context.Context) (_ *copied, err error) {
	upload, err := a.store.NewWriter(ctx, a.Prefix()+a.file(), a.expectedBytes())
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			upload.Abort()
		}
	}()
	level, err := compress.Level(a.Format.Name, a.Level)
	if err != nil {
		return nil, result.Errorf(contract.InvalidRequest, "correct --compression or --compression-level", "%w", err)
	}
	compressor, err := compress.NewWriter(upload, a.Format.Name, level)
	if err != nil {
		return nil, err
	}
	c := &copied{level: level, runs: client.Runs(a.Server.Engine, a.program, a.plan), definitions: map[string]int{}}
	if err := a.runClients(ctx, compressor, c); err != nil {
		// Its goroutines end only when it is closed; what they still write is thrown away.
		upload.GiveUp()
		_ = compressor.Close()
		return nil, err
	}
	if err := compressor.Close(); err != nil {
		return nil, err
	}
	if c.sum, err = upload.Commit(); err != nil {
		return nil, err
	}
	a.progress.Done()
	c.artifact = contract.Artifact{
		File: a.file(), SizeBytes: c.sum.Bytes, SHA256: c.sum.SHA256, UncompressedBytes: a.progress.Now().Bytes,
	}
	return c, nil
}

func (a *attempt) runClients(ctx context.Context, w io.Writer, c *copied) error {
	for _, run := range c.runs {
		if err := a.runClient(ctx, run, w, c); err != nil {
			return err
		}
	}
	return a.unqualified(c.definitions)
}

// expectedBytes of the artifact: as many as the server says that the tables have, for binary data is twice as large in SQL
// and compression takes that away again.
func (a *attempt) expectedBytes() int64 {
	if a.Format.Compressed() {
		return a.plan.EstimatedBytes
	}
	return 2 * a.plan.EstimatedBytes
}

// runClient runs the client once, into w.
func (a *attempt) runClient(ctx context.Context, run client.Run, w io.Writer, c *copied) (err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	optionFile, removeOptionFile, err := client.WriteOptionFile(a.WorkDir, a.Server)
	if err != nil {
		return result.Errorf(contract.Internal, "give --work-dir a folder that the dumper's user can write to", "%w", err)
	}
	defer func() { err = errors.Join(err, removeOptionFile()) }()
	at := a.Server.Origin(a.plan.Database)
	connection := a.program.Connection(a.Server, a.Server.Host, a.Server.Port)
	var guard *client.Guard
	if client.NeedsGuard(a.Server) {
		if guard, err = client.StartGuard(ctx, a.Server.Address(), at); err != nil {
			return err
		}
		defer guard.Close()
		connection = a.program.Connection(a.Server, "127.0.0.1", guard.Port())
	}
	process, err := client.Start(ctx, a.program.Path, run.Arguments(optionFile, connection))
	if err != nil {
		return err
	}
	scanner := &sqltext.Scanner{}
	copyErr := a.pump(w, a.nameless(process.Stdout(), c), scanner)
	if copyErr != nil {
		// The client must not go on reading from the server for nothing, and Wait must not wait for it.
		cancel()
	}
	exit := process.Wait()
	cancel()
	if copyErr != nil {
		return copyErr
	}
	if guard != nil && guard.Failure() != nil {
		return guard.Failure()
	}
	if err := exit.Verdict(a.program, at); err != nil {
		return err
	}
	if scanner.ForeignHeader() {
		return preflight.ForeignVersion(at)
	}
	if !scanner.Completed() {
		return result.Errorf(contract.Truncated, "if it stays, report it with the dumper's log",
			"%s ended well, but its text does not end with the line %q", a.program.Path, sqltext.Trailer)
	}
	c.sandbox = c.sandbox || scanner.SandboxLine()
	return nil
}

// pump moves the client's text, without the database's name, into w until it ends.
func (a *attempt) pump(w io.Writer, r io.Reader, scanner *sqltext.Scanner) error {
	var unwanted error
	scanner.OnTable = func(kind sqltext.Kind, name string) {
		a.progress.Table(kind, name)
		if unwanted == nil {
			unwanted = a.unwanted(kind, name)
		}
	}
	buffer := make([]byte, readBytes)
	for {
		n, err := r.Read(buffer)
		if n > 0 {
			a.progress.Add(n)
			_, _ = scanner.Write(buffer[:n])
			if unwanted != nil {
				return unwanted
			}
			if _, err := w.Write(buffer[:n]); err != nil {
				return err
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return result.Errorf(contract.Internal, "if it stays, report it with the dumper's log", "read from the client: %w", err)
		}
	}
}

// unwanted is the error for a table, or rows, that are excluded and in the text all the same, because the table was
// created after the preflight listed what to ignore.
func (a *attempt) unwanted(kind sqltext.Kind, name string) error {
	definition, rows := a.plan.Leaves(name)
	if definition && (rows || kind != sqltext.TableRows) {
		return nil
	}
	return result.Errorf(contract.TableDefinitionChanged, "dump when nobody makes tables that are excluded",
		"table %q of database %q on %s, which is excluded, came into being during the dump", name, a.plan.Database, a.Server.Address())
}
