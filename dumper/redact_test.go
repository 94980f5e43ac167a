package dumper

import (
	"strings"
	"testing"

	"github.com/volcado-io/volcado/internal/contract"
)

func TestAnUnforeseenFailureWithASecretIsReplacedWhole(t *testing.T) {
	of := func(message string) contract.Failure {
		return Unsaid(contract.Failure{Reason: contract.Internal, Message: message, Hint: "h"}, []string{"hunter2-hunter2"})
	}
	if got := of("the password hunter2-hunter2 is it"); strings.Contains(got.Message, "hunter2") || strings.Contains(got.Message, "is it") || got.Hint == "" {
		t.Errorf("what remains: %+v", got)
	}
	if got := of("the password hunter3-hunter3 is it"); got.Message != "the password hunter3-hunter3 is it" {
		t.Errorf("a failure without it became %+v", got)
	}
}

// A server whose certificate nobody verified can choose names.
func TestANameThatIsAGuessOfThePasswordChangesNothing(t *testing.T) {
	failure := contract.Failure{Reason: contract.TableNotFound, Message: `no table "x"`, Hint: `did you mean "hunter2-hunter2"?`}
	if got := Unsaid(failure, []string{"hunter2-hunter2"}); got != failure {
		t.Errorf("it became %+v", got)
	}
}
