package listen

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/internal/text"
)

// deafFor is how long the leader may be connected to no service at all and still be ready.
const deafFor = 2 * time.Minute

// Status of a replica at one moment.
type Status struct {
	Now time.Time
	// Leading since then, or zero on a standby.
	Leading time.Time
	// Connected is when any service was last seen connected, or else when it began to lead.
	Connected time.Time
	Services  []ServiceStatus
}

// ServiceStatus is one service's.
type ServiceStatus struct {
	Name string
	chat.Health
}

// Status at the moment.
func (s *Supervisor) Status() Status {
	s.sample()
	s.mu.Lock()
	defer s.mu.Unlock()
	status := Status{Now: time.Now(), Leading: s.leading, Connected: s.connected}
	for _, each := range s.services {
		health := each.Health()
		each.mu.Lock()
		if !health.Connected {
			health.Why = cmp.Or(each.failure, health.Why)
		}
		each.mu.Unlock()
		status.Services = append(status.Services, ServiceStatus{Name: each.name, Health: health})
	}
	return status
}

// Ready is nil, or why the replica is not ready. A standby is ready: it takes over when it has to. A leader is not when all
// its services are away. One service that is away does not make it so: nothing is routed by this readiness, so being
// unready would mend nothing, and it would stop roll-outs and alarm people about services that are served. That one
// service is away is told by volcado_bot_connected and volcado_bot_seconds_since_heard.
func (s Status) Ready() error {
	if s.Leading.IsZero() || s.Now.Sub(s.Connected) <= deafFor {
		return nil
	}
	return fmt.Errorf("no chat service has been connected for %s", ago(s.Now, s.Connected))
}

// longestWhy, in characters: what a service answered can be in it.
const longestWhy = 1000

// String has one line for the replica and one for each service that it listens to.
func (s Status) String() string {
	if s.Leading.IsZero() {
		return "standby: another replica leads, or none yet\n"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "leader for %s\n", ago(s.Now, s.Leading))
	for _, each := range s.Services {
		fmt.Fprintf(&b, "%s: ", each.Name)
		switch {
		case each.Connected && each.Behind:
			b.WriteString("connected, reading what was missed")
		case each.Connected:
			b.WriteString("connected")
		default:
			b.WriteString("not connected")
		}
		if each.Heard.IsZero() {
			b.WriteString(", not heard yet")
		} else {
			fmt.Fprintf(&b, ", last heard %s ago (%s)", ago(s.Now, each.Heard), each.Heard.UTC().Format(time.RFC3339))
		}
		fmt.Fprintf(&b, ", %d reconnects", each.Reconnects)
		if each.Why != "" {
			fmt.Fprintf(&b, ": %s", text.OneLine(each.Why, longestWhy))
		}
		if each.Shared != "" {
			fmt.Fprintf(&b, "; %s", text.OneLine(each.Shared, longestWhy))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func ago(now, then time.Time) time.Duration { return max(0, now.Sub(then)).Round(time.Second) }
