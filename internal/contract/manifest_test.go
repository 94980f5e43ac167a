package contract_test

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/volcado-io/volcado/internal/contract"
)

const sha = "15d9b79337fbc41911f3217a88dcfffd030c68a549602896b04a13e5324d6112"

func manifest() contract.Manifest {
	return contract.Manifest{
		Version: contract.ManifestVersion, Dump: "shop/first", Attempt: "a7257c85-aff5-488a-94c9-3268d0bcf6fc", Format: "zstd", Level: 1,
		Files: []contract.File{{Name: "dump.sql.zst", Size: 10, UncompressedBytes: 20, SHA256: sha}},
		Proofs: map[string][]contract.Proof{
			"dump.sql.zst": {contract.ProofExitCode, contract.ProofErrorStream, contract.ProofTrailer, contract.ProofETag},
		},
		Server: contract.Software{Flavour: "MariaDB", Version: "10.11"}, Host: "db", Port: 3306, Database: "shop",
		Tables:    contract.Tables{Count: 1, Names: []string{"orders"}},
		StartedAt: time.Date(2026, 11, 27, 22, 30, 4, 5, time.UTC), FinishedAt: time.Date(2026, 11, 27, 22, 30, 6, 0, time.UTC),
	}
}

func version1(t testing.TB) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/manifest-v1.json")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestAManifestIsReadBackAsItWasWritten(t *testing.T) {
	want := manifest()
	data := readBack(t, want)
	for _, gone := range []string{`"artifact"`, `"compression"`, `"verifiedBy"`} {
		if strings.Contains(string(data), gone) {
			t.Errorf("it has version 1's %s", gone)
		}
	}
}

func TestTheManifestOfAnEncryptedCopySaysForWhom(t *testing.T) {
	data := readBack(t, encrypted())
	if !strings.Contains(string(data), "\"encryption\": {\n    \"recipients\": [\n      \"age1one\",") {
		t.Errorf("%s", data)
	}
}

// encrypted is the manifest of an encrypted copy.
func encrypted() contract.Manifest {
	m := manifest()
	m.Encryption = &contract.Encryption{Recipients: []string{"age1one", "ssh-ed25519 AAAA"}}
	m.Files[0].Name = "dump.sql.zst.age"
	m.Proofs = map[string][]contract.Proof{"dump.sql.zst.age": {contract.ProofReadBack}}
	return m
}

// readBack compares what is written of a manifest with what is read of that.
func readBack(t *testing.T, want contract.Manifest) []byte {
	t.Helper()
	data, err := contract.EncodeManifest(want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := contract.DecodeManifest(data)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	return data
}

// testdata/manifest-v1.json is of a real dump, by the last program that wrote version 1.
func TestAManifestOfVersion1IsStillRead(t *testing.T) {
	m, err := contract.DecodeManifest(version1(t))
	if err != nil {
		t.Fatal(err)
	}
	got := contract.Manifest{Version: m.Version, Attempt: m.Attempt, Format: m.Format, Level: m.Level, Files: m.Files, Proofs: m.Proofs}
	want := contract.Manifest{
		Version: 2, Attempt: "a7257c85-aff5-488a-94c9-3268d0bcf6fc", Format: "gzip",
		Files:  []contract.File{{Name: "dump.sql.gz", Size: 3448, UncompressedBytes: 13397, SHA256: sha}},
		Proofs: map[string][]contract.Proof{"dump.sql.gz": {"ClientExitCode", "ClientErrorStream", "Trailer", "ReadBack"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if m.Dump != "shop/shop-ns65ar06341m6br7" || m.Tables.Count != 7 || !m.SandboxLine || len(m.Notes) != 4 {
		t.Errorf("what both versions have was not kept: %+v", m)
	}
	again, err := contract.EncodeManifest(*m)
	if err != nil {
		t.Fatal(err)
	}
	if second, err := contract.DecodeManifest(again); err != nil || !cmp.Equal(m, second) {
		t.Errorf("written as version 2 it is another: %v", err)
	}
}

func TestAManifestThatDescribesNoCopyIsRefused(t *testing.T) {
	file := func(edit func(*contract.File)) func(*contract.Manifest) {
		return func(m *contract.Manifest) { edit(&m.Files[0]) }
	}
	for sentence, c := range map[string]struct {
		edit func(*contract.Manifest)
		says string
	}{
		"another version":                          {func(m *contract.Manifest) { m.Version = 3 }, "version 3, this program reads 1 and 2"},
		"no attempt":                               {func(m *contract.Manifest) { m.Attempt = "" }, "names no attempt"},
		"an attempt with a slash":                  {func(m *contract.Manifest) { m.Attempt = "../one" }, "names no attempt"},
		"an unknown format":                        {func(m *contract.Manifest) { m.Format = "lz4" }, `unknown compression "lz4"`},
		"no format":                                {func(m *contract.Manifest) { m.Format = "" }, "unknown compression"},
		"a level that there is not":                {func(m *contract.Manifest) { m.Level = 10 }, "level of compression is 10"},
		"a port that there is not":                 {func(m *contract.Manifest) { m.Port = 65536 }, "port is 65536"},
		"no file":                                  {func(m *contract.Manifest) { m.Files = nil }, "0 files, and a copy has 1 to 10000"},
		"too many files":                           {func(m *contract.Manifest) { m.Files = make([]contract.File, 10_001) }, "10001 files"},
		"a file twice":                             {func(m *contract.Manifest) { m.Files = append(m.Files, m.Files[0]) }, "lists the file dump.sql.zst twice"},
		"a file in another folder":                 {file(func(f *contract.File) { f.Name = "../dump.sql.zst" }), "file 1: its name"},
		"a file with a folder":                     {file(func(f *contract.File) { f.Name = "a/dump.sql.zst" }), "file 1: its name"},
		"a hidden file":                            {file(func(f *contract.File) { f.Name = ".dump.sql.zst" }), "file 1: its name"},
		"a file of another format":                 {file(func(f *contract.File) { f.Name = "dump.sql.gz" }), "ends with .sql.zst"},
		"an encrypted file that is said not to be": {file(func(f *contract.File) { f.Name += ".age" }), "ends with .sql.zst"},
		"a plain file that is said to be encrypted": {
			func(m *contract.Manifest) { m.Encryption = &contract.Encryption{Recipients: []string{"age1"}} }, "ends with .sql.zst.age"},
		"encryption for nobody": {func(m *contract.Manifest) { m.Encryption = &contract.Encryption{} }, "encrypted for 0 recipients"},
		"encryption for too many": {
			func(m *contract.Manifest) { m.Encryption = &contract.Encryption{Recipients: make([]string, 33)} }, "encrypted for 33 recipients, and a copy has 1 to 32"},
		"the manifest as a file":         {file(func(f *contract.File) { f.Name = contract.ManifestFile }), "file 1: its name"},
		"a name without end":             {file(func(f *contract.File) { f.Name = strings.Repeat("a", 200) + ".sql.zst" }), "file 1: its name"},
		"an empty file":                  {file(func(f *contract.File) { f.Size = 0 }), "file 1: it claims 0 bytes for 20 of SQL text"},
		"a file of less than nothing":    {file(func(f *contract.File) { f.Size = -1 }), "file 1: it claims -1 bytes for 20 of SQL text"},
		"no text":                        {file(func(f *contract.File) { f.UncompressedBytes = 0 }), "file 1: it claims 10 bytes for 0 of SQL text"},
		"a hash in capitals":             {file(func(f *contract.File) { f.SHA256 = strings.ToUpper(sha) }), "not 64 hexadecimal digits"},
		"a file that nobody vouches for": {func(m *contract.Manifest) { m.Proofs = nil }, "no proof that storage holds the file dump.sql.zst"},
		"a file that storage may not hold": {
			func(m *contract.Manifest) { m.Proofs["dump.sql.zst"] = []contract.Proof{contract.ProofTrailer} }, "no proof that storage holds"},
		"a proof for another file": {
			func(m *contract.Manifest) { m.Proofs["other.sql.zst"] = []contract.Proof{contract.ProofETag} }, "a file that it does not list"},
		"a proof that nobody knows": {
			func(m *contract.Manifest) { m.Proofs["dump.sql.zst"] = append(m.Proofs["dump.sql.zst"], "Oath") }, "a proof for the file dump.sql.zst that this program does not know"},
		"a proof seven times": {
			func(m *contract.Manifest) { m.Proofs["dump.sql.zst"] = make([]contract.Proof, 7) }, "7 proofs for the file dump.sql.zst"},
		"too many names": {func(m *contract.Manifest) { m.Tables.Views = make([]string, 10_001) }, "10001 names"},
	} {
		t.Run(sentence, func(t *testing.T) {
			m := manifest()
			c.edit(&m)
			data, err := json.Marshal(m)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := contract.DecodeManifest(data); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("it says: %v", err)
			}
		})
	}
	for sentence, data := range map[string]string{
		"nothing": "", "no JSON": "{", "a list": "[]", "no version": "{}", "something behind it": string(version1(t)) + "{}",
		"version 1 without an artifact":    `{"version": 1, "attempt": "one", "compression": "gzip"}`,
		"version 1 with a path":            strings.Replace(string(version1(t)), "dump.sql.gz", "../../etc/passwd", 1),
		"version 1 of another format":      strings.Replace(string(version1(t)), `"gzip"`, `"zstd"`, 1),
		"version 1 that was not verified":  strings.Replace(string(version1(t)), `"ReadBack"`, `""`, 1),
		"version 1 with version 2's words": strings.Replace(string(version1(t)), `"artifact"`, `"files": [{"name": "a.sql.gz"}], "was"`, 1),
		"more than is read":                "{}" + strings.Repeat(" ", contract.MaxManifestBytes),
	} {
		if m, err := contract.DecodeManifest([]byte(data)); err == nil {
			t.Errorf("%s is a manifest: %+v", sentence, m)
		}
	}
}

// Storage can hold anything: a list of four million empty files is shorter than a manifest can be, and a quarter of a gigabyte in memory.
func TestAManifestDoesNotTakeMoreMemoryThanItsText(t *testing.T) {
	data := []byte(`{"version": 2, "files": [{}` + strings.Repeat(",{}", 4_000_000) + "]}")
	if len(data) > contract.MaxManifestBytes {
		t.Fatalf("%d bytes", len(data))
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := contract.DecodeManifest(data); err == nil || !strings.Contains(err.Error(), "more than 1048576 parts") {
		t.Errorf("it says: %v", err)
	}
	runtime.ReadMemStats(&after)
	if taken := after.TotalAlloc - before.TotalAlloc; taken > contract.MaxManifestBytes {
		t.Errorf("it took %d MiB", taken>>20)
	}
}

func TestAManifestThatNobodyCouldReadIsNotWritten(t *testing.T) {
	m := manifest()
	m.Files[0].Size = 0
	if _, err := contract.EncodeManifest(m); err == nil {
		t.Error("it was written")
	}
}

// The largest that is written is read. A list of tables for which there is no room is left out, and counted; of what a warning is
// about, the first are named.
func TestTheLargestManifestIsRead(t *testing.T) {
	m := manifest()
	m.Files, m.Proofs = nil, map[string][]contract.Proof{}
	m.Encryption = &contract.Encryption{}
	for range contract.MaxRecipients {
		m.Encryption.Recipients = append(m.Encryption.Recipients, strings.Repeat("\U0001F98A", 2048))
	}
	for i := range contract.MaxFiles {
		name := fmt.Sprintf("%s%05d.sql.zst.age", strings.Repeat("x", 111), i)
		m.Files = append(m.Files, contract.File{Name: name, Size: 1 << 60, UncompressedBytes: 1 << 60, SHA256: sha})
		m.Proofs[name] = []contract.Proof{contract.ProofExitCode, contract.ProofErrorStream, contract.ProofTrailer, contract.ProofETag, contract.ProofChecksum, contract.ProofReadBack}
	}
	names := make([]string, contract.MaxManifestNames)
	for i := range names {
		names[i] = strings.Repeat("\U0001F98A", 64)
	}
	m.Tables = contract.Tables{Names: names[:5001], Views: names[:5000], WithoutData: names[:5000], Excluded: append(names, "one more")}
	for _, name := range contract.WarningNames() {
		m.Warnings = append(m.Warnings, contract.Warning{Name: name, Count: len(names), Names: names})
	}
	m.Features = nil
	for _, f := range contract.Features() {
		m.Features = append(m.Features, contract.Feature{Name: f.Name, Count: len(names), Names: names[:100]})
	}
	data, err := contract.EncodeManifest(m)
	if err != nil {
		t.Fatal(err)
	}
	got, err := contract.DecodeManifest(data)
	if err != nil {
		t.Fatal(err)
	}
	m.Tables.Excluded, m.Tables.Names = nil, nil
	for i := range m.Warnings {
		m.Warnings[i].Names = names[:contract.MaxNotedNames]
	}
	if diff := cmp.Diff(&m, got); diff != "" {
		t.Error(diff[:min(len(diff), 2000)])
	}
}

func TestAResultSpeaksOfACopyOfOneFileOnly(t *testing.T) {
	m := manifest()
	want := &contract.Artifact{File: "dump.sql.zst", SizeBytes: 10, UncompressedBytes: 20, SHA256: sha}
	if diff := cmp.Diff(want, m.Artifact()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	m.Files = append(m.Files, contract.File{Name: "more.sql.zst"})
	if got := m.Artifact(); got != nil {
		t.Errorf("of two files it says %+v", got)
	}
}
