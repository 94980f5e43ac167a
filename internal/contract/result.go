package contract

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/volcado-io/volcado/internal/text"
)

// MaxMessageBytes is what kubelet keeps of a termination message.
// https://kubernetes.io/docs/tasks/debug/debug-application/determine-reason-pod-failure/
const MaxMessageBytes = 4096

// ResultVersion of a Result. A reader refuses another.
const ResultVersion = 1

// Software names a database program and its version.
type Software struct {
	// Flavour is MySQL or MariaDB.
	Flavour string `json:"flavour"`
	// Version as the program states it.
	Version string `json:"version"`
}

// Artifact is what a successful attempt wrote and verified.
type Artifact struct {
	// File is the artifact's name below the attempt's key, Format.File of its format.
	File string `json:"file"`
	// SizeBytes of the file in storage.
	SizeBytes int64 `json:"sizeBytes"`
	// UncompressedBytes of SQL text in it.
	UncompressedBytes int64 `json:"uncompressedBytes"`
	// SHA256 of the file's bytes, in hexadecimal.
	SHA256 string `json:"sha256"`
}

// Failure says why an attempt has no artifact.
type Failure struct {
	Reason Reason `json:"reason"`
	// Message is one sentence: what happened, to which thing. Never a password, a token or a presigned URL.
	Message string `json:"message"`
	// Hint says what to do.
	Hint string `json:"hint,omitempty"`
}

// Result is one attempt's termination message. Exactly one of Artifact and Failure is set.
type Result struct {
	Version int `json:"version"`
	// Attempt is the pod's UID, so that one pod's word is never taken for another's.
	Attempt string `json:"attempt"`
	// Adopted is the attempt that wrote the artifact, where that was an earlier one of the same dump. Empty otherwise.
	Adopted  string    `json:"adopted,omitempty"`
	Artifact *Artifact `json:"artifact,omitempty"`
	Failure  *Failure  `json:"failure,omitempty"`
	Server   *Software `json:"server,omitempty"`
	Client   *Software `json:"client,omitempty"`
	// Warnings of a successful attempt, Brief.
	Warnings   []Warning `json:"warnings,omitempty"`
	StartedAt  time.Time `json:"startedAt"`
	FinishedAt time.Time `json:"finishedAt"`
}

// Encode renders the result in at most MaxMessageBytes. Message, hint and versions are cut when they are too long.
func (r Result) Encode() ([]byte, error) {
	r.Version = ResultVersion
	data, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("encode the result: %w", err)
	}
	if len(data) <= MaxMessageBytes {
		return data, nil
	}
	// A rune may take six bytes as JSON (\u00XX), so these can never exceed what kubelet keeps.
	if r.Failure != nil {
		short := *r.Failure
		short.Message, short.Hint = text.Cut(short.Message, 300), text.Cut(short.Hint, 200)
		r.Failure = &short
		r.Warnings = nil // they are of a copy, and there is none
	}
	r.Server, r.Client = r.Server.short(), r.Client.short()
	r.Warnings = slices.Clone(r.Warnings)
	for i := range r.Warnings {
		r.Warnings[i].Names = nil // the manifest has them
	}
	return json.Marshal(r)
}

// short has the beginning of the version, which another end of the connection has chosen.
func (s *Software) short() *Software {
	if s == nil {
		return nil
	}
	return &Software{Flavour: text.Cut(s.Flavour, 10), Version: text.Cut(s.Version, 40)}
}

// Decode reads a termination message and refuses one that is not whole: another version, another attempt, both or
// neither outcome, an artifact with an impossible name, size or hash.
func Decode(message, attempt string) (*Result, error) {
	if len(message) > MaxMessageBytes {
		return nil, fmt.Errorf("the termination message has more than %d bytes", MaxMessageBytes)
	}
	var r Result
	if err := json.Unmarshal([]byte(message), &r); err != nil {
		return nil, fmt.Errorf("the termination message is not a result: %w", err)
	}
	switch {
	case r.Version != ResultVersion:
		return nil, fmt.Errorf("the result has version %d, this program reads %d", r.Version, ResultVersion)
	case r.Attempt != attempt:
		return nil, errors.New("the result speaks of another attempt")
	case (r.Artifact == nil) == (r.Failure == nil):
		return nil, errors.New("the result must hold either an artifact or a failure")
	case r.Failure != nil && r.Failure.Reason == "":
		return nil, errors.New("the result's failure has no reason")
	case r.Adopted != "" && (r.Artifact == nil || !IsAttempt(r.Adopted)):
		return nil, errors.New("the result adopts no attempt's artifact")
	}
	if r.Artifact != nil {
		if err := r.Artifact.check(); err != nil {
			return nil, fmt.Errorf("the result's artifact: %w", err)
		}
	}
	return &r, nil
}

// Writer is the attempt that wrote the artifact.
func (r *Result) Writer() string { return cmp.Or(r.Adopted, r.Attempt) }

func (a Artifact) check() error {
	switch _, found := FormatOfFile(a.File); {
	case !found:
		return errors.New("its file has an unknown name")
	case a.SizeBytes <= 0 || a.UncompressedBytes <= 0:
		return errors.New("it is empty")
	case !isSHA256(a.SHA256):
		return errNoSHA256
	}
	return nil
}

var errNoSHA256 = errors.New("its SHA-256 is not 64 hexadecimal digits")

func isSHA256(s string) bool {
	if len(s) != 64 {
		return false
	}
	for _, c := range s {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}
