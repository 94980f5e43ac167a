package preflight

import (
	"context"
	"errors"

	"github.com/volcado-io/volcado/dumper/plan"
	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/dumper/servererror"
	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/text"
)

// eventBodies finds the events that both clients never come to an end with. They look for a delimiter that is not in the
// definition, the first being ;; and if that one is there, they try it again and again at full speed for minutes: the loop
// of create_delimiter counts up its bound in place of the length. Whatever SHOW CREATE EVENT writes counts: the name and
// the comment too.
func (g gatherer) eventBodies(ctx context.Context, facts *Facts) error {
	if facts.Events == 0 {
		return nil
	}
	rows, err := g.db.QueryContext(ctx, `SELECT EVENT_NAME FROM information_schema.EVENTS WHERE BINARY EVENT_SCHEMA = BINARY DATABASE()
		AND CONCAT_WS(' ', EVENT_NAME, DEFINER, EVENT_COMMENT, EVENT_DEFINITION) LIKE '%;;%' ORDER BY EVENT_NAME`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return err
		}
		if err := errors.Join(checkListed(name, g.at), g.counted(len(facts.Undelimited), "events")); err != nil {
			return err
		}
		facts.Undelimited = append(facts.Undelimited, name)
	}
	return rows.Err()
}

// delimitable fails where the client would not come to an end with an event.
func delimitable(facts *Facts, p *plan.Plan, at servererror.Origin) error {
	if !p.Events || len(facts.Undelimited) == 0 {
		return nil
	}
	return result.Errorf(contract.InvalidRequest, "write a single ; there (ALTER EVENT), or name the tables to copy: then events are left out",
		"the client cannot copy events that hold ;; in their body, name or comment: in database %q on %s that is so in %s",
		p.Database, at.Address, text.Names(facts.Undelimited, mostNamed))
}
