package contract_test

import (
	"path"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volcado-io/volcado/internal/contract"
)

// Whatever storage holds as a manifest, it is refused, or it describes files in the attempt's own folder with their proofs, and
// is the same when it is written again.
func FuzzDecodeManifest(f *testing.F) {
	second, err := contract.EncodeManifest(manifest())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(version1(f))
	f.Add(second)
	third, err := contract.EncodeManifest(encrypted())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(third)
	f.Add([]byte(`{"version": 2, "attempt": "one", "format": "none", "files": [{"name": "../dump.sql", "size": 1}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := contract.DecodeManifest(data)
		if err != nil {
			return
		}
		if len(m.Files) < 1 || len(m.Files) > contract.MaxFiles {
			t.Fatalf("%d files", len(m.Files))
		}
		for _, file := range m.Files {
			if path.Base(file.Name) != file.Name || file.Name == contract.ManifestFile || file.Size < 1 || len(file.SHA256) != 64 {
				t.Fatalf("%+v", file)
			}
			if !m.Proves(file.Name, contract.ProofETag) && !m.Proves(file.Name, contract.ProofChecksum) && !m.Proves(file.Name, contract.ProofReadBack) {
				t.Fatalf("%s was never in storage", file.Name)
			}
		}
		if m.Encryption != nil && len(m.Encryption.Recipients) == 0 {
			t.Fatal("it is encrypted for nobody")
		}
		if len(m.Proofs) > len(m.Files) {
			t.Fatalf("%d files have proofs, of %d", len(m.Proofs), len(m.Files))
		}
		again, err := contract.EncodeManifest(*m)
		if err != nil {
			t.Fatal(err)
		}
		if second, err := contract.DecodeManifest(again); err != nil || !cmp.Equal(m.Files, second.Files) || !cmp.Equal(m.Proofs, second.Proofs) || !cmp.Equal(m.Encryption, second.Encryption) {
			t.Fatalf("%v: %+v became %+v", err, m, second)
		}
	})
}

// Whatever a pod leaves as its last word, it is refused, or it is one outcome of that very attempt, of possible sizes.
func FuzzDecode(f *testing.F) {
	const attempt = "0b1f7c9e-1111-4222-8333-444455556666"
	for _, r := range []contract.Result{
		{Attempt: attempt, Artifact: &contract.Artifact{File: "dump.sql.gz", SizeBytes: 1, UncompressedBytes: 2, SHA256: sha}},
		{Attempt: attempt, Failure: &contract.Failure{Reason: contract.AccessDenied, Message: "no", Hint: "ask"}, Server: &contract.Software{Version: "8.4"}},
		{Attempt: "another", Failure: &contract.Failure{Reason: contract.Internal}},
		{Attempt: attempt},
	} {
		data, err := r.Encode()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(data))
	}
	f.Fuzz(func(t *testing.T, message string) {
		r, err := contract.Decode(message, attempt)
		if err != nil {
			return
		}
		if r.Attempt != attempt || (r.Artifact == nil) == (r.Failure == nil) || len(message) > contract.MaxMessageBytes {
			t.Fatalf("%+v", r)
		}
		if a := r.Artifact; a != nil {
			if _, found := contract.FormatOfFile(a.File); !found || a.SizeBytes < 1 || a.UncompressedBytes < 1 || len(a.SHA256) != 64 {
				t.Fatalf("%+v", a)
			}
		}
	})
}
