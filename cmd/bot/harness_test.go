package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/internal/envtestenv"
)

// runAsProgram in the environment turns the test binary into the program, so that tests need no compiler.
const runAsProgram = "VOLCADO_TEST_RUN_AS_BOT"

func TestMain(m *testing.M) {
	if os.Getenv(runAsProgram) != "" {
		main()
	}
	log.SetLogger(logr.Discard())
	envtestenv.Main(m)
}

// deadline of anything that a test waits for.
const deadline = time.Minute

// world is one namespace of a real API server, with the real RBAC and policies, a program and a kubeconfig for it.
type world struct {
	*testing.T
	env        *envtestenv.Env
	namespace  string
	kubeconfig string
	user       string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	env := envtestenv.Get(t)
	env.Install(t)
	w := &world{T: t, env: env, namespace: env.Namespace(t)}
	w.user = "alice-" + w.namespace
	w.kubeconfig = writeKubeconfig(t, env.Config)
	w.create(&v1alpha1.DatabaseSource{
		ObjectMeta: metav1.ObjectMeta{Name: "shop-" + w.namespace},
		Spec: v1alpha1.DatabaseSourceSpec{
			Engine: v1alpha1.EngineMariaDB, Host: "mariadb", Databases: []v1alpha1.NamePattern{"shop"},
			CredentialsSecretRef: v1alpha1.SecretReference{Name: "reader"}, StorageRef: v1alpha1.ObjectReference{Name: "dumps"},
		},
	})
	w.create(&v1alpha1.DumpAllowList{
		ObjectMeta: metav1.ObjectMeta{Name: "qa"},
		Spec: v1alpha1.DumpAllowListSpec{
			Sources: []v1alpha1.AllowedSource{"*"}, Databases: []v1alpha1.NamePattern{"*"},
			Subjects: []v1alpha1.AllowedSubject{{
				Platform: "console", Users: []v1alpha1.SubjectID{v1alpha1.SubjectID(w.user)}, Channels: []v1alpha1.ChannelID{"direct"},
			}},
		},
	})
	return w
}

func (w *world) source() string { return "shop-" + w.namespace }

func (w *world) create(o client.Object) {
	w.Helper()
	o.SetNamespace(w.namespace)
	if err := w.env.Client.Create(context.Background(), o); err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() { _ = w.env.Client.Delete(context.Background(), o) })
}

// manage plays the manager, as its ServiceAccount: every new dump of the namespace starts to run, and if it may end,
// succeeds.
func (w *world) manage(ends bool) {
	w.Helper()
	if ends {
		w.manageFor(0)
	} else {
		w.manageFor(never)
	}
}

const never = time.Duration(-1)

// manageFor is manage, of dumps that take so long.
func (w *world) manageFor(takes time.Duration) {
	w.Helper()
	api, err := client.NewWithWatch(w.env.ConfigAs(envtestenv.SystemNamespace, envtestenv.Manager), client.Options{Scheme: w.env.Scheme})
	if err != nil {
		w.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	watching, err := api.Watch(ctx, &v1alpha1.DatabaseDumpList{}, client.InNamespace(w.namespace))
	if err != nil {
		w.Fatal(err)
	}
	var done sync.WaitGroup
	w.Cleanup(func() { stop(); done.Wait() })
	become := func(dump *v1alpha1.DatabaseDump, change func(*v1alpha1.DatabaseDumpStatus)) {
		before := dump.DeepCopy()
		change(&dump.Status)
		if err := api.Status().Patch(ctx, dump, client.MergeFrom(before)); err != nil && ctx.Err() == nil {
			w.Errorf("the manager cannot write: %v", err)
		}
	}
	done.Go(func() {
		taken := map[types.UID]bool{} // the bot writes its record before the dump runs, which is an event, too
		for event := range watching.ResultChan() {
			dump, ok := event.Object.(*v1alpha1.DatabaseDump)
			if !ok || event.Type == watch.Deleted || dump.Status.Phase != "" || taken[dump.UID] {
				continue
			}
			taken[dump.UID] = true
			become(dump, begin)
			if takes == never {
				continue
			}
			done.Go(func() {
				if chat.Wait(ctx, takes) {
					become(dump, succeed)
				}
			})
		}
	})
}

func begin(s *v1alpha1.DatabaseDumpStatus) {
	s.Phase = v1alpha1.PhaseRunning
	s.Progress = &v1alpha1.Progress{Bytes: 50 << 20, EstimatedBytes: 200 << 20, Percent: 25, Table: "orders", UpdatedAt: metav1.Now()}
}

func succeed(s *v1alpha1.DatabaseDumpStatus) {
	end := metav1.Now() // so that it is offered to whoever asks for an equal one
	start := metav1.NewTime(end.Add(-41 * time.Second))
	s.Phase, s.StartTime, s.CompletionTime = v1alpha1.PhaseSucceeded, &start, &end
	for kind, reason := range map[string]string{v1alpha1.ConditionComplete: "Verified", v1alpha1.ConditionFinished: "Succeeded"} {
		s.Conditions = append(s.Conditions, metav1.Condition{
			Type: kind, Status: metav1.ConditionTrue, Reason: reason, Message: reason, LastTransitionTime: end,
		})
	}
	s.Server = &v1alpha1.SoftwareVersion{Flavour: "MariaDB", Version: "10.11.6"}
	s.Storage = &v1alpha1.DumpStorageSpec{S3: &v1alpha1.S3Storage{Bucket: "dumps", Region: "eu-west-1", Endpoint: "https://s3.example.com"}}
	s.Artifact = &v1alpha1.Artifact{
		URI: "s3://dumps/prod/dump.sql.gz", ManifestURI: "s3://dumps/prod/manifest.json",
		SizeBytes: 12 << 20, UncompressedBytes: 100 << 20, SHA256: strings.Repeat("ab", 32),
	}
}

// bot is a command that runs this very test binary as the program.
func (w *world) bot(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), runAsProgram+"=1", "KUBECONFIG="+w.kubeconfig, "TERM=xterm")
	return cmd
}

func (w *world) console(args ...string) *exec.Cmd {
	return w.bot(append([]string{"console", "--user", w.user}, args...)...)
}

// accountWithoutRights makes a ServiceAccount that nothing is granted to.
func (w *world) accountWithoutRights() string {
	w.Helper()
	w.create(&corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "nobody"}})
	return w.namespace + "/nobody"
}

// wire keeps everything that is written to it.
type wire struct {
	mu   sync.Mutex
	text strings.Builder
}

func (w *wire) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.Write(p)
}

func (w *wire) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}

func writeKubeconfig(t *testing.T, config *rest.Config) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "kubeconfig")
	err := clientcmd.WriteToFile(clientcmdapi.Config{
		Clusters: map[string]*clientcmdapi.Cluster{"test": {
			Server: config.Host, CertificateAuthorityData: config.CAData,
		}},
		AuthInfos: map[string]*clientcmdapi.AuthInfo{"admin": {
			ClientCertificateData: config.CertData, ClientKeyData: config.KeyData,
		}},
		Contexts:       map[string]*clientcmdapi.Context{"test": {Cluster: "test", AuthInfo: "admin"}},
		CurrentContext: "test",
	}, file)
	if err != nil {
		t.Fatal(err)
	}
	return file
}
