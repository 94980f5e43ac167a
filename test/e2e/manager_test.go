//go:build e2e

package e2e

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/children"
)

var managerKey = client.ObjectKey{Namespace: systemNamespace, Name: "volcado-manager"}

// argsBefore are the manager's flags as they were deployed, argsNow those of the tests.
var argsBefore, argsNow []string

// prepareManager makes a dump of a source that does not exist wait for seconds instead of minutes.
func prepareManager(ctx context.Context) error {
	var deployment appsv1.Deployment
	if err := env.client.Get(ctx, managerKey, &deployment); err != nil {
		return err
	}
	argsBefore = slices.DeleteFunc(slices.Clone(deployment.Spec.Template.Spec.Containers[0].Args), func(a string) bool {
		return strings.HasPrefix(a, "--start-deadline-default=")
	})
	if !slices.Contains(argsBefore, "--allow-console") {
		return errors.New("the manager does not run with --allow-console, as the demo's does")
	}
	argsNow = append(slices.Clone(argsBefore), "--start-deadline-default=15s")
	return setManagerArgs(ctx, argsNow)
}

func restoreManager(ctx context.Context) error { return setManagerArgs(ctx, argsBefore) }

// setManagerArgs changes the manager's flags and waits until the manager that has them is the only one.
func setManagerArgs(ctx context.Context, args []string) error {
	var deployment appsv1.Deployment
	if err := env.client.Get(ctx, managerKey, &deployment); err != nil {
		return err
	}
	before := deployment.DeepCopy()
	deployment.Spec.Template.Spec.Containers[0].Args = args
	if err := env.client.Patch(ctx, &deployment, client.StrategicMergeFrom(before)); err != nil {
		return err
	}
	return managerReady(ctx)
}

// managerReady waits until one manager runs, as the Deployment wants it, and holds the Lease.
func managerReady(ctx context.Context) error {
	var last error
	err := wait.PollUntilContextTimeout(ctx, 200*time.Millisecond, patience, true, func(ctx context.Context) (bool, error) {
		var deployment appsv1.Deployment
		if last = env.client.Get(ctx, managerKey, &deployment); last != nil {
			return false, nil
		}
		pods, err := managerPods(ctx)
		if last = err; err != nil {
			return false, nil
		}
		s := deployment.Status
		last = fmt.Errorf("%d pods, %d updated, %d ready", len(pods), s.UpdatedReplicas, s.ReadyReplicas)
		return s.ObservedGeneration == deployment.Generation && s.UpdatedReplicas == 1 && s.ReadyReplicas == 1 && len(pods) == 1, nil
	})
	if err != nil {
		return fmt.Errorf("the manager does not become ready: %w", last)
	}
	return nil
}

func managerPods(ctx context.Context) ([]corev1.Pod, error) {
	var pods corev1.PodList
	err := env.client.List(ctx, &pods, client.InNamespace(systemNamespace), client.MatchingLabels{"app.kubernetes.io/component": "manager"})
	return pods.Items, err
}

// peak is the most memory that processes of a kind were seen to have resident.
type peak struct {
	sync.Mutex
	what  string
	bytes int64
	bound int64
}

// Bounds that the project promises.
var managerMemory = &peak{what: "manager", bound: 64 << 20}

func (p *peak) note(bytes int64) {
	p.Lock()
	defer p.Unlock()
	p.bytes = max(p.bytes, bytes)
}

// report prints the peak, and fails where it is above its bound, or was never measured.
func (p *peak) report() error {
	if p == managerMemory {
		ctx, stop := context.WithTimeout(context.Background(), 20*time.Second)
		defer stop()
		measureManager(ctx)
	}
	p.Lock()
	defer p.Unlock()
	fmt.Printf("peak resident memory of the %s: %.1f MiB of at most %d MiB\n", p.what, float64(p.bytes)/(1<<20), p.bound>>20)
	if p.bytes == 0 || p.bytes >= p.bound {
		return fmt.Errorf("the %s had %d bytes resident, and the bound is %d (0: it was not measured)", p.what, p.bytes, p.bound)
	}
	return nil
}

// measureManager notes the peak of the manager that runs now. Before one is stopped, it has to be measured.
func measureManager(ctx context.Context) {
	pods, err := managerPods(ctx)
	if err != nil {
		return
	}
	for _, pod := range pods {
		managerMemory.measure(string(pod.UID), "/usr/local/bin/manager")
	}
}

// measure notes the peak of a program that runs in a pod now.
func (p *peak) measure(podUID, program string) {
	for _, running := range processesOf(podUID) {
		if strings.HasPrefix(running.cmdline(), program) {
			p.note(running.peak())
		}
	}
}

// process on the node. The node's processes are this machine's, too, under numbers of their own.
type process string // its folder in /proc

// processesOf a pod, without its sandbox.
func processesOf(podUID string) []process {
	folders, _ := filepath.Glob("/proc/[0-9]*")
	var found []process
	for _, folder := range folders {
		cgroup, err := os.ReadFile(filepath.Join(folder, "cgroup"))
		if err != nil || !strings.Contains(strings.ReplaceAll(string(cgroup), "_", "-"), podUID) {
			continue
		}
		if p := process(folder); !strings.HasPrefix(p.cmdline(), "/pause") {
			found = append(found, p)
		}
	}
	return found
}

func (p process) file(name string) string {
	data, _ := os.ReadFile(filepath.Join(string(p), name))
	return string(data)
}

func (p process) cmdline() string { return strings.TrimRight(p.file("cmdline"), "\x00") }

// peak resident memory in bytes; 0 when the process is gone.
func (p process) peak() int64 { return children.StatusBytes(p.file("status"), "VmHWM") }

// running pods of a dump.
func (w *world) running(ctx context.Context, d *v1alpha1.DatabaseDump) []corev1.Pod {
	w.Helper()
	var running []corev1.Pod
	for _, p := range w.pods(ctx, d) {
		if p.Status.Phase == corev1.PodRunning {
			running = append(running, p)
		}
	}
	return running
}
