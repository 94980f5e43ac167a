package dumper

import (
	"slices"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/dumper/engine"
	"github.com/volcado-io/volcado/dumper/plan"
	"github.com/volcado-io/volcado/dumper/source"
	"github.com/volcado-io/volcado/dumper/sqlstream"
	"github.com/volcado-io/volcado/internal/contract"
	loading "github.com/volcado-io/volcado/internal/restore"
)

// describe the copy, but for its files.
func (a *attempt) describe(server source.Server, f found, e *engine.Evidence) contract.Manifest {
	p := f.plan
	m := contract.Manifest{
		Dump: a.Dump, Attempt: a.Attempt, Format: a.Format.Name,
		Server: p.Server, Host: server.Host, Port: server.Port, Client: f.program.Software,
		Database: p.Database, SchemaOnly: p.SchemaOnly, Routines: p.Routines, Events: p.Events,
		SandboxLine: e.Sandbox(), Warnings: warnings(p, e), Features: features(e),
		Tables: contract.Tables{
			Count: len(p.Tables), Names: p.Tables, Views: p.Views, Only: len(p.Only) > 0,
			Excluded: p.Excluded, WithoutData: slices.Sorted(slices.Values(slices.Concat(p.WithoutData, p.Elsewhere))),
		},
		StartedAt: a.started, FinishedAt: a.now().UTC(),
	}
	if len(a.Recipients) > 0 {
		m.Encryption = &contract.Encryption{Recipients: a.Recipients.Strings()}
	}
	for _, run := range e.Runs {
		m.ClientOptions = append(m.ClientOptions, run.Options)
	}
	m.Restore, m.Notes = restore(server.Engine, a.Format, &m)
	return m
}

// warnings of the plan, and those of what the engine wrote.
func warnings(p *plan.Plan, e *engine.Evidence) []contract.Warning {
	all := slices.Clone(p.Warnings)
	if n := e.Count(sqlstream.Trigger, sqlstream.Function); n > 0 {
		all = append(all, contract.Warning{Name: contract.LoadNeedsTrust, Count: n})
	}
	kinds := []sqlstream.Kind{sqlstream.View, sqlstream.Trigger, sqlstream.Procedure, sqlstream.Function, sqlstream.Package, sqlstream.ScheduledEvent}
	if n := e.Count(kinds...); n > 0 && p.KeepDefiners {
		all = append(all, contract.Warning{Name: contract.DefinersKept, Count: n})
	}
	return all
}

// features that the engine found in what it wrote. They are never nil, which would say that nobody looked.
func features(e *engine.Evidence) []contract.Feature {
	all := []contract.Feature{}
	for _, f := range e.Features.Found() {
		all = append(all, contract.Feature{Name: contract.FeatureName(f.Name), Count: f.Count, Names: f.Names})
	}
	return all
}

// restore is the command that restores the artifact from standard input, and what to know about it.
func restore(engine v1alpha1.Engine, format contract.Format, m *contract.Manifest) (command string, notes []string) {
	program := "mysql"
	if engine == v1alpha1.EngineMariaDB {
		program = "mariadb"
	}
	command = format.DecodeInput() + loading.Into(program, "DATABASE")
	notes = append(notes, "The artifact names no database: it restores into any empty one.",
		"A row whose statement is larger than max_allowed_packet of the server that it is loaded into stops there (error 1153, 2006 or 2020): raise it there.")
	if m.SandboxLine {
		notes = append(notes, "The first line switches MariaDB's client to sandbox mode. MariaDB's clients before 10.5.25, 10.6.18, 10.11.8, 11.0.6, "+
			"11.1.5, 11.2.4 and 11.4.2 stop there; load it with: "+format.DecodeInput()+"tail -n +2 | "+loading.Into(program, "DATABASE"))
	}
	cat := "dumper cat "
	if format.Encrypted {
		cat += "--identity-file " + contract.KeyFile + " "
		notes = append(notes, contract.KeyFile+" is a file with the private key of one of encryption.recipients. The program age is at https://age-encryption.org.")
	}
	if engine == v1alpha1.EngineMariaDB {
		notes = append(notes, "MySQL loads it as: "+cat+"--for mysql LOCATION | "+loading.Into("mysql", "DATABASE"))
	} else {
		notes = append(notes, "MariaDB loads it as: "+cat+"--for mariadb LOCATION | "+loading.Into("mariadb", "DATABASE"))
	}
	if m.Tables.Only {
		notes = append(notes, "Only the named tables, with their triggers; routines and events are left out.")
	}
	return command, notes
}
