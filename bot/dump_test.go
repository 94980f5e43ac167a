package bot_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/chat"
)

func TestAskingForADumpEndsWithItsArtifact(t *testing.T) {
	w := newWorld(t)
	w.create(source("shop", "shop_*", "shop"), allow("qa", w.alice, []v1alpha1.AllowedSource{"shop"}, "shop", "shop_eu"))
	m := w.message(w.alice, `dump shop --exclude *_log,sessions --schema-only --reason “reproduce SHOP-123”`)
	asked := w.begin(m)

	dump := w.theDump()
	by := v1alpha1.Requester{
		Platform: "console", User: w.alice.User, Groups: w.alice.Groups, Channel: "console", ChannelKind: "Direct", Message: m.ID,
	}
	want := v1alpha1.DatabaseDumpSpec{
		SourceRef: v1alpha1.ObjectReference{Name: "shop"}, Database: "shop",
		Exclude: &v1alpha1.DumpExclusions{Tables: []v1alpha1.NamePattern{"*_log", "sessions"}}, SchemaOnly: true,
		Compression: v1alpha1.Compression{Format: "gzip", Level: 6}, Reason: "reproduce SHOP-123", RequestedBy: &by,
	}
	if diff := cmp.Diff(want, dump.Spec); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if dump.Labels[v1alpha1.LabelSource] != "shop" || !strings.HasSuffix(dump.Name, "-"+dump.Labels[v1alpha1.LabelMessage]) {
		t.Errorf("name %s, labels %v", dump.Name, dump.Labels)
	}

	w.report(dump, func(s *v1alpha1.DatabaseDumpStatus) {
		s.Phase = v1alpha1.PhaseRunning
		s.Progress = &v1alpha1.Progress{Bytes: 50 << 20, EstimatedBytes: 200 << 20, Percent: 25, Table: "orders", TablesDone: 2, TablesTotal: 9, UpdatedAt: metav1.Now()}
	})
	w.eventually("the progress is shown", func() bool {
		return w.chat.everSaid("running  25 %  50.0 MiB of about 200.0 MiB  orders (table 3 of 9)")
	})
	w.report(dump, succeed)
	last, outcome := asked.ended()
	if outcome != chat.Succeeded || last.Severity != chat.Good {
		t.Errorf("outcome %v, severity %v", outcome, last.Severity)
	}
	if strings.Contains(text(last), "note:") {
		t.Errorf("there is nothing to note:\n%s", text(last))
	}
	for _, part := range []string{
		"12.0 MiB (12,582,912 bytes), 100.0 MiB of SQL text", "took: 41s", "s3://dumps/prod/ns/name/dump.sql.gz", strings.Repeat("ab", 32),
		"aws s3 cp s3://dumps/prod/ns/name/dump.sql.gz dump.sql.gz --region eu-west-1 --endpoint-url https://s3.example.com",
		"dump.sql.gz | mariadb --default-character-set=utf8mb4 --comments --max-allowed-packet=1G --local-infile=0 shop_copy",
	} {
		if !strings.Contains(text(last), part) {
			t.Errorf("the last word does not say %q:\n%s", part, text(last))
		}
	}
}

func succeed(s *v1alpha1.DatabaseDumpStatus) {
	start := metav1.NewTime(time.Now().Add(-41 * time.Second).Truncate(time.Second))
	end := metav1.NewTime(start.Add(41 * time.Second))
	s.Phase, s.StartTime, s.CompletionTime = v1alpha1.PhaseSucceeded, &start, &end
	s.Conditions = append(s.Conditions, condition(v1alpha1.ConditionComplete, "Verified"), condition(v1alpha1.ConditionFinished, "Succeeded"))
	s.Server = &v1alpha1.SoftwareVersion{Flavour: "MariaDB", Version: "10.11.6"}
	s.Storage = &v1alpha1.DumpStorageSpec{S3: &v1alpha1.S3Storage{Bucket: "dumps", Region: "eu-west-1", Endpoint: "https://s3.example.com"}}
	s.Artifact = &v1alpha1.Artifact{
		URI: "s3://dumps/prod/ns/name/dump.sql.gz", ManifestURI: "s3://dumps/prod/ns/name/manifest.json",
		SizeBytes: 12 << 20, UncompressedBytes: 100 << 20, SHA256: strings.Repeat("ab", 32),
	}
}
