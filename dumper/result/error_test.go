package result_test

import (
	"testing"

	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/internal/contract"
)

func TestWhatAServerSaysBringsNoControlCharactersIntoAFailure(t *testing.T) {
	f := result.FailureOf(result.Errorf(contract.ServerError, "do\x1b[31m this", "it says\r\n\u009b31m \x7f\tñandú 🦙"))
	if f.Message != "it says 31m ñandú 🦙" || f.Hint != "do [31m this" {
		t.Errorf("%q, %q", f.Message, f.Hint)
	}
}
