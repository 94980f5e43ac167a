// Package sqltext writes and reads names as SQL text holds them.
package sqltext

import "strings"

// QuoteName writes a name as SQL text holds it.
func QuoteName(name string) string { return "`" + strings.ReplaceAll(name, "`", "``") + "`" }

// UnquoteName reads it back. What is not in quotes stays as it is.
func UnquoteName(name string) string {
	if len(name) < 2 || name[0] != '`' || name[len(name)-1] != '`' {
		return name
	}
	return strings.ReplaceAll(name[1:len(name)-1], "``", "`")
}
