package naming_test

import (
	"testing"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/validation"
	"pgregory.net/rapid"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/naming"
)

func TestPartsThatReadAlikeWhenJoinedHaveOtherNames(t *testing.T) {
	a := v1alpha1.Requester{Platform: "slack", Workspace: "T1", Channel: "C12", Message: "3"}
	b := v1alpha1.Requester{Platform: "slack", Workspace: "T1", Channel: "C1", Message: "23"}
	if naming.MessageHash(a) == naming.MessageHash(b) {
		t.Error("two messages have one hash")
	}
}

func TestWhoAskedDoesNotChangeTheName(t *testing.T) {
	a := v1alpha1.Requester{Platform: "slack", Workspace: "T1", Channel: "C1", Message: "1", User: "U1"}
	b := a
	b.User, b.DisplayName, b.Groups = "U2", "ben", []string{"S1"}
	if naming.DumpName("shop", a) != naming.DumpName("shop", b) {
		t.Error("one message has two names")
	}
}

func TestADumpMadeAgainHasAnotherJob(t *testing.T) {
	if naming.JobName("shop-1", "uid-1") == naming.JobName("shop-1", "uid-2") {
		t.Error("two dumps have one Job name")
	}
}

// Names must be DNS labels, because a Job's name becomes a label of its pods.
func TestNamesAreDNSLabels(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		source := rapid.StringMatching(`[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?`).Draw(t, "source")
		by := v1alpha1.Requester{Channel: rapid.String().Draw(t, "channel"), Message: rapid.String().Draw(t, "message")}
		dump := naming.DumpName(source, by)
		job := naming.JobName(source+".x."+source, types.UID(rapid.String().Draw(t, "uid")))
		for _, name := range []string{dump, job} {
			if problems := validation.IsDNS1123Label(name); len(problems) > 0 {
				t.Fatalf("%q: %v", name, problems)
			}
		}
	})
}
