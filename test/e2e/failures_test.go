//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

// badInput is something that is wrong with what the data owner wrote, or with the world around it.
type badInput struct {
	// prepare makes what is wrong and is not the source itself. Optional.
	prepare func(*world)
	// source changes a source that would work. Optional.
	source   func(*world, *v1alpha1.DatabaseSource)
	noSource bool
	// dump is YAML below the dump's spec.
	dump   string
	reason string
	// says what message and hint must name, and never what they must not tell.
	says, never []string
	// within is the time in which it must have ended; 45 s where it is 0.
	within time.Duration
}

func storedIn(name string) func(*world, *v1alpha1.DatabaseSource) {
	return func(_ *world, s *v1alpha1.DatabaseSource) { s.Spec.StorageRef.Name = name }
}

// shortly lets an attempt that cannot succeed be tried three times within a test's patience.
func shortly(s *v1alpha1.DatabaseSource) {
	s.Spec.Limits.RunDeadline = metav1.Duration{Duration: 20 * time.Second}
}

var badInputs = map[string]badInput{
	"a source that does not exist": {
		noSource: true, reason: "SourceNotFound", says: []string{"a-source-that-does-not-exist"},
	},
	"a storage that does not exist": {source: storedIn("nowhere"), reason: "StorageNotFound", says: []string{"nowhere"}},
	"a database that the source does not permit": {
		dump: ", database: payroll", reason: "DatabaseNotPermitted", says: []string{"payroll"},
	},
	"a database that the server does not have": {
		// Whoever may read no database of that name is not told that there is none.
		prepare: func(w *world) {
			w.sql(fmt.Sprintf(`GRANT SELECT, SHOW VIEW, TRIGGER, EVENT ON %s.* TO %s@'%%'`, "`e2e\\_smal\\_%`", w.user()))
		},
		source: func(w *world, s *v1alpha1.DatabaseSource) {
			s.Spec.Databases = []v1alpha1.NamePattern{v1alpha1.NamePattern("e2e_smal_" + w.suffix)}
		},
		reason: "DatabaseNotFound", says: []string{"e2e_smal_"},
	},
	"a database that the database user may not read": {
		source: func(_ *world, s *v1alpha1.DatabaseSource) { s.Spec.Databases = []v1alpha1.NamePattern{"shop"} },
		reason: "InsufficientPrivileges", says: []string{"shop"},
	},
	"a table that the database does not have": {
		dump: ", tables: [orders, custommers]", reason: "TableNotFound", says: []string{"custommers"},
	},
	"a table that the source leaves out": {
		source: func(_ *world, s *v1alpha1.DatabaseSource) {
			s.Spec.Exclude = &v1alpha1.SourceExclusions{Tables: []v1alpha1.QualifiedPattern{"*.customers"}}
		},
		dump: ", tables: [customers]", reason: "TableExcluded", says: []string{"customers"},
	},
	"a wrong password": {
		prepare: func(w *world) {
			w.secret("stale", map[string]string{"username": w.user(), "password": "wr0ng-canary", "host": "mariadb.shop.svc"})
		},
		source: func(_ *world, s *v1alpha1.DatabaseSource) { s.Spec.CredentialsSecretRef.Name = "stale" },
		reason: "AccessDenied", says: []string{"stale"}, never: []string{"wr0ng-canary"},
	},
	"a Secret that does not exist": {
		source: func(_ *world, s *v1alpha1.DatabaseSource) { s.Spec.CredentialsSecretRef.Name = "forgotten" },
		reason: "SecretNotFound", says: []string{"the Secret forgotten does not exist", "username and password"},
	},
	"a Secret without the password": {
		prepare: func(w *world) { w.secret("half", map[string]string{"username": "somebody"}) },
		source:  func(_ *world, s *v1alpha1.DatabaseSource) { s.Spec.CredentialsSecretRef.Name = "half" },
		reason:  "CredentialsMissing", says: []string{"half", "password"},
	},
	"a Secret that does not say which host its password belongs to": {
		prepare: func(w *world) { w.secret("boundless", map[string]string{"username": w.user(), "password": w.password}) },
		source:  func(_ *world, s *v1alpha1.DatabaseSource) { s.Spec.CredentialsSecretRef.Name = "boundless" },
		reason:  "HostNotBound", says: []string{"the Secret boundless has no key host", "add the key host with the value mariadb.shop.svc"},
	},
	"a host that the password does not belong to": {
		source: func(_ *world, s *v1alpha1.DatabaseSource) { s.Spec.Host = "attacker.example.com" },
		reason: "HostNotBound", says: []string{"the key host of the Secret reader does not name attacker.example.com"},
	},
	"a Secret whose keys have other names": {
		prepare: func(w *world) {
			w.secret("renamed", map[string]string{"user": "somebody", "pass": "renamed-canary"})
		},
		source: func(_ *world, s *v1alpha1.DatabaseSource) { s.Spec.CredentialsSecretRef.Name = "renamed" },
		reason: "CredentialsMissing", says: []string{"the Secret renamed has no key username"}, never: []string{"renamed-canary"},
	},
	"a ServiceAccount that does not exist": {
		source: func(_ *world, s *v1alpha1.DatabaseSource) {
			s.Spec.Job = &v1alpha1.JobTemplate{ServiceAccountName: "somebody-else"}
		},
		reason: "PodNotCreated", says: []string{`serviceaccount "somebody-else" not found`, "job.serviceAccountName"}, within: 2 * time.Minute,
	},
	"a port on which nothing listens": {
		source: func(w *world, s *v1alpha1.DatabaseSource) { s.Spec.Host, s.Spec.Port = w.machine(), 1; shortly(s) },
		reason: "ServerUnreachable", says: []string{":1"}, within: 2 * time.Minute,
	},
	"an address that nobody has": {
		source: func(w *world, s *v1alpha1.DatabaseSource) { s.Spec.Host = w.unusedAddress(); shortly(s) },
		reason: "ServerUnreachable", within: 3 * time.Minute,
	},
	"a server that accepts and says nothing": {
		source: func(w *world, s *v1alpha1.DatabaseSource) {
			s.Spec.Host, s.Spec.Port = w.silentServer()
			// Three attempts of 20 s fit into the Job's deadline, which is this and a margin.
			s.Spec.Limits.RunDeadline.Duration = time.Minute
		},
		reason: "ServerUnreachable", within: 4 * time.Minute,
	},
	"a host name that does not resolve": {
		source: func(_ *world, s *v1alpha1.DatabaseSource) { s.Spec.Host = "mariabd.shop.svc"; shortly(s) },
		reason: "ServerUnreachable", says: []string{"mariabd.shop.svc"}, within: 2 * time.Minute,
	},
	"a database server whose authority is unknown": {
		prepare: func(w *world) { w.secret("other-ca", map[string]string{"ca.crt": otherAuthority()}) },
		source:  func(_ *world, s *v1alpha1.DatabaseSource) { s.Spec.TLS.CASecretRef.Name = "other-ca" },
		reason:  "TLSVerificationFailed",
	},
	"a database server whose certificate names another host": {
		source: func(w *world, s *v1alpha1.DatabaseSource) { s.Spec.Host = w.clusterIP(shopNamespace, "mariadb") },
		reason: "TLSVerificationFailed",
	},
	"a Secret of the authority that does not exist": {
		source: func(_ *world, s *v1alpha1.DatabaseSource) { s.Spec.TLS.CASecretRef.Name = "no-ca" },
		reason: "TLSAuthorityMissing", says: []string{"no-ca"},
	},
	"an engine that the server is not of": {
		source: func(_ *world, s *v1alpha1.DatabaseSource) { s.Spec.Engine = v1alpha1.EngineMySQL },
		reason: "EngineMismatch", says: []string{"MariaDB", "MySQL"},
	},
	"a bucket that does not exist": {
		prepare: func(w *world) {
			w.storage("no-bucket", func(s *v1alpha1.DumpStorage) { s.Spec.S3.Bucket = "no-such-bucket" })
		},
		source: storedIn("no-bucket"), reason: "BucketNotFound", says: []string{"no-such-bucket"},
	},
	"storage credentials that are wrong": {
		prepare: func(w *world) {
			w.secret("thief", map[string]string{"AWS_ACCESS_KEY_ID": "nobody", "AWS_SECRET_ACCESS_KEY": "wr0ng-canary"})
			w.storage("denied", func(s *v1alpha1.DumpStorage) { s.Spec.CredentialsSecretRef.Name = "thief" })
		},
		source: storedIn("denied"), reason: "StorageAccessDenied", never: []string{"wr0ng-canary"},
	},
	"a storage Secret that does not exist": {
		prepare: func(w *world) {
			w.storage("no-key", func(s *v1alpha1.DumpStorage) { s.Spec.CredentialsSecretRef.Name = "no-writer" })
		},
		source: storedIn("no-key"), reason: "StorageSecretNotFound", says: []string{"the Secret no-writer does not exist"},
	},
	"a storage Secret without the secret key": {
		prepare: func(w *world) {
			w.secret("half-writer", map[string]string{"AWS_ACCESS_KEY_ID": "somebody"})
			w.storage("half-key", func(s *v1alpha1.DumpStorage) { s.Spec.CredentialsSecretRef.Name = "half-writer" })
		},
		source: storedIn("half-key"), reason: "StorageCredentialsMissing", says: []string{"the Secret half-writer has no key AWS_SECRET_ACCESS_KEY"},
	},
	"a storage endpoint whose authority is unknown": {
		prepare: func(w *world) {
			w.secret("storage-other-ca", map[string]string{"ca.crt": otherAuthority()})
			w.storage("unproven", func(s *v1alpha1.DumpStorage) { s.Spec.S3.CASecretRef.Name = "storage-other-ca" })
		},
		source: storedIn("unproven"), reason: "StorageTLSVerificationFailed",
	},
	"a storage endpoint on which nothing listens": {
		prepare: func(w *world) {
			w.storage("silent", func(s *v1alpha1.DumpStorage) { s.Spec.S3.Endpoint = "https://" + w.machine() + ":1" })
		},
		source: func(w *world, s *v1alpha1.DatabaseSource) { storedIn("silent")(w, s); shortly(s) },
		reason: "StorageUnreachable", within: 3 * time.Minute,
	},
	"a claim that does not exist": {
		prepare: func(w *world) {
			w.apply("{apiVersion: volcado.io/v1alpha1, kind: DumpStorage, metadata: {name: no-claim}, spec: {persistentVolumeClaim: {claimName: no-claim}}}")
		},
		source: storedIn("no-claim"), reason: "VolumeNotFound", says: []string{"no-claim"},
	},
	"a volume that is too small": {
		prepare: func(w *world) {
			w.volumeStorage("tiny", "tiny", "8Mi")
			w.database("e2e_big_"+w.suffix, incompressible(16))
		},
		source: func(w *world, s *v1alpha1.DatabaseSource) {
			storedIn("tiny")(w, s)
			s.Spec.Databases = []v1alpha1.NamePattern{v1alpha1.NamePattern("e2e_big_" + w.suffix)}
		},
		reason: "StorageFull",
	},
	"a node that does not exist": {
		source: func(_ *world, s *v1alpha1.DatabaseSource) {
			s.Spec.Job = &v1alpha1.JobTemplate{NodeSelector: map[string]v1alpha1.JobLabelValue{"e2e/none": "such"}}
		},
		reason: "Unschedulable",
	},
}

func TestEachBadInputFailsWithinItsDeadlineAndSaysWhy(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "bad")
	database := w.small()
	var mu sync.Mutex
	sentences := map[string]string{} // message by reason and sentence
	t.Run("each", func(t *testing.T) {
		for sentence, bad := range badInputs {
			t.Run(sentence, func(t *testing.T) {
				t.Parallel()
				f := w.under(t).suffer(sentence, database, bad)
				mu.Lock()
				defer mu.Unlock()
				if other, ok := sentences[f.Message]; ok {
					t.Errorf("%q and %q get the same message: %s", sentence, other, f.Message)
				}
				sentences[f.Message] = sentence
			})
		}
	})
}

// suffer has a dump made with a bad input and holds its end to what is promised.
func (w *world) suffer(sentence, database string, bad badInput) v1alpha1.Failure {
	w.Helper()
	name := strings.ReplaceAll(sentence, " ", "-")
	name = strings.TrimRight(strings.ToLower(name[:min(len(name), 50)]), "-")
	if bad.prepare != nil {
		bad.prepare(w)
	}
	if !bad.noSource {
		w.source(name, []string{database}, func(s *v1alpha1.DatabaseSource) {
			if bad.source != nil {
				bad.source(w, s)
			}
		})
	}
	w.ask(name, name, bad.dump)
	within := bad.within
	if within == 0 {
		within = 45 * time.Second
	}
	began := time.Now()
	d := w.waitFor(name, "Finished", within)
	finished := "Failed"
	if bad.reason == v1alpha1.ReasonDatabaseNotPermitted || bad.reason == v1alpha1.ReasonTableExcluded {
		finished = "Refused"
	}
	f := w.failed(d, finished, bad.reason)
	for _, word := range bad.says {
		if !strings.Contains(f.Message+" "+f.Hint, word) {
			w.Errorf("neither message nor hint names %q: %s %s", word, f.Message, f.Hint)
		}
	}
	for _, word := range append(bad.never, w.password, env.s3.secretKey) {
		if strings.Contains(f.Message+f.Hint, word) {
			w.Errorf("message or hint tells a secret")
		}
	}
	w.Logf("%s after %.1f s\n  %s\n  %s", f.Reason, time.Since(began).Seconds(), f.Message, f.Hint)
	return f
}

// incompressible is a table of so many megabytes that no compressor makes smaller.
func incompressible(megabytes int) string {
	return fmt.Sprintf(`CREATE TABLE a_noise (id INT PRIMARY KEY, noise VARBINARY(1024)) ENGINE=InnoDB;
INSERT INTO a_noise SELECT seq, RANDOM_BYTES(1024) FROM seq_1_to_%d;`, megabytes*1024)
}

// unusedAddress is one of the pods' range that no pod has.
func (w *world) unusedAddress() string {
	w.Helper()
	var pods corev1.PodList
	if err := env.client.List(w.ctx, &pods); err != nil {
		w.Fatal(err)
	}
	for _, p := range pods.Items {
		if ip := net.ParseIP(p.Status.PodIP).To4(); ip != nil && !p.Spec.HostNetwork {
			// The far end of the node's range; addresses are given from the near one.
			return fmt.Sprintf("%d.%d.%d.253", ip[0], ip[1], ip[2])
		}
	}
	w.Fatal("no pod has an address")
	return ""
}

// machine is this machine's address, as pods see it.
func (w *world) machine() string {
	w.Helper()
	return strings.Join(strings.Split(w.unusedAddress(), ".")[:2], ".") + ".255.1"
}

// hosts that the password belongs to: the demo's server, and those that stand for it in tests of servers that do not answer.
func (w *world) hosts() string {
	w.Helper()
	return strings.Join([]string{"mariadb.shop.svc", "mariabd.shop.svc", w.machine(), w.unusedAddress(), w.clusterIP(shopNamespace, "mariadb")}, "\n")
}

// silentServer accepts connections on this machine, as pods see it, and never says a word.
func (w *world) silentServer() (host string, port int32) {
	w.Helper()
	address := w.machine()
	listener, err := net.Listen("tcp", net.JoinHostPort(address, "0"))
	if err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			w.Cleanup(func() { _ = connection.Close() })
		}
	}()
	return address, int32(listener.Addr().(*net.TCPAddr).Port)
}

func (w *world) clusterIP(namespace, service string) string {
	w.Helper()
	var s corev1.Service
	if err := env.client.Get(context.Background(), client.ObjectKey{Namespace: namespace, Name: service}, &s); err != nil {
		w.Fatal(err)
	}
	return s.Spec.ClusterIP
}
