package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	coordinationv1 "k8s.io/api/coordination/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/children"
	"github.com/volcado-io/volcado/internal/envtestenv"
)

func TestMain(m *testing.M) { envtestenv.Main(m) }

// program is the real manager, compiled and running as its ServiceAccount.
type program struct {
	testing.TB
	command *exec.Cmd
	output  *bytes.Buffer
	ended   chan error
}

func start(t testing.TB, env *envtestenv.Env) *program {
	t.Helper()
	env.Install(t)
	folder := t.TempDir()
	binary := filepath.Join(folder, "manager")
	build := exec.Command("go", "build", "-trimpath", "-o", binary, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("compile the manager: %v\n%s", err, output)
	}
	p := &program{TB: t, output: &bytes.Buffer{}, ended: make(chan error, 1)}
	p.command = exec.Command(binary, "--dumper-image-mariadb=a", "--dumper-image-mysql=b", "--leader-elect",
		"--leader-elect-namespace="+envtestenv.SystemNamespace, "--health-probe-bind-address=0")
	p.command.Env = append(os.Environ(), "KUBECONFIG="+kubeconfig(t, env, folder), "GOMEMLIMIT=56MiB")
	p.command.Stdout, p.command.Stderr = p.output, p.output
	if err := p.command.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { p.ended <- p.command.Wait() }()
	t.Cleanup(func() { p.command.Process.Kill() }) //nolint:errcheck // it may have ended
	return p
}

func kubeconfig(t testing.TB, env *envtestenv.Env, folder string) string {
	t.Helper()
	as := env.ConfigAs(envtestenv.SystemNamespace, envtestenv.Manager)
	config := clientcmdapi.NewConfig()
	config.Clusters["c"] = &clientcmdapi.Cluster{Server: as.Host, CertificateAuthorityData: as.CAData}
	config.AuthInfos["u"] = &clientcmdapi.AuthInfo{
		ClientCertificateData: as.CertData, ClientKeyData: as.KeyData,
		Impersonate: as.Impersonate.UserName, ImpersonateGroups: as.Impersonate.Groups,
	}
	config.Contexts["x"] = &clientcmdapi.Context{Cluster: "c", AuthInfo: "u"}
	config.CurrentContext = "x"
	file := filepath.Join(folder, "kubeconfig")
	if err := clientcmd.WriteToFile(*config, file); err != nil {
		t.Fatal(err)
	}
	return file
}

// stop as kubelet does, and expect a clean end.
func (p *program) stop() {
	p.Helper()
	if err := p.command.Process.Signal(syscall.SIGTERM); err != nil {
		p.Fatal(err)
	}
	select {
	case err := <-p.ended:
		if err != nil {
			p.Errorf("the manager ended with %v\n%s", err, p.output)
		}
	case <-time.After(20 * time.Second):
		p.Error("the manager does not stop")
	}
}

// peakMiB is the most memory that it ever had resident.
func (p *program) peakMiB() int {
	p.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.command.Process.Pid))
	if err != nil {
		p.Fatal(err)
	}
	peak := children.StatusBytes(string(status), "VmHWM")
	if peak == 0 {
		p.Fatal("no VmHWM")
	}
	return int(peak >> 20)
}

// latencies of so many dumps, made one after another, from the request to create them to the event of their Job.
func latencies(t testing.TB, env *envtestenv.Env, count int) []time.Duration {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	namespace := env.Namespace(t)
	env.Enroll(t, namespace)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(env.Client.Create(ctx, &v1alpha1.DumpStorage{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "dumps"},
		Spec:       v1alpha1.DumpStorageSpec{S3: &v1alpha1.S3Storage{Bucket: "dumps"}},
	}))
	must(env.Client.Create(ctx, &v1alpha1.DatabaseSource{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "shop"},
		Spec: v1alpha1.DatabaseSourceSpec{
			Engine: v1alpha1.EngineMariaDB, Host: "mariadb", Databases: []v1alpha1.NamePattern{"shop"},
			CredentialsSecretRef: v1alpha1.SecretReference{Name: "shop-reader"},
			StorageRef:           v1alpha1.ObjectReference{Name: "dumps"}, Limits: v1alpha1.SourceLimits{MaxConcurrent: 1000},
		},
	}))
	watcher, err := client.NewWithWatch(env.Config, client.Options{Scheme: env.Scheme})
	must(err)
	jobs, err := watcher.Watch(ctx, &batchv1.JobList{}, client.InNamespace(namespace))
	must(err)
	defer jobs.Stop()
	var all []time.Duration
	for i := range count {
		began := time.Now()
		name := fmt.Sprintf("d%03d", i)
		must(env.Client.Create(ctx, &v1alpha1.DatabaseDump{
			ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name},
			Spec:       v1alpha1.DatabaseDumpSpec{SourceRef: v1alpha1.ObjectReference{Name: "shop"}},
		}))
		for made := false; !made; {
			e, ok := <-jobs.ResultChan()
			if !ok {
				t.Fatalf("no Job for %s", name)
			}
			made = e.Type == watch.Added && e.Object.(*batchv1.Job).Labels[v1alpha1.LabelDump] == name
		}
		all = append(all, time.Since(began))
	}
	slices.Sort(all)
	return all
}

func TestTheProgramTakesItsLeaseMakesJobsAndLeavesInPeace(t *testing.T) {
	env := envtestenv.Get(t)
	p := start(t, env)
	latencies(t, env, 20)
	if peak := p.peakMiB(); peak >= 64 {
		t.Errorf("peak resident memory is %d MiB, want under 64", peak)
	}
	p.stop()
	var lease coordinationv1.Lease
	if err := env.Client.Get(context.Background(), client.ObjectKey{Namespace: envtestenv.SystemNamespace, Name: "volcado-manager"}, &lease); err != nil {
		t.Fatal(err)
	}
	if holder := lease.Spec.HolderIdentity; holder != nil && *holder != "" {
		t.Errorf("the Lease is still held by %s, so the next manager waits for it to run out", *holder)
	}
	for line := range strings.Lines(p.output.String()) {
		// Events are written in the background and best effort. Every other call can be on its way, too, when the program ends:
		// it is cancelled by that and by nothing else. controller-runtime takes the Lease that it gives back while it stops for one
		// that was lost, and says so if it comes to it.
		onItsWay := strings.Contains(line, `"logger":"events"`) || strings.Contains(line, `"err":"context canceled"`) ||
			strings.Contains(line, "after stop sequence was engaged") && strings.Contains(line, "leader election lost")
		if strings.Contains(line, `"level":"ERROR"`) && !onItsWay {
			t.Errorf("it logged an error: %s", line)
		}
	}
}

// BenchmarkDumpToJob is what docs/benchmarks.md quotes for the manager alone: from the request that creates a dump to
// the event of its Job, 200 one after another. Run with -benchtime=1x.
func BenchmarkDumpToJob(b *testing.B) {
	env := envtestenv.Get(b)
	p := start(b, env)
	latencies(b, env, 5) // until it holds its Lease and its caches are warm
	var all []time.Duration
	b.ResetTimer()
	for range b.N {
		all = append(all, latencies(b, env, 200)...)
	}
	slices.Sort(all)
	b.ReportMetric(float64(all[len(all)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(all[len(all)*99/100].Microseconds())/1000, "p99-ms")
	b.ReportMetric(float64(all[len(all)-1].Microseconds())/1000, "max-ms")
	b.ReportMetric(float64(p.peakMiB()), "peak-MiB")
	p.stop()
}
