package preflight

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/util/sets"

	"github.com/volcado-io/volcado/dumper/plan"
	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/dumper/servererror"
	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/text"
)

// GarbledTrigger is a trigger that was made by a client of another character set than utf8, and whose name, or that of its
// table, is not ASCII.
type GarbledTrigger struct{ Name, Table string }

// garbled finds what comes out of SHOW CREATE in utf8 within a text that is in the character set of the client that made it.
// The clients pass on the bytes, and have them loaded as that character set. They are the comments of routines and events,
// and the names of events. Of MySQL from 8 on,
// which writes the whole text anew, they are also the names of routines, triggers and the tables of triggers.
func (g gatherer) garbled(ctx context.Context, facts *Facts) (err error) {
	mysql := isMySQL8(facts.Server)
	if facts.Routines > 0 {
		said := "ROUTINE_COMMENT"
		if mysql {
			said = "CONCAT(ROUTINE_NAME, ROUTINE_COMMENT)"
		}
		facts.GarbledRoutines, err = g.names(ctx, "routines", `SELECT ROUTINE_NAME FROM information_schema.ROUTINES WHERE BINARY ROUTINE_SCHEMA = BINARY DATABASE()
			AND CHARACTER_SET_CLIENT NOT LIKE 'utf8%' AND LENGTH(`+said+`) <> CHAR_LENGTH(`+said+`) ORDER BY ROUTINE_NAME`)
	}
	if err == nil && facts.Events > 0 {
		facts.GarbledEvents, err = g.names(ctx, "events", `SELECT EVENT_NAME FROM information_schema.EVENTS WHERE BINARY EVENT_SCHEMA = BINARY DATABASE()
			AND CHARACTER_SET_CLIENT NOT LIKE 'utf8%' AND LENGTH(CONCAT(EVENT_NAME, EVENT_COMMENT)) <> CHAR_LENGTH(CONCAT(EVENT_NAME, EVENT_COMMENT)) ORDER BY EVENT_NAME`)
	}
	if err == nil && mysql {
		facts.GarbledTriggers, err = g.garbledTriggers(ctx)
	}
	return err
}

func (g gatherer) garbledTriggers(ctx context.Context) (triggers []GarbledTrigger, err error) {
	rows, err := g.db.QueryContext(ctx, `SELECT TRIGGER_NAME, EVENT_OBJECT_TABLE FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE() AND BINARY TRIGGER_SCHEMA = BINARY DATABASE()
		AND CHARACTER_SET_CLIENT NOT LIKE 'utf8%' AND LENGTH(CONCAT(TRIGGER_NAME, EVENT_OBJECT_TABLE)) <> CHAR_LENGTH(CONCAT(TRIGGER_NAME, EVENT_OBJECT_TABLE)) ORDER BY TRIGGER_NAME`)
	if err != nil {
		return nil, fmt.Errorf("list triggers of which the copy may lack something: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var t GarbledTrigger
		if err := rows.Scan(&t.Name, &t.Table); err != nil {
			return nil, err
		}
		if err := errors.Join(checkListed(t.Name, g.at), checkListed(t.Table, g.at), g.counted(len(triggers), "triggers")); err != nil {
			return nil, err
		}
		triggers = append(triggers, t)
	}
	return triggers, rows.Err()
}

// garbledIn the copy, and loaded all the same.
func garbledIn(facts *Facts, p *plan.Plan) (names []string) {
	if p.Routines {
		names = append(names, facts.GarbledRoutines...)
	}
	if p.Events {
		names = append(names, facts.GarbledEvents...)
	}
	for _, t := range copied(facts.GarbledTriggers, p) {
		names = append(names, t.Name)
	}
	return names
}

// copied with their tables. A server can list many of both.
func copied(triggers []GarbledTrigger, p *plan.Plan) []GarbledTrigger {
	if len(triggers) == 0 {
		return nil
	}
	tables := sets.New(p.Tables...)
	return slices.DeleteFunc(slices.Clone(triggers), func(t GarbledTrigger) bool { return !tables.Has(t.Table) })
}

// attachable fails where a trigger would be loaded on a table of another name, which there is not.
func attachable(facts *Facts, p *plan.Plan, at servererror.Origin) error {
	var lost []string
	for _, t := range copied(facts.GarbledTriggers, p) {
		if !ascii(t.Table) {
			lost = append(lost, t.Name)
		}
	}
	if len(lost) == 0 {
		return nil
	}
	return result.Errorf(contract.InvalidRequest, "create them again on the server with a client that speaks utf8mb4, or leave their tables out with --exclude (exclude.tables)",
		"triggers of database %q on %s could not be loaded: %s. A client that did not speak utf8 made them, and the names of their tables have letters that are not ASCII",
		p.Database, at.Address, text.Names(lost, mostNamed))
}

func ascii(s string) bool {
	return !slices.ContainsFunc([]byte(s), func(b byte) bool { return b >= 0x80 })
}
