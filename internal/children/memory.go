package children

import (
	"strconv"
	"strings"
)

// StatusBytes is a field of /proc/<pid>/status that is given in kB, such as VmHWM (the most memory that was resident), VmRSS and
// RssAnon, in bytes. It is 0 where the field is not there, as in the status of a process that has ended.
func StatusBytes(status, field string) int64 {
	for line := range strings.Lines(status) {
		if value, ok := strings.CutPrefix(line, field+":"); ok {
			kibibytes, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
			return kibibytes << 10
		}
	}
	return 0
}
