package preflight

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"unicode"

	"github.com/go-sql-driver/mysql"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/dumper/foreign"
	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/dumper/servererror"
	"github.com/volcado-io/volcado/dumper/source"
	"github.com/volcado-io/volcado/dumper/sqltext"
	"github.com/volcado-io/volcado/internal/contract"
)

// Table is a table, a sequence or a view, as the server describes it.
type Table struct {
	Name string
	View bool
	// Transactional tables are read as they were when the dump's transaction began.
	Transactional bool
	// Versioned tables keep their past rows.
	Versioned bool
	// Engine as the server names it; empty for a view.
	Engine string
	// DataBytes is the server's estimate.
	DataBytes int64
}

// Facts are what the server says; Judge decides on them.
type Facts struct {
	Server contract.Software
	// Database as the server writes it.
	Database string
	// FoldsCase: the server takes upper and lower case in table names for the same.
	FoldsCase bool
	Tables    []Table
	// Routines and Events that this account can see. Bodyless are routines whose text it cannot.
	Routines, Bodyless, Events int
	// Undelimited are events whose definition holds ;; somewhere.
	Undelimited []string
	// Defaults of columns that refer to a sequence.
	Defaults []sequenceDefault
	// Functions among the routines.
	Functions []string
	// RoutineNames and EventNames are those of all.
	RoutineNames, EventNames []string
	// Floats are tables with a column of type FLOAT, and Precise those that keep their history by transaction.
	Floats, Precise []string
	// Converted are tables with text in a character set of which utf8mb4 does not keep each character apart.
	Converted []string
	// GarbledRoutines and GarbledEvents are those of which the comment, or the name, comes out as other characters.
	GarbledRoutines, GarbledEvents []string
	// GarbledTriggers are of MySQL alone.
	GarbledTriggers []GarbledTrigger
	// SeesEvents is false when the account may not list events.
	SeesEvents bool
	// Grants is nil when the server does not say.
	Grants *grants
}

// Gather asks the server about the database. Its errors are *result.Error.
func Gather(ctx context.Context, db *Session, server source.Server, database string) (*Facts, error) {
	at := server.Origin(database)
	g := gatherer{db: db, at: at, engine: server.Engine}
	facts := &Facts{}
	for _, step := range []func(context.Context, *Facts) error{g.version, g.database, g.tables, g.defaults, g.routines, g.events, g.eventBodies, g.losses, g.grants} {
		if err := db.try(func() error { return step(ctx, facts) }); err != nil {
			return nil, classify(ctx, err, at)
		}
	}
	return facts, nil
}

type gatherer struct {
	db     *Session
	at     servererror.Origin
	engine v1alpha1.Engine
}

func (g gatherer) version(ctx context.Context, facts *Facts) error {
	var version, comment string
	var lowerCase int
	err := g.db.QueryRowContext(ctx, "SELECT VERSION(), @@version_comment, @@lower_case_table_names").Scan(&version, &comment, &lowerCase)
	if err != nil {
		return err
	}
	if strings.ContainsFunc(version, unicode.IsControl) {
		return ForeignVersion(g.at)
	}
	facts.Server = contract.Software{Flavour: string(v1alpha1.EngineMySQL), Version: foreign.Version(version)}
	if strings.Contains(strings.ToLower(version+" "+comment), "mariadb") {
		facts.Server.Flavour = string(v1alpha1.EngineMariaDB)
	}
	facts.FoldsCase = lowerCase != 0
	if facts.Server.Flavour != string(g.engine) {
		return result.Errorf(contract.EngineMismatch, "set engine of the source to "+facts.Server.Flavour,
			"the server at %s is %s %s, and the source says it is %s", g.at.Address, facts.Server.Flavour, facts.Server.Version, g.engine)
	}
	return nil
}

func (g gatherer) database(ctx context.Context, facts *Facts) error {
	if _, err := g.db.ExecContext(ctx, "USE "+sqltext.QuoteName(g.at.Database)); err != nil {
		return err
	}
	if err := g.db.QueryRowContext(ctx, "SELECT DATABASE()").Scan(&facts.Database); err != nil {
		return err
	}
	if !strings.EqualFold(facts.Database, g.at.Database) {
		return result.Errorf(contract.ServerError, "find out who answers at this address: no server does this", "%s at %s was asked for database %q and selected another", g.at.Engine, g.at.Address, g.at.Database)
	}
	return nil
}

func (g gatherer) tables(ctx context.Context, facts *Facts) error {
	rows, err := g.db.QueryContext(ctx, `SELECT t.TABLE_SCHEMA, t.TABLE_NAME, t.TABLE_TYPE, COALESCE(t.ENGINE, ''), COALESCE(t.DATA_LENGTH, 0), COALESCE(e.TRANSACTIONS, '')
		FROM information_schema.TABLES t LEFT JOIN information_schema.ENGINES e ON e.ENGINE = t.ENGINE
		WHERE t.TABLE_SCHEMA = DATABASE() ORDER BY t.TABLE_NAME`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var t Table
		var schema, kind, transactions string
		if err := rows.Scan(&schema, &t.Name, &kind, &t.Engine, &t.DataBytes, &transactions); err != nil {
			return err
		}
		// The comparison in SQL may fold case where the server keeps Shop and shop apart.
		if schema != facts.Database {
			continue
		}
		if err := errors.Join(checkListed(t.Name, g.at), g.counted(len(facts.Tables), "tables")); err != nil {
			return err
		}
		t.DataBytes = min(max(t.DataBytes, 0), maxTableBytes)
		t.View, t.Versioned = kind == "VIEW", kind == "SYSTEM VERSIONED"
		t.Transactional = transactions == "YES"
		facts.Tables = append(facts.Tables, t)
	}
	return rows.Err()
}

func (g gatherer) routines(ctx context.Context, facts *Facts) error {
	rows, err := g.db.QueryContext(ctx, `SELECT ROUTINE_NAME, ROUTINE_TYPE, ROUTINE_DEFINITION IS NULL
		FROM information_schema.ROUTINES WHERE BINARY ROUTINE_SCHEMA = BINARY DATABASE()`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var name, kind string
		var bodyless bool
		if err := rows.Scan(&name, &kind, &bodyless); err != nil {
			return err
		}
		if err := errors.Join(checkListed(name, g.at), g.counted(facts.Routines, "routines")); err != nil {
			return err
		}
		facts.Routines++
		facts.RoutineNames = append(facts.RoutineNames, name)
		if bodyless {
			facts.Bodyless++
		}
		if kind == "FUNCTION" {
			facts.Functions = append(facts.Functions, name)
		}
	}
	return rows.Err()
}

func (g gatherer) events(ctx context.Context, facts *Facts) error {
	rows, err := g.db.QueryContext(ctx, "SHOW EVENTS")
	if e, ok := errors.AsType[*mysql.MySQLError](err); ok && e.Number == 1044 {
		return nil
	}
	if err != nil {
		return err
	}
	defer rows.Close()
	facts.SeesEvents = true
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	values := make([]any, len(columns))
	for i := range values {
		values[i] = new(sql.RawBytes)
	}
	at := slices.Index(columns, "Name")
	for rows.Next() {
		if err := rows.Scan(values...); err != nil {
			return err
		}
		if at >= 0 {
			name := string(*values[at].(*sql.RawBytes))
			if err := checkListed(name, g.at); err != nil {
				return err
			}
			facts.EventNames = append(facts.EventNames, name)
		}
		if err := g.counted(facts.Events, "events"); err != nil {
			return err
		}
		facts.Events++
	}
	return rows.Err()
}

func (g gatherer) grants(ctx context.Context, facts *Facts) error {
	statement := "SHOW GRANTS"
	if g.engine == v1alpha1.EngineMySQL {
		// MySQL names the roles but lists what they grant only when asked; MariaDB lists it by itself.
		var roles sql.NullString
		if err := g.db.QueryRowContext(ctx, "SELECT CURRENT_ROLE()").Scan(&roles); err == nil && roles.Valid && roles.String != "NONE" && roles.String != "" {
			statement = "SHOW GRANTS FOR CURRENT_USER() USING " + roles.String
		}
	}
	rows, err := g.db.QueryContext(ctx, statement)
	if _, ok := errors.AsType[*mysql.MySQLError](err); ok {
		// A server without grant tables (1290), or one that hides them: the client will say what it misses.
		return nil
	}
	if err != nil {
		return err
	}
	defer rows.Close()
	var lines []string
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			return err
		}
		if err := g.counted(len(lines), "grants"); err != nil {
			return err
		}
		lines = append(lines, line)
	}
	parsed := parseGrants(lines, facts.Database, g.engine)
	facts.Grants = &parsed
	return rows.Err()
}
