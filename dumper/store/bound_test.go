package store_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/volcado-io/volcado/dumper/mounted"
	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/dumper/store"
	"github.com/volcado-io/volcado/internal/contract"
)

func TestStorageCredentialsBelongToABucket(t *testing.T) {
	const none = contract.Reason("")
	for sentence, c := range map[string]struct {
		secret           map[string]string
		endpoint, bucket string
		want             contract.Reason
	}{
		"a Secret that says nothing":             {nil, "https://s3.example.com", "dumps", none},
		"the endpoint and the bucket":            {map[string]string{"endpoint": "https://s3.example.com", "bucket": "dumps\n"}, "https://s3.example.com", "dumps", none},
		"the endpoint, written otherwise":        {map[string]string{"endpoint": "https://S3.example.com:443/"}, "https://s3.example.com", "dumps", none},
		"another endpoint":                       {map[string]string{"endpoint": "https://s3.example.com"}, "https://s3.example.com.attacker.example", "dumps", contract.StorageNotBound},
		"the endpoint without TLS":               {map[string]string{"endpoint": "https://s3.example.com"}, "http://s3.example.com", "dumps", contract.StorageNotBound},
		"Amazon's, where another is meant":       {map[string]string{"endpoint": "https://s3.example.com"}, "", "dumps", contract.StorageNotBound},
		"another port":                           {map[string]string{"endpoint": "https://s3.example.com"}, "https://s3.example.com:444", "dumps", contract.StorageNotBound},
		"another bucket":                         {map[string]string{"bucket": "dumps"}, "", "dump", contract.StorageNotBound},
		"an endpoint that is no URL binds to it": {map[string]string{"endpoint": "https://%zz"}, "https://%zz", "dumps", contract.StorageNotBound},
	} {
		t.Run(sentence, func(t *testing.T) {
			dir := t.TempDir()
			files := map[string]string{store.KeyAccessKeyID: "somebody", store.KeySecretAccessKey: "secret"}
			for key, value := range c.secret {
				files[key] = value
			}
			for key, value := range files {
				if err := os.WriteFile(filepath.Join(dir, key), []byte(value), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			opened, _, err := store.OpenS3(t.Context(), store.S3{Bucket: c.bucket, Endpoint: c.endpoint, PathStyle: true, Credentials: &mounted.Secret{Dir: dir, Name: "writer"}})
			if err == nil {
				_ = opened.Close()
			}
			got := none
			if err != nil {
				got = result.FailureOf(err).Reason
			}
			if got != c.want {
				t.Errorf("%v", err)
			}
		})
	}
}
