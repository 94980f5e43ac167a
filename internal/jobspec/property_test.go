package jobspec_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"pgregory.net/rapid"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/envtestenv"
	"github.com/volcado-io/volcado/internal/jobmeta"
	"github.com/volcado-io/volcado/internal/jobspec"
)

func TestMain(m *testing.M) { envtestenv.Main(m) }

// Names as the API lets them through, the awkward ones among them: dollars, dashes, spaces and other scripts.
var (
	names = rapid.OneOf(
		rapid.StringMatching(`[A-Za-z0-9_$@#+]([A-Za-z0-9_$@#+ -]{0,30}[A-Za-z0-9_$@#+-])?`),
		rapid.SampledFrom([]string{"a$$b", "$$", "$POD_UID", "x--result-file", "größe", "表 1", "a -- b", "+", "$$$"}),
	)
	patterns = rapid.StringMatching(`[A-Za-z0-9_$@#+*]([A-Za-z0-9_$@#+* -]{0,20}[A-Za-z0-9_$@#+*-])?`)
	labels63 = rapid.StringMatching(`[a-z0-9]([-a-z0-9]{0,30}[a-z0-9])?`)
	prefixes = rapid.StringMatching(`([A-Za-z0-9_=-][A-Za-z0-9_.=-]{0,9}(/[A-Za-z0-9_=-][A-Za-z0-9_.=-]{0,9}){0,2})?`)
)

// wish is an arbitrary valid request, and what the dumper must be told of it.
func wish(t *rapid.T) (jobspec.Request, contract.Copy) {
	r := request()
	if rapid.Bool().Draw(t, "full") {
		everything(&r)
	}
	if rapid.Bool().Draw(t, "volume") {
		toVolume(&r)
		r.Storage.PersistentVolumeClaim.Prefix = prefixes.Draw(t, "prefix")
	} else {
		r.Storage.S3.Prefix = prefixes.Draw(t, "prefix")
	}
	if rapid.Bool().Draw(t, "encrypted") {
		encrypt(&r)
	}
	r.Dump.Name, r.Dump.UID = labels63.Draw(t, "dump"), types.UID(rapid.StringMatching(`[0-9a-f]{8}-[0-9a-f]{4}`).Draw(t, "uid"))
	r.Source.Name = labels63.Draw(t, "source")
	r.Source.Spec.Host = rapid.StringMatching(`[A-Za-z0-9]([A-Za-z0-9_.:-]{0,20}[A-Za-z0-9])?`).Draw(t, "host")
	want := contract.Copy{Database: names.Draw(t, "database"), SchemaOnly: r.Dump.Spec.SchemaOnly}
	r.Database = v1alpha1.DatabaseName(want.Database)
	r.Source.Spec.Exclude = &v1alpha1.SourceExclusions{}
	for _, p := range rapid.SliceOfN(patterns, 0, 3).Draw(t, "floor") {
		r.Source.Spec.Exclude.Tables = append(r.Source.Spec.Exclude.Tables, v1alpha1.QualifiedPattern("*."+p))
		want.Exclude.Tables = append(want.Exclude.Tables, p)
	}
	r.Dump.Spec.Tables, r.Dump.Spec.Exclude = nil, nil
	if rapid.Bool().Draw(t, "only some tables") {
		for _, n := range rapid.SliceOfN(names, 1, 4).Draw(t, "tables") {
			r.Dump.Spec.Tables = append(r.Dump.Spec.Tables, v1alpha1.DatabaseName(n))
			want.Tables = append(want.Tables, n)
		}
	}
	if more := rapid.SliceOfN(patterns, 0, 3).Draw(t, "exclude"); len(more) > 0 {
		r.Dump.Spec.Exclude = &v1alpha1.DumpExclusions{}
		for _, p := range more {
			r.Dump.Spec.Exclude.Data = append(r.Dump.Spec.Exclude.Data, v1alpha1.NamePattern(p))
			want.Exclude.Data = append(want.Exclude.Data, p)
		}
	}
	return r, want
}

// asked is the request that kubelet writes into the dumper's file: the annotation that the volume names, as it is. kubelet
// expands $(NAME) in arguments and environments alone.
func asked(t fataler, job *batchv1.Job) *contract.Request {
	t.Helper()
	request, err := contract.DecodeRequest([]byte(job.Spec.Template.Annotations[contract.RequestAnnotation]))
	if err != nil {
		t.Fatal(err)
	}
	return request
}

// Nothing that somebody typed is in the arguments, and each name arrives as it is.
func TestWhatSomebodyTypedIsOnlyEverAValue(t *testing.T) {
	arguments := []string{
		"dump", "--request-file=/run/volcado/request/request.json", "--attempt=$(POD_UID)", "--result-file=/dev/termination-log",
		"--work-dir=/run/volcado/work", "--progress-address=:8080",
	}
	rapid.Check(t, func(t *rapid.T) {
		r, want := wish(t)
		job := build(t, r)
		if diff := cmp.Diff(arguments, job.Spec.Template.Spec.Containers[0].Args); diff != "" {
			t.Fatalf("arguments (-want +got)\n%s", diff)
		}
		got := asked(t, job)
		if diff := cmp.Diff(want, got.Copy); diff != "" {
			t.Fatalf("(-want +got)\n%s", diff)
		}
		if got.Source.Host != r.Source.Spec.Host || got.Dump != r.Dump.Namespace+"/"+r.Dump.Name || got.KeyPrefix != jobspec.KeyPrefix(r.Storage, r.Dump) {
			t.Fatalf("it asks for %+v", got)
		}
	})
}

// TestNoKeyThatIsNotAllowedReachesTheJob, whatever a data owner writes and whatever the platform team allows: what bears
// the data owner's value has a key from one of the lists, and all such keys are there.
func TestNoKeyThatIsNotAllowedReachesTheJob(t *testing.T) {
	const typed = "typed"
	domains := rapid.SampledFrom([]string{
		"", "example.com/", "a.example.com/", "com/", "sidecar.istio.io/", "vault.hashicorp.com/", "kubernetes.io/", "batch.kubernetes.io/",
		"container.apparmor.security.beta.kubernetes.io/", "x.k8s.io/", "volcado.io/", "chat.volcado.io/", "app.kubernetes.io/",
	})
	keys := rapid.Custom(func(t *rapid.T) string {
		return domains.Draw(t, "domain") + rapid.SampledFrom([]string{
			"team", "owner", "app", "a", "role", "inject", "job-name", "controller-uid", "managed-by", "dump", "request", "aadpodidbinding",
		}).Draw(t, "name")
	})
	isPlain := map[string]bool{
		"contact": true, "cost-center": true, "department": true, "description": true, "environment": true, "owner": true, "project": true, "team": true,
	}
	allowed := func(entries []string, key string) bool {
		domain, name, found := strings.Cut(key, "/")
		if !found {
			return isPlain[key] || key != "job-name" && key != "controller-uid" && slices.Contains(entries, key)
		}
		for _, own := range []string{"kubernetes.io", "k8s.io", "volcado.io"} {
			if domain == own || strings.HasSuffix(domain, "."+own) {
				return false
			}
		}
		return name != "" && (slices.Contains(entries, key) || slices.Contains(entries, domain+"/"))
	}
	someKept := false
	rapid.Check(t, func(t *rapid.T) {
		r := request()
		r.Source.Spec.Job = &v1alpha1.JobTemplate{
			Labels:      rapid.MapOf(keys, rapid.Just(v1alpha1.JobLabelValue(typed))).Draw(t, "labels"),
			Annotations: rapid.MapOf(keys, rapid.Just(v1alpha1.JobAnnotationValue(typed))).Draw(t, "annotations"),
		}
		// Reserved ones too, which no flag would let through.
		entries := rapid.SliceOfN(rapid.OneOf(keys, rapid.Map(domains, func(d string) string {
			if d == "" {
				return "app"
			}
			return d
		})), 0, 4)
		r.Allowed = jobmeta.Rules{Labels: entries.Draw(t, "allowed labels"), Annotations: entries.Draw(t, "allowed annotations")}
		job, err := jobspec.Copy(r)
		if err != nil {
			t.Fatal(err)
		}
		for _, metadata := range []metav1.ObjectMeta{job.ObjectMeta, job.Spec.Template.ObjectMeta} {
			for key, value := range metadata.Labels {
				if value == typed && !allowed(r.Allowed.Labels, key) {
					t.Fatalf("label %s reached the Job", key)
				}
			}
			for key, value := range metadata.Annotations {
				if value == typed && !allowed(r.Allowed.Annotations, key) {
					t.Fatalf("annotation %s reached the Job", key)
				}
			}
			for key := range r.Source.Spec.Job.Annotations {
				if kept := metadata.Annotations[key] == typed; allowed(r.Allowed.Annotations, key) != kept {
					t.Fatalf("annotation %s is allowed and did not reach the Job, or the other way round", key)
				}
				someKept = someKept || allowed(r.Allowed.Annotations, key)
			}
		}
	})
	if !someKept {
		t.Error("nothing was ever allowed, so nothing was shown")
	}
}

// TestEveryJobIsValidAndItsPodRestricted: the API server takes the Job, and takes its pod in a namespace that enforces
// Pod Security's strictest profile.
func TestEveryJobIsValidAndItsPodRestricted(t *testing.T) {
	env := envtestenv.Get(t)
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{
		GenerateName: "restricted-", Labels: map[string]string{"pod-security.kubernetes.io/enforce": "restricted"},
	}}
	if err := env.Client.Create(context.Background(), namespace); err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		r, _ := wish(t)
		r.Dump.Namespace = namespace.Name
		job := build(t, r)
		if err := env.Client.Create(context.Background(), job.DeepCopy(), client.DryRunAll); err != nil {
			t.Fatalf("the Job is refused: %v", err)
		}
		pod := &corev1.Pod{ObjectMeta: job.Spec.Template.ObjectMeta, Spec: job.Spec.Template.Spec}
		pod.Namespace, pod.GenerateName = namespace.Name, "pod-"
		if err := env.Client.Create(context.Background(), pod, client.DryRunAll); err != nil {
			t.Fatalf("its pod is refused: %v", err)
		}
	})
}
