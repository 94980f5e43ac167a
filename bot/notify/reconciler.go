package notify

import (
	"context"
	"errors"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/util/workqueue"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

// Reconciler brings the chats in line with the dumps, on the leader.
type Reconciler struct {
	*Notifier
	// Cache of the informers. A dump of which all is said need not have its record there.
	Cache client.Reader
}

// Retries after an error of the API server.
const (
	firstReconcile = 200 * time.Millisecond
	lastReconcile  = 30 * time.Second
)

// SetupWithManager has dumps with a delivery record reconciled.
func (r *Reconciler) SetupWithManager(mgr ctrl.Manager) error {
	warm, filter := true, predicate.NewPredicateFuncs(isOurs)
	filter.UpdateFunc = concerns
	err := ctrl.NewControllerManagedBy(mgr).Named("notify").
		For(&v1alpha1.DatabaseDump{}).
		WithEventFilter(filter).
		WithOptions(controller.Options{
			MaxConcurrentReconciles: Workers * max(1, len(r.Services)),
			RateLimiter:             workqueue.NewTypedItemExponentialFailureRateLimiter[reconcile.Request](firstReconcile, lastReconcile),
			EnableWarmup:            &warm,
		}).
		Complete(r)
	if err != nil {
		return fmt.Errorf("set up the notifier: %w", err)
	}
	return nil
}

// isOurs: dumps that were made by the console, with kubectl or by GitOps have no record, and nobody to tell.
func isOurs(object client.Object) bool {
	_, ours := object.GetAnnotations()[v1alpha1.AnnotationDelivery]
	return ours
}

// concerns: the cache leaves out the record of a dump of which all was said. That one more change is when the ledger can
// forget it; without it, a bot would keep a record of every dump that it ever told of.
func concerns(e event.UpdateEvent) bool { return isOurs(e.ObjectNew) || isOurs(e.ObjectOld) }

// Reconcile tells of one dump what there is to be told.
func (r *Reconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	d := &v1alpha1.DatabaseDump{}
	err := r.Cache.Get(ctx, req.NamespacedName, d, client.UnsafeDisableDeepCopy)
	switch {
	case apierrors.IsNotFound(err):
		if d = r.Gone(req.NamespacedName); d == nil {
			return ctrl.Result{}, nil
		}
	case err != nil:
		return ctrl.Result{}, fmt.Errorf("read %s from the cache: %w", req, err)
	case !isOurs(d):
		r.Ledger.Forget(d.UID) // of what is needed again, the ledger reads the record anew
		return ctrl.Result{}, nil
	}
	next, err := r.Advance(ctx, d)
	switch {
	case errors.Is(err, context.Canceled):
		return ctrl.Result{}, nil // the bot stops, and whoever leads next goes on
	case err != nil:
		return ctrl.Result{}, err
	case next.IsZero():
		return ctrl.Result{}, nil
	default:
		return ctrl.Result{RequeueAfter: max(time.Millisecond, next.Sub(r.Now()))}, nil
	}
}
