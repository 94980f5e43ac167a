package dumper

import (
	"slices"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/contract"
	loading "github.com/volcado-io/volcado/internal/restore"
	"github.com/volcado-io/volcado/internal/text"
)

func (a *attempt) manifest(c *copied, verified contract.Proof) contract.Manifest {
	m := contract.Manifest{
		Dump: a.Dump, Attempt: a.Attempt, Format: a.Format.Name, Level: c.level,
		Files: []contract.File{{
			Name: c.artifact.File, Size: c.artifact.SizeBytes, UncompressedBytes: c.artifact.UncompressedBytes, SHA256: c.artifact.SHA256,
		}},
		// The client's own were judged before the upload was committed.
		Proofs: map[string][]contract.Proof{c.artifact.File: {contract.ProofExitCode, contract.ProofErrorStream, contract.ProofTrailer, verified}},
		Server: a.plan.Server, Host: a.Server.Host, Port: a.Server.Port, Client: a.program.Software,
		Database: a.plan.Database, SchemaOnly: a.plan.SchemaOnly, Routines: a.plan.Routines, Events: a.plan.Events,
		Consistent: len(a.plan.NonTransactional) == 0, SandboxLine: c.sandbox,
		Tables: contract.Tables{
			Count: len(a.plan.Tables), Names: a.plan.Tables, Views: a.plan.Views, Only: len(a.plan.Only) > 0,
			Excluded: a.plan.Excluded, WithoutData: slices.Sorted(slices.Values(slices.Concat(a.plan.WithoutData, a.plan.Elsewhere))), NonTransactional: a.plan.NonTransactional,
		},
		StartedAt: a.started, FinishedAt: a.now().UTC(),
	}
	for _, run := range c.runs {
		m.ClientOptions = append(m.ClientOptions, run.Options)
	}
	m.Restore, m.Notes = restore(a.Server.Engine, a.Format, c.sandbox, &m)
	if len(a.plan.Elsewhere) > 0 {
		m.Notes = append(m.Notes, "These tables keep their rows elsewhere (FEDERATED, CONNECT, SPIDER, MERGE and the like), so the artifact has only their "+
			"definitions, with the address and any password in them. Loaded, they read and write what the original's do: "+text.Names(a.plan.Elsewhere, 100))
	}
	return m
}

// restore is the command that restores the artifact from standard input, and what to know about it.
func restore(engine v1alpha1.Engine, format contract.Format, sandbox bool, m *contract.Manifest) (command string, notes []string) {
	program := "mysql"
	if engine == v1alpha1.EngineMariaDB {
		program = "mariadb"
	}
	command = format.DecodeInput() + loading.Into(program, "DATABASE")
	notes = append(notes, "The artifact names no database: it restores into any empty one.",
		"A row whose statement is larger than max_allowed_packet of the server that it is loaded into stops there (error 1153, 2006 or 2020): raise it there.")
	if sandbox {
		notes = append(notes, "The first line switches MariaDB's client to sandbox mode. Clients that do not know it (MySQL's, and MariaDB's before "+
			"10.5.25, 10.6.18, 10.11.8, 11.0.6, 11.1.5, 11.2.4 and 11.4.2) stop there; restore with: "+format.DecodeInput()+"tail -n +2 | "+loading.Into("mysql", "DATABASE"))
	}
	if m.Tables.Only {
		notes = append(notes, "Only the named tables, with their triggers; routines and events are left out.")
	}
	if !m.Consistent {
		notes = append(notes, "The tables under nonTransactional were read one after another, not at one moment.")
	}
	return command, notes
}
