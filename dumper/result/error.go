// Package result is how an error becomes a failure that the dumper can say, with one of internal/contract's reasons.
package result

import (
	"errors"
	"fmt"

	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/text"
)

// Error is a contract.Failure on its way out: the reason is fixed where the thing that failed is known by name.
type Error struct {
	contract.Failure
	cause error
}

// Errorf makes an Error. The format is fmt.Errorf's: %w keeps the cause. It must render one sentence that names the
// thing; the hint says what to do.
func Errorf(reason contract.Reason, hint, format string, args ...any) *Error {
	err := fmt.Errorf(format, args...)
	return &Error{Failure: contract.Failure{Reason: reason, Message: err.Error(), Hint: hint}, cause: err}
}

// Error is the sentence.
func (e *Error) Error() string { return e.Message }

// Unwrap gives what was wrapped with %w.
func (e *Error) Unwrap() error { return errors.Unwrap(e.cause) }

// FailureOf is the contract.Failure that err carries; an error that carries none is a defect of the dumper.
//
// Servers and stores have their say in messages, which end in logs, in pods and on terminals: no control character comes
// through. One alone in a pod's termination message keeps kubectl from printing the pods of its namespace as YAML.
func FailureOf(err error) contract.Failure {
	f := contract.Failure{
		Reason: contract.Internal, Message: err.Error(),
		Hint: "this is a defect of Volcado: please report it with the dumper's log",
	}
	if e, ok := errors.AsType[*Error](err); ok {
		f = e.Failure
	}
	f.Message, f.Hint = text.OneLine(f.Message, contract.MaxMessage), text.OneLine(f.Hint, contract.MaxMessage)
	return f
}
