package jobspec_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/jobmeta"
	"github.com/volcado-io/volcado/internal/jobspec"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestJobs(t *testing.T) {
	for name, edit := range map[string]func(*jobspec.Request){
		"s3":     func(*jobspec.Request) {},
		"volume": toVolume,
		"full":   everything,
	} {
		t.Run(name, func(t *testing.T) {
			r := request()
			edit(&r)
			got, err := yaml.Marshal(build(t, r))
			if err != nil {
				t.Fatal(err)
			}
			compare(t, name, got)
		})
	}
}

func compare(t *testing.T, name string, got []byte) {
	t.Helper()
	golden := filepath.Join("testdata", name+".yaml")
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got); if this is meant, run with -update\n%s", golden, diff)
	}
}

// Jobs that read no database have not even the name of its Secret.
func TestOnlyTheJobThatCopiesHasTheDatabasesSecret(t *testing.T) {
	for name, edit := range map[string]func(*jobspec.Request){"s3": func(*jobspec.Request) {}, "volume": toVolume, "full": everything} {
		t.Run(name, func(t *testing.T) {
			r := request()
			edit(&r)
			dump := r.Dump.DeepCopy()
			dump.Status.Storage, dump.Status.Database = &r.Storage, r.Database
			housing := jobspec.Housing{Template: r.Source.Spec.Job, Image: "dumper:dev", Allowed: r.Allowed}
			settle, err := jobspec.Settle(jobspec.SettleRequest{Dump: dump, Housing: housing})
			if err != nil {
				t.Fatal(err)
			}
			remove, err := jobspec.Delete(jobspec.DeleteRequest{Namespace: "shop", Storage: r.Storage, Dumps: []*v1alpha1.DatabaseDump{dump}, Housing: housing})
			if err != nil {
				t.Fatal(err)
			}
			for kind, job := range map[string]*batchv1.Job{"settle": settle, "delete": remove} {
				got, err := yaml.Marshal(job)
				if err != nil {
					t.Fatal(err)
				}
				if secret := r.Source.Spec.CredentialsSecretRef.Name; strings.Contains(string(got), secret) {
					t.Errorf("%s has %s", kind, secret)
				}
				if name == "full" || name == "volume" {
					compare(t, kind+"-"+name, got)
				}
			}
		})
	}
}

type fataler interface {
	Helper()
	Fatal(...any)
}

func build(t fataler, r jobspec.Request) *batchv1.Job {
	t.Helper()
	job, err := jobspec.Copy(r)
	if err != nil {
		t.Fatal(err)
	}
	return job
}

// request for a dump of shop into a bucket, with the API's defaults.
func request() jobspec.Request {
	return jobspec.Request{
		Dump: &v1alpha1.DatabaseDump{
			ObjectMeta: metav1.ObjectMeta{Name: "first", Namespace: "shop", UID: "0b1f7c9e-1111-4222-8333-444455556666"},
			Spec:       v1alpha1.DatabaseDumpSpec{Compression: v1alpha1.Compression{Format: v1alpha1.CompressionGzip}},
		},
		Source: &v1alpha1.DatabaseSource{
			ObjectMeta: metav1.ObjectMeta{Name: "shop", Namespace: "shop"},
			Spec: v1alpha1.DatabaseSourceSpec{
				Engine: v1alpha1.EngineMariaDB, Host: "mariadb.shop.svc", Port: 3306,
				CredentialsSecretRef: v1alpha1.SecretReference{Name: "shop-reader"},
				TLS:                  v1alpha1.SourceTLS{Mode: v1alpha1.TLSVerifyIdentity},
				Limits: v1alpha1.SourceLimits{
					StartDeadline: metav1.Duration{Duration: 10 * time.Minute}, RunDeadline: metav1.Duration{Duration: 2 * time.Hour},
				},
			},
		},
		Database: "shop",
		Storage: v1alpha1.DumpStorageSpec{
			S3:                   &v1alpha1.S3Storage{Bucket: "dumps", Prefix: "prod", Region: "eu-west-1"},
			CredentialsSecretRef: &v1alpha1.SecretReference{Name: "dumps-writer"},
		},
		Images: jobspec.Images{MariaDB: "volcado.local/dumper-mariadb:dev", MySQL: "volcado.local/dumper-mysql:dev"},
	}
}

func toVolume(r *jobspec.Request) {
	r.Storage = v1alpha1.DumpStorageSpec{
		PersistentVolumeClaim: &v1alpha1.PersistentVolumeClaimStorage{ClaimName: "dumps", Prefix: "nightly"},
	}
	r.Dump.Spec.Compression = v1alpha1.Compression{Format: v1alpha1.CompressionNone}
	r.Dump.Spec.SchemaOnly = true
}

// Keys of an owner and of somebody who asks.
const (
	ownersKey = "age137vvwd69g8rsyc0d6pw3pvrdf3kg30w4xmkesjgjwqrxeygt2gdsqpte28"
	askersKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB01FKmOU8b9mmIv2pUlxn7mM0wYiLh6lYXlhYRRcVhw"
)

// encrypt for the recipients of both, as the status says.
func encrypt(r *jobspec.Request) {
	r.Source.Spec.Encryption = &v1alpha1.Encryption{Recipients: []v1alpha1.Recipient{ownersKey}}
	r.Dump.Spec.Encryption = &v1alpha1.Encryption{Recipients: []v1alpha1.Recipient{askersKey + " ana@example.com"}}
	r.Dump.Status.EncryptedFor = 2
}

func everything(r *jobspec.Request) {
	encrypt(r)
	r.Database = "shop_eu"
	r.Dump.Spec.Exclude = &v1alpha1.DumpExclusions{Tables: []v1alpha1.NamePattern{"tmp_*"}, Data: []v1alpha1.NamePattern{"mails"}}
	s := &r.Source.Spec
	s.Engine, s.Port = v1alpha1.EngineMySQL, 3307
	s.TLS = v1alpha1.SourceTLS{Mode: v1alpha1.TLSVerifyCA, CASecretRef: &v1alpha1.SecretKeyReference{
		SecretReference: v1alpha1.SecretReference{Name: "shop-ca"}, Key: "authority.pem",
	}}
	s.Exclude = &v1alpha1.SourceExclusions{
		Tables: []v1alpha1.QualifiedPattern{"shop*.sessions", "crm.people"}, Data: []v1alpha1.QualifiedPattern{"*.audit_log"},
	}
	s.Job = &v1alpha1.JobTemplate{
		Resources: &v1alpha1.JobResources{
			Limits:   corev1.ResourceList{corev1.ResourceMemory: resource.MustParse("1Gi")},
			Requests: corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("500m")},
		},
		NodeSelector: map[string]v1alpha1.JobLabelValue{"disk": "fast"},
		Tolerations:  []corev1.Toleration{{Key: "batch", Operator: corev1.TolerationOpExists}},
		Labels:       map[string]v1alpha1.JobLabelValue{"team": "shop"},
		Annotations: map[string]v1alpha1.JobAnnotationValue{
			"example.com/note": "hello",
			// Neither is allowed, and the second by no manager.
			"sidecar.istio.io/inject":                               "true",
			"container.apparmor.security.beta.kubernetes.io/dumper": "unconfined",
			"volcado.io/request":                                    `{"version":1}`,
		},
		ServiceAccountName: "dumper",
		ImagePullSecrets:   []v1alpha1.SecretReference{{Name: "registry"}},
	}
	r.Allowed.Annotations = jobmeta.Keys{"example.com/"}
	r.Storage.S3 = &v1alpha1.S3Storage{
		Bucket: "dumps", Region: "us-east-1", Endpoint: "https://s3.example.com", PathStyle: true,
		CASecretRef: &v1alpha1.SecretKeyReference{SecretReference: v1alpha1.SecretReference{Name: "s3-ca"}, Key: "ca.pem"},
	}
}

func TestALimitIsNeverBelowItsRequest(t *testing.T) {
	for name, tc := range map[string]struct {
		given                  v1alpha1.JobResources
		wantRequest, wantLimit string
	}{
		"nothing is given":                    {v1alpha1.JobResources{}, "128Mi", "512Mi"},
		"a request above the default limit":   {v1alpha1.JobResources{Requests: memory("1Gi")}, "1Gi", "1Gi"},
		"a limit below the default request":   {v1alpha1.JobResources{Limits: memory("100Mi")}, "100Mi", "100Mi"},
		"both are given":                      {v1alpha1.JobResources{Requests: memory("1Gi"), Limits: memory("2Gi")}, "1Gi", "2Gi"},
		"a request below the default's limit": {v1alpha1.JobResources{Requests: memory("64Mi")}, "64Mi", "512Mi"},
	} {
		t.Run(name, func(t *testing.T) {
			r := request()
			r.Source.Spec.Job = &v1alpha1.JobTemplate{Resources: &tc.given}
			got := build(t, r).Spec.Template.Spec.Containers[0].Resources
			if got.Requests.Memory().String() != tc.wantRequest || got.Limits.Memory().String() != tc.wantLimit {
				t.Errorf("request %s and limit %s, want %s and %s", got.Requests.Memory(), got.Limits.Memory(), tc.wantRequest, tc.wantLimit)
			}
		})
	}
}

func memory(quantity string) corev1.ResourceList {
	return corev1.ResourceList{corev1.ResourceMemory: resource.MustParse(quantity)}
}

func TestLocationsAreTheManagersOwn(t *testing.T) {
	r := request()
	artifact, manifest := jobspec.URIs(r.Storage, r.Dump, "pod-uid")
	want := "s3://dumps/prod/shop/first/0b1f7c9e-1111-4222-8333-444455556666/pod-uid/"
	if artifact != want+contract.DefaultFormat().File() || manifest != want+contract.ManifestFile {
		t.Errorf("got %s and %s", artifact, manifest)
	}
	toVolume(&r)
	artifact, _ = jobspec.URIs(r.Storage, r.Dump, "pod-uid")
	if artifact != "pvc://shop/dumps/nightly/shop/first/0b1f7c9e-1111-4222-8333-444455556666/pod-uid/dump.sql" {
		t.Errorf("got %s", artifact)
	}
}
