// Package envtestenv gives the tests of a package one real API server: etcd and kube-apiserver, with Volcado's CRDs
// installed. Nothing else runs, so a Job makes no pod and a deleted namespace stays.
//
//	func TestMain(m *testing.M) { envtestenv.Main(m) }
//
//	func TestSomething(t *testing.T) {
//		env := envtestenv.Get(t)
//		namespace := env.Namespace(t)
//		...
//	}
package envtestenv

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

// Env is a running API server.
type Env struct {
	// Config acts as a cluster administrator (group system:masters), without a client-side rate limit.
	Config *rest.Config
	// Client acts as Config does, and reads without a cache.
	Client client.Client
	// Scheme knows Kubernetes' own kinds, Volcado's and CustomResourceDefinition.
	Scheme *runtime.Scheme

	root    string // of the repository
	assets  string // folder that holds etcd, kube-apiserver and kubectl
	server  *envtest.Environment
	install sync.Once
	failed  error // why install failed
}

// The one API server of a test binary. It is started by the first test that asks and stopped by Main.
var shared struct {
	sync.Mutex
	main bool
	env  *Env
	err  error
}

// Main runs a package's tests, stops the API server if one was started, and exits. Call it from TestMain.
func Main(m *testing.M) {
	shared.main = true
	// etcd and kube-apiserver have process groups of their own, so Ctrl-C reaches only this program.
	interrupted := make(chan os.Signal, 1)
	signal.Notify(interrupted, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-interrupted
		stop()
		os.Exit(130)
	}()
	code := m.Run()
	if !stop() && code == 0 {
		code = 1
	}
	os.Exit(code)
}

// stop ends the API server, and keeps another from being started. It reports whether that went well.
func stop() bool {
	shared.Lock()
	defer shared.Unlock()
	shared.err = errors.New("the tests were stopped")
	if shared.env == nil {
		return true
	}
	err := shared.env.Stop()
	shared.env = nil
	if err != nil {
		fmt.Fprintln(os.Stderr, "stop the API server:", err)
	}
	return err == nil
}

// Get starts the API server unless it runs already. Without its programs the test fails: it is never skipped.
func Get(t testing.TB) *Env {
	t.Helper()
	shared.Lock()
	defer shared.Unlock()
	if !shared.main {
		t.Fatal("TestMain must call envtestenv.Main, or nothing would stop the API server")
	}
	if shared.env == nil && shared.err == nil {
		shared.env, shared.err = Start()
	}
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return shared.env
}

// Start starts an API server for a program that is no test, in a folder of the repository. Tests use Get. Call Stop.
func Start() (*Env, error) {
	root, err := repositoryRoot()
	if err != nil {
		return nil, err
	}
	assets, err := findAssets(root)
	if err != nil {
		return nil, err
	}
	server := &envtest.Environment{
		BinaryAssetsDirectory: assets,
		CRDDirectoryPaths:     []string{filepath.Join(root, "config", "crd", "bases")},
		ErrorIfCRDPathMissing: true,
		// On a busy machine with two cores the usual 20 seconds are not always enough.
		ControlPlaneStartTimeout: 2 * time.Minute,
		ControlPlaneStopTimeout:  time.Minute,
	}
	config, err := server.Start()
	if err != nil {
		// Stop ends what did start, so that a failed run leaves no process behind.
		return nil, errors.Join(fmt.Errorf("start etcd and kube-apiserver from %s: %w", assets, err), server.Stop())
	}
	config.QPS = -1
	env := &Env{Config: config, Scheme: newScheme(), root: root, assets: assets, server: server}
	if env.Client, err = client.New(config, client.Options{Scheme: env.Scheme}); err != nil {
		return nil, errors.Join(fmt.Errorf("make a client: %w", err), server.Stop())
	}
	return env, nil
}

// Stop ends the API server.
func (e *Env) Stop() error { return e.server.Stop() }

func newScheme() *runtime.Scheme {
	scheme := runtime.NewScheme()
	utilruntime.Must(clientgoscheme.AddToScheme(scheme))
	utilruntime.Must(apiextensionsv1.AddToScheme(scheme))
	utilruntime.Must(v1alpha1.AddToScheme(scheme))
	return scheme
}

// Namespace makes a namespace of the test's own.
func (e *Env) Namespace(t testing.TB) string {
	t.Helper()
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "test-"}}
	if err := e.Client.Create(context.Background(), namespace); err != nil {
		t.Fatalf("create a namespace: %v", err)
	}
	return namespace.Name
}

// ConfigAs acts as a ServiceAccount, with whatever Kubernetes RBAC grants it. The ServiceAccount need not exist.
func (e *Env) ConfigAs(namespace, serviceAccount string) *rest.Config {
	return e.ConfigAsUser("system:serviceaccount:"+namespace+":"+serviceAccount,
		"system:serviceaccounts", "system:serviceaccounts:"+namespace)
}

// ConfigAsUser acts as a user in groups, with whatever Kubernetes RBAC grants them.
func (e *Env) ConfigAsUser(user string, groups ...string) *rest.Config {
	config := rest.CopyConfig(e.Config)
	config.Impersonate = rest.ImpersonationConfig{UserName: user, Groups: append(groups, "system:authenticated")}
	return config
}

// ClientAs is a client without a cache that acts as ConfigAs does.
func (e *Env) ClientAs(t testing.TB, namespace, serviceAccount string) client.Client {
	t.Helper()
	return e.ClientOf(t, e.ConfigAs(namespace, serviceAccount))
}

// ClientOf is a client without a cache for a configuration.
func (e *Env) ClientOf(t testing.TB, config *rest.Config) client.Client {
	t.Helper()
	c, err := client.New(config, client.Options{Scheme: e.Scheme})
	if err != nil {
		t.Fatalf("make a client: %v", err)
	}
	return c
}

// Root is the repository's folder.
func (e *Env) Root() string { return e.root }

// Kubectl is the path of a kubectl of the API server's version.
func (e *Env) Kubectl() string { return filepath.Join(e.assets, "kubectl") }

// Kubeconfig writes a kubeconfig of the administrator's, for programs that want one, and returns its path.
func (e *Env) Kubeconfig(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "kubeconfig")
	if err := os.WriteFile(path, e.server.KubeConfig, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
