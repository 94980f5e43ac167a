// Package engine writes the files of a copy. An engine reads what the plan names, hands it to a sink, and returns the
// evidence of what it saw. Nothing is committed before the evidence was judged, whichever engine it was.
package engine

import (
	"context"
	"io"

	"github.com/volcado-io/volcado/dumper/client"
	"github.com/volcado-io/volcado/dumper/plan"
	"github.com/volcado-io/volcado/dumper/sqlstream"
	"github.com/volcado-io/volcado/internal/contract"
)

// Engine writes a copy.
type Engine interface {
	// Copy writes the files that the plan describes into the sink, and says what it saw on the way. The error is that the work
	// could not go on: nothing is known of the copy then.
	Copy(ctx context.Context, p *plan.Plan, sink Sink) (*Evidence, error)
	// Judge says why the copy that the evidence speaks of is not whole. It is nil for a copy that can be committed.
	Judge(evidence *Evidence, p *plan.Plan) error
}

// Sink takes the files of a copy, one after another.
type Sink interface {
	// Create begins a file of this base name; the sink adds the suffix of its format. It must be closed before the next,
	// unless the copy fails.
	// expectedBytes of text are a guess that helps to choose the size of parts; 0 when nothing is known.
	Create(ctx context.Context, name string, expectedBytes int64) (io.WriteCloser, error)
}

// Progress is told how far an engine is.
type Progress interface {
	// Add bytes of text that were written.
	Add(bytes int)
	// Table or view whose definition begins.
	Table(name string)
}

// Evidence is what an engine saw.
type Evidence struct {
	// Runs of the client, in their order. The last is the one that failed, if one did.
	Runs []Run
	// Definitions of tables, by name: how often each was written.
	Definitions map[string]int
	// References to sequences of the database itself, by table: how often its name was taken out.
	References map[string]int
	// Features of the copy that not every server loads.
	Features *sqlstream.Features
}

// Run of a client.
type Run struct {
	client.Run
	Exit client.Exit
	// Guard is why the relay to the server cut the connection, if it did.
	Guard error
	// Text that the client wrote.
	Text *sqlstream.Watch
}

// Sandbox reports whether the copy begins with MariaDB's sandbox command.
func (e *Evidence) Sandbox() bool {
	for _, run := range e.Runs {
		if run.Text.Sandbox {
			return true
		}
	}
	return false
}

// Count of the definitions of these kinds in the copy.
func (e *Evidence) Count(kinds ...sqlstream.Kind) (n int) {
	for _, run := range e.Runs {
		for _, kind := range kinds {
			n += run.Text.Count[kind]
		}
	}
	return n
}

// Proofs that hold for each file of a copy of which Judge finds nothing wrong.
func (e *Evidence) Proofs() []contract.Proof {
	return []contract.Proof{contract.ProofExitCode, contract.ProofErrorStream, contract.ProofTrailer}
}
