package jobspec_test

import (
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/yaml"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/jobspec"
)

// bounds of a field of a kind, by the CRD.
func bounds(t *testing.T, kind string, path ...string) apiextensionsv1.JSONSchemaProps {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("../../config/crd/bases", "volcado.io_"+kind+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var crd apiextensionsv1.CustomResourceDefinition
	if err := yaml.Unmarshal(data, &crd); err != nil {
		t.Fatal(err)
	}
	at := crd.Spec.Versions[0].Schema.OpenAPIV3Schema.Properties["spec"]
	for _, name := range path {
		at = at.Properties[name]
	}
	return at
}

// longest list that the field can hold, each entry as long as can be, of the letters that take most bytes.
func longest[T ~string](t *testing.T, begin, kind string, path ...string) []T {
	t.Helper()
	field := bounds(t, kind, path...)
	list := make([]T, *field.MaxItems)
	for i := range list {
		number := fmt.Sprint(i)
		list[i] = T(begin + strings.Repeat("\U00010400", int(*field.Items.Schema.MaxLength)-len(begin)-len(number)) + number)
	}
	return list
}

func text(t *testing.T, kind string, path ...string) string {
	t.Helper()
	return strings.Repeat("x", int(*bounds(t, kind, path...).MaxLength))
}

// longestKeys are as many public keys of SSH, each almost as long as can be.
func longestKeys(t *testing.T, length, count int) (keys []v1alpha1.Recipient) {
	t.Helper()
	for range count {
		// What is around the modulus takes 24 bytes, and its text four characters for three bytes.
		modulus := make([]byte, (length-len("ssh-rsa "))/4*3-24)
		if _, err := rand.Read(modulus); err != nil {
			t.Fatal(err)
		}
		modulus[0], modulus[len(modulus)-1] = 0xff, 0xff
		key, err := ssh.NewPublicKey(&rsa.PublicKey{N: new(big.Int).SetBytes(modulus), E: 65537})
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, v1alpha1.Recipient(strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key)))))
	}
	return keys
}

// Every request that the API lets through can be handed over, or the dump would end with an error about its own data's size.
func TestTheLargestRequestThatTheAPIAllowsFits(t *testing.T) {
	for sentence, edit := range map[string]func(*v1alpha1.DatabaseDumpSpec){
		"with tables named": func(s *v1alpha1.DatabaseDumpSpec) {
			s.Tables = longest[v1alpha1.DatabaseName](t, "", "databasedumps", "tables")
		},
		"with tables left out": func(s *v1alpha1.DatabaseDumpSpec) {
			s.Exclude.Tables = longest[v1alpha1.NamePattern](t, "", "databasedumps", "exclude", "tables")
		},
	} {
		t.Run(sentence, func(t *testing.T) {
			r := request()
			everything(&r)
			s := &r.Source.Spec
			s.Exclude = &v1alpha1.SourceExclusions{
				Tables: longest[v1alpha1.QualifiedPattern](t, "*.", "databasesources", "exclude", "tables"),
				Data:   longest[v1alpha1.QualifiedPattern](t, "*.", "databasesources", "exclude", "data"),
			}
			s.Host, s.CredentialsSecretRef.Name = text(t, "databasesources", "host"), text(t, "databasesources", "credentialsSecretRef", "name")
			s.TLS.CASecretRef.Name, s.TLS.CASecretRef.Key = s.CredentialsSecretRef.Name, text(t, "databasesources", "tls", "caSecretRef", "key")
			s3 := r.Storage.S3
			s3.Bucket, s3.Prefix, s3.Region = text(t, "dumpstorages", "s3", "bucket"), text(t, "dumpstorages", "s3", "prefix"), text(t, "dumpstorages", "s3", "region")
			s3.Endpoint, s3.CASecretRef, r.Storage.CredentialsSecretRef = text(t, "dumpstorages", "s3", "endpoint"), s.TLS.CASecretRef, &s.CredentialsSecretRef
			length := int(*bounds(t, "databasesources", "encryption", "recipients").Items.Schema.MaxLength)
			s.Encryption = &v1alpha1.Encryption{Recipients: longestKeys(t, length, int(*bounds(t, "databasesources", "encryption", "recipients").MaxItems))}
			r.Dump.Spec.Encryption = &v1alpha1.Encryption{Recipients: longestKeys(t, length, int(*bounds(t, "databasedumps", "encryption", "recipients").MaxItems))}
			r.Dump.Status.EncryptedFor = contract.MaxRecipients
			r.Database = v1alpha1.DatabaseName(strings.Repeat("\U00010400", 64))
			r.Dump.Spec.Exclude = &v1alpha1.DumpExclusions{Data: longest[v1alpha1.NamePattern](t, "", "databasedumps", "exclude", "data")}
			edit(&r.Dump.Spec)
			job := build(t, r)
			if got := asked(t, job).Copy; len(got.Exclude.Data) != 128 || len(got.Tables)+len(got.Exclude.Tables) < 128 {
				t.Fatalf("%d tables, %d left out, %d without rows", len(got.Tables), len(got.Exclude.Tables), len(got.Exclude.Data))
			}
			if got := asked(t, job).Encryption.Recipients; len(got) != contract.MaxRecipients || len(got[0]) < length-4 {
				t.Fatalf("%d recipients, the first of %d characters", len(got), len(got[0]))
			}
			t.Logf("%d of %d bytes", len(job.Spec.Template.Annotations[contract.RequestAnnotation]), contract.MaxRequestBytes)
		})
	}
}

func TestARequestThatIsTooLargeIsRefusedBeforeThereIsAJob(t *testing.T) {
	r := request()
	for range 1100 {
		r.Dump.Spec.Tables = append(r.Dump.Spec.Tables, v1alpha1.DatabaseName(strings.Repeat("x", 200)))
	}
	job, err := jobspec.Copy(r)
	if job != nil || err == nil || !strings.Contains(err.Error(), "shorten tables, exclude.tables or exclude.data of the dump or of its source") {
		t.Errorf("%v", err)
	}
}

// A data owner's annotations describe the pod. They say nothing in the manager's name.
func TestAnAnnotationOfTheDataOwnersIsNeverTheRequest(t *testing.T) {
	r := request()
	r.Source.Spec.Job = &v1alpha1.JobTemplate{Annotations: map[string]v1alpha1.JobAnnotationValue{
		contract.RequestAnnotation: `{"version":1,"copy":{"database":"mysql"}}`, "volcado.io/other": "x", "team": "shop",
	}}
	job := build(t, r)
	if got := asked(t, job); got.Copy.Database != "shop" {
		t.Errorf("it asks for %+v", got)
	}
	if a := job.Annotations; len(a) != 1 || a["team"] != "shop" {
		t.Errorf("the Job has %v", a)
	}
	if a := job.Spec.Template.Annotations; len(a) != 2 || a["team"] != "shop" {
		t.Errorf("the pod has %v", a)
	}
}
