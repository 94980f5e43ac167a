package lifecycle

import (
	"fmt"
	"strings"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/access"
	"github.com/volcado-io/volcado/internal/text"
)

// listAllows asks the allow-lists on behalf of a chat user. A dump without requestedBy was created by somebody whom
// Kubernetes RBAC let create it.
//
// Where no list speaks of the source at all, one may still be applied; where one does and it does not allow this, the
// owner has decided, and waiting would only make a refusal slow.
func listAllows(f Facts, given *grant) *obstacle {
	by := f.Dump.Spec.RequestedBy
	if by == nil {
		return nil
	}
	decision := access.Judge(f.AllowLists, access.Question{
		Requester: *by, Source: f.Source.Name, Database: given.database, Permission: v1alpha1.PermissionRequest,
		Now: f.Now, Taken: f.Taken,
	})
	if decision.Allowed {
		given.allowedBy, given.limits = decision.By, &decision.Limits
		return nil
	}
	if !decision.NextAt.IsZero() {
		return &obstacle{Failure: quotaExceeded(f.Dump, decision.NextAt), detail: decision.Misses[0].String()}
	}
	o := &obstacle{Failure: notAllowed(f.Dump, *by, given.database), waits: len(decision.Misses) == 0}
	if o.waits {
		o.detail = fmt.Sprintf("no DumpAllowList in namespace %s names source %s", f.Dump.Namespace, f.Source.Name)
		return o
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
	return o
}
