package contract

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// DecodeManifest reads a manifest of this version or of version 1, which becomes one of this version. It believes nobody: it
// refuses what is too long, and what does not describe the files of a copy and the proofs that hold for them.
func DecodeManifest(data []byte) (*Manifest, error) {
	if len(data) > MaxManifestBytes {
		return nil, fmt.Errorf("the manifest has more than %d bytes", MaxManifestBytes)
	}
	if err := checkParts(data); err != nil {
		return nil, fmt.Errorf("the manifest is not JSON of the expected form: %w", err)
	}
	var m Manifest
	if err := json.Unmarshal(data, &m); err != nil {
		return nil, fmt.Errorf("the manifest is not JSON of the expected form: %w", err)
	}
	switch m.Version {
	case ManifestVersion:
	case 1:
		if err := m.fromVersion1(data); err != nil {
			return nil, err
		}
	default:
		return nil, fmt.Errorf("the manifest has version %d, this program reads 1 and %d", m.Version, ManifestVersion)
	}
	if err := m.check(); err != nil {
		return nil, fmt.Errorf("the manifest: %w", err)
	}
	return &m, nil
}

// maxFeatures leaves room for those of newer releases.
const maxFeatures = 200

const (
	// maxParts of a manifest, more than one with all its names and files has.
	maxParts = 1 << 20
	// maxString of a manifest in bytes, far more than a name, a command or a note has.
	maxString = 16 << 10
)

// checkParts keeps what is read from taking much more memory than its text: a file is 56 bytes, and {} is two. It counts what
// begins or divides a list or an object, and what is no JSON is for the decoder to say.
func checkParts(data []byte) error {
	parts, from := 0, -1 // where the string begins that this is in
	for i := 0; i < len(data); i++ {
		if from >= 0 && i-from > maxString {
			return fmt.Errorf("it has a string of more than %d bytes", maxString)
		}
		switch c := data[i]; {
		case from >= 0 && c == '\\':
			i++
		case c == '"' && from >= 0:
			from = -1
		case c == '"':
			from = i
		case from < 0 && (c == ',' || c == ':' || c == '[' || c == '{'):
			parts++
		}
		if parts > maxParts {
			return fmt.Errorf("it has more than %d parts", maxParts)
		}
	}
	return nil
}

// fromVersion1 takes over what version 1 says in other words: one artifact, and how its copy in storage was proved. Its dumper
// wrote a manifest only after all that the client had to prove.
func (m *Manifest) fromVersion1(data []byte) error {
	var old struct {
		Artifact    Artifact `json:"artifact"`
		Compression string   `json:"compression"`
		VerifiedBy  Proof    `json:"verifiedBy"`
		Tables      struct {
			NonTransactional []string `json:"nonTransactional"`
		} `json:"tables"`
	}
	if err := json.Unmarshal(data, &old); err != nil {
		return fmt.Errorf("the manifest is not JSON of the expected form: %w", err)
	}
	a := old.Artifact
	m.Version, m.Format, m.Level = ManifestVersion, old.Compression, 0
	m.Files = []File{{Name: a.File, Size: a.SizeBytes, UncompressedBytes: a.UncompressedBytes, SHA256: a.SHA256}}
	m.Proofs = map[string][]Proof{a.File: {ProofExitCode, ProofErrorStream, ProofTrailer, old.VerifiedBy}}
	if names := old.Tables.NonTransactional; len(names) > 0 {
		m.Warnings = []Warning{{Name: TablesNotConsistent, Count: len(names), Names: names}}
	}
	return nil
}

func (m *Manifest) check() error {
	format, err := m.FileFormat()
	switch {
	case err != nil:
		return err
	case m.Encryption != nil && (len(m.Encryption.Recipients) < 1 || len(m.Encryption.Recipients) > MaxRecipients):
		return fmt.Errorf("it is encrypted for %d recipients, and a copy has 1 to %d", len(m.Encryption.Recipients), MaxRecipients)
	case !IsAttempt(m.Attempt):
		return errors.New("it names no attempt")
	case m.Level < 0 || m.Level > SmallestLevel:
		return fmt.Errorf("its level of compression is %d", m.Level)
	case m.Port < 0 || m.Port > 65535:
		return fmt.Errorf("its port is %d", m.Port)
	case len(m.Warnings) > len(WarningNames()):
		return fmt.Errorf("it has %d warnings, and there are %d", len(m.Warnings), len(WarningNames()))
	case len(m.Features) > maxFeatures:
		return fmt.Errorf("it has %d features, and %d at most are written", len(m.Features), maxFeatures)
	case len(m.Files) < 1 || len(m.Files) > MaxFiles:
		return fmt.Errorf("it lists %d files, and a copy has 1 to %d", len(m.Files), MaxFiles)
	}
	for _, names := range slices.Concat(m.Tables.lists(), m.noted()) {
		if len(*names) > MaxManifestNames {
			return fmt.Errorf("a list of it has %d names, and %d at most are written", len(*names), MaxManifestNames)
		}
	}
	listed := make(map[string]bool, len(m.Files))
	for i, file := range m.Files {
		if err := file.check(format); err != nil {
			return fmt.Errorf("its file %d: %w", i+1, err)
		}
		if listed[file.Name] {
			return fmt.Errorf("it lists the file %s twice", file.Name)
		}
		listed[file.Name] = true
	}
	return m.checkProofs(listed)
}

func (m *Manifest) checkProofs(listed map[string]bool) error {
	for name, held := range m.Proofs {
		if !listed[name] {
			return errors.New("it has proofs for a file that it does not list")
		}
		if len(held) > len(proofs) {
			return fmt.Errorf("it has %d proofs for the file %s", len(held), name)
		}
		for _, proof := range held {
			if !slices.Contains(proofs, proof) {
				return fmt.Errorf("it has a proof for the file %s that this program does not know", name)
			}
		}
	}
	for _, file := range m.Files {
		if !slices.ContainsFunc(proofsOfStorage, func(proof Proof) bool { return m.Proves(file.Name, proof) }) {
			return fmt.Errorf("it has no proof that storage holds the file %s", file.Name)
		}
	}
	return nil
}

// plainName is one of a file in one folder: no slash is in it, and it does not begin with a dot or a dash.
var plainName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$`)

func (f File) check(format Format) error {
	switch {
	case !plainName.MatchString(f.Name) || !strings.HasSuffix(f.Name, ".sql"+format.Suffix):
		return fmt.Errorf("its name is not one of a file that ends with .sql%s", format.Suffix)
	case f.Size <= 0 || f.UncompressedBytes <= 0:
		return fmt.Errorf("it claims %d bytes for %d of SQL text", f.Size, f.UncompressedBytes)
	case !isSHA256(f.SHA256):
		return errNoSHA256
	}
	return nil
}

// attemptName is a pod's UID, or what a person calls an attempt.
var attemptName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]{0,63}$`)

// IsAttempt reports whether an attempt can have that name: 1 to 64 letters, digits and dashes, of which the first is no dash.
func IsAttempt(name string) bool { return attemptName.MatchString(name) }
