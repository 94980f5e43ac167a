package preflight

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/dumper/plan"
	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/dumper/servererror"
	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/text"
)

// Judge decides from the facts whether the whole of what was asked for can be copied.
func Judge(facts *Facts, request contract.Copy, at servererror.Origin) (*plan.Plan, error) {
	p := &plan.Plan{
		Server: facts.Server, Database: facts.Database, SchemaOnly: request.SchemaOnly,
		ExcludeTables: request.Exclude.Tables, ExcludeData: request.Exclude.Data, FoldsCase: facts.FoldsCase,
		KeepDefiners: request.Definers == v1alpha1.DefinersKeep, History: request.History == v1alpha1.HistoryAll,
	}
	chosen, err := choose(facts, request, p, at)
	if err != nil {
		return nil, err
	}
	for _, t := range chosen {
		add(p, t, request)
	}
	if err := harmless(chosen, at); err != nil {
		return nil, err
	}
	whole := len(request.Tables) == 0
	p.Routines, p.Events = whole, whole
	leaveOut(p, facts, chosen)
	if len(chosen) == 0 && (facts.Routines+facts.Events == 0 || len(p.Excluded) > 0) {
		return nil, nothing(p, at)
	}
	if err := drawFrom(p, facts.Defaults, facts.Tables, at); err != nil {
		return nil, err
	}
	if err := permitted(facts, p, whole, at); err != nil {
		return nil, err
	}
	if err := errors.Join(history(facts, p, at), delimitable(facts, p, at), attachable(facts, p, at), selectable(facts, p, at)); err != nil {
		return nil, err
	}
	warn(facts, p, chosen)
	return p, nil
}

// elsewhere are the engines whose rows both clients leave out without a word: those of other tables, of other servers, of
// files. They are right. Loading such rows would write them into the place where they came from. (--skip-no-data-med
// would make MariaDB's client copy them.)
var elsewhere = []string{"MRG_MyISAM", "MRG_ISAM", "CONNECT", "OQGRAPH", "SPIDER", "VP", "FEDERATED"}

// leaveOut notes what of the database is not in the copy.
func leaveOut(p *plan.Plan, facts *Facts, chosen []Table) {
	copied := map[string]bool{}
	for _, t := range chosen {
		copied[t.Name] = true
	}
	for _, t := range facts.Tables {
		if !copied[t.Name] {
			p.LeftOut = append(p.LeftOut, t.Name)
		}
	}
	if !p.Routines {
		p.Functions = facts.Functions
	}
}

func add(p *plan.Plan, t Table, request contract.Copy) {
	if t.View {
		p.Views = append(p.Views, t.Name)
		return
	}
	p.Tables = append(p.Tables, t.Name)
	if plan.MatchAny(request.Exclude.Data, t.Name) {
		p.WithoutData = append(p.WithoutData, t.Name)
		return
	}
	if request.SchemaOnly {
		return
	}
	if slices.ContainsFunc(elsewhere, func(e string) bool { return strings.EqualFold(e, t.Engine) }) {
		p.Elsewhere = append(p.Elsewhere, t.Name)
		return
	}
	p.EstimatedBytes += t.DataBytes
}

// choose picks the tables and views to copy, and notes what is left out.
func choose(facts *Facts, request contract.Copy, p *plan.Plan, at servererror.Origin) ([]Table, error) {
	if len(request.Tables) > 0 {
		return named(facts, request, p, at)
	}
	var chosen []Table
	for _, t := range facts.Tables {
		if plan.MatchAny(request.Exclude.Tables, t.Name) {
			p.Excluded = append(p.Excluded, t.Name)
		} else {
			chosen = append(chosen, t)
		}
	}
	return chosen, nil
}

func named(facts *Facts, request contract.Copy, p *plan.Plan, at servererror.Origin) ([]Table, error) {
	var chosen []Table
	for _, name := range request.Tables {
		i := slices.IndexFunc(facts.Tables, func(t Table) bool {
			return t.Name == name || facts.FoldsCase && strings.EqualFold(t.Name, name)
		})
		// The answer is the same whether an excluded table exists or not.
		if plan.MatchAny(request.Exclude.Tables, name) {
			return nil, result.Errorf(contract.InvalidRequest, "leave the table out of the request, or ask the data owner to change the source's exclusions",
				"table %q of database %q is asked for and excluded at once", name, facts.Database)
		}
		if i < 0 {
			return nil, missing(name, facts, request, at)
		}
		if table := facts.Tables[i]; !slices.Contains(p.Only, table.Name) {
			p.Only = append(p.Only, table.Name)
			chosen = append(chosen, table)
		}
	}
	return chosen, nil
}

func missing(name string, facts *Facts, request contract.Copy, at servererror.Origin) error {
	hint := "check the spelling; on most servers upper and lower case differ"
	var names []string
	for _, t := range facts.Tables {
		if !plan.MatchAny(request.Exclude.Tables, t.Name) {
			names = append(names, t.Name)
		}
	}
	if near := text.Nearest(name, names); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	return result.Errorf(contract.TableNotFound, hint, "database %q on %s has no table %q", facts.Database, at.Address, name)
}

func nothing(p *plan.Plan, at servererror.Origin) error {
	if len(p.Excluded) > 0 {
		return result.Errorf(contract.NothingToDump, "exclude less: the source's own exclusions and the request's add up",
			"all %d tables of database %q on %s are excluded", len(p.Excluded), p.Database, at.Address)
	}
	return result.Errorf(contract.NothingToDump, "check that this is the database you mean, and that the account may see its tables: "+servererror.GrantHint(at, "SELECT"),
		"database %q on %s has no tables that the user %q can see", p.Database, at.Address, at.Username)
}

// permitted finds the privileges without which the client would leave something out without a word, or fail late.
func permitted(facts *Facts, p *plan.Plan, whole bool, at servererror.Origin) error {
	if facts.Bodyless > 0 && p.Routines {
		return lacks(facts, at, "the text of the routines", bodyGrant(facts, at))
	}
	if p.Events && !facts.SeesEvents {
		return lacks(facts, at, "the privilege EVENT", "run on the server: "+grant(at, "EVENT"))
	}
	if facts.Grants == nil {
		return nil
	}
	var privileges []string
	if !held(facts, "SELECT", slices.Concat(p.Tables, p.Views), whole) {
		privileges = append(privileges, "SELECT")
	}
	if !held(facts, "SHOW VIEW", p.Views, whole && len(p.Views) > 0) {
		privileges = append(privileges, "SHOW VIEW")
	}
	// Without TRIGGER a table's triggers are left out silently.
	if !held(facts, "TRIGGER", p.Tables, false) {
		privileges = append(privileges, "TRIGGER")
	}
	if len(privileges) > 0 {
		names := strings.Join(privileges, ", ")
		return lacks(facts, at, "the privilege "+names, "run on the server: "+grant(at, names))
	}
	if p.Routines && !facts.Grants.seesRoutines(facts.Server) {
		return lacks(facts, at, "the privilege to see routines (without it they would be missing from the dump, unnoticed)", bodyGrant(facts, at))
	}
	return nil
}

// held reports whether the privilege holds for each of the names, and, if whole, for the database as such: an account
// with grants on single tables does not even see the others.
func held(facts *Facts, privilege string, names []string, whole bool) bool {
	if facts.Grants.onDatabase(privilege) {
		return true
	}
	if whole {
		return false
	}
	return !slices.ContainsFunc(names, func(name string) bool { return !facts.Grants.onTable(privilege, name) })
}

func lacks(facts *Facts, at servererror.Origin, what, hint string) error {
	return result.Errorf(contract.InsufficientPrivileges, hint, "the user %q lacks %s on database %q of %s at %s",
		at.Username, what, facts.Database, at.Engine, at.Address)
}

func grant(at servererror.Origin, privileges string) string {
	return strings.TrimPrefix(servererror.GrantHint(at, privileges), "run on the server: ")
}

func bodyGrant(facts *Facts, at servererror.Origin) string {
	return "run on the server: GRANT " + routineGrant(facts.Server) + " TO '" + strings.ReplaceAll(at.Username, "'", "''") + "'@'%'"
}
