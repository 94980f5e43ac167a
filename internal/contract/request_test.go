package contract_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"pgregory.net/rapid"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/contract"
)

func theRequest() contract.Request {
	return contract.Request{
		Version: contract.RequestVersion,
		Source: contract.Source{
			Engine: v1alpha1.EngineMariaDB, Host: "db", Port: 3306, TLS: contract.TLS{Mode: v1alpha1.TLSVerifyCA, CAFile: "/ca.crt", CASecret: "ca/ca.crt"},
			CredentialsDir: "/reader", Secret: "reader",
		},
		Copy:        contract.Copy{Database: "shop", Exclude: contract.Exclusion{Data: []string{"audit_*"}}, SchemaOnly: true},
		Compression: contract.Compression{Format: "zstd", Level: 3},
		Storage:     contract.Storage{S3: &contract.S3{Bucket: "dumps", Endpoint: "https://s3.example.com", PathStyle: true}},
		KeyPrefix:   "prod/shop", Dump: "shop/first", RunDeadline: metav1.Duration{Duration: 2 * time.Hour},
	}
}

// Whatever a name is, it arrives as it is: nothing on the way expands, quotes or cuts it.
func TestARequestArrivesAsItWasMade(t *testing.T) {
	text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{
		"a$$b", "$(POD_UID)", "$(X)", "$$", `"`, `\`, "'", "a\nb", "\x00", "<&>", "\u2028", "🦊", "表", `\u0041`, "--host=x", " ",
	}))
	texts := rapid.SliceOfN(text, 1, 5)
	rapid.Check(t, func(t *rapid.T) {
		want := theRequest()
		want.Copy.Database, want.Source.Host, want.KeyPrefix = text.Draw(t, "database"), text.Draw(t, "host"), text.Draw(t, "prefix")
		want.Copy.Tables, want.Copy.Exclude.Tables, want.Copy.Exclude.Data = texts.Draw(t, "tables"), texts.Draw(t, "left out"), texts.Draw(t, "without rows")
		if rapid.Bool().Draw(t, "into a folder") {
			want.Storage = contract.Storage{Directory: "/" + text.Draw(t, "folder")}
		}
		want.RunDeadline.Duration = time.Duration(rapid.Int64Min(0).Draw(t, "deadline"))
		data, err := want.Encode()
		if err != nil {
			t.Fatal(err)
		}
		got, err := contract.DecodeRequest(data)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(&want, got); diff != "" {
			t.Fatalf("(-want +got)\n%s", diff)
		}
	})
}

func TestARequestThatIsNotExactlyOneIsRefused(t *testing.T) {
	data, err := theRequest().Encode()
	if err != nil {
		t.Fatal(err)
	}
	whole := string(data)
	for sentence, c := range map[string]struct{ data, says string }{
		"nothing, as where the annotation is missing": {"", "not JSON of the expected form"},
		"a half":                     {whole[:len(whole)/2], "not JSON of the expected form"},
		"a list":                     {"[]", "not JSON of the expected form"},
		"no version":                 {strings.Replace(whole, `"version":1,`, "", 1), "version 0, this program reads 1: manager and dumper are of different releases"},
		"another version":            {strings.Replace(whole, `"version":1`, `"version":2`, 1), "version 2, this program reads 1"},
		"a word of a later release":  {strings.Replace(whole, `"copy":{`, `"copy":{"masking":true,`, 1), `unknown field "masking"`},
		"a port as text":             {strings.Replace(whole, `3306`, `"3306"`, 1), "not of version 1's form: cannot unmarshal string"},
		"a deadline that is no time": {strings.Replace(whole, `2h0m0s`, `soon`, 1), "not of version 1's form"},
		"recipients in one text":     {strings.Replace(whole, `"copy":{`, `"encryption":{"recipients":"age1"},"copy":{`, 1), "not of version 1's form"},
		"something behind it":        {whole + "{}", "not JSON of the expected form"},
		"more than can be":           {whole + strings.Repeat(" ", contract.MaxRequestBytes), "more than 217088 bytes"},
	} {
		t.Run(sentence, func(t *testing.T) {
			got, err := contract.DecodeRequest([]byte(c.data))
			if err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "json: ") {
				t.Errorf("%v, %+v", err, got)
			}
		})
	}
}

// What one side writes, the other reads, to the last byte that fits.
func TestTheLargestRequestIsReadAndNoLargerIsWritten(t *testing.T) {
	r := theRequest()
	data, err := r.Encode()
	if err != nil {
		t.Fatal(err)
	}
	r.KeyPrefix += strings.Repeat("x", contract.MaxRequestBytes-len(data))
	data, err = r.Encode()
	if err != nil || len(data) != contract.MaxRequestBytes {
		t.Fatalf("%d bytes: %v", len(data), err)
	}
	if _, err := contract.DecodeRequest(data); err != nil {
		t.Error(err)
	}
	r.KeyPrefix += "x"
	if _, err := r.Encode(); err == nil || !strings.Contains(err.Error(), "217089 bytes") || !strings.Contains(err.Error(), "shorten tables") {
		t.Errorf("one byte more: %v", err)
	}
}

// Whatever a file holds, it is refused, or it is a request that says the same when it is written again.
func FuzzDecodeRequest(f *testing.F) {
	data, err := theRequest().Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte(`{"version":1,"storage":{"directory":"/out"}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := contract.DecodeRequest(data)
		if err != nil {
			return
		}
		again, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		var second contract.Request
		if err := json.Unmarshal(again, &second); err != nil || second.Version != contract.RequestVersion {
			t.Fatalf("%v: %+v became %+v", err, r, second)
		}
	})
}
