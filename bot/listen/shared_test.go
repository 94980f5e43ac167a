package listen

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/volcado-io/volcado/bot/chat"
)

func TestTheLogSaysOnceThatAnAccountIsShared(t *testing.T) {
	alone, shared := chat.Health{Connected: true}, chat.Health{Connected: true, Shared: "something else posts as @volcado"}
	for name, tc := range map[string]struct {
		hours   []chat.Health // what the driver says, hour by hour
		notHeld bool
		want    int
	}{
		"an account that is not":                      {hours: []chat.Health{alone}},
		"one that is for hours":                       {hours: []chat.Health{alone, shared, shared, shared}, want: 1},
		"one that is again":                           {hours: []chat.Health{shared, alone, shared}, want: 2},
		"one while nothing is connected":              {hours: []chat.Health{{Shared: shared.Shared}}, want: 1},
		"what a leader hears after another took over": {hours: []chat.Health{shared}, notHeld: true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := &fake{name: "a", listen: idle}
				b := supervise(t, f, &fake{name: "b", listen: idle, health: alone})
				b.notHeld.Store(tc.notHeld)
				b.start()
				for _, health := range tc.hours {
					f.set(health)
					pass(time.Hour)
				}
				b.stop()
				if got := strings.Count(b.log.String(), shared.Shared); got != tc.want {
					t.Errorf("it is said %d times, want %d:\n%s", got, tc.want, b.log)
				}
				if tc.want > 0 && !strings.Contains(b.log.String(), "service=fake/a") {
					t.Errorf("the log does not say of which service:\n%s", b.log)
				}
			})
		})
	}
}
