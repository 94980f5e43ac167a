package lifecycle

import (
	"fmt"
	"strings"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/access"
	"github.com/volcado-io/volcado/internal/pattern"
	"github.com/volcado-io/volcado/internal/text"
)

// obstacle is why a dump is not accepted.
type obstacle struct {
	v1alpha1.Failure
	// waits: what is missing may still be applied, because GitOps applies in any order. Otherwise it is a refusal.
	waits bool
	// detail is for those who may read the namespace, and not for whoever asked: it names rules.
	detail string
}

// grant is what an accepted dump has.
type grant struct {
	database  v1alpha1.DatabaseName
	allowedBy *v1alpha1.AllowedBy
}

// accept judges whether the dump may be. It is asked at first and again before the Job is made, because a list may have
// changed while the dump stood in the queue.
func accept(f Facts) (grant, *obstacle) {
	by := f.Dump.Spec.RequestedBy
	if by != nil && by.Platform == v1alpha1.PlatformConsole && !f.Settings.AllowConsole {
		return grant{}, &obstacle{Failure: consoleNotAllowed()}
	}
	if by != nil {
		// No list that is yet to be applied could allow it, so it is not waited for.
		if why, refused := access.RefusedPlace(*by); refused {
			return grant{}, &obstacle{Failure: placeRefused(f.Dump, *by), detail: why.String()}
		}
	}
	if f.Source == nil {
		return grant{}, &obstacle{Failure: sourceNotFound(f.Dump), waits: true}
	}
	database, problem := resolveDatabase(f)
	if problem != nil {
		return grant{}, problem
	}
	allowedBy, problem := permitted(f, database)
	if problem != nil {
		return grant{}, problem
	}
	if problem := aboveFloor(f, database); problem != nil {
		return grant{}, problem
	}
	if refusal := f.Settings.JobMetadata.Refuse(f.Source); refusal != nil {
		return grant{}, &obstacle{Failure: *refusal}
	}
	if f.Storage == nil {
		return grant{}, &obstacle{Failure: storageNotFound(f.Source), waits: true}
	}
	return grant{database, allowedBy}, nil
}

func resolveDatabase(f Facts) (v1alpha1.DatabaseName, *obstacle) {
	database := f.Dump.Spec.Database
	if database == "" {
		// A dump that was accepted keeps its database, though the source's default may have changed since.
		database = f.Dump.Status.Database
	}
	if database == "" {
		database = pattern.DefaultDatabase(f.Source.Spec.Databases)
	}
	switch {
	case database == "":
		return "", &obstacle{Failure: noDefaultDatabase(f)}
	case !pattern.Permits(f.Source.Spec.Databases, database):
		return "", &obstacle{Failure: databaseNotPermitted(f, database)}
	}
	return database, nil
}

// permitted asks the allow-lists on behalf of a chat user. A dump without requestedBy was created by somebody whom
// Kubernetes RBAC let create it.
//
// Where no list speaks of the source at all, one may still be applied; where one does and it does not allow this, the
// owner has decided, and waiting would only make a refusal slow.
func permitted(f Facts, database v1alpha1.DatabaseName) (*v1alpha1.AllowedBy, *obstacle) {
	by := f.Dump.Spec.RequestedBy
	if by == nil {
		return nil, nil
	}
	decision := access.Judge(f.AllowLists, access.Question{
		Requester: *by, Source: f.Source.Name, Database: database, Permission: v1alpha1.PermissionRequest,
	})
	if decision.Allowed {
		return decision.By, nil
	}
	o := &obstacle{Failure: notAllowed(f.Dump, *by, database), waits: len(decision.Misses) == 0}
	if o.waits {
		o.detail = fmt.Sprintf("no DumpAllowList in namespace %s names source %s", f.Dump.Namespace, f.Source.Name)
		return nil, o
	}
	shown, more := text.Enumerate(decision.Misses, 8)
	var misses []string
	for _, miss := range shown {
		misses = append(misses, miss.String())
	}
	if more > 0 {
		misses = append(misses, fmt.Sprintf("%d more do not permit it either", more))
	}
	o.detail = strings.Join(misses, ". ")
	return nil, o
}

// aboveFloor refuses a request that names a table which no dump of the source ever holds. Without this the table would
// be left out in silence.
func aboveFloor(f Facts, database v1alpha1.DatabaseName) *obstacle {
	if f.Source.Spec.Exclude == nil {
		return nil
	}
	floor := pattern.TablesOf(f.Source.Spec.Exclude.Tables, database)
	for _, table := range f.Dump.Spec.Tables {
		for _, p := range floor {
			if pattern.MatchFold(p, string(table)) {
				return &obstacle{Failure: tableExcluded(f.Source, table)}
			}
		}
	}
	return nil
}
