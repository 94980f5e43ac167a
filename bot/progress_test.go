package bot

import (
	"testing"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

func TestHowFarADumpIs(t *testing.T) {
	for name, tc := range map[string]struct {
		progress *v1alpha1.Progress
		want     string
	}{
		"nothing is known":             {nil, ""},
		"without an estimate":          {&v1alpha1.Progress{Bytes: 3 << 20}, "3.0 MiB"},
		"a share of the estimate":      {&v1alpha1.Progress{Bytes: 1 << 20, EstimatedBytes: 4 << 20, Percent: 25}, "25 %  1.0 MiB of about 4.0 MiB"},
		"all of the estimate":          {&v1alpha1.Progress{Bytes: 4 << 20, EstimatedBytes: 4 << 20, Percent: 99}, "99 %  4.0 MiB of about 4.0 MiB"},
		"more than a stale estimate":   {&v1alpha1.Progress{Bytes: 30723277, EstimatedBytes: 3 << 19, Percent: 99}, "29.3 MiB"},
		"a table beyond the estimate":  {&v1alpha1.Progress{Bytes: 2 << 20, EstimatedBytes: 1 << 20, Percent: 99, Table: "orders"}, "2.0 MiB  orders"},
		"the table and its number":     {&v1alpha1.Progress{Bytes: 1, Table: "orders", TablesDone: 2, TablesTotal: 9}, "1 bytes  orders (table 3 of 9)"},
		"no number above the last one": {&v1alpha1.Progress{Bytes: 1, Table: "orders", TablesDone: 9, TablesTotal: 9}, "1 bytes  orders (table 9 of 9)"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := howFar(tc.progress); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}
