package main_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/dbtest"
	loading "github.com/volcado-io/volcado/internal/restore"
	"github.com/volcado-io/volcado/internal/text"
)

var update = flag.Bool("update", false, "write docs/compatibility.md anew")

const compatibilityPage = "../../docs/compatibility.md"

// TestEveryCopyLoadsWhereItIsSaidToOrIsRefusedByName makes a copy of each sample in each server, with its own client, and loads it
// into each, with the command that is handed out, as an account with rights on one database.
func TestEveryCopyLoadsWhereItIsSaidToOrIsRefusedByName(t *testing.T) {
	var plain, logging []*place
	for _, r := range dbtest.Releases {
		plain = append(plain, begin(t, r, false))
		logging = append(logging, begin(t, r, true))
	}
	var page strings.Builder
	for _, s := range samples {
		fmt.Fprintf(&page, "**%s**\n\n| a copy of | %s |\n| --- | --- | --- | --- |\n", s.title, strings.Join(names(), " | "))
		for _, from := range plain {
			from.fill(t, s.name, s.clause, s.sql(from.Release))
			folder := from.dump(t, s.name)
			cells := []string{from.Name}
			for i, to := range plain {
				cell := ""
				t.Run(fmt.Sprintf("%s of %s into %s", s.name, from.Name, to.Name), func(t *testing.T) {
					cell = loads(t, s, from, to, folder)
					if with := loads(t, s, from, logging[i], folder); with != cell {
						cell += "; with the binary log on, it " + with
					}
				})
				cells = append(cells, cell)
			}
			fmt.Fprintf(&page, "| %s |\n", strings.Join(cells, " | "))
		}
		page.WriteString("\n")
	}
	if !t.Failed() {
		between(t, compatibilityPage, "matrix", page.String())
	}
}

func names() (all []string) {
	for _, r := range dbtest.Releases {
		all = append(all, "into "+r.Name)
	}
	return all
}

// loads a copy, and says how that went in the words of the page.
func loads(t *testing.T, s sample, from, to *place, folder string) string {
	t.Helper()
	o := run(t, "cat", "--for="+to.target(), folder)
	if o.exit != 0 {
		o.mustRefuse(t, contract.InvalidRequest, "does not load this copy", "hint: ")
		if o.stdout != "" {
			t.Errorf("it refused after the first byte: %.100s", o.stdout)
		}
		if s.everywhere || from.Release == to.Release {
			t.Errorf("this is to load: %s", o.stderr)
		}
		refused := obstacles(t, folder, to)
		rightly(t, s, from, to, folder, refused)
		return "refused: " + named(t, refused, o.stderr)
	}
	to.server.Exec(t, "DROP DATABASE IF EXISTS `copy`", "CREATE DATABASE `copy`"+s.clause)
	command := "dumper cat --for " + to.target() + " " + folder + " | " + loading.Into(to.Client(), "copy")
	output, err := to.shell(t, command, "")
	cell := "loads"
	if err != nil && to.log && regexp.MustCompile("ERROR 141[89] ").MatchString(output) {
		cell = "needs trust"
		to.server.Exec(t, "SET GLOBAL log_bin_trust_function_creators = 1", "DROP DATABASE `copy`", "CREATE DATABASE `copy`"+s.clause)
		output, err = to.shell(t, command, "")
		to.server.Exec(t, "SET GLOBAL log_bin_trust_function_creators = 0")
	}
	if err != nil || strings.Contains(output, "ERROR") {
		t.Errorf("%v\n%s", err, output)
		return "stops"
	}
	if diff := cmp.Diff(from.server.Contents(t, s.name), to.server.Contents(t, "copy")); diff != "" {
		t.Errorf("the copy differs (-original +copy)\n%s", diff)
	}
	if from.Release == to.Release {
		asTheManifestSays(t, s, from, to, folder)
		if diff := cmp.Diff(alike(t, from.server, s.name), alike(t, to.server, "copy")); diff != "" {
			t.Errorf("a definition differs (-original +copy)\n%s", diff)
		}
	}
	return cell
}

// spelling is what differs in definitions that mean the same: whose they are, and a character set that MySQL shows of a
// column only if it was written.
var spelling = strings.NewReplacer("`loader`@`localhost`", "`root`@`localhost`", `"loader"@"localhost"`, `"root"@"localhost"`, " CHARACTER SET utf8mb4", "")

func alike(t *testing.T, server *dbtest.Server, database string) map[string]string {
	t.Helper()
	all := server.Fingerprint(t, database)
	// The checksum counts when its rows came into being.
	delete(all, "rows of versioned")
	for name, definition := range all {
		all[name] = spelling.Replace(definition)
	}
	return all
}

// rightly loads a copy that is refused all the same, beyond all errors. Of what is said not to load, nothing must be there as
// it was, or a copy is refused that would load. What MariaDB passes over without a word is there, but means something else.
func rightly(t *testing.T, s sample, from, to *place, folder string, refused []contract.Obstacle) {
	t.Helper()
	to.server.Exec(t, "DROP DATABASE IF EXISTS `copy`", "CREATE DATABASE `copy`"+s.clause)
	command := "dumper cat " + folder + " | sed -e '/enable the sandbox mode/d' -e s/,NO_AUTO_CREATE_USER// | " + loading.Into(to.Client(), "copy") + " --force"
	output, _ := to.shell(t, command, "") // it fails, as it must
	if !strings.Contains(output, "ERROR") {
		t.Errorf("it loads without an error: %s", output)
	}
	original, copied := from.server.Contents(t, s.name), to.server.Contents(t, "copy")
	for _, o := range refused {
		if o.Support.Name == "MySQLComments" {
			continue
		}
		for _, name := range o.Names {
			for key, was := range original {
				if got, there := copied[key]; strings.HasSuffix(key, " "+name) && there && got == was {
					t.Errorf("%s keeps the copy out, and %s loads", o.Support.Name, key)
				}
			}
		}
	}
}

// asTheManifestSays loads a copy from its file, with the command that its manifest has. The bot's commands for a file are these.
func asTheManifestSays(t *testing.T, s sample, from, to *place, folder string) {
	t.Helper()
	if to.log {
		return
	}
	m := manifest(t, folder)
	files, err := filepath.Glob(filepath.Join(folder, "*", m.Attempt, m.Files[0].Name))
	if err != nil || len(files) != 1 {
		t.Fatalf("%q: %v", files, err)
	}
	to.server.Exec(t, "DROP DATABASE `copy`", "CREATE DATABASE `copy`"+s.clause)
	command := "{ " + strings.Replace(m.Restore, "DATABASE", "copy", 1) + "; } <" + files[0]
	if output, err := to.shell(t, command, ""); err != nil {
		t.Errorf("%s: %v\n%s", command, err, output)
	}
	if diff := cmp.Diff(from.server.Contents(t, s.name), to.server.Contents(t, "copy")); diff != "" {
		t.Errorf("what the manifest's command loads differs (-original +copy)\n%s", diff)
	}
}

// obstacles that the copy's manifest has for a server.
func obstacles(t *testing.T, folder string, to *place) []contract.Obstacle {
	t.Helper()
	server := contract.Software{Flavour: "MySQL"}
	if !to.MySQL {
		server = contract.Software{Flavour: "MariaDB", Version: strings.TrimPrefix(to.Name, "MariaDB ")}
	}
	return manifest(t, folder).Obstacles(server)
}

// named are the features that keep the copy out, of which the answer names the first.
func named(t *testing.T, refused []contract.Obstacle, said string) string {
	t.Helper()
	var all []string
	for i, o := range refused {
		all = append(all, "`"+string(o.Support.Name)+"`")
		if named := o.What + ": " + text.Names(o.Names, 3); i < 6 && !strings.Contains(said, named) {
			t.Errorf("it does not say %q: %s", named, said)
		}
	}
	if len(all) == 0 {
		t.Errorf("nothing keeps it out: %s", said)
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

// What the page says of each feature is what dumper goes by.
func TestThePageNamesEveryFeature(t *testing.T) {
	var page strings.Builder
	page.WriteString("| feature | the copy has | MariaDB | MySQL | what to do |\n| --- | --- | --- | --- | --- |\n")
	for _, f := range contract.Features() {
		fmt.Fprintf(&page, "| `%s` | %s | %s | %s | %s |\n", f.Name, f.What, since(f.MariaDB), since(f.MySQL), f.Do)
	}
	between(t, compatibilityPage, "features", page.String())
}

func since(version string) string {
	switch version {
	case "":
		return "no"
	case "5":
		return "yes"
	}
	return version
}

// between compares what stands between two marks of a page, or with -update writes it.
func between(t *testing.T, path, what, want string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	marks := regexp.MustCompile(`(?s)(<!-- ` + what + `: [^\n]*-->\n\n)(.*?)(\n*<!-- end of ` + what + ` -->)`)
	found := marks.FindStringSubmatchIndex(string(data))
	if found == nil {
		t.Fatalf("%s has no place for the %s", path, what)
	}
	want = strings.TrimSpace(want)
	if *update {
		text := slices.Concat(data[:found[4]], []byte(want), data[found[5]:])
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(data[found[4]:found[5]]), want); diff != "" {
		t.Errorf("%s, %s (-page +seen; `make compatibility` writes it anew)\n%s", path, strconv.Quote(what), diff)
	}
}
