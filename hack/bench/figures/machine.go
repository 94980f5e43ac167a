package figures

import (
	"fmt"
	"os"
	"runtime"
	"strings"
)

// Machine that the figures are of, for people.
func Machine() string {
	cores := fmt.Sprintf("%d cores", runtime.NumCPU())
	data, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return cores
	}
	for line := range strings.Lines(string(data)) {
		if key, value, _ := strings.Cut(line, ":"); strings.TrimSpace(key) == "model name" {
			return cores + " (" + strings.TrimSpace(value) + ")"
		}
	}
	return cores
}
