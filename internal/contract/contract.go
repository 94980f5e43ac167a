// Package contract is what manager, dumper and bot say to one another: what the manager asks of the dumper, how the dumper
// answers while it runs and when it has ended, what it leaves beside an artifact, the reasons of failures, and the one
// table of formats. None of the three imports another for it.
//
// Each side decodes what the other said as if a stranger had said it: it is bounded, and checked.
package contract

// MaxMessage is the API's bound on status.failure.message and hint, in characters.
const MaxMessage = 1024
