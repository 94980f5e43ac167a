package jobspec_test

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"pgregory.net/rapid"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/envtestenv"
	"github.com/volcado-io/volcado/internal/jobmeta"
	"github.com/volcado-io/volcado/internal/jobspec"
	"github.com/volcado-io/volcado/internal/pattern"
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

// wish is an arbitrary valid request, and what the dumper must be told in consequence.
func wish(t *rapid.T) (jobspec.Request, map[string][]string) {
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
	r.Dump.Name, r.Dump.UID = labels63.Draw(t, "dump"), types.UID(rapid.StringMatching(`[0-9a-f]{8}-[0-9a-f]{4}`).Draw(t, "uid"))
	r.Source.Name = labels63.Draw(t, "source")
	r.Source.Spec.Host = rapid.StringMatching(`[A-Za-z0-9]([A-Za-z0-9_.:-]{0,20}[A-Za-z0-9])?`).Draw(t, "host")
	r.Database = v1alpha1.DatabaseName(names.Draw(t, "database"))
	r.Source.Spec.Exclude = &v1alpha1.SourceExclusions{}
	for _, p := range rapid.SliceOfN(patterns, 0, 3).Draw(t, "floor") {
		r.Source.Spec.Exclude.Tables = append(r.Source.Spec.Exclude.Tables, v1alpha1.QualifiedPattern("*."+p))
	}
	r.Dump.Spec.Tables, r.Dump.Spec.Exclude = nil, nil
	var tables, data []string
	if rapid.Bool().Draw(t, "only some tables") {
		for _, n := range rapid.SliceOfN(names, 1, 4).Draw(t, "tables") {
			r.Dump.Spec.Tables = append(r.Dump.Spec.Tables, v1alpha1.DatabaseName(n))
			tables = append(tables, n)
		}
	}
	excluded := pattern.TablesOf(r.Source.Spec.Exclude.Tables, r.Database)
	if more := rapid.SliceOfN(patterns, 0, 3).Draw(t, "exclude"); len(more) > 0 {
		r.Dump.Spec.Exclude = &v1alpha1.DumpExclusions{}
		for _, p := range more {
			r.Dump.Spec.Exclude.Data = append(r.Dump.Spec.Exclude.Data, v1alpha1.NamePattern(p))
			data = append(data, p)
		}
	}
	return r, map[string][]string{
		"database": {string(r.Database)}, "host": {r.Source.Spec.Host}, "table": tables, "exclude-table": excluded,
		"exclude-data": data, "dump": {r.Dump.Namespace + "/" + r.Dump.Name}, "attempt": {"THE-POD"},
		"key-prefix": {jobspec.KeyPrefix(r.Storage, r.Dump)},
	}
}

// expand is what kubelet does with an argument: $$ is a dollar, $(NAME) a variable, anything else stays.
// https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#Container
func expand(argument string, env map[string]string) string {
	var out strings.Builder
	for i := 0; i < len(argument); i++ {
		if argument[i] != '$' || i+1 == len(argument) {
			out.WriteByte(argument[i])
			continue
		}
		i++
		if argument[i] == '$' {
			out.WriteByte('$')
			continue
		}
		if end := strings.IndexByte(argument[i:], ')'); argument[i] == '(' && end > 0 {
			if value, ok := env[argument[i+1:i+end]]; ok {
				out.WriteString(value)
				i += end
				continue
			}
		}
		out.WriteByte('$')
		out.WriteByte(argument[i])
	}
	return out.String()
}

// TestWhatSomebodyTypedIsOnlyEverAValue: after kubelet's expansion, each flag has exactly the values that were meant.
func TestWhatSomebodyTypedIsOnlyEverAValue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, want := wish(t)
		args := jobspec.Build(r).Spec.Template.Spec.Containers[0].Args
		if args[0] != "dump" {
			t.Fatalf("the first argument is %q", args[0])
		}
		got := map[string][]string{}
		for _, a := range args[1:] {
			a = expand(a, map[string]string{"POD_UID": "THE-POD"})
			flag, value, _ := strings.Cut(a, "=")
			name, ok := strings.CutPrefix(flag, "--")
			if !ok || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
				t.Fatalf("argument %q does not begin with a flag of ours", a)
			}
			got[name] = append(got[name], value)
		}
		for name, values := range want {
			if strings.Join(got[name], "\x00") != strings.Join(values, "\x00") {
				t.Fatalf("--%s is %q, want %q", name, got[name], values)
			}
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
		entries := rapid.SliceOfN(rapid.OneOf(keys, rapid.Map(domains, func(d string) string { return cmp.Or(d, "app") })), 0, 4)
		r.Allowed = jobmeta.Rules{Labels: entries.Draw(t, "allowed labels"), Annotations: entries.Draw(t, "allowed annotations")}
		job := jobspec.Build(r)
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
				if _, kept := metadata.Annotations[key]; allowed(r.Allowed.Annotations, key) != kept {
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
		job := jobspec.Build(r)
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
