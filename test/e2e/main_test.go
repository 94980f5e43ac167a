//go:build e2e

// Package e2e tries the whole of Volcado on a real cluster: the manager and the bot as they are deployed, a real MariaDB
// and a real MySQL, a real S3 server, kubectl. Nothing in it is simulated.
//
// hack/e2e/run makes all that it needs. The demo's servers (hack/demo) hold its databases and its artifacts, under names of
// its own.
package e2e

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/go-logr/logr"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/mattermosttest"
)

// Where things are.
const (
	systemNamespace  = "volcado-system"
	shopNamespace    = "shop"
	storageNamespace = "object-storage"
	bucket           = "dumps"
	// partOf labels every namespace of ours.
	partOf = "volcado-e2e"
)

// environment is what all tests share.
type environment struct {
	config *rest.Config
	client client.WithWatch
	repo   string // root of the repository
	logs   string // folder for what failures leave
	s3     *objectStore
	db     *sql.DB // the demo's MariaDB, as an administrator
}

var env environment

func TestMain(m *testing.M) {
	log.SetLogger(logr.Discard())
	os.Exit(run(m))
}

func run(m *testing.M) int {
	ctx, stop := context.WithTimeout(context.Background(), 3*time.Minute)
	defer stop()
	if err := setUp(ctx); err != nil {
		fmt.Fprintf(os.Stderr, "e2e: %v\nmake e2e sets up what these tests need.\n", err)
		return 1
	}
	defer env.s3.close()
	defer mattermosttest.End()
	code := m.Run()
	ctx, stop = context.WithTimeout(context.Background(), 3*time.Minute)
	defer stop()
	if err := errors.Join(managerMemory.report(), secretsTold(ctx)); err != nil {
		fmt.Fprintf(os.Stderr, "--- FAIL: %v\n", err)
		code = 1
	}
	// What the tests set is taken back, so that a demo after them finds the manager as it deploys it.
	if err := errors.Join(restoreManager(ctx), closeDatabase(ctx, env.db)); err != nil {
		fmt.Fprintf(os.Stderr, "e2e: leave manager and database server as they were: %v\n", err)
		code = 1
	}
	return code
}

func setUp(ctx context.Context) error {
	var err error
	if env.repo, err = filepath.Abs("../.."); err != nil {
		return err
	}
	out := os.Getenv("VOLCADO_OUT")
	if out == "" {
		out = filepath.Join(env.repo, "out")
	}
	env.logs = filepath.Join(out, "log", "e2e")
	if err := os.MkdirAll(env.logs, 0o755); err != nil {
		return err
	}
	if err := connect(); err != nil {
		return err
	}
	if err := forgetEarlierRuns(ctx); err != nil {
		return fmt.Errorf("remove what an earlier run left: %w", err)
	}
	if env.db, err = openDatabase(ctx); err != nil {
		return fmt.Errorf("reach the database server: %w", err)
	}
	if env.s3, err = openObjectStore(ctx); err != nil {
		return fmt.Errorf("reach the S3 server: %w", err)
	}
	return prepareManager(ctx)
}

func connect() error {
	config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	if err != nil {
		return fmt.Errorf("KUBECONFIG must name the cluster's kubeconfig: %w", err)
	}
	config.QPS = -1
	config.WarningHandler = rest.NoWarnings{}
	env.config = config
	env.client, err = clientFor(config)
	return err
}

func clientFor(config *rest.Config) (client.WithWatch, error) {
	scheme := runtime.NewScheme()
	if err := errors.Join(clientgoscheme.AddToScheme(scheme), v1alpha1.AddToScheme(scheme), batchv1.AddToScheme(scheme)); err != nil {
		return nil, err
	}
	return client.NewWithWatch(config, client.Options{Scheme: scheme})
}

// forgetEarlierRuns removes the namespaces of a run that was killed. Names are new for each run, so nothing
// waits for it.
func forgetEarlierRuns(ctx context.Context) error {
	var namespaces corev1.NamespaceList
	if err := env.client.List(ctx, &namespaces, client.MatchingLabels{"app.kubernetes.io/part-of": partOf}); err != nil {
		return err
	}
	for i := range namespaces.Items {
		if err := env.client.Delete(ctx, &namespaces.Items[i], client.PropagationPolicy(metav1.DeletePropagationBackground)); client.IgnoreNotFound(err) != nil {
			return err
		}
	}
	return nil
}
