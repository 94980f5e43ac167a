package controllers

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

// readiness is what an object's Ready condition should say.
type readiness struct {
	status          metav1.ConditionStatus
	reason, message string
}

func resolved(message string) readiness {
	return readiness{metav1.ConditionTrue, v1alpha1.ReasonResolved, message}
}

func unresolved(reason, message string) readiness {
	return readiness{metav1.ConditionFalse, reason, message}
}

// writeReady patches the Ready condition if it differs. status is the object's own.
func writeReady(ctx context.Context, c client.Client, object client.Object, status *v1alpha1.ReferenceStatus, ready readiness) (ctrl.Result, error) {
	before, ok := object.DeepCopyObject().(client.Object)
	if !ok {
		return ctrl.Result{}, fmt.Errorf("%T is no object", object)
	}
	old := status.DeepCopy()
	status.ObservedGeneration = object.GetGeneration()
	meta.SetStatusCondition(&status.Conditions, metav1.Condition{
		Type: v1alpha1.ConditionReady, Status: ready.status, Reason: ready.reason, Message: ready.message,
		ObservedGeneration: object.GetGeneration(),
	})
	if equality.Semantic.DeepEqual(old, status) {
		return ctrl.Result{}, nil
	}
	err := c.Status().Patch(ctx, object, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{}))
	if apierrors.IsConflict(err) {
		return ctrl.Result{RequeueAfter: conflictDelay}, nil
	}
	return ctrl.Result{}, client.IgnoreNotFound(err)
}

// everyInNamespace maps an object to all objects of a kind in its namespace.
func everyInNamespace(c client.Client, list func() client.ObjectList) handler.EventHandler {
	return handler.EnqueueRequestsFromMapFunc(func(ctx context.Context, object client.Object) []reconcile.Request {
		all := list()
		if err := c.List(ctx, all, client.InNamespace(object.GetNamespace())); err != nil {
			ctrl.LoggerFrom(ctx).Error(err, "Cannot tell what refers to it", "name", object.GetName())
			return nil
		}
		var requests []reconcile.Request
		if err := meta.EachListItem(all, func(item runtime.Object) error {
			if o, ok := item.(client.Object); ok {
				requests = append(requests, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(o)})
			}
			return nil
		}); err != nil {
			ctrl.LoggerFrom(ctx).Error(err, "Cannot tell what refers to it", "name", object.GetName())
		}
		return requests
	})
}
