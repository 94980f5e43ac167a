package lifecycle_test

import (
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/lifecycle"
)

// What a dump is encrypted for is the source's word when its Job is made. The dumper's word is held to that, whatever the source
// says by then.
func TestADumperThatVouchesForAnotherFileThanWasAskedForIsNotBelieved(t *testing.T) {
	plain, sealed := contract.DefaultFormat(), contract.DefaultFormat().Encrypt()
	for sentence, tc := range map[string]struct {
		atJob, atEnd *v1alpha1.Encryption
		vouchesFor   contract.Format
		succeeds     bool
	}{
		"plain, and not encrypted":                                 {nil, nil, plain, true},
		"encrypted, and encrypted":                                 {encryption(ownersKey), encryption(ownersKey), sealed, true},
		"encrypted, and not":                                       {encryption(ownersKey), encryption(ownersKey), plain, false},
		"not, and encrypted":                                       {nil, nil, sealed, false},
		"plain, and the source demands encryption since":           {nil, encryption(ownersKey), plain, true},
		"plain, the source demands it since, and encrypted":        {nil, encryption(ownersKey), sealed, false},
		"encrypted, and the source demands nothing any more":       {encryption(ownersKey), nil, sealed, true},
		"encrypted, the source demands nothing any more, and not":  {encryption(ownersKey), nil, plain, false},
		"encrypted, and the source has another key since":          {encryption(ownersKey), encryption(askersKey), sealed, true},
		"encrypted, and what the source names since is no key":     {encryption(ownersKey), encryption("age1x"), sealed, true},
		"encrypted, the source names no key since, and plain text": {encryption(ownersKey), encryption("age1x"), plain, false},
	} {
		t.Run(sentence, func(t *testing.T) {
			f := facts()
			f.Source.Spec.Encryption = tc.atJob
			f = after(withJob(after(f, time.Second)), time.Second)
			f.Source = f.Source.DeepCopy()
			f.Source.Spec.Encryption = tc.atEnd
			f = after(withPod(f, ended(f, 0, succeedingIn(tc.vouchesFor))), time.Second)
			f = after(withJob(f, jobFailed("BackoffLimitExceeded")), time.Second)
			f = after(settling(f, contract.ArtifactDoubted.ExitCode(), failing(contract.ArtifactDoubted)), time.Second)
			status := f.Dump.Status
			if got := meta.IsStatusConditionTrue(status.Conditions, v1alpha1.ConditionComplete); got != tc.succeeds {
				t.Fatalf("it succeeded: %t, %+v", got, status.Failure)
			}
			if tc.succeeds && !strings.HasSuffix(status.Artifact.URI, "/pod-uid/"+tc.vouchesFor.File()) {
				t.Errorf("its artifact is %s", status.Artifact.URI)
			}
			if !tc.succeeds && (status.Artifact != nil || status.Failure.Reason != v1alpha1.ReasonResultLost || !strings.Contains(status.Failure.Message, "compressed or encrypted otherwise than was asked for")) {
				t.Errorf("it has %+v: %+v", status.Artifact, status.Failure)
			}
		})
	}
}

func TestTheFloorIsTheSourcesWhenTheJobIsMade(t *testing.T) {
	of := func(f lifecycle.Facts) int32 { return f.Dump.Status.EncryptedFor }
	f := facts()
	f.Ahead = 1
	f.Dump.Spec.Encryption = encryption(askersKey)
	f = after(f, time.Minute)
	if of(f) != 1 {
		t.Errorf("while it queues it is for %d", of(f))
	}
	f.Source = encrypting(f.Source, ownersKey)
	f.Ahead = 0
	f = after(f, time.Second)
	if of(f) != 2 || lifecycle.Judge(f).Effect != create {
		t.Errorf("when its Job is made it is for %d", of(f))
	}
	f = refused(f)
	f.Source = encrypting(f.Source, ownersKey, askersKey+" ana", "age1lggyhqrw2nlhcxprm67z43rta597azn8gknawjehu9d9dl0jq3yqqvfafg")
	f = after(notRefused(f), time.Second)
	if of(f) != 3 {
		t.Errorf("when its Job was refused and is made anew it is for %d", of(f))
	}
	f.Source = facts().Source
	f = after(withJob(f), time.Second)
	if of(f) != 3 {
		t.Errorf("when its Job is there it is for %d", of(f))
	}
}

func TestARefusalNamesTheObjectThatMendsIt(t *testing.T) {
	for sentence, tc := range map[string]struct {
		floor, own    *v1alpha1.Encryption
		message, hint string
	}{
		"the source": {encryption("age1x"), encryption("age1x"), "encryption.recipients of DatabaseSource shop: recipient 1 (age1x)", "In spec.encryption.recipients of the source"},
		"the dump":   {encryption(ownersKey), encryption(ownersKey, "age1x"), "encryption.recipients of DatabaseDump first: recipient 2 (age1x)", "In spec.encryption.recipients of the dump"},
	} {
		t.Run(sentence, func(t *testing.T) {
			f := facts()
			f.Source.Spec.Encryption, f.Dump.Spec.Encryption = tc.floor, tc.own
			got := lifecycle.Judge(f).Status.Failure
			if got == nil || !strings.HasPrefix(got.Message, tc.message) || !strings.HasPrefix(got.Hint, tc.hint) {
				t.Errorf("%+v", got)
			}
		})
	}
}
