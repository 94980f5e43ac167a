package controllers

import (
	"context"

	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/predicate"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

// DumpStorageReconciler says of each DumpStorage that it is ready. A storage refers only to Secrets and a
// PersistentVolumeClaim, which the manager may not read: the first dump shows whether they are right.
type DumpStorageReconciler struct {
	Client client.Client
}

// Reconcile one storage.
func (r *DumpStorageReconciler) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	storage, err := get(ctx, r.Client, request.Namespace, request.Name, &v1alpha1.DumpStorage{})
	if err != nil || storage == nil {
		return ctrl.Result{}, err
	}
	return writeReady(ctx, r.Client, storage, &storage.Status,
		resolved("Its Secrets and its volume are checked when a dump runs"))
}

// SetupWithManager brings a storage round when it changes.
func (r *DumpStorageReconciler) SetupWithManager(mgr ctrl.Manager) error {
	return ctrl.NewControllerManagedBy(mgr).
		Named("dumpstorage").
		For(&v1alpha1.DumpStorage{}, builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		Complete(r)
}
