package controllers

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/jobspec"
	"github.com/volcado-io/volcado/internal/lifecycle"
	"github.com/volcado-io/volcado/internal/retention"
)

// Options of the whole set of controllers.
type Options struct {
	Settings lifecycle.Settings
	Images   jobspec.Images
	KeepJobs lifecycle.KeepJob
	// KeepFinished is for how long the records of finished dumps stay.
	KeepFinished retention.Keep
	// Now is the clock.
	Now func() time.Time
	// Metrics receive those of the controllers.
	Metrics prometheus.Registerer
}

// AddToScheme registers every kind that the controllers read or write.
func AddToScheme(scheme *runtime.Scheme) error {
	for _, add := range []func(*runtime.Scheme) error{corev1.AddToScheme, batchv1.AddToScheme, v1alpha1.AddToScheme} {
		if err := add(scheme); err != nil {
			return err
		}
	}
	return nil
}

// Setup adds every controller to the manager, which must have been made with CacheOptions.
func Setup(ctx context.Context, mgr ctrl.Manager, options Options) error {
	abandoned := newAbandonedMetric()
	builder := Builder{Images: options.Images, Allowed: options.Settings.JobMetadata}
	recorder := mgr.GetEventRecorder("volcado-manager")
	dumps := &DatabaseDumpReconciler{
		Client: mgr.GetClient(), Uncached: mgr.GetAPIReader(), Recorder: recorder,
		Now: options.Now, Settings: options.Settings, Builder: builder, KeepJobs: options.KeepJobs, KeepFinished: options.KeepFinished, Abandoned: abandoned,
	}
	if err := dumps.SetupWithManager(ctx, mgr); err != nil {
		return fmt.Errorf("set up DatabaseDump: %w", err)
	}
	deletions := &DeletionReconciler{
		Abandoned: abandoned, Client: mgr.GetClient(), Uncached: mgr.GetAPIReader(), Recorder: recorder, Now: options.Now, Builder: builder,
	}
	if err := deletions.SetupWithManager(mgr); err != nil {
		return fmt.Errorf("set up the deletion of artifacts: %w", err)
	}
	if err := (&DatabaseSourceReconciler{Client: mgr.GetClient(), JobMetadata: options.Settings.JobMetadata}).SetupWithManager(mgr); err != nil {
		return fmt.Errorf("set up DatabaseSource: %w", err)
	}
	if err := (&DumpStorageReconciler{Client: mgr.GetClient()}).SetupWithManager(mgr); err != nil {
		return fmt.Errorf("set up DumpStorage: %w", err)
	}
	if err := (&DumpAllowListReconciler{Client: mgr.GetClient()}).SetupWithManager(mgr); err != nil {
		return fmt.Errorf("set up DumpAllowList: %w", err)
	}
	if err := errors.Join(options.Metrics.Register(artifactMetrics{mgr.GetClient()}), options.Metrics.Register(abandoned)); err != nil {
		return fmt.Errorf("set up metrics: %w", err)
	}
	if err := mgr.Add(ungovernedNotice{mgr.GetClient()}); err != nil {
		return fmt.Errorf("set up the notice of artifacts without a lifetime: %w", err)
	}
	if err := mgr.Add(NewProgressPoller(mgr.GetClient(), options.Now)); err != nil {
		return fmt.Errorf("set up progress: %w", err)
	}
	return nil
}
