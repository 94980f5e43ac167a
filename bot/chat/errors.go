package chat

import (
	"errors"
	"fmt"
	"time"
)

// ErrorKind says what is certain after a call to a service failed.
type ErrorKind int

const (
	// Uncertain: nobody knows whether it was done. Anything unknown is.
	Uncertain ErrorKind = iota
	// NotDone: certainly not done, and it may succeed later: throttled, not connected, the service in trouble.
	NotDone
	// Rejected: certainly not done, and never will be: what was said, or that a post is edited, is not accepted.
	Rejected
	// PostGone: the post to edit, or the thread's root, is not there any more.
	PostGone
	// PlaceGone: the channel is not there any more, or the bot is not in it.
	PlaceGone
	// Unauthorised: the token does not count. It may be replaced.
	Unauthorised
)

var kindNames = [...]string{"uncertain", "not done", "rejected", "post gone", "place gone", "unauthorised"}

// known is the kind, or Uncertain for one that is not declared here.
func (k ErrorKind) known() ErrorKind {
	if k < 0 || int(k) >= len(kindNames) {
		return Uncertain
	}
	return k
}

func (k ErrorKind) String() string { return kindNames[k.known()] }

// Error of a call to a service.
type Error struct {
	Kind ErrorKind
	// RetryAfter is how long the service wants to be left alone, or 0.
	RetryAfter time.Duration
	// Err is for the operator's log; never a secret.
	Err error
}

func (e *Error) Error() string {
	if e == nil {
		return Uncertain.String() // a driver returned a nil *Error as an error
	}
	if e.Err == nil {
		return e.Kind.String()
	}
	return fmt.Sprintf("%s: %v", e.Kind, e.Err)
}

func (e *Error) Unwrap() error {
	if e == nil {
		return nil
	}
	return e.Err
}

// KindOfError is what is certain after err. Every error that is not an *Error is Uncertain.
func KindOfError(err error) ErrorKind {
	if e, ok := errors.AsType[*Error](err); ok && e != nil {
		return e.Kind.known()
	}
	return Uncertain
}

// RetryAfter is how long the service wants to be left alone after err, or 0.
func RetryAfter(err error) time.Duration {
	if e, ok := errors.AsType[*Error](err); ok && e != nil {
		return e.RetryAfter
	}
	return 0
}

// Transient is err, or nil for one that says that something is certainly not there, or not to be had.
func Transient(err error) error {
	switch KindOfError(err) {
	case Rejected, PlaceGone, PostGone:
		return nil
	}
	return err
}
