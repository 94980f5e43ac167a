package lease

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	coordinationv1 "k8s.io/api/coordination/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	coordinationv1client "k8s.io/client-go/kubernetes/typed/coordination/v1"
	"k8s.io/client-go/tools/leaderelection/resourcelock"

	"github.com/volcado-io/volcado/internal/envtestenv"
)

func TestMain(m *testing.M) { envtestenv.Main(m) }

// played is a lock whose answers a test gives.
type played struct {
	resourcelock.Interface
	holder string
	err    error
	during func()
}

func (p *played) Identity() string { return "me" }

func (p *played) Get(context.Context) (*resourcelock.LeaderElectionRecord, []byte, error) {
	if p.err != nil {
		return nil, nil, p.err
	}
	return &resourcelock.LeaderElectionRecord{HolderIdentity: p.holder}, nil, nil
}

func (p *played) Create(ctx context.Context, r resourcelock.LeaderElectionRecord) error {
	return p.Update(ctx, r)
}

func (p *played) Update(_ context.Context, r resourcelock.LeaderElectionRecord) error {
	if p.during != nil {
		p.during()
	}
	if p.err == nil {
		p.holder = r.HolderIdentity
	}
	return p.err
}

func TestWhenTheLeaseIsHeld(t *testing.T) {
	mine, nobodys := resourcelock.LeaderElectionRecord{HolderIdentity: "me"}, resourcelock.LeaderElectionRecord{}
	away := errors.New("the API server is away")
	type game struct {
		*Lock
		server *played
		now    *time.Time
	}
	take := func(g game) { _ = g.Create(context.Background(), mine) }
	for name, tc := range map[string]struct {
		play       func(game)
		held, lost bool
	}{
		"not before it was taken":      {func(game) {}, false, false},
		"when it was made":             {take, true, false},
		"when it was taken":            {func(g game) { _ = g.Update(context.Background(), mine) }, true, false},
		"not where that failed":        {func(g game) { g.server.err = away; take(g) }, false, false},
		"until the renewal's deadline": {func(g game) { take(g); *g.now = g.now.Add(RenewDeadline - time.Millisecond) }, true, false},
		"and not from then on":         {func(g game) { take(g); *g.now = g.now.Add(RenewDeadline) }, false, false},
		"when it was renewed": {func(g game) {
			take(g)
			*g.now = g.now.Add(8 * time.Second)
			take(g)
			*g.now = g.now.Add(8 * time.Second)
		}, true, false},
		"not where renewing failed": {func(g game) {
			take(g)
			*g.now = g.now.Add(8 * time.Second)
			g.server.err = away
			_ = g.Update(context.Background(), mine)
			*g.now = g.now.Add(8 * time.Second)
		}, false, false},
		"not where the answer came late, because others count from the request": {func(g game) {
			g.server.during = func() { *g.now = g.now.Add(RenewDeadline) }
			take(g)
		}, false, false},
		"not when it was released":            {func(g game) { take(g); _ = g.Update(context.Background(), nobodys) }, false, false},
		"not while it is being released":      {func(g game) { take(g); g.server.err = away; _ = g.Update(context.Background(), nobodys) }, false, false},
		"not when another is seen to hold it": {func(g game) { take(g); g.server.holder = "you"; _, _, _ = g.Get(context.Background()) }, false, true},
		"not when it was seen to be free":     {func(g game) { take(g); g.server.holder = ""; _, _, _ = g.Get(context.Background()) }, false, true},
		"nothing is lost by who never had it": {func(g game) { g.server.holder = "you"; _, _, _ = g.Get(context.Background()) }, false, false},
		"when it is seen to be one's own":     {func(g game) { take(g); _, _, _ = g.Get(context.Background()) }, true, false},
		"an unanswered look changes nothing":  {func(g game) { take(g); g.server.err = away; _, _, _ = g.Get(context.Background()) }, true, false},
		"not when the wall clock leapt, as when a machine was suspended": {func(g game) {
			take(g)
			*g.now = g.now.Round(0).Add(time.Hour)
		}, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			now, server := time.Now(), &played{}
			g := game{wrap(server, func() time.Time { return now }), server, &now}
			tc.play(g)
			lost := false
			select {
			case <-g.Lost():
				lost = true
			default:
			}
			if g.Held() != tc.held || lost != tc.lost {
				t.Errorf("held: %v, lost: %v", g.Held(), lost)
			}
		})
	}
}

func leases(t *testing.T) (coordinationv1client.LeaseInterface, string) {
	t.Helper()
	env := envtestenv.Get(t)
	clients, err := coordinationv1client.NewForConfig(env.Config)
	if err != nil {
		t.Fatal(err)
	}
	namespace := env.Namespace(t)
	return clients.Leases(namespace), namespace
}

func TestARealLeaseIsHeldByOne(t *testing.T) {
	env := envtestenv.Get(t)
	_, namespace := leases(t)
	var locks [2]*Lock
	for i := range locks {
		var err error
		if locks[i], err = New(env.Config, namespace); err != nil {
			t.Fatal(err)
		}
	}
	first, second := locks[0], locks[1]
	if first.Identity() == second.Identity() {
		t.Error("two replicas have one name")
	}
	record := func(l *Lock) resourcelock.LeaderElectionRecord {
		return resourcelock.LeaderElectionRecord{HolderIdentity: l.Identity(), LeaseDurationSeconds: 15, AcquireTime: metav1.Now(), RenewTime: metav1.Now()}
	}
	if err := first.Create(t.Context(), record(first)); err != nil || !first.Held() {
		t.Fatalf("held: %v, %v", first.Held(), err)
	}
	if _, _, err := second.Get(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := second.Update(t.Context(), record(second)); err != nil || !second.Held() {
		t.Fatalf("held: %v, %v", second.Held(), err)
	}
	if err := first.Update(t.Context(), record(first)); err == nil {
		t.Error("a Lease that another took was renewed")
	}
	if _, _, err := first.Get(t.Context()); err != nil {
		t.Fatal(err)
	}
	<-first.Lost()
	if first.Held() || !second.Held() {
		t.Error("the first one holds it still")
	}
}

func TestMarksAreFoundAgain(t *testing.T) {
	api, _ := leases(t)
	h := NewHeard(api)
	at := time.Date(2026, 1, 2, 3, 4, 5, 678901234, time.UTC)
	for _, want := range []map[string]time.Time{{}, {"talk/one": at}, {"talk/one": at.Add(time.Hour), "talk/two": at}, {"talk/two": at}} {
		if len(want) > 0 {
			if err := h.Save(t.Context(), want); err != nil {
				t.Fatal(err)
			}
		}
		got, err := h.Load(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	}
}

func TestMarksThatAreNotTheBotsAreNotGuessed(t *testing.T) {
	for name, text := range map[string]string{
		"not JSON": "yesterday", "not times": `{"talk/one": "yesterday"}`, "a list": `["talk/one"]`, "too large": `{"talk/one":"` + strings.Repeat("a", maxHeard) + `"}`,
	} {
		t.Run(name, func(t *testing.T) {
			api, _ := leases(t)
			lease := &coordinationv1.Lease{ObjectMeta: metav1.ObjectMeta{Name: HeardName, Annotations: map[string]string{heardAnnotation: text}}}
			if _, err := api.Create(t.Context(), lease, metav1.CreateOptions{}); err != nil {
				t.Fatal(err)
			}
			if got, err := NewHeard(api).Load(t.Context()); err == nil || !strings.Contains(err.Error(), HeardName) {
				t.Errorf("got %v, %v", got, err)
			}
			// The bot goes on, and writes them anew.
			want := map[string]time.Time{"talk/one": time.Unix(1, 0).UTC()}
			if err := NewHeard(api).Save(t.Context(), want); err != nil {
				t.Fatal(err)
			}
			if got, err := NewHeard(api).Load(t.Context()); err != nil || !cmp.Equal(want, got) {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
}
