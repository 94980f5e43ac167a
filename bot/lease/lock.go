// Package lease keeps the bot's two Leases: the one whose holder leads, and the one that says up to when messages were
// handled.
package lease

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/util/uuid"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
)

const (
	// Name of the Lease that the leader holds.
	Name = "volcado-bot"
	// Duration after which another replica takes the Lease of one that does not renew it.
	Duration = 15 * time.Second
	// RenewDeadline is when the leader gives up renewing it, and when it stops speaking at the latest. What was begun just
	// before has the difference to Duration to end.
	RenewDeadline = 10 * time.Second
	// RetryPeriod between two renewals. client-go spreads attempts to take it over up to 2.2 times that, so a Lease that was
	// given up is taken within 3 seconds, and one that ran out within 17 or a little more.
	RetryPeriod = time.Second
)

// Lock is the leader election's lock on the Lease. client-go's elector alone does not notice at once that the process was
// paused beyond the Lease: it goes on for up to RenewDeadline after it was resumed. Lock knows when the Lease was renewed
// last, and when somebody else holds it.
type Lock struct {
	resourcelock.Interface
	now func() time.Time

	mu      sync.Mutex
	renewed time.Time // when the request of the last successful renewal was begun; zero when it is not held
	lost    chan struct{}
	once    sync.Once
}

// New makes a lock on the Lease of a namespace.
func New(config *rest.Config, namespace string) (*Lock, error) {
	host, err := os.Hostname()
	if err != nil {
		return nil, fmt.Errorf("name this replica: %w", err)
	}
	lock, err := resourcelock.NewFromKubeconfig(resourcelock.LeasesResourceLock, namespace, Name,
		resourcelock.ResourceLockConfig{Identity: host + "_" + string(uuid.NewUUID())}, config, RenewDeadline)
	if err != nil {
		return nil, fmt.Errorf("make the lock for the Lease %s/%s: %w", namespace, Name, err)
	}
	return wrap(lock, time.Now), nil
}

func wrap(lock resourcelock.Interface, now func() time.Time) *Lock {
	return &Lock{Interface: lock, now: now, lost: make(chan struct{})}
}

// Held reports whether this replica certainly holds the Lease now.
func (l *Lock) Held() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.renewed.IsZero() {
		return false
	}
	now := l.now()
	// The monotonic clock may stand still while a machine is suspended, and the wall clock may be set back.
	return now.Sub(l.renewed) < RenewDeadline && now.Round(0).Sub(l.renewed.Round(0)) < RenewDeadline
}

// Lost is closed when somebody else was seen to hold the Lease that this replica held. The process must then end.
func (l *Lock) Lost() <-chan struct{} { return l.lost }

// Get is called by the elector before it takes a Lease that it did not just write itself.
func (l *Lock) Get(ctx context.Context) (*resourcelock.LeaderElectionRecord, []byte, error) {
	record, raw, err := l.Interface.Get(ctx)
	if err == nil && record.HolderIdentity != l.Identity() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if !l.renewed.IsZero() {
			l.renewed = time.Time{}
			l.once.Do(func() { close(l.lost) })
		}
	}
	return record, raw, err
}

// Create is called by the elector where there is no Lease.
func (l *Lock) Create(ctx context.Context, record resourcelock.LeaderElectionRecord) error {
	began := l.now()
	err := l.Interface.Create(ctx, record)
	l.wrote(began, record, err)
	return err
}

// Update is called by the elector to take, renew or release the Lease.
func (l *Lock) Update(ctx context.Context, record resourcelock.LeaderElectionRecord) error {
	if record.HolderIdentity == "" {
		// From here on another may hold it, whether or not the answer arrives.
		l.wrote(time.Time{}, record, nil)
	}
	began := l.now()
	err := l.Interface.Update(ctx, record)
	l.wrote(began, record, err)
	return err
}

func (l *Lock) wrote(began time.Time, record resourcelock.LeaderElectionRecord, err error) {
	if err != nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if record.HolderIdentity != l.Identity() {
		began = time.Time{}
	}
	l.renewed = began
}
