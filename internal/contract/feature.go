package contract

import (
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/util/version"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

// Feature is something in a copy that not every server loads.
type Feature struct {
	Name FeatureName `json:"name"`
	// Count of what has it.
	Count int `json:"count"`
	// Names of the first hundred of them: tables, views, routines, triggers, or values of sql_mode.
	Names []string `json:"names,omitempty"`
}

// FeatureName is one word for a Feature. docs/compatibility.md explains each to people.
type FeatureName string

// Support says which servers load a feature.
type Support struct {
	Name FeatureName
	// MariaDB and MySQL: the oldest release that loads it; empty where none does.
	MariaDB, MySQL string
	// What it is, in the plural, as in "it has sequences".
	What string
	// Do is what to do about it.
	Do string
}

// anySupported is older than every release that anybody runs.
const anySupported = "5"

const leaveOut = "Leave them out (`exclude.tables`)"

// supports are the features that there are. What a server does is seen in docs/compatibility.md's tests, and which release
// was the first in its documentation.
var supports = []Support{
	{"Sequences", "10.3", "", "sequences", leaveOut + ", with the tables that draw from them."},
	{"SystemVersioning", "10.3", "", "system-versioned tables", leaveOut + "."},
	{"Periods", "10.4", "", "tables with a period", leaveOut + "."},
	{"TypeUUID", "10.7", "", "columns of type UUID", "Change them to `CHAR(36)`."},
	{"TypeINET6", "10.5", "", "columns of type INET6", "Change them to `VARBINARY(16)`."},
	{"TypeINET4", "10.10", "", "columns of type INET4", "Change them to `INT UNSIGNED`."},
	{"TypeVector", "11.7", "9.0", "columns of type VECTOR", leaveOut + "."},
	{"OtherTypes", "", "", "columns of a type that only their own server is known to have", leaveOut + "."},
	{"VectorIndexes", "11.7", "", "vector indexes", "Drop the indexes."},
	{"WideDecimals", "10.2", "", "columns with more than 30 digits after the point", "Change them to `DECIMAL(65,30)`."},
	{"UCA1400Collations", "10.10", "", "collations of the name uca1400", "Convert them to `utf8mb4_unicode_520_ci`."},
	{"MariaDBCollations", "10.10", "", "collations that only MariaDB has, such as those with nopad in the name", "Convert them to one that both have, such as `utf8mb4_unicode_520_ci`."},
	{"UCA0900Collations", "11.4.5", "8.0", "collations with 0900 in the name", "Load the copy into a MariaDB of 11.4.5 or newer, or convert them to `utf8mb4_unicode_520_ci`."},
	{"MySQLCollations", "", "8.0", "collations and character sets that only MySQL has", "Convert them to one that both have, such as `utf8mb4_unicode_520_ci`."},
	{"FunctionDefaults", "10.2", "", "defaults that are a function without parentheses", "Give the columns another default."},
	{"TextDefaults", "10.2", "", "BLOB and TEXT columns with a literal default", "Drop the defaults."},
	{"GeneratedRows", anySupported, "", "rows with the values of generated columns", "Leave the rows out (`exclude.data`), or drop the generated columns."},
	{"FunctionalIndexes", "", "8.0.13", "indexes on an expression", "Index a generated column."},
	{"IgnoredIndexes", "10.6", "", "ignored indexes", "Drop the indexes."},
	{"HashIndexes", "10.4", "", "unique indexes over long columns", "Drop the indexes."},
	{"Aria", anySupported, "", "Aria tables", "Convert them to InnoDB."},
	{"Engines", "", "", "storage engines that only their own server is known to have", "Convert the tables to InnoDB."},
	{"TableOptions", "10.2", "", "table options that only MariaDB has", "Make the tables without them."},
	{"DefaultPartitions", "10.2", "", "list partitions for all other values", "Drop the partitions."},
	{"MySQLComments", "", "8.0", "parts that MariaDB passes over without a word (`INVISIBLE`, `SRID`, `NOT ENFORCED`)", "Drop these parts."},
	{"Packages", "10.3.5", "", "packages", "Write them as routines."},
	{"AggregateFunctions", "10.3.3", "", "stored aggregate functions", "Drop them."},
	{"MariaDBRoutines", "10.3", "", "routines with `FOR` loops, `ROW` variables or `TYPE OF`", "Write them without."},
	{"MariaDBModes", "10.3", "", "definitions under an sql_mode that only MariaDB has", "Define them anew under another."},
	{"MySQLModes", "", "8.0", "definitions under an sql_mode that only MySQL has", "Define them anew under another."},
	{"MariaDBFunctions", "10.2", "", "tables or views with a function that only MariaDB has", "Write them without."},
	{"MySQLFunctions", "", "8.0", "tables or views with a function that only MySQL has", "Write them without."},
	{"MariaDBQueries", "10.3", "", "views with a list of `VALUES` without `ROW`", "Write them without."},
	{"MySQLQueries", "", "8.0.21", "views with `LATERAL`, `VALUES ROW`, `RETURNING` or `AS JSON`", "Write them without."},
}

// Features are all that there are, in the order in which they are said.
func Features() []Support { return slices.Clone(supports) }

// supportOf a feature. Nothing loads one that a newer dumper has found.
func supportOf(name FeatureName) Support {
	if i := slices.IndexFunc(supports, func(s Support) bool { return s.Name == name }); i >= 0 {
		return supports[i]
	}
	return Support{Name: name, What: fmt.Sprintf("something that this release of dumper does not know (%.40q)", name), Do: "Use the dumper that made the copy, or a newer one."}
}

// Obstacle keeps a server from loading a copy.
type Obstacle struct {
	Feature
	Support
	// From is the oldest release of the server's flavour that loads it; empty where none does.
	From string
}

// Obstacles are what keeps a server of this flavour and version from loading the copy. Without a version it is one like the
// server that was copied or, if that is of the other flavour, the oldest.
func (m *Manifest) Obstacles(server Software) (found []Obstacle) {
	if server.Flavour == m.Server.Flavour && (server.Version == "" || !olderRelease(server.Version, m.Server.Version)) {
		return nil
	}
	for _, f := range m.Features {
		o := Obstacle{Feature: f, Support: supportOf(f.Name)}
		if o.From = o.MySQL; server.Flavour == string(v1alpha1.EngineMariaDB) {
			o.From = o.MariaDB
		}
		if o.From == "" || o.From != anySupported && Release(server.Version).LessThan(Release(o.From)) {
			found = append(found, o)
		}
	}
	return found
}

// Release is the numbers of a server's version: 10.11.19 of 10.11.19-MariaDB. 9 is 9.0, and what is no version is 0.0, which is
// older than any.
func Release(text string) *version.Version {
	for _, t := range []string{text, text + ".0"} {
		if release, err := version.ParseGeneric(t); err == nil {
			return release
		}
	}
	return version.MajorMinor(0, 0)
}

// olderRelease compares as many numbers as a person gave: 10.11 is not older than 10.11.6.
func olderRelease(given, that string) bool {
	a, b := Release(given).Components(), Release(that).Components()
	return slices.Compare(a, b[:min(len(a), len(b))]) < 0
}
