package contract

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// ManifestFile is the manifest's name below an attempt's key. It is written last: it makes the artifact exist.
const ManifestFile = "manifest.json"

// Tables of a dump. Names are left out, and only counted, when there are more than MaxManifestNames of them.
type Tables struct {
	// Count of base tables (and sequences) whose definition is in the artifact.
	Count int `json:"count"`
	// Names of them.
	Names []string `json:"names,omitempty"`
	// Views in the artifact.
	Views []string `json:"views,omitempty"`
	// Only is true when the request named the tables: routines and events are then left out.
	Only bool `json:"only,omitempty"`
	// Excluded tables and views, which are not in the artifact at all.
	Excluded []string `json:"excluded,omitempty"`
	// WithoutData are tables whose definition is in the artifact and whose rows are not, because that was asked for or because
	// their engine keeps them elsewhere.
	WithoutData []string `json:"withoutData,omitempty"`
	// NonTransactional tables do not take part in the dump's transaction: they are read one after another, as they are
	// at that moment.
	NonTransactional []string `json:"nonTransactional,omitempty"`
}

// MaxManifestNames bounds each list of names in a manifest.
const MaxManifestNames = 10_000

// Verification says how the artifact in storage was proved to be what was sent.
type Verification string

const (
	// VerifiedByETag: size and the store's MD5 of each part agree with what was sent.
	VerifiedByETag Verification = "ETag"
	// VerifiedByReading: the artifact was read back and its size and SHA-256 agree.
	VerifiedByReading Verification = "ReadBack"
)

// Manifest describes an artifact. It is written last: without it there is no artifact.
type Manifest struct {
	Version int `json:"version"`
	// Dump is the DatabaseDump, as namespace/name; empty when the dumper was run by hand.
	Dump string `json:"dump,omitempty"`
	// Attempt is the pod's UID, or a random one.
	Attempt  string   `json:"attempt"`
	Artifact Artifact `json:"artifact"`
	// Compression is gzip or none.
	Compression string `json:"compression"`
	// VerifiedBy says how the copy in storage was proved.
	VerifiedBy Verification `json:"verifiedBy"`
	Server     Software     `json:"server"`
	// Host and Port of the server as the dumper reached it.
	Host   string   `json:"host"`
	Port   int      `json:"port"`
	Client Software `json:"client"`
	// ClientOptions of each run of the client, without names and addresses. Never a credential.
	ClientOptions [][]string `json:"clientOptions"`
	Database      string     `json:"database"`
	Tables        Tables     `json:"tables"`
	SchemaOnly    bool       `json:"schemaOnly,omitempty"`
	// Routines and Events are in the artifact.
	Routines bool `json:"routines"`
	Events   bool `json:"events"`
	// Consistent: every row is as it was at one moment.
	Consistent bool `json:"consistent"`
	// SandboxLine: the first line is MariaDB's sandbox command, which other clients than MariaDB's do not understand.
	SandboxLine bool `json:"sandboxLine"`
	// Restore is a shell command that restores the artifact, read from standard input, into DATABASE.
	Restore string `json:"restore"`
	// Notes for whoever restores it.
	Notes      []string  `json:"notes,omitempty"`
	StartedAt  time.Time `json:"startedAt"`
	FinishedAt time.Time `json:"finishedAt"`
}

// EncodeManifest renders m for people and programs.
func EncodeManifest(m Manifest) ([]byte, error) {
	m.Version = Version
	for _, names := range []*[]string{&m.Tables.Names, &m.Tables.Views, &m.Tables.Excluded, &m.Tables.WithoutData, &m.Tables.NonTransactional} {
		if len(*names) > MaxManifestNames {
			*names = nil
		}
	}
	data, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode the manifest: %w", err)
	}
	return append(data, '\n'), nil
}

// DecodeManifest reads a manifest and refuses one that does not describe an artifact.
func DecodeManifest(data []byte) (*Manifest, error) {
	var m Manifest
	if err := json.Unmarshal(data, &m); err != nil {
		return nil, fmt.Errorf("the manifest is not JSON of the expected form: %w", err)
	}
	switch {
	case m.Version != Version:
		return nil, fmt.Errorf("the manifest has version %d, this program reads %d", m.Version, Version)
	case m.Attempt == "":
		return nil, errors.New("the manifest names no attempt")
	}
	if err := m.Artifact.check(); err != nil {
		return nil, fmt.Errorf("the manifest's artifact: %w", err)
	}
	return &m, nil
}
