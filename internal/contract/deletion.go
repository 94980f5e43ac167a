package contract

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/volcado-io/volcado/internal/text"
)

// MaxDeletions of one request: with each of them as long as it can be, the request has less than MaxDeletionBytes.
const MaxDeletions = 100

// MaxDeletionBytes of an encoded request for deletion: more than MaxDeletions with the longest names take. The manager's cache keeps
// no longer one.
const MaxDeletionBytes = 96 << 10

// DeletionRequest is what the manager asks of `dumper delete`: remove all that several dumps left in one storage.
type DeletionRequest struct {
	Version int     `json:"version"`
	Storage Storage `json:"storage"`
	// Dumps, 1 to MaxDeletions.
	Dumps []Deletion `json:"dumps"`
}

// Deletion of everything that one dump left. Only what an attempt can have written below KeyPrefix is removed.
type Deletion struct {
	// Dump is namespace/name of the DatabaseDump.
	Dump string `json:"dump"`
	// UID of the DatabaseDump.
	UID string `json:"uid"`
	// KeyPrefix ends with Dump and UID: <storage prefix>/<namespace>/<name>/<UID>.
	KeyPrefix string `json:"keyPrefix"`
	// Attempt is how many attempts to delete it have failed before. It tells the answer of this one from theirs, which times
	// could not: the manager's clock and the cluster's may differ.
	Attempt int32 `json:"attempt,omitempty"`
}

// Encode renders the request.
func (r DeletionRequest) Encode() ([]byte, error) {
	r.Version = RequestVersion
	data, err := json.Marshal(r)
	switch {
	case err != nil:
		return nil, fmt.Errorf("encode the request for deletion: %w", err)
	case r.check() != nil:
		// A Job that nobody could read would be made again and again.
		return nil, r.check()
	case len(data) > MaxDeletionBytes:
		return nil, fmt.Errorf("the request for deletion has %d bytes, and can have %d", len(data), MaxDeletionBytes)
	}
	return data, nil
}

// DecodeDeletionRequest reads a request, as strictly as DecodeRequest. It refuses one with a prefix that is not a dump's
// own: a prefix that is too short would have the artifacts of others below it.
func DecodeDeletionRequest(data []byte) (*DeletionRequest, error) {
	r, err := decodeRequest[DeletionRequest](data)
	if err != nil {
		return nil, err
	}
	if err := r.check(); err != nil {
		return nil, err
	}
	return r, nil
}

func (r *DeletionRequest) check() error {
	if len(r.Dumps) == 0 || len(r.Dumps) > MaxDeletions {
		return fmt.Errorf("a request for deletion names 1 to %d dumps, and this one %d", MaxDeletions, len(r.Dumps))
	}
	for _, d := range r.Dumps {
		if !d.ownsPrefix() {
			return fmt.Errorf("the prefix %q is not that of dump %q with UID %q", d.KeyPrefix, d.Dump, d.UID)
		}
	}
	return nil
}

func (d Deletion) ownsPrefix() bool {
	own := d.Dump + "/" + d.UID
	return strings.Count(d.Dump, "/") == 1 && IsAttempt(d.UID) && fs.ValidPath(own) && fs.ValidPath(d.KeyPrefix) &&
		(d.KeyPrefix == own || strings.HasSuffix(d.KeyPrefix, "/"+own))
}

// DeletionResult is the termination message of a deletion.
type DeletionResult struct {
	Version int `json:"version"`
	// Attempt is the pod's UID.
	Attempt string `json:"attempt"`
	// Objects and Bytes that were removed, versions among them. The pod's log names each.
	Objects int64 `json:"objects"`
	Bytes   int64 `json:"bytes"`
	// Failures, of the dumps of which something may be left. Of every dump that no failure names, nothing is left: that was
	// checked after the removal.
	Failures []DeletionFailure `json:"failures,omitempty"`
}

// DeletionFailure is why something of these dumps may be left.
type DeletionFailure struct {
	Failure
	// Dumps by their position in the request, ascending. Where it is empty, it is of all that no other failure names: the request
	// could not be read, say.
	Dumps []int `json:"dumps,omitempty"`
}

// maxDeletionFailures of different kinds are told apart. What is told of each then fits into a termination message, with
// MaxDeletions positions.
const maxDeletionFailures = 4

// Encode renders the result in at most MaxMessageBytes: the failures after the first few are told as one with the last of
// those, and messages and hints are cut when they are too long.
func (r DeletionResult) Encode() ([]byte, error) {
	r.Version = ResultVersion
	r.Failures = slices.Clone(r.Failures)
	if len(r.Failures) > maxDeletionFailures {
		last := r.Failures[maxDeletionFailures-1]
		last.Dumps = slices.Clone(last.Dumps)
		for _, f := range r.Failures[maxDeletionFailures:] {
			last.Dumps = append(last.Dumps, f.Dumps...)
			if len(last.Dumps) == 0 || len(f.Dumps) == 0 {
				last.Dumps = nil
				break
			}
		}
		slices.Sort(last.Dumps)
		r.Failures = append(r.Failures[:maxDeletionFailures-1], last)
	}
	data, err := json.Marshal(r)
	if err != nil || len(data) <= MaxMessageBytes {
		return data, err
	}
	// A rune may take six bytes as JSON, so the last of these always fits.
	for _, room := range []int{400, 200, 80} {
		for i := range r.Failures {
			f := &r.Failures[i]
			f.Message, f.Hint = text.Cut(f.Message, room), text.Cut(f.Hint, room/2)
		}
		if data, err = json.Marshal(r); err != nil || len(data) <= MaxMessageBytes {
			break
		}
	}
	return data, err
}

// DecodeDeletion reads the termination message of a deletion of so many dumps, and refuses one that is not whole: another
// version or attempt, a failure without a reason or of no dump of the request.
func DecodeDeletion(message, attempt string, dumps int) (*DeletionResult, error) {
	if len(message) > MaxMessageBytes {
		return nil, fmt.Errorf("the termination message has more than %d bytes", MaxMessageBytes)
	}
	var r DeletionResult
	if err := json.Unmarshal([]byte(message), &r); err != nil {
		return nil, fmt.Errorf("the termination message is not the result of a deletion: %w", err)
	}
	switch {
	case r.Version != ResultVersion:
		return nil, fmt.Errorf("the result has version %d, this program reads %d", r.Version, ResultVersion)
	case r.Attempt != attempt:
		return nil, errors.New("the result speaks of another attempt")
	case r.Objects < 0 || r.Bytes < 0:
		return nil, errors.New("the result says that less than nothing was removed")
	}
	for _, f := range r.Failures {
		if f.Reason == "" {
			return nil, errors.New("a failure of the result has no reason")
		}
		for _, i := range f.Dumps {
			if i < 0 || i >= dumps {
				return nil, errors.New("a failure of the result is of no dump of the request")
			}
		}
	}
	return &r, nil
}

// FailureOf the dump at a position of the request; nil when nothing of it is left.
func (r *DeletionResult) FailureOf(position int) (of *Failure) {
	for i := range r.Failures {
		f := &r.Failures[i]
		if slices.Contains(f.Dumps, position) {
			return &f.Failure
		}
		if len(f.Dumps) == 0 {
			of = &f.Failure
		}
	}
	return of
}
