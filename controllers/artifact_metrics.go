package controllers

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/jobspec"
)

var (
	undeletedMetric = prometheus.NewDesc("volcado_artifact_deletion_failed",
		"1 for each dump whose artifact could not be deleted, by the prefix below which it lies.", []string{"namespace", "dump", "prefix"}, nil)
	ungovernedMetric = prometheus.NewDesc("volcado_artifacts_without_lifetime",
		"Artifacts of dumps of a release that gave them no lifetime. Nobody deletes them.", nil, nil)
)

func newAbandonedMetric() *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "volcado_artifacts_abandoned_total",
		Help: "Artifacts that could not be deleted before their DatabaseDump was gone. The log has the prefix of each.",
	}, []string{"namespace"})
}

// noteAbandoned says where the artifact of a dump is that is let go without it. Its own record goes with it.
func noteAbandoned(ctx context.Context, counter *prometheus.CounterVec, dump *v1alpha1.DatabaseDump) {
	counter.WithLabelValues(dump.Namespace).Inc()
	ctrl.LoggerFrom(ctx).Info("An artifact could not be deleted and may be left in storage", "namespace", dump.Namespace, "dump", dump.Name,
		"location", jobspec.Location(*dump.Status.Storage, dump))
}

// artifactMetrics are of the artifacts of which nobody would hear otherwise. They are counted when they are asked for.
type artifactMetrics struct{ client client.Reader }

const metricsTimeout = 5 * time.Second

func (m artifactMetrics) Describe(to chan<- *prometheus.Desc) {
	to <- undeletedMetric
	to <- ungovernedMetric
}

func (m artifactMetrics) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), metricsTimeout)
	defer cancel()
	undeleted, err := cachedDumps(ctx, m.client, "", undeletedDumps)
	if err != nil {
		to <- prometheus.NewInvalidMetric(undeletedMetric, err)
		return
	}
	for i := range undeleted {
		d := &undeleted[i]
		to <- prometheus.MustNewConstMetric(undeletedMetric, prometheus.GaugeValue, 1, d.Namespace, d.Name, jobspec.Location(*d.Status.Storage, d))
	}
	ungoverned, err := cachedDumps(ctx, m.client, "", ungovernedDumps)
	if err != nil {
		to <- prometheus.NewInvalidMetric(ungovernedMetric, err)
		return
	}
	to <- prometheus.MustNewConstMetric(ungovernedMetric, prometheus.GaugeValue, float64(len(ungoverned)))
}

// ungovernedNotice says once, when this manager begins to act, how many artifacts nobody deletes.
type ungovernedNotice struct{ client client.Reader }

func (n ungovernedNotice) Start(ctx context.Context) error {
	left, err := cachedDumps(ctx, n.client, "", ungovernedDumps)
	if err != nil {
		return err
	}
	if len(left) > 0 {
		ctrl.LoggerFrom(ctx).Info("Artifacts of an earlier release are left alone: delete those that nobody needs by hand", "artifacts", len(left))
	}
	return nil
}
