package recipients_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"pgregory.net/rapid"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/agetest"
	"github.com/volcado-io/volcado/internal/recipients"
)

func encryption(keys ...string) *v1alpha1.Encryption {
	e := &v1alpha1.Encryption{}
	for _, key := range keys {
		e.Recipients = append(e.Recipients, v1alpha1.Recipient(key))
	}
	return e
}

func objects(floor, own *v1alpha1.Encryption) (*v1alpha1.DatabaseSource, *v1alpha1.DatabaseDump) {
	source := &v1alpha1.DatabaseSource{ObjectMeta: metav1.ObjectMeta{Name: "shop"}, Spec: v1alpha1.DatabaseSourceSpec{Encryption: floor}}
	return source, &v1alpha1.DatabaseDump{ObjectMeta: metav1.ObjectMeta{Name: "shop-1"}, Spec: v1alpha1.DatabaseDumpSpec{Encryption: own}}
}

func TestADumpIsEncryptedForItsSourcesRecipientsAndItsOwn(t *testing.T) {
	a, b := agetest.X25519(t).Recipient, agetest.Ed25519(t).Recipient
	for sentence, tc := range map[string]struct {
		floor, own *v1alpha1.Encryption
		want       []string
	}{
		"neither demands it":                 {nil, nil, nil},
		"the source demands it":              {encryption(a), nil, []string{a}},
		"the dump demands it":                {nil, encryption(b), []string{b}},
		"both do":                            {encryption(a), encryption(b), []string{a, b}},
		"both name the same":                 {encryption(a, b), encryption(b+" ana", a), []string{a, b}},
		"the dump names the source's anew":   {encryption(a), encryption(a), []string{a}},
		"a dump's list does not replace one": {encryption(b), encryption(a), []string{b, a}},
	} {
		t.Run(sentence, func(t *testing.T) {
			list, failure := recipients.Of(objects(tc.floor, tc.own))
			if failure != nil {
				t.Fatal(failure.Message)
			}
			if diff := cmp.Diff(tc.want, list.Strings()); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestWhatIsWrongWithRecipientsIsSaidOfTheObjectThatCanMendIt(t *testing.T) {
	a, pq := agetest.X25519(t).Recipient, agetest.PostQuantum(t).Recipient
	for sentence, tc := range map[string]struct {
		floor, own     *v1alpha1.Encryption
		message, hint  string
		isOfTheSources bool
	}{
		"a source's":                    {encryption(a, a[:30]), nil, "encryption.recipients of DatabaseSource shop: recipient 2 (" + a[:12] + "...) is not a whole", "In spec.encryption.recipients of the source, copy", true},
		"a dump's":                      {encryption(a), encryption("x"), "encryption.recipients of DatabaseDump shop-1: recipient 1 is not a public key", "In spec.encryption.recipients of the dump, give", false},
		"both, of which a source first": {encryption("x"), encryption("x"), "of DatabaseSource shop", "of the source", true},
		"a source's, of two kinds":      {encryption(a, pq), nil, "of DatabaseSource shop: recipient " + pq[:12], "of the source, use post-quantum keys (age1pq1...) for everybody, or for nobody.", true},
		"a dump's, of two kinds":        {nil, encryption(a, pq), "of DatabaseDump shop-1: recipient " + pq[:12], "of the dump, use", false},
		"kinds that do not go together": {encryption(pq), encryption(a), "of DatabaseSource shop and DatabaseDump shop-1 cannot be used together: recipient " + pq[:12], "use keys of the kind that the source has", false},
		"a source's empty list":         {encryption(), nil, "encryption of DatabaseSource shop names no recipient", "Name one in spec.encryption.recipients of the source", true},
		"a dump's empty list":           {encryption(a), encryption(), "encryption of DatabaseDump shop-1 names no recipient", "of the dump, or remove encryption.", false},
	} {
		t.Run(sentence, func(t *testing.T) {
			source, dump := objects(tc.floor, tc.own)
			list, failure := recipients.Of(source, dump)
			if failure == nil || list != nil {
				t.Fatalf("there is a list: %s", list)
			}
			if failure.Reason != v1alpha1.ReasonRecipientInvalid || !strings.Contains(failure.Message, tc.message) || !strings.Contains(failure.Hint, tc.hint) {
				t.Errorf("%s: %s | %s", failure.Reason, failure.Message, failure.Hint)
			}
			if refused := recipients.Refuse(source) != nil; refused != tc.isOfTheSources {
				t.Errorf("the source is refused: %t", refused)
			}
		})
	}
}

// Nothing that a dump says takes a recipient from those of its source: there are all of them, or there is no copy.
func TestTheFloorIsNeverLifted(t *testing.T) {
	keys := []string{agetest.X25519(t).Recipient, agetest.X25519(t).Recipient, agetest.Ed25519(t).Recipient, agetest.PostQuantum(t).Recipient, agetest.PostQuantum(t).Recipient, "", "x", zeros}
	drawn := func(t *rapid.T, who string) *v1alpha1.Encryption {
		if rapid.Bool().Draw(t, who+" demands none") {
			return nil
		}
		return encryption(rapid.SliceOfN(rapid.SampledFrom(keys), 0, 5).Draw(t, who)...)
	}
	rapid.Check(t, func(t *rapid.T) {
		floor, own := drawn(t, "source"), drawn(t, "dump")
		list, failure := recipients.Of(objects(floor, own))
		if failure != nil {
			return
		}
		got := list.Strings()
		for _, demanded := range []*v1alpha1.Encryption{floor, own} {
			if demanded == nil {
				continue
			}
			if len(got) == 0 {
				t.Fatalf("encryption is demanded, and there is none: %v, %v", floor, own)
			}
			for _, key := range demanded.Recipients {
				if !strings.Contains(strings.Join(got, "\n"), string(key)) {
					t.Fatalf("%s is not among %v", key, got)
				}
			}
		}
	})
}
