package contract

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// ManifestFile is the manifest's name below an attempt's key. It is written last: it makes the artifact exist.
const ManifestFile = "manifest.json"

// ManifestVersion that is written. Version 1 is read too.
const ManifestVersion = 2

// Bounds of a manifest.
const (
	// MaxManifestBytes is more than one with all its names and files has. Whoever shows one that is not true needs about five
	// times as much memory, and has 128 MiB.
	MaxManifestBytes = 12 << 20
	// MaxManifestNames of all its lists of tables.
	MaxManifestNames = 10_000
	// MaxNotedNames of each warning and feature.
	MaxNotedNames = 500
	// MaxFiles of one copy.
	MaxFiles = 10_000
)

// Tables of a dump. A list is left out if it makes more than MaxManifestNames of all; of the tables, Count is there then.
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
}

// lists of tables. The last can be told from the copy itself.
func (t *Tables) lists() []*[]string {
	return []*[]string{&t.Excluded, &t.WithoutData, &t.Views, &t.Names}
}

// noted are the lists of what warnings and features are about.
func (m *Manifest) noted() (all []*[]string) {
	for i := range m.Warnings {
		all = append(all, &m.Warnings[i].Names)
	}
	for i := range m.Features {
		all = append(all, &m.Features[i].Names)
	}
	return all
}

// File is one file of a copy, below the key of its attempt.
type File struct {
	// Name without any folder; it ends with the suffix of the manifest's format.
	Name string `json:"name"`
	// Size in storage, in bytes.
	Size int64 `json:"size"`
	// UncompressedBytes of SQL text in it.
	UncompressedBytes int64 `json:"uncompressedBytes"`
	// SHA256 of the file's bytes, in hexadecimal.
	SHA256 string `json:"sha256"`
}

// Proof that a file is whole, or that storage holds it as it was sent.
type Proof string

const (
	// ProofExitCode: every run of the client ended with exit code 0.
	ProofExitCode Proof = "ClientExitCode"
	// ProofErrorStream: the client said nothing on its error stream but what is known to be harmless.
	ProofErrorStream Proof = "ClientErrorStream"
	// ProofTrailer: the text of every run ends with the client's trailer. Whoever reads the file back can see it there.
	ProofTrailer Proof = "Trailer"
	// ProofETag: its size in storage, and the store's MD5 of each part, are those of what was sent.
	ProofETag Proof = "ETag"
	// ProofChecksum: its size in storage, and the CRC64NVME that the store tells of it, are those of what was sent.
	ProofChecksum Proof = "Checksum"
	// ProofReadBack: it was read back from storage, and its size and SHA-256 are those of what was sent.
	ProofReadBack Proof = "ReadBack"
)

// proofsOfStorage are those that storage holds a file. Each has one of them.
var proofsOfStorage = []Proof{ProofETag, ProofChecksum, ProofReadBack}

// proofs that there are. A reader refuses a manifest with another: it would not know what to look for.
var proofs = append([]Proof{ProofExitCode, ProofErrorStream, ProofTrailer}, proofsOfStorage...)

// Manifest describes an artifact. It is written last: without it there is no artifact.
type Manifest struct {
	Version int `json:"version"`
	// Dump is the DatabaseDump, as namespace/name; empty when the dumper was run by hand.
	Dump string `json:"dump,omitempty"`
	// Attempt is the pod's UID, or a random one.
	Attempt string `json:"attempt"`
	// Format of every file, by its name. Whether it is encrypted besides is said by Encryption.
	Format string `json:"format"`
	// Encryption of every file, after compression; nil for none. Size and SHA256 of a file are those of the encrypted bytes.
	Encryption *Encryption `json:"encryption,omitempty"`
	// Level of compression; 0 where the format has none, or where nobody wrote it down.
	Level int `json:"level,omitempty"`
	// Files of the copy, 1 to MaxFiles. Its text is theirs, one after another.
	Files []File `json:"files"`
	// Proofs that hold, by the name of the file.
	Proofs map[string][]Proof `json:"proofs"`
	Server Software           `json:"server"`
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
	// SandboxLine: the first line is MariaDB's sandbox command, which other clients than MariaDB's do not understand.
	SandboxLine bool `json:"sandboxLine"`
	// Warnings of what the copy does not have, and of what loading it needs.
	Warnings []Warning `json:"warnings,omitempty"`
	// Features of the copy that not every server loads. It is null where an older release wrote the manifest.
	Features []Feature `json:"features"`
	// Restore is a shell command that restores the artifact, read from standard input, into DATABASE.
	Restore string `json:"restore"`
	// Notes for whoever restores it.
	Notes      []string  `json:"notes,omitempty"`
	StartedAt  time.Time `json:"startedAt"`
	FinishedAt time.Time `json:"finishedAt"`
}

// EncodeManifest renders m for people and programs. It writes nothing that DecodeManifest would not read.
func EncodeManifest(m Manifest) ([]byte, error) {
	m.Version = ManifestVersion
	m.Warnings, m.Features = slices.Clone(m.Warnings), slices.Clone(m.Features)
	room := MaxManifestNames
	for _, names := range m.Tables.lists() {
		if len(*names) > room {
			*names = nil
		}
		room -= len(*names)
	}
	for _, names := range m.noted() {
		*names = (*names)[:min(len(*names), MaxNotedNames)]
	}
	if err := m.check(); err != nil {
		return nil, fmt.Errorf("encode the manifest: %w", err)
	}
	var data bytes.Buffer
	encoder := json.NewEncoder(&data)
	encoder.SetIndent("", "  ")
	// It is no part of a page, and a name of 64 times < would have 384 bytes.
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(m); err != nil {
		return nil, fmt.Errorf("encode the manifest: %w", err)
	}
	if data.Len() > MaxManifestBytes {
		return nil, fmt.Errorf("encode the manifest: it has more than %d bytes", MaxManifestBytes)
	}
	if err := checkParts(data.Bytes()); err != nil {
		return nil, fmt.Errorf("encode the manifest: %w", err)
	}
	return data.Bytes(), nil
}

// FileFormat is the format of the manifest's files.
func (m *Manifest) FileFormat() (Format, error) {
	format, err := FormatNamed(m.Format)
	if err == nil && m.Encryption != nil {
		format = format.Encrypt()
	}
	return format, err
}

// Artifact is what a Result says of the copy. It is nil for a copy of several files, of which no result speaks.
func (m *Manifest) Artifact() *Artifact {
	if len(m.Files) != 1 {
		return nil
	}
	f := m.Files[0]
	return &Artifact{File: f.Name, SizeBytes: f.Size, UncompressedBytes: f.UncompressedBytes, SHA256: f.SHA256}
}

// Proves reports whether a proof holds for the file of that name.
func (m *Manifest) Proves(file string, proof Proof) bool {
	return slices.Contains(m.Proofs[file], proof)
}
