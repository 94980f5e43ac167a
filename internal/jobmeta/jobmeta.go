// Package jobmeta decides which labels and annotations a data owner can put on the Jobs of a DatabaseSource. It is pure:
// the source's Ready condition, the acceptance of a dump and the Job's builder ask it, so they never disagree.
//
// Metadata is not only description. Injectors read it and add containers and Secrets to the pod, clouds read who the pod
// is, and Kubernetes reads whose Job it belongs to. Whoever can write a DatabaseSource and cannot read Secrets must not
// reach Secrets in this way, so what is not on a list is not allowed.
package jobmeta

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/text"
)

// plain keys are always allowed, as labels and as annotations. They say who answers for a Job and who pays for it. app,
// tier and the like are not among them, because Services and NetworkPolicies select pods by them. A key is not plain for
// want of a prefix: aadpodidbinding gives a pod an Azure identity.
var plain = []string{"contact", "cost-center", "department", "description", "environment", "owner", "project", "team"}

// reserved keys are Kubernetes' own or the manager's. The rules of the DatabaseSource say the same; an object that was
// stored before they did is held to it here.
var reserved = regexp.MustCompile(`^(controller-uid$|job-name$|([^/]+[.])?(kubernetes|k8s|volcado)[.]io/)`)

// safeToEvict is the exception: it keeps a node from being taken away under a long dump, and changes nothing of the pod.
const safeToEvict = "cluster-autoscaler.kubernetes.io/safe-to-evict"

func isReserved(key string) bool { return key != safeToEvict && reserved.MatchString(key) }

// Keys are what the manager was started with: each is one whole key, or a DNS prefix with its slash, which stands for
// every key under it and for none of a domain above or below. It is the value of a flag.
type Keys []string

// String is what Set understands.
func (k *Keys) String() string { return strings.Join(*k, ",") }

// Set adds entries, separated by commas. It is an error if one is empty, has a wildcard or a space, is not a key or a
// prefix, or is reserved; nothing is added then.
func (k *Keys) Set(list string) error {
	entries := strings.Split(list, ",")
	for _, entry := range entries {
		if err := check(entry); err != nil {
			return err
		}
	}
	*k = append(*k, entries...)
	return nil
}

func check(entry string) error {
	var problems []string
	if prefix, ok := strings.CutSuffix(entry, "/"); ok {
		problems = validation.IsDNS1123Subdomain(prefix)
	} else {
		problems = validation.IsQualifiedName(entry)
	}
	switch {
	case entry == "":
		return errors.New("an entry is empty; leave the flag out to allow only plain keys")
	case len(problems) > 0:
		return fmt.Errorf("%q is neither a whole key, such as example.com/note, nor a prefix with its slash, such as example.com/; there are no wildcards", entry)
	case isReserved(entry):
		return fmt.Errorf("%q cannot be allowed: Kubernetes and the manager set such keys themselves", entry)
	}
	return nil
}

// Allow reports whether a data owner can set the key.
func (k Keys) Allow(key string) bool {
	if isReserved(key) {
		return false
	}
	return slices.Contains(plain, key) || slices.ContainsFunc(k, func(entry string) bool {
		return entry == key || strings.HasSuffix(entry, "/") && strings.HasPrefix(key, entry)
	})
}

// Of is what is allowed of a data owner's labels or annotations. It is never nil.
func Of[T ~string](k Keys, given map[string]T) map[string]string {
	allowed := make(map[string]string, len(given))
	for key, value := range given {
		if k.Allow(key) {
			allowed[key] = string(value)
		}
	}
	return allowed
}

// Rules for both. The zero value allows plain keys only.
type Rules struct{ Labels, Annotations Keys }

// The names of the manager's flags, which the refusal names.
const (
	FlagLabels      = "allow-job-labels"
	FlagAnnotations = "allow-job-annotations"
)

// Refuse says why no dump of the source can run, or nil if all of its labels and annotations are allowed.
func (r Rules) Refuse(source *v1alpha1.DatabaseSource) *v1alpha1.Failure {
	if source.Spec.Job == nil {
		return nil
	}
	annotations := refused(r.Annotations, source.Spec.Job.Annotations)
	labels := refused(r.Labels, source.Spec.Job.Labels)
	if len(annotations)+len(labels) == 0 {
		return nil
	}
	var keys, flags []string
	for _, kind := range []struct {
		field, flag string
		keys        []string
	}{{"job.annotations", FlagAnnotations, annotations}, {"job.labels", FlagLabels, labels}} {
		if len(kind.keys) > 0 {
			keys = append(keys, kind.field+" "+text.Names(kind.keys, mostNamed))
		}
		if can := slices.DeleteFunc(kind.keys, isReserved); len(can) > 0 {
			flags = append(flags, "--"+kind.flag+"="+strings.Join(can, ","))
		}
	}
	hint := "Remove them: Kubernetes and the manager set such keys themselves."
	if len(flags) > 0 {
		hint = "Remove them, or ask the platform team to start the manager with " + strings.Join(flags, " ") + "."
	}
	return &v1alpha1.Failure{
		Reason: v1alpha1.ReasonJobMetadataNotAllowed,
		Message: text.Cut(fmt.Sprintf("DatabaseSource %s sets keys on its Jobs that this manager does not allow: %s",
			source.Name, strings.Join(keys, "; ")), contract.MaxMessage),
		Hint: text.Cut(hint, contract.MaxMessage),
	}
}

// refused keys, in alphabetical order.
func refused[T ~string](k Keys, given map[string]T) []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(given)), k.Allow)
}

// mostNamed is how many keys of a kind a message names.
const mostNamed = 8
