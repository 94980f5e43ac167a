package jobmeta_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/jobmeta"
)

func TestWhichKeysAreAllowed(t *testing.T) {
	const safeToEvict = "cluster-autoscaler.kubernetes.io/safe-to-evict"
	for name, tc := range map[string]struct {
		started string // the manager with these entries; "" is none
		key     string
		want    bool
	}{
		"a plain key": {"", "team", true},
		"who pays":    {"", "cost-center", true},
		"a plain key under a prefix is another key":          {"", "example.com/team", false},
		"a plain key in upper case is another key":           {"", "Team", false},
		"what Services select by":                            {"", "app", false},
		"an Azure identity, which has no prefix":             {"", "aadpodidbinding", false},
		"an Azure identity":                                  {"", "azure.workload.identity/use", false},
		"an identity of Amazon's, as kiam reads it":          {"", "iam.amazonaws.com/role", false},
		"an identity of Amazon's, as EKS reads it":           {"", "eks.amazonaws.com/role-arn", false},
		"a sidecar of Istio's":                               {"", "sidecar.istio.io/inject", false},
		"a sidecar of Linkerd's":                             {"", "linkerd.io/inject", false},
		"a Secret of Vault's":                                {"", "vault.hashicorp.com/agent-inject-secret-x", false},
		"a Secret of bank-vaults'":                           {"", "vault.security.banzaicloud.io/vault-addr", false},
		"no key":                                             {"example.com/", "", false},
		"a key that is allowed by name":                      {"sidecar.istio.io/inject", "sidecar.istio.io/inject", true},
		"another key beside it":                              {"sidecar.istio.io/inject", "sidecar.istio.io/injects", false},
		"a key without a prefix that is allowed":             {"app", "app", true},
		"a key that begins like it":                          {"app", "apple", false},
		"a key that has it for its prefix":                   {"app", "app/x", false},
		"a key under a prefix that is allowed":               {"example.com/", "example.com/note", true},
		"the domain below it":                                {"example.com/", "a.example.com/note", false},
		"the domain above it":                                {"a.example.com/", "example.com/note", false},
		"a domain that ends like it":                         {"example.com/", "notexample.com/note", false},
		"the last of several entries":                        {"a.com/,b.com/x,c.com/", "c.com/y", true},
		"plain keys stay when others are allowed":            {"example.com/", "owner", true},
		"the Job controller's old label":                     {"", "controller-uid", false},
		"the name that the Job controller gives":             {"", "job-name", false},
		"a key of Kubernetes'":                               {"", "kubernetes.io/psp", false},
		"a key of a domain below":                            {"", "batch.kubernetes.io/job-name", false},
		"a key of Kubernetes' other domain":                  {"", "node.k8s.io/x", false},
		"another network, as Multus reads it":                {"", "k8s.v1.cni.cncf.io/networks", false},
		"the manager's own":                                  {"", "volcado.io/dump", false},
		"the bot's own":                                      {"", "chat.volcado.io/delivery", false},
		"what keeps a node from going is no plain key":       {"", safeToEvict, false},
		"what keeps a node from going can be allowed":        {safeToEvict, safeToEvict, true},
		"and nothing beside it":                              {safeToEvict, safeToEvict + "-2", false},
		"a domain that only ends like Kubernetes' can be":    {"notkubernetes.io/", "notkubernetes.io/x", true},
		"a domain that only begins like Kubernetes' can be":  {"kubernetes.io.example.com/", "kubernetes.io.example.com/x", true},
		"a key of that name with a prefix is no one's label": {"example.com/", "example.com/job-name", true},
	} {
		t.Run(name, func(t *testing.T) {
			var keys jobmeta.Keys
			if tc.started != "" {
				if err := keys.Set(tc.started); err != nil {
					t.Fatal(err)
				}
			}
			if got := keys.Allow(tc.key); got != tc.want {
				t.Errorf("%q is allowed: %t", tc.key, got)
			}
			if _, got := jobmeta.Of(keys, map[string]string{tc.key: "x"})[tc.key]; got != tc.want {
				t.Errorf("%q is taken over: %t", tc.key, got)
			}
		})
	}
}

// No entry can widen by mistake: what is not plainly a key or a prefix stops the manager.
func TestEntriesThatAreRefused(t *testing.T) {
	for name, tc := range map[string]struct{ entry, says string }{
		"nothing":                          {"", "an entry is empty"},
		"a comma too many":                 {"example.com/,", "an entry is empty"},
		"a wildcard":                       {"*", "there are no wildcards"},
		"a wildcard for a domain":          {"*.example.com/", "there are no wildcards"},
		"a wildcard for the names":         {"example.com/*", "there are no wildcards"},
		"a slash alone":                    {"/", "neither a whole key"},
		"a prefix with two slashes":        {"example.com//", "neither a whole key"},
		"a space after the comma":          {"example.com/, example.org/", `" example.org/" is neither`},
		"a prefix in upper case":           {"Example.com/", "neither a whole key"},
		"an address":                       {"https://example.com/", "neither a whole key"},
		"the value too":                    {"team=shop", "neither a whole key"},
		"the manager's own":                {"volcado.io/", "cannot be allowed"},
		"Kubernetes' own":                  {"kubernetes.io/", "cannot be allowed"},
		"a domain below":                   {"batch.kubernetes.io/", "cannot be allowed"},
		"the domain of an exception":       {"cluster-autoscaler.kubernetes.io/", "cannot be allowed"},
		"the Job controller's":             {"job-name", "cannot be allowed"},
		"a good entry before a bad one":    {"example.com/,job-name", `"job-name" cannot be allowed`},
		"a domain below Kubernetes' other": {"node.k8s.io/x", "cannot be allowed"},
	} {
		t.Run(name, func(t *testing.T) {
			var keys jobmeta.Keys
			err := keys.Set(tc.entry)
			if err == nil || !strings.Contains(err.Error(), tc.says) {
				t.Errorf("got %v, want %q in it", err, tc.says)
			}
			if len(keys) > 0 {
				t.Errorf("%q are allowed nevertheless", keys)
			}
		})
	}
}

func source(labels, annotations []string) *v1alpha1.DatabaseSource {
	s := &v1alpha1.DatabaseSource{ObjectMeta: metav1.ObjectMeta{Name: "shop"}}
	s.Spec.Job = &v1alpha1.JobTemplate{Labels: map[string]v1alpha1.JobLabelValue{}, Annotations: map[string]v1alpha1.JobAnnotationValue{}}
	for _, key := range labels {
		s.Spec.Job.Labels[key] = "x"
	}
	for _, key := range annotations {
		s.Spec.Job.Annotations[key] = "x"
	}
	return s
}

func TestARefusalNamesTheKeysAndWhatToDo(t *testing.T) {
	const says = "DatabaseSource shop sets keys on its Jobs that this manager does not allow: "
	for name, tc := range map[string]struct {
		labels, annotations []string
		message, hint       string
	}{
		"plain keys": {labels: []string{"team", "owner"}, annotations: []string{"contact"}},
		"annotations, in alphabetical order": {
			annotations: []string{"vault.hashicorp.com/role", "team", "linkerd.io/inject"},
			message:     says + `job.annotations "linkerd.io/inject", "vault.hashicorp.com/role"`,
			hint:        "Remove them, or ask the platform team to start the manager with --allow-job-annotations=linkerd.io/inject,vault.hashicorp.com/role.",
		},
		"both": {
			labels: []string{"app"}, annotations: []string{"linkerd.io/inject"},
			message: says + `job.annotations "linkerd.io/inject"; job.labels "app"`,
			hint:    "Remove them, or ask the platform team to start the manager with --allow-job-annotations=linkerd.io/inject --allow-job-labels=app.",
		},
		"what no flag allows": {
			labels: []string{"job-name"}, message: says + `job.labels "job-name"`,
			hint: "Remove them: Kubernetes and the manager set such keys themselves.",
		},
		"what no flag allows beside what one does": {
			labels: []string{"job-name", "app"}, message: says + `job.labels "app", "job-name"`,
			hint: "Remove them, or ask the platform team to start the manager with --allow-job-labels=app.",
		},
		"more than a sentence holds": {
			labels:  strings.Split("j i h g f e d c b a", " "),
			message: says + `job.labels "a", "b", "c", "d", "e", "f", "g", "h" and 2 more`,
			hint:    "Remove them, or ask the platform team to start the manager with --allow-job-labels=a,b,c,d,e,f,g,h,i,j.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			var want *v1alpha1.Failure
			if tc.message != "" {
				want = &v1alpha1.Failure{Reason: v1alpha1.ReasonJobMetadataNotAllowed, Message: tc.message, Hint: tc.hint}
			}
			if diff := cmp.Diff(want, jobmeta.Rules{}.Refuse(source(tc.labels, tc.annotations))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestASourceThatSaysNothingOfItsJobsIsAllowed(t *testing.T) {
	if got := (jobmeta.Rules{}).Refuse(&v1alpha1.DatabaseSource{}); got != nil {
		t.Errorf("got %+v", got)
	}
}

// What a hint says to do is what helps.
func TestAfterTheHintIsFollowedNothingIsRefused(t *testing.T) {
	s := source([]string{"app", "tier"}, []string{"linkerd.io/inject", "example.com/note"})
	hint := (jobmeta.Rules{}).Refuse(s).Hint
	var rules jobmeta.Rules
	for word := range strings.FieldsSeq(strings.TrimSuffix(hint, ".")) {
		for flag, keys := range map[string]*jobmeta.Keys{
			"--" + jobmeta.FlagLabels: &rules.Labels, "--" + jobmeta.FlagAnnotations: &rules.Annotations,
		} {
			if name, value, _ := strings.Cut(word, "="); name == flag {
				if err := keys.Set(value); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	if got := rules.Refuse(s); got != nil {
		t.Errorf("with %v still %+v", rules, got)
	}
}

// The longest keys, and as many as the API takes, still fit a status.
func TestARefusalIsNeverTooLongForTheStatus(t *testing.T) {
	var keys []string
	for i := range 32 {
		keys = append(keys, strings.Repeat("a", 250)+string(rune('a'+i%26))+strings.Repeat("b", i/26)+"/"+strings.Repeat("c", 63))
	}
	got := jobmeta.Rules{}.Refuse(source(keys, keys))
	if n, m := utf8.RuneCountInString(got.Message), utf8.RuneCountInString(got.Hint); n > contract.MaxMessage || m > contract.MaxMessage {
		t.Errorf("%d and %d characters", n, m)
	}
}
