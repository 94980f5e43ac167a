package controllers

import (
	"context"
	"fmt"
	"strings"

	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/predicate"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

// DumpAllowListReconciler says of each DumpAllowList whether the sources that it names exist. A misspelt one would
// otherwise only be noticed by somebody who is refused.
type DumpAllowListReconciler struct {
	Client client.Client
}

// Reconcile one list.
func (r *DumpAllowListReconciler) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	list, err := get(ctx, r.Client, request.Namespace, request.Name, &v1alpha1.DumpAllowList{})
	if err != nil || list == nil {
		return ctrl.Result{}, err
	}
	var missing []string
	for _, name := range list.Spec.Sources {
		if name == v1alpha1.Wildcard {
			continue
		}
		source, err := get(ctx, r.Client, list.Namespace, string(name), &v1alpha1.DatabaseSource{})
		if err != nil {
			return ctrl.Result{}, err
		}
		if source == nil {
			missing = append(missing, string(name))
		}
	}
	ready := resolved("Every source that it names exists")
	if len(missing) > 0 {
		ready = unresolved(v1alpha1.ReasonSourceNotFound, fmt.Sprintf("sources: DatabaseSource %s does not exist in namespace %s",
			strings.Join(missing, ", "), list.Namespace))
	}
	return writeReady(ctx, r.Client, list, &list.Status, ready)
}

// SetupWithManager also brings lists round when a source appears or goes.
func (r *DumpAllowListReconciler) SetupWithManager(mgr ctrl.Manager) error {
	return ctrl.NewControllerManagedBy(mgr).
		Named("dumpallowlist").
		For(&v1alpha1.DumpAllowList{}, builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		Watches(&v1alpha1.DatabaseSource{},
			everyInNamespace(r.Client, func() client.ObjectList { return &v1alpha1.DumpAllowListList{} }),
			builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		Complete(r)
}
