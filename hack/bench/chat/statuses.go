package main

import (
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

// Statuses of dumps, as large as the manager writes them.

func condition(kind string, status metav1.ConditionStatus, reason string) metav1.Condition {
	return metav1.Condition{
		Type: kind, Status: status, Reason: reason, Message: "What the manager says of it, in a sentence of usual length.",
		LastTransitionTime: metav1.Now(), ObservedGeneration: 1,
	}
}

func accepted(admitted metav1.ConditionStatus, reason string, more ...metav1.Condition) []metav1.Condition {
	return append([]metav1.Condition{
		condition(v1alpha1.ConditionAccepted, metav1.ConditionTrue, "Accepted"),
		condition(v1alpha1.ConditionAdmitted, admitted, reason),
	}, more...)
}

func queued() v1alpha1.DatabaseDumpStatus {
	return v1alpha1.DatabaseDumpStatus{
		ObservedGeneration: 1, Phase: v1alpha1.PhaseQueued, Database: source,
		Conditions: accepted(metav1.ConditionFalse, "Queued", condition(v1alpha1.ConditionReconciling, metav1.ConditionTrue, "Queued")),
	}
}

func running(started time.Time, tick int64) v1alpha1.DatabaseDumpStatus {
	start := metav1.NewTime(started)
	return v1alpha1.DatabaseDumpStatus{
		ObservedGeneration: 1, Phase: v1alpha1.PhaseRunning, Database: source, StartTime: &start,
		Conditions: accepted(metav1.ConditionTrue, "Admitted", condition(v1alpha1.ConditionReconciling, metav1.ConditionTrue, "Running")),
		Storage:    storage(),
		JobName:    "shop-dump",
		Progress: &v1alpha1.Progress{
			Bytes: (1 + tick) << 20, EstimatedBytes: 200 << 20, Percent: int32(tick), Table: "orders", UpdatedAt: metav1.Now(),
		},
	}
}

func storage() *v1alpha1.DumpStorageSpec {
	return &v1alpha1.DumpStorageSpec{S3: &v1alpha1.S3Storage{Bucket: "dumps", Region: "eu-west-1", Endpoint: "https://s3.example.com"}}
}

func finished(started time.Time, phase v1alpha1.Phase, kind, reason string) v1alpha1.DatabaseDumpStatus {
	s := running(started, 99)
	end := metav1.Now()
	s.Phase, s.CompletionTime, s.Progress = phase, &end, nil
	s.Conditions = accepted(metav1.ConditionTrue, "Admitted",
		condition(v1alpha1.ConditionReconciling, metav1.ConditionFalse, reason),
		condition(kind, metav1.ConditionTrue, reason), condition(v1alpha1.ConditionFinished, metav1.ConditionTrue, string(phase)))
	return s
}

func succeeded(started time.Time) v1alpha1.DatabaseDumpStatus {
	s := finished(started, v1alpha1.PhaseSucceeded, v1alpha1.ConditionComplete, "Verified")
	s.Server = &v1alpha1.SoftwareVersion{Flavour: "MariaDB", Version: "10.11.6"}
	s.Client = s.Server
	s.Artifact = &v1alpha1.Artifact{
		URI: "s3://dumps/prod/shop/2026-01-02/dump.sql.gz", ManifestURI: "s3://dumps/prod/shop/2026-01-02/manifest.json",
		SizeBytes: 12 << 20, UncompressedBytes: 100 << 20, SHA256: strings.Repeat("ab", 32),
	}
	return s
}

func unsuccessful(started time.Time) v1alpha1.DatabaseDumpStatus {
	s := finished(started, v1alpha1.PhaseFailed, v1alpha1.ConditionFailed, "ConnectionLost")
	s.Failure = &v1alpha1.Failure{Reason: "ConnectionLost", Message: "the server closed the connection", Hint: "ask again"}
	return s
}
