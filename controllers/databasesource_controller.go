package controllers

import (
	"context"
	"fmt"

	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/predicate"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/jobmeta"
	"github.com/volcado-io/volcado/internal/recipients"
)

// DatabaseSourceReconciler says of each DatabaseSource whether its storage exists, whether its labels and annotations are
// allowed, and whether copies can be encrypted for its recipients.
type DatabaseSourceReconciler struct {
	Client      client.Client
	JobMetadata jobmeta.Rules
}

// Reconcile one source.
func (r *DatabaseSourceReconciler) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	source, err := get(ctx, r.Client, request.Namespace, request.Name, &v1alpha1.DatabaseSource{})
	if err != nil || source == nil {
		return ctrl.Result{}, err
	}
	storage, err := get(ctx, r.Client, source.Namespace, source.Spec.StorageRef.Name, &v1alpha1.DumpStorage{})
	if err != nil {
		return ctrl.Result{}, err
	}
	ready := resolved("Its DumpStorage exists; Secrets are checked when a dump runs")
	if storage == nil {
		ready = unresolved(v1alpha1.ReasonStorageNotFound, fmt.Sprintf("storageRef: DumpStorage %s does not exist in namespace %s",
			source.Spec.StorageRef.Name, source.Namespace))
	}
	// Said first: the storage may still be applied, but these are waited for by no dump.
	for _, refusal := range []*v1alpha1.Failure{recipients.Refuse(source), r.JobMetadata.Refuse(source)} {
		if refusal != nil {
			ready = unresolved(refusal.Reason, refusal.Message+". "+refusal.Hint)
		}
	}
	return writeReady(ctx, r.Client, source, &source.Status, ready)
}

// SetupWithManager also brings sources round when a storage appears or goes.
func (r *DatabaseSourceReconciler) SetupWithManager(mgr ctrl.Manager) error {
	return ctrl.NewControllerManagedBy(mgr).
		Named("databasesource").
		For(&v1alpha1.DatabaseSource{}, builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		Watches(&v1alpha1.DumpStorage{},
			everyInNamespace(r.Client, func() client.ObjectList { return &v1alpha1.DatabaseSourceList{} }),
			builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		Complete(r)
}
