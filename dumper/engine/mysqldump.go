package engine

import (
	"context"
	"errors"
	"io"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/dumper/client"
	"github.com/volcado-io/volcado/dumper/plan"
	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/dumper/source"
	"github.com/volcado-io/volcado/dumper/sqlstream"
	"github.com/volcado-io/volcado/internal/contract"
)

// Mysqldump is the engine that runs mariadb-dump or mysqldump, once or twice, and writes what they write into one file.
type Mysqldump struct {
	Program *client.Program
	Server  source.Server
	// WorkDir receives the option file; it should be in memory.
	WorkDir  string
	Progress Progress
}

// Copy is Engine's.
func (m *Mysqldump) Copy(ctx context.Context, p *plan.Plan, sink Sink) (*Evidence, error) {
	w, err := sink.Create(ctx, contract.BaseName, p.EstimatedBytes)
	if err != nil {
		return nil, err
	}
	evidence := &Evidence{Definitions: map[string]int{}, References: map[string]int{},
		Features: &sqlstream.Features{MariaDB: m.Server.Engine == v1alpha1.EngineMariaDB}}
	for _, run := range client.Runs(m.Server.Engine, m.Program, p) {
		stages := append([]sqlstream.Stage{m.watch(p)}, m.edits(p, evidence)...)
		seen, err := m.run(ctx, run, p, w, stages)
		if err != nil {
			return nil, err
		}
		evidence.Runs = append(evidence.Runs, *seen)
		if m.doubt(*seen, p) != nil {
			break // the next would only load the server
		}
	}
	return evidence, w.Close()
}

// edits are the stages that change the text.
func (m *Mysqldump) edits(p *plan.Plan, evidence *Evidence) []sqlstream.Stage {
	nameless := &sqlstream.Nameless{Database: p.Database, Same: p.Same, References: evidence.References, Definitions: evidence.Definitions}
	stages := []sqlstream.Stage{nameless.Handle, sqlstream.AllowInvalidDates}
	if !p.KeepDefiners {
		stages = append(stages, sqlstream.StripDefiners)
	}
	return append(stages, evidence.Features.Handle)
}

// watch is the stage that tells how far the text is, and stops it where it holds what is left out.
func (m *Mysqldump) watch(p *plan.Plan) sqlstream.Stage {
	return func(e *sqlstream.Event) error {
		if !e.First {
			return nil
		}
		switch e.Kind {
		case sqlstream.Table, sqlstream.Sequence, sqlstream.View:
			m.Progress.Table(e.Name)
		case sqlstream.Placeholder, sqlstream.Rows:
		default:
			return nil
		}
		return m.unwanted(p, e)
	}
}

// unwanted is the error for a table, or rows, that are excluded and in the text all the same, because the table was
// created after the preflight listed what to ignore.
func (m *Mysqldump) unwanted(p *plan.Plan, e *sqlstream.Event) error {
	definition, rows := p.Leaves(e.Name)
	if definition && (rows || e.Kind != sqlstream.Rows) {
		return nil
	}
	return result.Errorf(contract.TableDefinitionChanged, "dump when nobody makes tables that are excluded",
		"table %q of database %q on %s, which is excluded, came into being during the dump", e.Name, p.Database, m.Server.Address())
}

// run the client once, into w.
func (m *Mysqldump) run(ctx context.Context, run client.Run, p *plan.Plan, w io.Writer, stages []sqlstream.Stage) (_ *Run, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	optionFile, removeOptionFile, err := client.WriteOptionFile(m.WorkDir, m.Server)
	if err != nil {
		return nil, result.Errorf(contract.Internal, "give --work-dir a folder that the dumper's user can write to", "%w", err)
	}
	defer func() { err = errors.Join(err, removeOptionFile()) }()
	connection := m.Program.Connection(m.Server, m.Server.Host, m.Server.Port)
	var guard *client.Guard
	if client.NeedsGuard(m.Server) {
		if guard, err = client.StartGuard(ctx, m.Server.Address(), m.Server.Origin(p.Database)); err != nil {
			return nil, err
		}
		defer guard.Close()
		connection = m.Program.Connection(m.Server, "127.0.0.1", guard.Port())
	}
	process, err := client.Start(ctx, m.Program.Path, run.Arguments(optionFile, connection))
	if err != nil {
		return nil, err
	}
	seen := &Run{Run: run, Text: sqlstream.NewWatch()}
	copyErr := sqlstream.Copy(counted{w, m.Progress}, process.Stdout(), append(stages, seen.Text.Handle)...)
	if copyErr != nil {
		// The client must not go on reading from the server for nothing, and Wait must not wait for it.
		cancel()
	}
	seen.Exit = process.Wait()
	cancel()
	if guard != nil {
		seen.Guard = guard.Failure()
	}
	if copyErr != nil {
		return nil, m.unreadable(copyErr, p)
	}
	return seen, nil
}

// unreadable gives what the reading of the text failed with its reason.
func (m *Mysqldump) unreadable(err error, p *plan.Plan) error {
	if errors.Is(err, sqlstream.ErrTooMany) {
		return result.Errorf(contract.ServerError, "find out who answers at this address: no server has such a database",
			"%s at %s has a database %q that cannot be: %w", m.Server.Engine, m.Server.Address(), p.Database, err)
	}
	if errors.Is(err, sqlstream.ErrTooLong) {
		return result.Errorf(contract.ServerError, "find the routine, view or table with a definition of that length, and leave it out with --exclude (exclude.tables) or shorten it",
			"%s at %s has a definition in database %q that is too long to be copied: %w", m.Server.Engine, m.Server.Address(), p.Database, err)
	}
	return err
}

// counted tells the progress what was written.
type counted struct {
	io.Writer
	progress Progress
}

func (c counted) Write(p []byte) (int, error) {
	n, err := c.Writer.Write(p)
	c.progress.Add(n)
	return n, err
}
