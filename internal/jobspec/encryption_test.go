package jobspec_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/jobspec"
)

func TestTheDumperIsToldForWhomToEncrypt(t *testing.T) {
	for sentence, tc := range map[string]struct {
		edit func(*jobspec.Request)
		want *contract.Encryption
		file string
	}{
		"nobody demands it": {func(*jobspec.Request) {}, nil, "dump.sql.gz"},
		"both do":           {encrypt, &contract.Encryption{Recipients: []string{ownersKey, askersKey}}, "dump.sql.gz.age"},
		"the source alone": {func(r *jobspec.Request) {
			encrypt(r)
			r.Dump.Spec.Encryption, r.Dump.Status.EncryptedFor = nil, 1
		}, &contract.Encryption{Recipients: []string{ownersKey}}, "dump.sql.gz.age"},
		"the dump alone, without compression": {func(r *jobspec.Request) {
			encrypt(r)
			r.Source.Spec.Encryption, r.Dump.Status.EncryptedFor = nil, 1
			r.Dump.Spec.Compression.Format = v1alpha1.CompressionNone
		}, &contract.Encryption{Recipients: []string{askersKey}}, "dump.sql.age"},
	} {
		t.Run(sentence, func(t *testing.T) {
			r := request()
			tc.edit(&r)
			if diff := cmp.Diff(tc.want, asked(t, build(t, r)).Encryption); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if uri, _ := jobspec.URIs(r.Storage, r.Dump, "pod-uid"); !strings.HasSuffix(uri, "/pod-uid/"+tc.file) {
				t.Errorf("its artifact is to be %s", uri)
			}
			// What the source says later changes nothing of what the Job was made for.
			r.Source = nil
			if got := jobspec.ArtifactFile(r.Dump); got != tc.file {
				t.Errorf("its file is to be %s", got)
			}
		})
	}
}

// No rule of acceptance stands between a defect of the manager and a copy that anybody can read: this does.
func TestThereIsNoJobThatWouldEncryptForOthersThanWasDemanded(t *testing.T) {
	for sentence, tc := range map[string]struct {
		edit func(*jobspec.Request)
		says string
	}{
		"the status says that the copy is not encrypted": {func(r *jobspec.Request) { r.Dump.Status.EncryptedFor = 0 }, "for 2 recipients, and status.encryptedFor says 0"},
		"the status says that it is, and nobody demands it": {func(r *jobspec.Request) {
			r.Source.Spec.Encryption, r.Dump.Spec.Encryption = nil, nil
		}, "for 0 recipients, and status.encryptedFor says 2"},
		"the source's key is none":   {func(r *jobspec.Request) { r.Source.Spec.Encryption.Recipients[0] = "age1" }, "DatabaseSource shop: recipient 1 (age1) is not a whole public key"},
		"the source's list is empty": {func(r *jobspec.Request) { r.Source.Spec.Encryption.Recipients = nil }, "DatabaseSource shop names no recipient"},
		"the dump's key is none":     {func(r *jobspec.Request) { r.Dump.Spec.Encryption.Recipients[0] = "x" }, "DatabaseDump first: recipient 1"},
	} {
		t.Run(sentence, func(t *testing.T) {
			r := request()
			encrypt(&r)
			tc.edit(&r)
			job, err := jobspec.Copy(r)
			if job != nil || err == nil || !strings.Contains(err.Error(), tc.says) {
				t.Errorf("%v", err)
			}
		})
	}
}
