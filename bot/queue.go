package bot

import (
	"strings"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

// position is how many of the dumps are before this one.
func position(dumps []v1alpha1.DatabaseDump, dump *v1alpha1.DatabaseDump) int {
	before := 0
	for i := range dumps {
		d := &dumps[i]
		if d.UID == dump.UID {
			continue
		}
		if d.CreationTimestamp.Before(&dump.CreationTimestamp) || (d.CreationTimestamp.Equal(&dump.CreationTimestamp) &&
			strings.Compare(string(d.UID), string(dump.UID)) < 0) {
			before++
		}
	}
	return before
}
