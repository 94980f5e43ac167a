package turns_test

import (
	"context"
	"sync"
	"testing"

	"github.com/volcado-io/volcado/internal/turns"
)

func TestOneAtATimeHasATurnWithAKey(t *testing.T) {
	var all turns.Turns
	var everybody sync.WaitGroup
	has, ended := 0, 0 // unguarded but by the turns: the race detector sees more than the sum does
	for range 50 {
		everybody.Go(func() {
			over, _, err := all.Take(t.Context(), "shop")
			if err != nil {
				t.Error(err)
				return
			}
			defer over()
			if has++; has != 1 {
				t.Errorf("%d have a turn", has)
			}
			has--
			ended++
		})
	}
	everybody.Wait()
	if ended != 50 {
		t.Errorf("%d of 50 had a turn", ended)
	}
}

func TestAnotherKeyIsNotWaitedFor(t *testing.T) {
	var all turns.Turns
	first, waited, err := all.Take(t.Context(), "shop")
	if err != nil || waited {
		t.Fatal(waited, err)
	}
	second, waited, err := all.Take(t.Context(), "crm")
	if err != nil || waited {
		t.Fatal(waited, err)
	}
	second()
	first()
}

func TestWhoWaitedIsToldSoAndStopsWithTheContext(t *testing.T) {
	var all turns.Turns
	over, _, err := all.Take(t.Context(), "shop")
	if err != nil {
		t.Fatal(err)
	}
	ended, stop := context.WithCancel(t.Context())
	stop()
	if _, waited, err := all.Take(ended, "shop"); err == nil || !waited {
		t.Errorf("waited %v, error %v", waited, err)
	}
	over()
	if _, waited, err := all.Take(t.Context(), "shop"); err != nil || waited {
		t.Errorf("after the turn is over: waited %v, error %v", waited, err)
	}
}
