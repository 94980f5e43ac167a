package controllers

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/flowcontrol"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/naming"
)

// pollerRig is a poller, dumps that run, and one server that answers for all their pods. Writes are counted.
type pollerRig struct {
	*testing.T
	poller *ProgressPoller
	client client.Client
	now    time.Time
	writes atomic.Int32
	asked  atomic.Int32
	answer func(http.ResponseWriter, *http.Request)
}

func newPollerRig(t *testing.T, dumps int) *pollerRig {
	t.Helper()
	r := &pollerRig{T: t, now: time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		r.asked.Add(1)
		r.answer(w, q)
	}))
	t.Cleanup(server.Close)
	host, port, err := net.SplitHostPort(server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	scheme := runtime.NewScheme()
	if err := AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	builder := fake.NewClientBuilder().WithScheme(scheme).WithStatusSubresource(&v1alpha1.DatabaseDump{})
	for i := range dumps {
		builder = builder.WithObjects(runningDump(i, host)...)
	}
	r.client = builder.WithInterceptorFuncs(interceptor.Funcs{SubResourcePatch: func(ctx context.Context, c client.Client, sub string, o client.Object, p client.Patch, opts ...client.SubResourcePatchOption) error {
		r.writes.Add(1)
		return c.SubResource(sub).Patch(ctx, o, p, opts...)
	}}).Build()
	r.poller = NewProgressPoller(r.client, func() time.Time { return r.now })
	if r.poller.Port, err = strconv.Atoi(port); err != nil {
		t.Fatal(err)
	}
	return r
}

func runningDump(i int, host string) []client.Object {
	dump := &v1alpha1.DatabaseDump{ObjectMeta: metav1.ObjectMeta{
		Namespace: "shop", Name: fmt.Sprintf("d%d", i), UID: types.UID(fmt.Sprintf("dump-%d", i)),
	}}
	dump.Status.JobName = naming.JobName(dump.Name, dump.UID)
	dump.Status.Conditions = []metav1.Condition{{Type: v1alpha1.ConditionAdmitted, Status: metav1.ConditionTrue, Reason: "Admitted"}}
	job := &batchv1.Job{ObjectMeta: metav1.ObjectMeta{Name: dump.Status.JobName, UID: "job"}}
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: "shop", Name: fmt.Sprintf("p%d", i), UID: types.UID(fmt.Sprintf("pod-%d", i)),
			Labels:          map[string]string{v1alpha1.LabelDump: dump.Name, v1alpha1.LabelDumpUID: string(dump.UID)},
			OwnerReferences: []metav1.OwnerReference{*metav1.NewControllerRef(job, batchv1.SchemeGroupVersion.WithKind("Job"))},
		},
		Status: corev1.PodStatus{Phase: corev1.PodRunning, PodIP: host},
	}
	return []client.Object{dump, pod}
}

// says answers every question with this body.
func (r *pollerRig) says(body string) {
	r.answer = func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, body) }
}

func (r *pollerRig) sweep() {
	r.Helper()
	if err := r.poller.sweep(context.Background()); err != nil {
		r.Fatal(err)
	}
}

func (r *pollerRig) progress(name string) *v1alpha1.Progress {
	r.Helper()
	dump := &v1alpha1.DatabaseDump{}
	if err := r.client.Get(context.Background(), client.ObjectKey{Namespace: "shop", Name: name}, dump); err != nil {
		r.Fatal(err)
	}
	return dump.Status.Progress
}

func TestWhatAPodSaysIsWrittenWithinBounds(t *testing.T) {
	for name, tc := range map[string]struct {
		body string
		want *v1alpha1.Progress
	}{
		"progress": {
			`{"attempt":"pod-0","bytes":50,"estimatedBytes":200,"table":"orders","tablesDone":1,"tablesTotal":4}`,
			&v1alpha1.Progress{Bytes: 50, EstimatedBytes: 200, Table: "orders", TablesDone: 1, TablesTotal: 4, Percent: 25},
		},
		"an estimate that was too low": {
			`{"attempt":"pod-0","bytes":500,"estimatedBytes":200}`, &v1alpha1.Progress{Bytes: 500, EstimatedBytes: 200, Percent: 99},
		},
		"no estimate":     {`{"attempt":"pod-0","bytes":500}`, &v1alpha1.Progress{Bytes: 500}},
		"negative counts": {`{"attempt":"pod-0","bytes":5,"estimatedBytes":-1,"tablesDone":-1,"tablesTotal":-1}`, &v1alpha1.Progress{Bytes: 5}},
		"counts beyond the API's": {
			`{"attempt":"pod-0","bytes":5,"tablesTotal":99999999999}`, &v1alpha1.Progress{Bytes: 5, TablesTotal: 1 << 30},
		},
		"a long table with control characters": {
			`{"attempt":"pod-0","bytes":5,"table":"a\n` + strings.Repeat("x", 300) + `"}`,
			&v1alpha1.Progress{Bytes: 5, Table: "a " + strings.Repeat("x", 253) + "…"},
		},
		"another attempt's progress": {`{"attempt":"pod-1","bytes":50}`, nil},
		"no attempt":                 {`{"bytes":50}`, nil},
		"nothing yet":                {`{"attempt":"pod-0"}`, nil},
		"no JSON":                    {`ok`, nil},
		"an answer without end":      {`{"attempt":"pod-0","bytes":50,"table":"` + strings.Repeat("x", 100_000) + `"}`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			r := newPollerRig(t, 1)
			r.says(tc.body)
			r.sweep()
			got := r.progress("d0")
			if got != nil {
				got.UpdatedAt = metav1.Time{}
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestARedirectIsNotFollowed(t *testing.T) {
	r := newPollerRig(t, 1)
	r.answer = func(w http.ResponseWriter, q *http.Request) { http.Redirect(w, q, "/v1/progress", http.StatusFound) }
	r.sweep()
	if n := r.asked.Load(); n != 1 || r.progress("d0") != nil {
		t.Errorf("asked %d times, progress %+v", n, r.progress("d0"))
	}
}

func TestOneWriteInTenSecondsADump(t *testing.T) {
	r := newPollerRig(t, 1)
	r.says(`{"attempt":"pod-0","bytes":1}`)
	for range 31 {
		r.sweep()
		r.now = r.now.Add(time.Second)
	}
	if n := r.writes.Load(); n != 4 {
		t.Errorf("%d writes in 31 s, want those of second 0, 10, 20 and 30", n)
	}
}

// everyPod answers for the pods at 10.0.0.0 and after, each with its own attempt.
type everyPod struct{}

func (everyPod) RoundTrip(q *http.Request) (*http.Response, error) {
	number := strings.TrimPrefix(q.URL.Hostname(), "10.0.0.")
	answer := httptest.NewRecorder()
	fmt.Fprintf(answer, `{"attempt":"pod-%s","bytes":1}`, number)
	return answer.Result(), nil
}

func TestTwentyWritesASecondInAll(t *testing.T) {
	r := newPollerRig(t, 60)
	var pods corev1.PodList
	if err := r.client.List(context.Background(), &pods); err != nil {
		t.Fatal(err)
	}
	for i := range pods.Items {
		pods.Items[i].Status.PodIP = "10.0.0." + strings.TrimPrefix(pods.Items[i].Name, "p")
		if err := r.client.Status().Update(context.Background(), &pods.Items[i]); err != nil {
			t.Fatal(err)
		}
	}
	r.poller.http.Transport = everyPod{}
	r.sweep()
	// A slow machine refills the bucket a little while it is emptied.
	if n := r.writes.Load(); n < 20 || n > 40 {
		t.Errorf("%d writes in one sweep over 60 dumps, want about 20", n)
	}
	for range 4 {
		r.poller.limiter = flowcontrol.NewTokenBucketPassiveRateLimiter(progressRate, progressRate)
		r.sweep()
	}
	if n := r.writes.Load(); n != 60 {
		t.Errorf("%d writes after more sweeps, want one for each of 60 dumps", n)
	}
}

func TestAFinishedDumpIsNotWritten(t *testing.T) {
	r := newPollerRig(t, 1)
	dump := &v1alpha1.DatabaseDump{}
	if err := r.client.Get(context.Background(), client.ObjectKey{Namespace: "shop", Name: "d0"}, dump); err != nil {
		t.Fatal(err)
	}
	r.answer = func(w http.ResponseWriter, _ *http.Request) {
		// It ends while the pod is asked.
		dump.Status.Conditions = append(dump.Status.Conditions, metav1.Condition{Type: v1alpha1.ConditionFinished, Status: metav1.ConditionTrue, Reason: "Succeeded"})
		if err := r.client.Status().Update(context.Background(), dump); err != nil {
			t.Error(err)
		}
		fmt.Fprint(w, `{"attempt":"pod-0","bytes":1}`)
	}
	r.sweep()
	if p := r.progress("d0"); p != nil {
		t.Errorf("progress %+v", p)
	}
}

func TestAPodOfAnotherJobIsNotBelieved(t *testing.T) {
	r := newPollerRig(t, 1)
	pod := &corev1.Pod{}
	if err := r.client.Get(context.Background(), client.ObjectKey{Namespace: "shop", Name: "p0"}, pod); err != nil {
		t.Fatal(err)
	}
	pod.OwnerReferences = nil
	if err := r.client.Update(context.Background(), pod); err != nil {
		t.Fatal(err)
	}
	r.says(`{"attempt":"pod-0","bytes":1}`)
	r.sweep()
	if p := r.progress("d0"); p != nil {
		t.Errorf("progress %+v", p)
	}
}
