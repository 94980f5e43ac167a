//go:build e2e

package e2e

import (
	"context"
	"crypto/rand"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

// world is a namespace of its own, as a data owner has one: enrolled, with Secrets, a storage, and a database user that
// may read the databases that are made here.
type world struct {
	*testing.T
	ctx       context.Context
	namespace string
	// suffix is new for each world. It ends the names of what is shared with other worlds.
	suffix string
	// person may ask for everything in this namespace, and for nothing elsewhere.
	person   string
	password string
}

// patience bounds every wait for something that has no deadline of its own.
const patience = 2 * time.Minute

func newWorld(t *testing.T, name string) *world {
	t.Helper()
	suffix := strings.ToLower(rand.Text()[:6])
	w := &world{
		T: t, ctx: context.Background(), suffix: suffix, namespace: fmt.Sprintf("e2e-%s-%s", name, suffix),
		person: "ana-" + suffix,
		// With everything in it that has broken an option file, a shell or a URL somewhere.
		password: rand.Text() + ` #"%;\'$(x)`,
	}
	said.Lock()
	passwords = append(passwords, w.password)
	said.Unlock()
	w.create(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: w.namespace, Labels: map[string]string{
		"app.kubernetes.io/part-of": partOf, "pod-security.kubernetes.io/enforce": "restricted",
	}}})
	t.Cleanup(w.end)
	w.kubectl("apply", "-k", filepath.Join(env.repo, "config/enroll"))
	w.copySecret("dumps-writer")
	w.copySecret("dumps-ca")
	w.copySecret("shop-ca")
	w.secret("reader", map[string]string{"username": w.user(), "password": w.password, "host": w.hosts()})
	w.storage("dumps", func(*v1alpha1.DumpStorage) {})
	w.create(&v1alpha1.DumpAllowList{
		ObjectMeta: metav1.ObjectMeta{Name: "qa"},
		Spec: v1alpha1.DumpAllowListSpec{
			Sources: []v1alpha1.AllowedSource{"*"}, Databases: []v1alpha1.NamePattern{"*"},
			Subjects: []v1alpha1.AllowedSubject{{
				Platform: v1alpha1.PlatformConsole, Users: []v1alpha1.SubjectID{v1alpha1.SubjectID(w.person)},
				Channels: []v1alpha1.ChannelID{v1alpha1.ChannelDirect},
			}},
		},
	})
	return w
}

// end leaves what helps to understand a failure, and removes the rest.
func (w *world) end() {
	if w.Failed() {
		w.diagnose()
	}
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	err := env.client.Delete(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: w.namespace}})
	if client.IgnoreNotFound(err) != nil {
		w.Errorf("delete namespace %s: %v", w.namespace, err)
	}
}

// user is this world's database user.
func (w *world) user() string { return databasePrefix + "_" + w.suffix }

// under is the world's own below the name of a parallel subtest.
func (w *world) under(t *testing.T) *world {
	own := *w
	own.T = t
	return &own
}

func (w *world) create(o client.Object) {
	w.Helper()
	if _, ok := o.(*corev1.Namespace); !ok {
		o.SetNamespace(w.namespace)
	}
	if err := env.client.Create(w.ctx, o); err != nil {
		w.Fatalf("create %T %s: %v", o, o.GetName(), err)
	}
}

func (w *world) secret(name string, data map[string]string) {
	w.Helper()
	w.create(&corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: name}, StringData: data})
}

// copySecret of the demo.
func (w *world) copySecret(name string) {
	w.Helper()
	var s corev1.Secret
	if err := env.client.Get(w.ctx, client.ObjectKey{Namespace: shopNamespace, Name: name}, &s); err != nil {
		w.Fatal(err)
	}
	w.create(&corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: name}, Data: s.Data})
}

// storage makes a DumpStorage in the demo's bucket, changed by change.
func (w *world) storage(name string, change func(*v1alpha1.DumpStorage)) {
	w.Helper()
	s := &v1alpha1.DumpStorage{ObjectMeta: metav1.ObjectMeta{Name: name}, Spec: v1alpha1.DumpStorageSpec{
		S3: &v1alpha1.S3Storage{
			Bucket: bucket, Prefix: "e2e", Endpoint: "https://s3.object-storage.svc", PathStyle: true,
			CASecretRef: &v1alpha1.SecretKeyReference{SecretReference: v1alpha1.SecretReference{Name: "dumps-ca"}, Key: "ca.crt"},
		},
		CredentialsSecretRef: &v1alpha1.SecretReference{Name: "dumps-writer"},
	}}
	change(s)
	w.create(s)
}

// volumeStorage makes a claim of a class and size and a DumpStorage of the same name on it.
func (w *world) volumeStorage(name, class, size string) {
	w.Helper()
	w.apply(fmt.Sprintf(`
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: %s}
spec: {accessModes: [ReadWriteOnce], storageClassName: %s, resources: {requests: {storage: %s}}}
---
apiVersion: volcado.io/v1alpha1
kind: DumpStorage
metadata: {name: %[1]s}
spec: {persistentVolumeClaim: {claimName: %[1]s, prefix: e2e}}
`, name, class, size))
}

// source makes a DatabaseSource on the demo's MariaDB for the databases, changed by change, with deadlines that fit tests.
func (w *world) source(name string, databases []string, change func(*v1alpha1.DatabaseSource)) {
	w.Helper()
	s := &v1alpha1.DatabaseSource{ObjectMeta: metav1.ObjectMeta{Name: name}, Spec: v1alpha1.DatabaseSourceSpec{
		Engine: v1alpha1.EngineMariaDB, Host: "mariadb.shop.svc",
		CredentialsSecretRef: v1alpha1.SecretReference{Name: "reader"},
		TLS: v1alpha1.SourceTLS{
			Mode:        v1alpha1.TLSVerifyIdentity,
			CASecretRef: &v1alpha1.SecretKeyReference{SecretReference: v1alpha1.SecretReference{Name: "shop-ca"}, Key: "ca.crt"},
		},
		StorageRef: v1alpha1.ObjectReference{Name: "dumps"},
		Limits: v1alpha1.SourceLimits{
			StartDeadline: metav1.Duration{Duration: 20 * time.Second}, RunDeadline: metav1.Duration{Duration: 3 * time.Minute},
		},
	}}
	for _, d := range databases {
		s.Spec.Databases = append(s.Spec.Databases, v1alpha1.NamePattern(d))
	}
	if change != nil {
		change(s)
	}
	w.create(s)
}

// database makes a database on the demo's server, which only this world's user may read, and fills it.
func (w *world) database(name, content string) {
	w.Helper()
	quoted := "`" + strings.ReplaceAll(name, "`", "``") + "`"
	// In the name of a database, a grant takes these for wildcards.
	granted := strings.NewReplacer("_", `\_`, "%", `\%`).Replace(quoted)
	password := strings.NewReplacer(`\`, `\\`, `'`, `''`).Replace(w.password)
	w.sql(fmt.Sprintf(`
CREATE USER IF NOT EXISTS %[1]s@'%%' IDENTIFIED BY '%[2]s' REQUIRE SSL;
CREATE DATABASE %[3]s;
GRANT SELECT, SHOW VIEW, TRIGGER, EVENT ON %[4]s.* TO %[1]s@'%%';
GRANT SELECT ON mysql.proc TO %[1]s@'%%';
USE %[3]s;
%[5]s`, w.user(), password, quoted, granted, content))
	w.Cleanup(func() {
		ctx, stop := context.WithTimeout(context.Background(), time.Minute)
		defer stop()
		if _, err := query(ctx, env.db, "DROP DATABASE "+quoted); err != nil {
			w.Errorf("drop %s: %v", quoted, err)
		}
	})
}

// small makes a database of a few rows and returns its name.
func (w *world) small() string {
	w.Helper()
	name := databasePrefix + "_small_" + w.suffix
	w.database(name, `
CREATE TABLE customers (id INT PRIMARY KEY, name VARCHAR(40)) ENGINE=InnoDB;
CREATE TABLE orders (id INT PRIMARY KEY, customer INT, total DECIMAL(9,2)) ENGINE=InnoDB;
INSERT INTO customers SELECT seq, CONCAT('customer ', seq) FROM seq_1_to_200;
INSERT INTO orders SELECT seq, seq MOD 200, seq / 7 FROM seq_1_to_2000;`)
	return name
}

// sql on the demo's server, as its administrator.
func (w *world) sql(statements string) string {
	w.Helper()
	ctx, stop := context.WithTimeout(w.ctx, patience)
	defer stop()
	out, err := query(ctx, env.db, statements)
	if err != nil {
		w.Fatal(err)
	}
	return out
}

// kubectl in the namespace of this world.
func (w *world) kubectl(args ...string) string {
	w.Helper()
	out, err := output(exec.CommandContext(w.ctx, "kubectl", append([]string{"-n", w.namespace}, args...)...), nil)
	if err != nil {
		w.Fatalf("kubectl %s: %v", strings.Join(args, " "), err)
	}
	return out
}

// apply manifests with kubectl.
func (w *world) apply(manifests string) {
	w.Helper()
	if _, err := output(exec.CommandContext(w.ctx, "kubectl", "-n", w.namespace, "apply", "-f", "-"), strings.NewReader(manifests)); err != nil {
		w.Fatal(err)
	}
}

// eventually waits until the condition holds. what says what is waited for.
func (w *world) eventually(what string, within time.Duration, condition func(context.Context) (bool, error)) {
	w.Helper()
	var last error
	err := wait.PollUntilContextTimeout(w.ctx, 200*time.Millisecond, within, true, func(ctx context.Context) (bool, error) {
		done, err := condition(ctx)
		last = err
		return done && err == nil, nil
	})
	if err != nil {
		w.Fatalf("after %s still not: %s (last problem: %v)", within, what, last)
	}
}
