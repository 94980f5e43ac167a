package dumper

import (
	"github.com/volcado-io/volcado/dumper/foreign"
	"github.com/volcado-io/volcado/internal/contract"
)

// Unsaid keeps a secret out of a failure that nobody foresaw, whose text can hold anything: it is replaced whole. What
// servers and stores say in the others was judged where it was quoted (foreign.Rule). The names in those are not looked at:
// a server that calls a table by its guess of a password would learn from it whether the guess is right.
func Unsaid(failure contract.Failure, secrets []string) contract.Failure {
	if failure.Reason == contract.Internal && foreign.Holds(failure.Message+" "+failure.Hint, secrets) {
		failure.Message = "something went wrong that Volcado has no words for; its text holds a credential and is not shown"
		failure.Hint = "this is a defect of Volcado: please report it with the dumper's log"
	}
	return failure
}
