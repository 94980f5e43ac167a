package contract_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/volcado-io/volcado/internal/contract"
)

const podUID = "0b1f7c9e-1111-4222-8333-444455556666"

func theDeletion() contract.DeletionRequest {
	return contract.DeletionRequest{Version: contract.RequestVersion, Storage: contract.Storage{Directory: "/storage"}, Dumps: []contract.Deletion{
		{Dump: "shop/first", UID: podUID, KeyPrefix: "prod/shop/first/" + podUID},
		{Dump: "shop/second", UID: podUID, KeyPrefix: "shop/second/" + podUID},
	}}
}

func TestARequestForDeletionIsReadBackAsItWasWritten(t *testing.T) {
	want := theDeletion()
	data, err := want.Encode()
	if err != nil {
		t.Fatal(err)
	}
	got, err := contract.DecodeDeletionRequest(data)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// The prefix is all that keeps the artifacts of others from being deleted.
func TestAPrefixThatIsNotTheDumpsOwnIsRefused(t *testing.T) {
	for sentence, edit := range map[string]func(*contract.Deletion){
		"that is empty":                    func(d *contract.Deletion) { d.KeyPrefix = "" },
		"of the storage":                   func(d *contract.Deletion) { d.KeyPrefix = "prod" },
		"of the namespace":                 func(d *contract.Deletion) { d.KeyPrefix = "prod/shop" },
		"of all dumps of that name":        func(d *contract.Deletion) { d.KeyPrefix = "prod/shop/first" },
		"of another dump of that name":     func(d *contract.Deletion) { d.KeyPrefix = "prod/shop/first/another" },
		"of a dump of another name":        func(d *contract.Deletion) { d.KeyPrefix = "prod/shop/second/" + podUID },
		"of a dump of another namespace":   func(d *contract.Deletion) { d.KeyPrefix = "prod/shop2/first/" + podUID },
		"of a namespace that ends alike":   func(d *contract.Deletion) { d.KeyPrefix = "prod/myshop/first/" + podUID },
		"in letters of another case":       func(d *contract.Deletion) { d.KeyPrefix = "prod/Shop/first/" + podUID },
		"of one attempt":                   func(d *contract.Deletion) { d.KeyPrefix += "/one" },
		"with a slash at its end":          func(d *contract.Deletion) { d.KeyPrefix += "/" },
		"with a slash at its beginning":    func(d *contract.Deletion) { d.KeyPrefix = "/" + d.KeyPrefix },
		"with two slashes":                 func(d *contract.Deletion) { d.KeyPrefix = "prod//shop/first/" + podUID },
		"with dots":                        func(d *contract.Deletion) { d.KeyPrefix = "prod/../shop/first/" + podUID },
		"that begins with dots":            func(d *contract.Deletion) { d.KeyPrefix = "../shop/first/" + podUID },
		"of a dump without a name":         func(d *contract.Deletion) { d.Dump, d.KeyPrefix = "shop/", "prod/shop/"+podUID },
		"of a dump without a namespace":    func(d *contract.Deletion) { d.Dump, d.KeyPrefix = "first", "prod/first/"+podUID },
		"of a dump with two namespaces":    func(d *contract.Deletion) { d.Dump = "prod/shop/first" },
		"of a dump that is called by dots": func(d *contract.Deletion) { d.Dump, d.KeyPrefix = "shop/..", "prod/shop/../"+podUID },
		"of a dump without a UID":          func(d *contract.Deletion) { d.UID, d.KeyPrefix = "", "prod/shop/first/" },
		"of a UID with a slash":            func(d *contract.Deletion) { d.UID, d.KeyPrefix = "a/b", "prod/shop/first/a/b" },
		"of a UID of dots":                 func(d *contract.Deletion) { d.UID, d.KeyPrefix = "..", "prod/shop/first/.." },
	} {
		t.Run(sentence, func(t *testing.T) {
			r := theDeletion()
			edit(&r.Dumps[0])
			if _, err := r.Encode(); err == nil {
				t.Error("the manager asks for it")
			}
			r.Version = contract.RequestVersion
			data, err := json.Marshal(r)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := contract.DecodeDeletionRequest(data); err == nil || !strings.Contains(err.Error(), "is not that of dump") {
				t.Errorf("it says: %v", err)
			}
		})
	}
}

func TestARequestForDeletionNamesSomeDumpsAndNotTooMany(t *testing.T) {
	for _, dumps := range []int{0, contract.MaxDeletions + 1} {
		r := theDeletion()
		r.Dumps = slices.Repeat(r.Dumps[:1], dumps)
		if _, err := r.Encode(); err == nil {
			t.Errorf("one for %d dumps was written", dumps)
		}
		data, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := contract.DecodeDeletionRequest(data); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("this one %d", dumps)) {
			t.Errorf("one for %d dumps: %v", dumps, err)
		}
	}
}

// The bounds are the API's: a storage prefix has 256 characters, a namespace 63, and a dump's name 63.
func TestAFullRequestWithTheLongestNamesFits(t *testing.T) {
	long := func(n int) string { return strings.Repeat("x", n) }
	r := contract.DeletionRequest{Storage: contract.Storage{S3: &contract.S3{
		Bucket: long(63), Region: long(63), Endpoint: "https://" + long(2040), PathStyle: true, CAFile: long(256), CASecret: long(253) + "/" + long(253),
		CredentialsDir: long(256), Secret: long(253),
	}}}
	for i := range contract.MaxDeletions {
		dump := long(63) + "/" + long(60) + fmt.Sprintf("%03d", i)
		r.Dumps = append(r.Dumps, contract.Deletion{Dump: dump, UID: podUID, KeyPrefix: long(256) + "/" + dump + "/" + podUID})
	}
	data, err := r.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := contract.DecodeDeletionRequest(data); err != nil {
		t.Error(err)
	}
}

// Kubelet keeps 4096 bytes of a termination message: one byte more is a lost result, and a dump that no failure names is
// taken for gone.
func TestTheResultOfADeletionAlwaysFitsAndNamesEachDumpThatFailed(t *testing.T) {
	text := rapid.Custom(func(r *rapid.T) string {
		return strings.Repeat(rapid.SampledFrom([]string{"", "no", "<", "\x00", "\u2028", "é", "🦊", "\xff"}).Draw(r, "piece"), rapid.IntRange(0, contract.MaxMessage).Draw(r, "times"))
	})
	rapid.Check(t, func(r *rapid.T) {
		whole := contract.DeletionResult{Attempt: podUID, Objects: 1 << 60, Bytes: 1 << 60}
		failed := map[int]bool{}
		for range rapid.IntRange(0, 10).Draw(r, "failures") {
			dumps := rapid.SliceOfNDistinct(rapid.IntRange(0, contract.MaxDeletions-1), 0, contract.MaxDeletions, rapid.ID).Draw(r, "dumps")
			dumps = slices.DeleteFunc(dumps, func(i int) bool { return failed[i] })
			slices.Sort(dumps)
			for i := range contract.MaxDeletions {
				failed[i] = failed[i] || len(dumps) == 0 || slices.Contains(dumps, i)
			}
			whole.Failures = append(whole.Failures, contract.DeletionFailure{Dumps: dumps, Failure: contract.Failure{
				Reason: contract.StorageTLSVerificationFailed, Message: text.Draw(r, "message"), Hint: text.Draw(r, "hint"),
			}})
		}
		data, err := whole.Encode()
		if err != nil || len(data) > contract.MaxMessageBytes {
			r.Fatalf("%d bytes, %v", len(data), err)
		}
		got, err := contract.DecodeDeletion(string(data), podUID, contract.MaxDeletions)
		if err != nil {
			r.Fatal(err)
		}
		for i := range contract.MaxDeletions {
			if (got.FailureOf(i) != nil) != failed[i] {
				r.Fatalf("dump %d failed: %t, it says %+v", i, failed[i], got.FailureOf(i))
			}
		}
	})
}

func TestAResultOfADeletionThatIsNotWholeIsRefused(t *testing.T) {
	for sentence, message := range map[string]string{
		"no JSON":                      `{`,
		"no version":                   `{"attempt":"` + podUID + `"}`,
		"another version":              `{"version":2,"attempt":"` + podUID + `"}`,
		"another attempt":              `{"version":1,"attempt":"another"}`,
		"less than nothing":            `{"version":1,"attempt":"` + podUID + `","objects":-1}`,
		"less than no bytes":           `{"version":1,"attempt":"` + podUID + `","bytes":-1}`,
		"a failure without a reason":   `{"version":1,"attempt":"` + podUID + `","failures":[{"message":"no","dumps":[0]}]}`,
		"a failure of an unknown dump": `{"version":1,"attempt":"` + podUID + `","failures":[{"reason":"Internal","dumps":[2]}]}`,
		"a failure before the first":   `{"version":1,"attempt":"` + podUID + `","failures":[{"reason":"Internal","dumps":[-1]}]}`,
		"more than kubelet keeps":      `{"version":1,"attempt":"` + podUID + `"}` + strings.Repeat(" ", contract.MaxMessageBytes),
	} {
		if r, err := contract.DecodeDeletion(message, podUID, 2); err == nil {
			t.Errorf("%s: %+v", sentence, r)
		}
	}
}

func TestAFailureThatNamesNoDumpIsOfAllThatNoOtherNames(t *testing.T) {
	r := contract.DeletionResult{Failures: []contract.DeletionFailure{
		{Failure: contract.Failure{Reason: contract.InvalidRequest}}, {Failure: contract.Failure{Reason: contract.StorageError}, Dumps: []int{1}},
	}}
	for position, want := range []contract.Reason{contract.InvalidRequest, contract.StorageError, contract.InvalidRequest} {
		if got := r.FailureOf(position); got == nil || got.Reason != want {
			t.Errorf("of dump %d: %+v, want %s", position, got, want)
		}
	}
}

func TestASettlementIsReadBackAsItWasWritten(t *testing.T) {
	want := contract.Settlement{
		Version: contract.RequestVersion, Storage: contract.Storage{Directory: "/storage"}, KeyPrefix: "prod/shop/first/" + podUID,
		Dump: "shop/first", Database: "shop", File: "dump.sql.gz",
	}
	data, err := want.Encode()
	if err != nil {
		t.Fatal(err)
	}
	got, err := contract.DecodeSettlement(data)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if _, err := contract.DecodeSettlement([]byte(`{"version":1,"attempt":"one"}`)); err == nil {
		t.Error("a word of another release was read")
	}
}

func TestAnAdoptionIsOfAnArtifactAndNamesItsWriter(t *testing.T) {
	r := contract.Result{Attempt: podUID, Adopted: "first", Artifact: &contract.Artifact{File: "dump.sql.gz", SizeBytes: 1, UncompressedBytes: 2, SHA256: sha}}
	data, err := r.Encode()
	if err != nil {
		t.Fatal(err)
	}
	got, err := contract.Decode(string(data), podUID)
	if err != nil || got.Writer() != "first" {
		t.Errorf("%v: the writer is %s", err, got.Writer())
	}
	r.Adopted = ""
	if r.Writer() != podUID {
		t.Errorf("without an adoption the writer is %s", r.Writer())
	}
	for sentence, message := range map[string]string{
		"of a failure":   `{"version":1,"attempt":"` + podUID + `","adopted":"first","failure":{"reason":"Internal","message":"no"}}`,
		"of a folder up": strings.Replace(string(data), `"first"`, `"../first"`, 1),
	} {
		if _, err := contract.Decode(message, podUID); err == nil {
			t.Errorf("an adoption %s was read", sentence)
		}
	}
}

// Whatever a pod leaves as its last word, it is refused, or it speaks of dumps of the request and fits.
func FuzzDecodeDeletion(f *testing.F) {
	for _, r := range []contract.DeletionResult{
		{Attempt: podUID, Objects: 3, Bytes: 4},
		{Attempt: podUID, Failures: []contract.DeletionFailure{{Failure: contract.Failure{Reason: contract.StorageAccessDenied, Message: "no"}, Dumps: []int{0, 4}}}},
		{Attempt: "another"},
	} {
		data, err := r.Encode()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(data))
	}
	f.Fuzz(func(t *testing.T, message string) {
		r, err := contract.DecodeDeletion(message, podUID, 5)
		if err != nil {
			return
		}
		if r.Attempt != podUID || r.Objects < 0 || r.Bytes < 0 || len(message) > contract.MaxMessageBytes {
			t.Fatalf("%+v", r)
		}
		for _, failure := range r.Failures {
			if failure.Reason == "" || slices.ContainsFunc(failure.Dumps, func(i int) bool { return i < 0 || i > 4 }) {
				t.Fatalf("%+v", failure)
			}
		}
	})
}

// Whatever a file holds as a request, it is refused, or each of its prefixes ends with the dump's own name.
func FuzzDecodeDeletionRequest(f *testing.F) {
	data, err := theDeletion().Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte(`{"version":1,"storage":{"directory":"/out"},"dumps":[{"dump":"a/..","uid":"x","keyPrefix":"x"}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := contract.DecodeDeletionRequest(data)
		if err != nil {
			return
		}
		if len(r.Dumps) < 1 || len(r.Dumps) > contract.MaxDeletions {
			t.Fatalf("%d dumps", len(r.Dumps))
		}
		for _, d := range r.Dumps {
			parts := strings.Split(d.KeyPrefix, "/")
			if n := len(parts); n < 3 || strings.Join(parts[n-3:], "/") != d.Dump+"/"+d.UID || slices.Contains(parts, "..") || slices.Contains(parts, "") {
				t.Fatalf("%+v", d)
			}
		}
	})
}
