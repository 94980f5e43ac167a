// Package client runs mariadb-dump or mysqldump: without a shell, with the credentials in an option file, and with
// every word it says on its error stream taken seriously.
package client

import (
	"slices"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/dumper/plan"
)

// common options of both clients. --compact is never given: it would take the completion trailer away.
var common = []string{
	"--single-transaction", "--quick", "--skip-lock-tables", "--hex-blob", "--triggers", "--skip-dump-date",
	"--default-character-set=utf8mb4",
	// The clients' own limit is 16 or 24 MiB, which one large blob exceeds; the server's limit remains.
	"--max-allowed-packet=1G",
}

// mysqlOnly options are unknown to MariaDB's client. Without them mysqldump needs the PROCESS privilege, writes GTID
// state that a restore may not set, and asks statistics of servers that have none.
var mysqlOnly = []string{"--no-tablespaces", "--set-gtid-purged=OFF", "--column-statistics=0"}

// Run is one execution of the client. A dump is one or two of them, one after the other into the same artifact.
type Run struct {
	// Options that shape the output; they are recorded in the manifest.
	Options []string
	// Ignored are the options that leave tables, or their rows, out.
	Ignored []string
	// Database and Tables to dump; all tables when empty.
	Database string
	Tables   []string
}

// Runs are the executions that a plan needs.
//
// mysqldump cannot leave out the rows of single tables, and mariadb-dump does not when tables are named (it then ignores
// --ignore-table-data and --ignore-table). So their definitions are a run of their own. It comes first: views of the main
// run may refer to these tables.
func Runs(engine v1alpha1.Engine, program *Program, p *plan.Plan) []Run {
	main := Run{Options: options(engine, program, p), Database: p.Database, Tables: p.Only}
	for _, table := range p.Excluded {
		main.Ignored = append(main.Ignored, "--ignore-table="+p.Database+"."+table)
	}
	if len(p.WithoutData) == 0 || p.SchemaOnly {
		return []Run{main}
	}
	if engine == v1alpha1.EngineMariaDB && len(p.Only) == 0 {
		for _, table := range p.WithoutData {
			main.Ignored = append(main.Ignored, "--ignore-table-data="+p.Database+"."+table)
		}
		return []Run{main}
	}
	definitions := Run{
		Options:  append(options(engine, program, &plan.Plan{}), "--no-data"),
		Database: p.Database, Tables: p.WithoutData,
	}
	if engine == v1alpha1.EngineMariaDB {
		// Without the sequence of a default, the table could not be made. The main run writes it again, for there it is
		// read when the rows are, and no row has a number that it has yet to give.
		for _, sequence := range p.Sequences {
			if !slices.Contains(definitions.Tables, sequence) {
				definitions.Tables = append(slices.Clone(definitions.Tables), sequence)
			}
		}
	}
	for _, table := range p.WithoutData {
		main.Ignored = append(main.Ignored, "--ignore-table="+p.Database+"."+table)
	}
	if len(p.Only) > 0 {
		main.Tables = slices.DeleteFunc(slices.Clone(p.Only), func(t string) bool { return slices.Contains(p.WithoutData, t) })
		if len(main.Tables) == 0 {
			// Without a name it would dump the whole database.
			return []Run{definitions}
		}
	}
	return []Run{definitions, main}
}

func options(engine v1alpha1.Engine, program *Program, p *plan.Plan) []string {
	list := slices.Clone(common)
	if p.Routines {
		list = append(list, "--routines")
	} else {
		list = append(list, "--skip-routines")
	}
	if p.Events {
		list = append(list, "--events")
	} else {
		list = append(list, "--skip-events")
	}
	if p.UsesSequences {
		// Around the rows of a table it locks that table alone, and then no row can be loaded: a default's sequence "was not
		// locked with LOCK TABLES" (1100), even where each row brings its value. The locks are there for speed, that of MyISAM.
		list = append(list, "--skip-add-locks")
	}
	if p.History {
		list = append(list, "--dump-history")
	}
	if p.SchemaOnly {
		list = append(list, "--no-data")
	}
	if engine == v1alpha1.EngineMySQL {
		list = append(list, mysqlOnly...)
	}
	return append(list, program.Options...)
}

// Arguments of a run. --defaults-file must stand first, and it keeps every other option file, the image's and the
// user's, from having a say. Names come after --, so that none of them is an option.
func (r Run) Arguments(optionFile string, connection []string) []string {
	return slices.Concat([]string{"--defaults-file=" + optionFile}, connection, r.Options, r.Ignored, []string{"--", r.Database}, r.Tables)
}
