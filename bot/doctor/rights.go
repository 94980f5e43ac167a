package doctor

import (
	"context"
	"fmt"

	authorizationv1 "k8s.io/api/authorization/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/lease"
)

// right to do something to a kind of object.
type right struct {
	group, resource, subresource, verb string
	// name of the one object, or empty for all.
	name string
	// own: in the bot's namespace alone; what is needed otherwise is needed in all.
	own bool
}

func (r right) String() string {
	what := r.resource
	if r.subresource != "" {
		what += "/" + r.subresource
	}
	if r.group != "" {
		what += "." + r.group
	}
	if r.name != "" {
		what += " " + r.name
	}
	return r.verb + " " + what
}

// needed is what config/bot grants.
var needed = append(verbs("volcado.io", "databasesources", "get", "list", "watch"), append(
	verbs("volcado.io", "dumpallowlists", "get", "list", "watch"), append(
		verbs("volcado.io", "databasedumps", "get", "list", "watch", "create", "patch"),
		right{group: "coordination.k8s.io", resource: "leases", verb: "create", own: true},
		right{group: "coordination.k8s.io", resource: "leases", verb: "get", name: lease.Name, own: true},
		right{group: "coordination.k8s.io", resource: "leases", verb: "update", name: lease.Name, own: true},
		right{group: "coordination.k8s.io", resource: "leases", verb: "get", name: lease.HeardName, own: true},
		right{group: "coordination.k8s.io", resource: "leases", verb: "patch", name: lease.HeardName, own: true},
	)...)...)

// excessive is what a bot must not be able to do: whoever gets hold of it could read passwords, or get around allow-lists.
var excessive = []right{
	{resource: "secrets", verb: "get"},
	{resource: "secrets", verb: "list"},
	{group: "batch", resource: "jobs", verb: "create"},
	{resource: "pods", verb: "create"},
	{resource: "pods", subresource: "exec", verb: "create"},
	{resource: "serviceaccounts", subresource: "token", verb: "create"},
	{group: "volcado.io", resource: "databasedumps", verb: "delete"},
	{group: "volcado.io", resource: "databasedumps", subresource: "status", verb: "patch"},
	{group: "volcado.io", resource: "databasesources", verb: "patch"},
	{group: "volcado.io", resource: "dumpallowlists", verb: "create"},
	{group: "volcado.io", resource: "dumpallowlists", verb: "patch"},
}

func verbs(group, resource string, verbs ...string) []right {
	var rights []right
	for _, verb := range verbs {
		rights = append(rights, right{group: group, resource: resource, verb: verb})
	}
	return rights
}

// examineRights asks for what is excessive in the namespaces given; who may do it in all may do it there, too.
func (c *Cluster) examineRights(ctx context.Context, namespaces []string) []chat.Finding {
	var found []chat.Finding
	for _, r := range needed {
		namespace := ""
		if r.own {
			namespace = c.namespace
		}
		allowed, err := c.can(ctx, r, namespace)
		if err != nil {
			return append(found, bad("the bot's rights cannot be checked: %v", err))
		}
		if !allowed {
			found = append(found, bad("the bot cannot %s; run: kubectl apply -k config/bot", r))
		}
	}
	if len(found) == 0 {
		found = append(found, good("the bot can do all that it has to (%d rights)", len(needed)))
	}
	for _, namespace := range namespaces {
		for _, r := range excessive {
			allowed, err := c.can(ctx, r, namespace)
			if err != nil {
				return append(found, bad("the bot's rights cannot be checked: %v", err))
			}
			if allowed {
				found = append(found, warning("the bot can %s in the namespace %s, which it does not need and should not be able to; "+
					"find the binding that grants it to the ServiceAccount volcado-bot and remove it", r, namespace))
			}
		}
	}
	return found
}

// can it do that in a namespace, or in all where the namespace is empty?
func (c *Cluster) can(ctx context.Context, r right, namespace string) (bool, error) {
	review, err := c.reviews.Create(ctx, &authorizationv1.SelfSubjectAccessReview{
		Spec: authorizationv1.SelfSubjectAccessReviewSpec{ResourceAttributes: &authorizationv1.ResourceAttributes{
			Namespace: namespace, Group: r.group, Resource: r.resource, Subresource: r.subresource, Verb: r.verb, Name: r.name,
		}},
	}, metav1.CreateOptions{})
	if err != nil {
		return false, fmt.Errorf("can it %s: %w", r, err)
	}
	return review.Status.Allowed, nil
}
