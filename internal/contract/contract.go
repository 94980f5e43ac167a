// Package contract is the vocabulary in which dumper, manager and bot speak of a dump that failed. None of the three
// imports another for it.
package contract

// MaxMessage is the API's bound on status.failure.message and hint, in characters.
const MaxMessage = 1024
