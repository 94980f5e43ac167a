package envtestenv

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	authorizationv1 "k8s.io/api/authorization/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// grantTimeout is far more than the API server needs on a busy machine.
const grantTimeout = 30 * time.Second

// Grant lets subjects do what rules say, in one namespace, and returns when that is in force. The Role and its binding have
// the name.
func (e *Env) Grant(t testing.TB, namespace, name string, rules []rbacv1.PolicyRule, subjects ...rbacv1.Subject) {
	t.Helper()
	ctx := context.Background()
	binding := rbacv1.RoleBinding{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name},
		Subjects:   subjects,
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: name},
	}
	for _, object := range []client.Object{
		&rbacv1.Role{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}, Rules: rules}, &binding,
	} {
		if err := e.Client.Create(ctx, object); err != nil {
			t.Fatal(err)
		}
	}
	if err := WaitForGrants(ctx, e.Client, binding); err != nil {
		t.Fatal(err)
	}
}

// bindings among objects, cluster-wide ones as bindings of no namespace.
func bindings(objects []*unstructured.Unstructured) ([]rbacv1.RoleBinding, error) {
	var found []rbacv1.RoleBinding
	for _, object := range objects {
		kind := object.GroupVersionKind()
		if kind.Group != rbacv1.GroupName || !strings.HasSuffix(kind.Kind, "Binding") {
			continue
		}
		var binding rbacv1.RoleBinding
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, &binding); err != nil {
			return nil, fmt.Errorf("read %s %s: %w", kind.Kind, object.GetName(), err)
		}
		found = append(found, binding)
	}
	return found, nil
}

// WaitForGrants asks the API server as c until it lets each subject do all that its role grants. The authoriser sees roles and
// bindings by a watch, so whoever acts right after they are written is now and then refused.
func WaitForGrants(ctx context.Context, c client.Client, bindings ...rbacv1.RoleBinding) error {
	for _, binding := range bindings {
		rules, err := rulesOf(ctx, c, binding)
		if err != nil {
			return err
		}
		for _, rule := range rules {
			for _, subject := range binding.Subjects {
				for _, attributes := range requests(rule, binding.Namespace) {
					if err := waitForGrant(ctx, c, subject, attributes); err != nil {
						return err
					}
				}
			}
		}
	}
	return nil
}

func rulesOf(ctx context.Context, c client.Client, binding rbacv1.RoleBinding) ([]rbacv1.PolicyRule, error) {
	if binding.RoleRef.Kind == "ClusterRole" {
		var role rbacv1.ClusterRole
		if err := c.Get(ctx, client.ObjectKey{Name: binding.RoleRef.Name}, &role); err != nil {
			return nil, fmt.Errorf("read the role that %s binds: %w", binding.Name, err)
		}
		return role.Rules, nil
	}
	var role rbacv1.Role
	if err := c.Get(ctx, client.ObjectKey{Namespace: binding.Namespace, Name: binding.RoleRef.Name}, &role); err != nil {
		return nil, fmt.Errorf("read the role that %s binds: %w", binding.Name, err)
	}
	return role.Rules, nil
}

// requests are all that a rule lets through. A * in it stands for itself: the API server lets it through where the rule
// has one.
func requests(rule rbacv1.PolicyRule, namespace string) []authorizationv1.ResourceAttributes {
	names := rule.ResourceNames
	if len(names) == 0 {
		names = []string{""}
	}
	var all []authorizationv1.ResourceAttributes
	for _, group := range rule.APIGroups {
		for _, path := range rule.Resources {
			resource, subresource, _ := strings.Cut(path, "/")
			for _, verb := range rule.Verbs {
				for _, name := range names {
					all = append(all, authorizationv1.ResourceAttributes{
						Namespace: namespace, Verb: verb, Group: group, Resource: resource, Subresource: subresource, Name: name,
					})
				}
			}
		}
	}
	return all
}

func waitForGrant(ctx context.Context, c client.Client, subject rbacv1.Subject, attributes authorizationv1.ResourceAttributes) error {
	spec := authorizationv1.SubjectAccessReviewSpec{ResourceAttributes: &attributes}
	switch subject.Kind {
	case rbacv1.ServiceAccountKind:
		spec.User = "system:serviceaccount:" + subject.Namespace + ":" + subject.Name
	case rbacv1.GroupKind:
		spec.Groups = []string{subject.Name}
	default:
		spec.User = subject.Name
	}
	err := wait.PollUntilContextTimeout(ctx, 10*time.Millisecond, grantTimeout, true, func(ctx context.Context) (bool, error) {
		review := &authorizationv1.SubjectAccessReview{Spec: spec}
		err := c.Create(ctx, review)
		return review.Status.Allowed, err
	})
	if err != nil {
		return fmt.Errorf("%s %s does not get what its role grants, %+v: %w", subject.Kind, subject.Name, attributes, err)
	}
	return nil
}
