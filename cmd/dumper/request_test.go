package main_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/dbtest"
)

// Whatever flags can say, a request says too.
func TestARequestIsDoneAsFlagsAre(t *testing.T) {
	server := dbtest.Get(t)
	const database = `re"que$$t $(POD_UID) 表`
	quoted := dbtest.QuoteName(database)
	server.Exec(t, "CREATE OR REPLACE DATABASE "+quoted, "USE "+quoted,
		"CREATE TABLE kept (id INT)", "INSERT INTO kept VALUES (1)", "CREATE TABLE `$(left) $$out` (id INT)", "CREATE TABLE emptied (id INT)", "INSERT INTO emptied VALUES (1)")
	credentials := server.Account(t, "requester", "pw", "ALL ON *.*")
	if err := os.WriteFile(filepath.Join(credentials, "host"), []byte("localhost"), 0o600); err != nil {
		t.Fatal(err)
	}
	byRequest, byFlags := t.TempDir(), t.TempDir()
	const recipient = "age137vvwd69g8rsyc0d6pw3pvrdf3kg30w4xmkesjgjwqrxeygt2gdsqpte28"
	run(t, "dump", "--attempt=one", "--request-file="+encoded(t, contract.Request{
		Source: contract.Source{
			Engine: v1alpha1.EngineMariaDB, Host: "localhost", Port: server.Port, CredentialsDir: credentials, Secret: "reader",
			TLS: contract.TLS{Mode: v1alpha1.TLSVerifyIdentity, CAFile: server.Authority.File},
		},
		Copy:        contract.Copy{Database: database, Exclude: contract.Exclusion{Tables: []string{"$(left)*"}, Data: []string{"emptied"}}},
		Compression: contract.Compression{Format: "zstd", Level: 3},
		Storage:     contract.Storage{Directory: byRequest},
		Encryption:  &contract.Encryption{Recipients: []string{recipient}},
		KeyPrefix:   "prod/one", Dump: "shop/first", RunDeadline: metav1.Duration{Duration: time.Hour},
	})).mustSucceed(t)
	run(t, append(append(flags(server, credentials, database), into(byFlags)...), "--attempt=one", "--exclude=$(left)*", "--exclude-data=emptied",
		"--compression=zstd", "--compression-level=3", "--key-prefix=prod/one", "--dump=shop/first", "--run-deadline=1h", "--recipient="+recipient)...).mustSucceed(t)
	want, got := manifest(t, byFlags), manifest(t, byRequest)
	want.StartedAt, want.FinishedAt = got.StartedAt, got.FinishedAt
	// Encrypted twice, the same text gives other bytes.
	want.Files[0].Size, want.Files[0].SHA256 = got.Files[0].Size, got.Files[0].SHA256
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-by flags +by request)\n%s", diff)
	}
	if got.Dump != "shop/first" || got.Level != 3 || len(got.Tables.Excluded) != 1 || got.Encryption == nil {
		t.Errorf("it says %+v", got)
	}
	if diff := cmp.Diff([]string{"prod/one/one/dump.sql.zst.age", "prod/one/one/manifest.json"}, files(t, byRequest)); diff != "" {
		t.Errorf("files (-want +got)\n%s", diff)
	}
}

func TestARequestThatCannotBeMeantIsRefused(t *testing.T) {
	good := contract.Request{
		Source:      contract.Source{Engine: v1alpha1.EngineMariaDB, Host: "localhost", Port: 1, TLS: contract.TLS{Mode: v1alpha1.TLSDisabled}, CredentialsDir: "/reader"},
		Copy:        contract.Copy{Database: "shop"},
		Compression: contract.Compression{Format: "gzip"},
		Storage:     contract.Storage{Directory: "/out"},
		KeyPrefix:   "shop",
	}
	for sentence, c := range map[string]struct {
		edit func(*contract.Request)
		says string
	}{
		"no database":           {func(r *contract.Request) { r.Copy.Database = "" }, "no database was given"},
		"the server's accounts": {func(r *contract.Request) { r.Copy.Database = "mysql" }, "is never copied"},
		"no engine":             {func(r *contract.Request) { r.Source.Engine = "" }, "unknown engine"},
		"no TLS mode":           {func(r *contract.Request) { r.Source.TLS.Mode = "" }, "unknown TLS mode"},
		"no host":               {func(r *contract.Request) { r.Source.Host = "" }, "no server was given"},
		"no credentials":        {func(r *contract.Request) { r.Source.CredentialsDir = "" }, "no credentials were given"},
		"no compression":        {func(r *contract.Request) { r.Compression.Format = "" }, "use gzip, zstd or none"},
		"no such level":         {func(r *contract.Request) { r.Compression.Level = 10 }, "use 1 to 9"},
		"encryption for nobody": {func(r *contract.Request) { r.Encryption = &contract.Encryption{} }, "to be encrypted for 0 recipients, and can be for 1 to 32"},
		"no recipient":          {func(r *contract.Request) { r.Encryption = &contract.Encryption{Recipients: []string{"x"}} }, "recipient 1 is not a public key that age knows"},
		"no key prefix":         {func(r *contract.Request) { r.KeyPrefix = "" }, "the key prefix"},
		"a key prefix upwards":  {func(r *contract.Request) { r.KeyPrefix = "../x" }, "the key prefix"},
		"no storage":            {func(r *contract.Request) { r.Storage = contract.Storage{} }, "no place for artifacts"},
		"two storages":          {func(r *contract.Request) { r.Storage.S3 = &contract.S3{Bucket: "dumps"} }, "both a bucket and a folder"},
		"no bucket":             {func(r *contract.Request) { r.Storage = contract.Storage{S3: &contract.S3{}} }, "no bucket"},
	} {
		t.Run(sentence, func(t *testing.T) {
			r := good
			c.edit(&r)
			run(t, "dump", "--request-file="+encoded(t, r)).mustFail(t, contract.InvalidRequest, c.says)
		})
	}
	folder := t.TempDir()
	for sentence, text := range map[string]string{"empty": "", "late": `{"version":2}`, "long": strings.Repeat("x", contract.MaxRequestBytes+1)} {
		if err := os.WriteFile(filepath.Join(folder, sentence), []byte(text), 0o444); err != nil {
			t.Fatal(err)
		}
	}
	for sentence, c := range map[string]struct {
		arguments []string
		says      string
	}{
		"a file that is not there":              {[]string{"--request-file=" + folder + "/nothing"}, "there is no file " + folder + "/nothing"},
		"a folder":                              {[]string{"--request-file=" + folder}, "read the request"},
		"an annotation that is not there":       {[]string{"--request-file=" + folder + "/empty"}, folder + "/empty: the request is not JSON"},
		"another release":                       {[]string{"--request-file=" + folder + "/late"}, "use manager and dumper image of the same release"},
		"more than there can be":                {[]string{"--request-file=" + folder + "/long"}, "more than 217088 bytes"},
		"a flag beside it":                      {[]string{"--request-file=" + encoded(t, good), "--host=elsewhere"}, "--host was given beside --request-file"},
		"flags beside it, one with its default": {[]string{"--request-file=" + encoded(t, good), "--storage-directory=/x", "--port=3306"}, "--port, --storage-directory was given beside"},
	} {
		t.Run(sentence, func(t *testing.T) {
			run(t, append([]string{"dump"}, c.arguments...)...).mustFail(t, contract.InvalidRequest, c.says)
		})
	}
}
