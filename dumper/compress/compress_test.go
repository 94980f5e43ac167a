package compress

import "testing"

func TestBlocksInFlightAreBoundedOnAMachineOfAnySize(t *testing.T) {
	for processors, want := range map[int]int{1: 2, 2: 3, 8: 9, 9: 9, 256: 9} {
		if got := blocks(processors); got != want {
			t.Errorf("%d blocks for %d processors, want %d", got, processors, want)
		}
	}
}
