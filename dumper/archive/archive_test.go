package archive_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"strings"
	"testing"

	"github.com/volcado-io/volcado/dumper/archive"
	"github.com/volcado-io/volcado/dumper/compress"
	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/dumper/store"
	"github.com/volcado-io/volcado/internal/contract"
)

const (
	attempt = "shop/one"
	trailer = "-- Dump completed\n"
)

// shelf is a storage with one attempt.
type shelf struct {
	*testing.T
	store    *store.Store
	manifest contract.Manifest
}

func newShelf(t *testing.T, format string) *shelf {
	t.Helper()
	s, err := store.OpenFolder(t.TempDir(), store.ToWrite)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return &shelf{t, s, contract.Manifest{Attempt: "one", Format: format, Proofs: map[string][]contract.Proof{}}}
}

// put a file with that text, of which the manifest says these proofs.
func (s *shelf) put(name, text string, proofs ...contract.Proof) {
	s.Helper()
	var stored bytes.Buffer
	w, err := compress.NewWriter(&stored, s.manifest.Format, 0)
	if err != nil {
		s.Fatal(err)
	}
	if _, err := io.WriteString(w, text); err != nil {
		s.Fatal(err)
	}
	if err := w.Close(); err != nil {
		s.Fatal(err)
	}
	sum := sha256.Sum256(stored.Bytes())
	s.manifest.Files = append(s.manifest.Files, contract.File{
		Name: name, Size: int64(stored.Len()), UncompressedBytes: int64(len(text)), SHA256: hex.EncodeToString(sum[:]),
	})
	s.manifest.Proofs[name] = append(proofs, contract.ProofReadBack)
	if err := s.store.WriteFile(s.Context(), attempt+"/"+name, stored.Bytes()); err != nil {
		s.Fatal(err)
	}
}

// entry is found after the manifest was written.
func (s *shelf) entry() *archive.Entry {
	s.Helper()
	data, err := contract.EncodeManifest(s.manifest)
	if err != nil {
		s.Fatal(err)
	}
	if err := s.store.WriteFile(s.Context(), attempt+"/"+contract.ManifestFile, data); err != nil {
		s.Fatal(err)
	}
	entry, err := archive.Find(s.Context(), s.store, attempt)
	if err != nil {
		s.Fatal(err)
	}
	return entry
}

// The trailer is mysqldump's. A file that another engine wrote has none, and its manifest says so.
func TestTheTrailerIsDemandedOfTheFilesWhoseProofsSaySo(t *testing.T) {
	for sentence, c := range map[string]struct {
		text   string
		proofs []contract.Proof
		doubt  string
	}{
		"it is promised and there":         {"SELECT 1;\n" + trailer, []contract.Proof{contract.ProofTrailer}, ""},
		"it is promised and not there":     {"SELECT 1;\n", []contract.Proof{contract.ProofTrailer}, "does not end with the line"},
		"it is neither promised nor there": {"SELECT 1;\n", nil, ""},
	} {
		t.Run(sentence, func(t *testing.T) {
			s := newShelf(t, "gzip")
			s.put("dump.sql.gz", c.text, c.proofs...)
			mustSay(t, archive.Verify(t.Context(), s.store, s.entry()), c.doubt)
		})
	}
}

func TestTheTextOfACopyIsThatOfItsFilesInTheirOrder(t *testing.T) {
	for _, format := range contract.FormatNames() {
		named, _ := contract.FormatNamed(format)
		t.Run(format, func(t *testing.T) {
			s := newShelf(t, format)
			s.put("b.sql"+named.Suffix, "SELECT 'b';\n")
			s.put("a.sql"+named.Suffix, "SELECT 'a';\n"+trailer, contract.ProofTrailer)
			entry := s.entry()
			var text strings.Builder
			if err := archive.Cat(t.Context(), s.store, entry, &text, false); err != nil {
				t.Fatal(err)
			}
			if want := "SELECT 'b';\nSELECT 'a';\n" + trailer; text.String() != want {
				t.Errorf("%q, want %q", text.String(), want)
			}
			mustSay(t, archive.Verify(t.Context(), s.store, entry), "")
		})
	}
}

func TestEveryFileMustBeThereAsItWasWritten(t *testing.T) {
	for sentence, c := range map[string]struct {
		instead, doubt, problem string
	}{
		"with another size":  {"short", "has 5 bytes and its manifest says", "b.sql does not have the size"},
		"with another byte":  {"SELECT 'B';\n", "its SHA-256 is", ""},
		"as it was written":  {"SELECT 'b';\n", "", ""},
		"or it is not there": {"", "", "there is a manifest and no b.sql"},
	} {
		t.Run(sentence, func(t *testing.T) {
			s := newShelf(t, "none")
			s.put("a.sql", "SELECT 'a';\n")
			s.put("b.sql", "SELECT 'b';\n")
			entry := s.entry()
			if err := s.store.Discard(t.Context(), attempt+"/", "b.sql"); err != nil {
				t.Fatal(err)
			}
			if c.instead != "" {
				if err := s.store.WriteFile(t.Context(), attempt+"/b.sql", []byte(c.instead)); err != nil {
					t.Fatal(err)
				}
				mustSay(t, archive.Verify(t.Context(), s.store, entry), c.doubt)
			}
			report, err := archive.Inspect(t.Context(), s.store, "shop")
			if err != nil {
				t.Fatal(err)
			}
			if a := attempts(t, report)[0]; a.Complete != (c.problem == "") || !strings.Contains(a.Problem, c.problem) {
				t.Errorf("complete %v, %q", a.Complete, a.Problem)
			}
		})
	}
}

// mustSay checks for an error with reason ArtifactDoubted that has the text, or for none.
func mustSay(t *testing.T, err error, text string) {
	t.Helper()
	if text == "" {
		if err != nil {
			t.Error(err)
		}
		return
	}
	if err == nil || !strings.Contains(err.Error(), text) || result.FailureOf(err).Reason != contract.ArtifactDoubted {
		t.Errorf("it says: %v", err)
	}
}

func TestNothingIsHandedOnBeyondWhatTheManifestSays(t *testing.T) {
	for _, format := range contract.FormatNames() {
		t.Run(format, func(t *testing.T) {
			f, err := contract.FormatNamed(format)
			if err != nil {
				t.Fatal(err)
			}
			s := newShelf(t, format)
			s.put(f.File(), "SELECT 1;\n"+trailer+"DROP TABLE t;\n", contract.ProofTrailer)
			s.manifest.Files[0].UncompressedBytes = int64(len("SELECT 1;\n" + trailer))
			entry := s.entry()
			var out bytes.Buffer
			err = archive.Cat(t.Context(), s.store, entry, &out, false)
			if result.FailureOf(err).Reason != contract.ArtifactDoubted || out.String() != "SELECT 1;\n"+trailer {
				t.Errorf("%v after %q", err, out.String())
			}
			out.Reset()
			if err := archive.Cat(t.Context(), s.store, entry, &out, true); err != nil || int64(out.Len()) != s.manifest.Files[0].Size {
				t.Errorf("raw: %v after %d bytes", err, out.Len())
			}
		})
	}
}

func TestATextThatNoDumpCanHaveIsDoubted(t *testing.T) {
	s := newShelf(t, "none")
	s.put("dump.sql", "-- "+strings.Repeat("x", 1<<20)+"\n"+trailer, contract.ProofTrailer)
	if err := archive.Verify(t.Context(), s.store, s.entry()); err == nil || result.FailureOf(err).Reason != contract.ArtifactDoubted {
		t.Errorf("%v", err)
	}
}

// One manifest that is none keeps nobody from seeing the others.
func TestAManifestThatIsNoneIsListedAsSuch(t *testing.T) {
	s := newShelf(t, "none")
	s.put("dump.sql", "SELECT 1;\n"+trailer, contract.ProofTrailer)
	s.entry()
	for name, manifest := range map[string]string{
		"shop/large/": `{"version": 2, "features": [` + strings.Repeat(`{"name": "x"},`, 3<<20) + `{}]}`, "shop/empty/": "{}",
	} {
		if err := s.store.WriteFile(t.Context(), name+contract.ManifestFile, []byte(manifest)); err != nil {
			t.Fatal(err)
		}
	}
	report, err := archive.Inspect(t.Context(), s.store, "shop")
	if err != nil {
		t.Fatal(err)
	}
	var complete, problems int
	for _, a := range attempts(t, report) {
		if a.Complete {
			complete++
		}
		if a.Problem != "" {
			problems++
		}
	}
	if complete != 1 || problems != 2 {
		t.Errorf("%d are complete and %d have a problem", complete, problems)
	}
}

func attempts(t *testing.T, report *archive.Report) (all []archive.Attempt) {
	t.Helper()
	for a, err := range report.Attempts {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, a)
	}
	return all
}
