package controllers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/flowcontrol"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/jobspec"
	"github.com/volcado-io/volcado/internal/text"
)

const (
	progressTick = time.Second
	// progressInterval is the least time between two writes of one dump's progress. The first comes as soon as there is
	// something to say, so that a short dump shows something.
	progressInterval = 10 * time.Second
	// progressRetry is how long to leave a pod alone that did not answer.
	progressRetry = 3 * time.Second
	// progressRate bounds all writes of progress, a second.
	progressRate = 20
	// progressTimeout bounds one question to one pod.
	progressTimeout = 2 * time.Second
	// progressBody bounds an answer, in bytes. A longer one is dropped.
	progressBody = 4096
	// progressAskers bounds the questions under way at once.
	progressAskers = 16
)

// ProgressPoller asks running pods how far they are and writes it down, apart from the reconcilers and as well as it
// can: progress is for people, nothing decides on it, and a pod that does not answer holds up nobody.
type ProgressPoller struct {
	// Client reads from the cache.
	Client client.Client
	Now    func() time.Time
	// Port is the pods', jobspec.ProgressPort outside tests.
	Port int

	http    *http.Client
	limiter flowcontrol.PassiveRateLimiter
	mu      sync.Mutex
	due     map[types.UID]time.Time // by dump: when to ask next
}

// NewProgressPoller with the rates and bounds that hold in production.
func NewProgressPoller(c client.Client, now func() time.Time) *ProgressPoller {
	return &ProgressPoller{
		Client: c, Now: now, Port: jobspec.ProgressPort,
		http: &http.Client{
			Timeout: progressTimeout,
			// A pod's address is reached directly or not at all; a proxy from the environment would be told of it.
			Transport: &http.Transport{Proxy: nil, DisableKeepAlives: true, MaxResponseHeaderBytes: progressBody},
			// An answer that points elsewhere would have the manager ask whomever the pod chooses.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		limiter: flowcontrol.NewTokenBucketPassiveRateLimiter(progressRate, progressRate),
		due:     map[types.UID]time.Time{},
	}
}

// Start asks until the context ends. It runs on the leader only, as every Runnable that does not say otherwise.
func (p *ProgressPoller) Start(ctx context.Context) error {
	ticker := time.NewTicker(progressTick)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
			if err := p.sweep(ctx); err != nil {
				ctrl.LoggerFrom(ctx).V(1).Info("No progress this time", "error", err.Error())
			}
		}
	}
}

// sweep asks every pod that is due, a few at once.
func (p *ProgressPoller) sweep(ctx context.Context) error {
	var pods corev1.PodList
	if err := p.Client.List(ctx, &pods, client.UnsafeDisableDeepCopy); err != nil {
		return err
	}
	var asking sync.WaitGroup
	slots := make(chan struct{}, progressAskers)
	seen := map[types.UID]bool{}
	for i := range pods.Items {
		pod := &pods.Items[i]
		dump := types.UID(pod.Labels[v1alpha1.LabelDumpUID])
		if pod.Status.Phase != corev1.PodRunning || pod.Status.PodIP == "" || dump == "" || pod.Labels[v1alpha1.LabelJob] == string(jobspec.KindSettle) {
			continue
		}
		seen[dump] = true
		if !p.isDue(dump) {
			continue
		}
		slots <- struct{}{}
		asking.Go(func() {
			defer func() { <-slots }()
			p.update(ctx, pod, dump)
		})
	}
	asking.Wait()
	p.forget(seen)
	return nil
}

func (p *ProgressPoller) isDue(dump types.UID) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return !p.Now().Before(p.due[dump])
}

func (p *ProgressPoller) later(dump types.UID, after time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.due[dump] = p.Now().Add(after)
}

// forget dumps that run no more, or the map would grow for ever.
func (p *ProgressPoller) forget(running map[types.UID]bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for dump := range p.due {
		if !running[dump] {
			delete(p.due, dump)
		}
	}
}

func (p *ProgressPoller) update(ctx context.Context, pod *corev1.Pod, dump types.UID) {
	heard, err := p.ask(ctx, pod)
	if err != nil {
		ctrl.LoggerFrom(ctx).V(1).Info("A pod did not say how far it is", "pod", pod.Name, "error", err.Error())
		p.later(dump, progressRetry)
		return
	}
	if heard.Bytes <= 0 && heard.TablesTotal <= 0 {
		return // Nothing to say yet.
	}
	if !p.limiter.TryAccept() {
		return
	}
	if err := p.write(ctx, pod, dump, heard); err != nil {
		// Most often a conflict: somebody else wrote, and the next answer will do as well.
		ctrl.LoggerFrom(ctx).V(1).Info("Progress was not written", "pod", pod.Name, "error", err.Error())
		return
	}
	p.later(dump, progressInterval)
}

func (p *ProgressPoller) ask(ctx context.Context, pod *corev1.Pod) (*contract.Progress, error) {
	url := "http://" + net.JoinHostPort(pod.Status.PodIP, strconv.Itoa(p.Port)) + contract.ProgressPath
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	response, err := p.http.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("status %d", response.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, progressBody+1))
	switch {
	case err != nil:
		return nil, err
	case len(body) > progressBody:
		return nil, errors.New("the answer is too long")
	}
	var heard contract.Progress
	if err := json.Unmarshal(body, &heard); err != nil {
		return nil, fmt.Errorf("the answer is not progress: %w", err)
	}
	// Pod addresses are used again: without this, another pod's progress could be taken for this one's.
	if heard.Attempt != string(pod.UID) {
		return nil, errors.New("the answer speaks of another attempt")
	}
	return &heard, nil
}

// errStale: the dump is not, or no longer, one whose progress is of interest.
var errStale = errors.New("the dump does not run")

func (p *ProgressPoller) write(ctx context.Context, pod *corev1.Pod, uid types.UID, heard *contract.Progress) error {
	dump, err := get(ctx, p.Client, pod.Namespace, pod.Labels[v1alpha1.LabelDump], &v1alpha1.DatabaseDump{})
	if err != nil {
		return err
	}
	if dump == nil || dump.UID != uid || dump.Status.Finished() || !dump.DeletionTimestamp.IsZero() || !isOfDump(pod, dump) {
		return errStale
	}
	before := dump.DeepCopy()
	dump.Status.Progress = progressOf(heard, p.Now())
	err = p.Client.Status().Patch(ctx, dump, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{}))
	if apierrors.IsConflict(err) || apierrors.IsNotFound(err) {
		return errStale
	}
	return err
}

// isOfDump: the pod is controlled by the Job in the dump's status.
func isOfDump(pod *corev1.Pod, dump *v1alpha1.DatabaseDump) bool {
	owner := metav1.GetControllerOf(pod)
	return owner != nil && owner.Kind == "Job" && owner.Name == dump.Status.JobName && dump.Status.JobName != "" &&
		meta.IsStatusConditionTrue(dump.Status.Conditions, v1alpha1.ConditionAdmitted)
}

// progressOf an answer, within the API's bounds whatever the pod said.
func progressOf(heard *contract.Progress, now time.Time) *v1alpha1.Progress {
	const most = 1 << 30
	p := &v1alpha1.Progress{
		Bytes:          max(heard.Bytes, 0),
		EstimatedBytes: max(heard.EstimatedBytes, 0),
		Table:          text.OneLine(heard.Table, 256),
		TablesDone:     int32(min(max(heard.TablesDone, 0), most)),
		TablesTotal:    int32(min(max(heard.TablesTotal, 0), most)),
		UpdatedAt:      metav1.NewTime(now),
	}
	if p.EstimatedBytes > 0 {
		// An estimate may be too low. 100 is said only when the artifact is there.
		p.Percent = int32(min(float64(p.Bytes)/float64(p.EstimatedBytes)*100, 99))
	}
	return p
}
