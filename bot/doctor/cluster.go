package doctor

import (
	"context"
	"fmt"
	"strings"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/discovery"
	authorizationv1client "k8s.io/client-go/kubernetes/typed/authorization/v1"
	coordinationv1client "k8s.io/client-go/kubernetes/typed/coordination/v1"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/lease"
)

// Cluster examines the cluster that a bot works in.
type Cluster struct {
	kinds     discovery.ServerResourcesInterface
	reviews   authorizationv1client.SelfSubjectAccessReviewInterface
	leases    coordinationv1client.LeaseInterface
	api       client.Client
	namespace string
}

// NewCluster acts as config does, which must be the bot. api reads without a cache; namespace is the bot's own.
func NewCluster(config *rest.Config, api client.Client, namespace string) (*Cluster, error) {
	kinds, err := discovery.NewDiscoveryClientForConfig(config)
	if err != nil {
		return nil, fmt.Errorf("make a client: %w", err)
	}
	reviews, err := authorizationv1client.NewForConfig(config)
	if err != nil {
		return nil, fmt.Errorf("make a client: %w", err)
	}
	leases, err := coordinationv1client.NewForConfig(config)
	if err != nil {
		return nil, fmt.Errorf("make a client: %w", err)
	}
	return &Cluster{
		kinds: kinds, reviews: reviews.SelfSubjectAccessReviews(), leases: leases.Leases(namespace), api: api, namespace: namespace,
	}, nil
}

// Examine finds out whether the cluster lets the bot work, and lets it do no more. services are the bot's.
func (c *Cluster) Examine(ctx context.Context, services []chat.ServiceID) []chat.Finding {
	ctx, cancel := context.WithTimeout(ctx, clusterTimeout)
	defer cancel()
	found, reached := c.examineKinds(ctx)
	if !reached {
		return found // everything else would only say it again
	}
	namespaces := c.namespaces(ctx)
	found = append(found, c.examineRights(ctx, namespaces)...)
	found = append(found, c.examinePolicy(ctx, namespaces[len(namespaces)-1]))
	found = append(found, c.examineLease(ctx))
	return append(found, c.examineHeard(ctx, services)...)
}

// examineKinds reports also whether the API server was reached and has the kinds.
func (c *Cluster) examineKinds(context.Context) ([]chat.Finding, bool) {
	list, err := c.kinds.ServerResourcesForGroupVersion(v1alpha1.GroupVersion.String())
	switch {
	case apierrors.IsNotFound(err):
		return []chat.Finding{bad("Volcado's kinds are not installed in this cluster; run: make deploy")}, false
	case err != nil:
		return []chat.Finding{bad("the API server does not answer: %v", err)}, false
	}
	has := map[string]bool{}
	for _, resource := range list.APIResources {
		has[resource.Name] = true
	}
	var missing []string
	for _, name := range []string{"databasedumps", "databasesources", "dumpallowlists", "dumpstorages"} {
		if !has[name] {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return []chat.Finding{bad("%s of %s are not installed; run: make deploy", strings.Join(missing, ", "), v1alpha1.GroupVersion)}, false
	}
	return []chat.Finding{good("Volcado's kinds are installed")}, true
}

// namespaces to look at: the bot's own, and then one that has an allow-list, in which the bot works.
func (c *Cluster) namespaces(ctx context.Context) []string {
	var lists v1alpha1.DumpAllowListList
	if err := c.api.List(ctx, &lists, client.Limit(1)); err != nil || len(lists.Items) == 0 || lists.Items[0].Namespace == c.namespace {
		return []string{c.namespace}
	}
	return []string{c.namespace, lists.Items[0].Namespace}
}

// dumpPolicy is the admission policy that keeps others from speaking for the bot's users.
const dumpPolicy = "volcado-dump-create"

// examinePolicy asks the API server, without writing, for what the policy refuses to the bot.
func (c *Cluster) examinePolicy(ctx context.Context, namespace string) chat.Finding {
	probe := &v1alpha1.DatabaseDump{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "volcado-bot-doctor"},
		Spec:       v1alpha1.DatabaseDumpSpec{SourceRef: v1alpha1.ObjectReference{Name: "none"}},
	}
	err := c.api.Create(ctx, probe, client.DryRunAll)
	switch {
	case err == nil:
		return bad("the admission policy %s is not in force: anybody who can create dumps could speak for anybody in chat, "+
			"and the manager could not tell; run: kubectl apply -k config/admission", dumpPolicy)
	case strings.Contains(err.Error(), "'"+dumpPolicy+"'"):
		return good("the admission policy %s is in force", dumpPolicy)
	}
	return warning("whether the admission policy %s is in force cannot be told: %v", dumpPolicy, err)
}

func (c *Cluster) examineLease(ctx context.Context) chat.Finding {
	held, err := c.leases.Get(ctx, lease.Name, metav1.GetOptions{})
	switch {
	case apierrors.IsNotFound(err):
		return warning("no replica has become leader yet. If the bot is deployed, run: kubectl -n %s get deployment volcado-bot", c.namespace)
	case err != nil:
		return bad("the Lease %s/%s cannot be read: %v", c.namespace, lease.Name, err)
	}
	return judgeLease(held, c.namespace, time.Now())
}

func judgeLease(held *coordinationv1.Lease, namespace string, now time.Time) chat.Finding {
	look := "run: kubectl -n " + namespace + " get pods -l app.kubernetes.io/component=bot"
	holder, renewed := held.Spec.HolderIdentity, held.Spec.RenewTime
	switch {
	case holder == nil || *holder == "" || renewed == nil:
		return warning("no bot leads at the moment; if one should, %s", look)
	case now.Sub(renewed.Time) > lease.Duration:
		return warning("no bot leads: %s was the last and stopped %s ago; if one should, %s", *holder, now.Sub(renewed.Time).Round(time.Second), look)
	}
	return good("%s leads", *holder)
}

func (c *Cluster) examineHeard(ctx context.Context, services []chat.ServiceID) []chat.Finding {
	marks, err := lease.NewHeard(c.leases).Load(ctx)
	if err != nil {
		return []chat.Finding{warning("up to when messages were handled cannot be read, so after a restart only the replay window is read again: %v", err)}
	}
	var found []chat.Finding
	for _, id := range services {
		if mark, known := marks[id.String()]; known {
			found = append(found, good("all messages of %s were handled up to %s", id, mark.UTC().Format(time.RFC3339)))
		}
	}
	return found
}
