package main_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/volcado-io/volcado/internal/contract"
)

func TestACopyIsRefusedByNameBeforeTheFirstByte(t *testing.T) {
	storage, attempt := artifact(t)
	manifest := filepath.Join(attempt, contract.ManifestFile)
	data, err := os.ReadFile(manifest)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(data), `"features": []`) {
		t.Fatalf("the manifest does not say that nothing was found:\n%s", data)
	}
	const note = "does not say what MySQL cannot load"
	for sentence, c := range map[string]struct {
		features  string
		arguments []string
		// refused with these words; loaded where there are none, with the note or without.
		refused []string
		note    string
	}{
		"nothing is in the way":                 {`[]`, []string{"--for=mysql"}, nil, ""},
		"an older dumper, into the other":       {`null`, []string{"--for=mysql"}, nil, note},
		"an older dumper, into its own":         {`null`, []string{"--for=mariadb"}, nil, ""},
		"a sequence, into its own":              {`[{"name": "Sequences", "count": 1, "names": ["s"]}]`, []string{"--for=mariadb"}, nil, ""},
		"a sequence, without a client's name":   {`[{"name": "Sequences", "count": 1, "names": ["s"]}]`, nil, nil, ""},
		"a sequence":                            {`[{"name": "Sequences", "count": 1, "names": ["s"]}]`, []string{"--for=mysql"}, []string{`sequences: "s"`, "hint: Leave them out"}, ""},
		"names that were not kept":              {`[{"name": "Sequences", "count": 20000}]`, []string{"--for=mysql"}, []string{"It has sequences\n"}, ""},
		"two things":                            {`[{"name": "Sequences", "count": 1, "names": ["s"]}, {"name": "TypeUUID", "count": 4, "names": ["a", "b", "c", "d"]}]`, []string{"--for=mysql"}, []string{`"s"`, `UUID: "a", "b", "c" and 1 more`, "compatibility.md"}, ""},
		"what an older release has not":         {`[{"name": "TypeVector", "count": 1, "names": ["v"]}]`, []string{"--for=mariadb:10.6"}, []string{"MariaDB 10.6 does not load", `VECTOR: "v"`}, ""},
		"what a newer release has, unsaid":      {`[{"name": "TypeVector", "count": 1, "names": ["v"]}]`, []string{"--for=mysql"}, []string{"hint: if the server is MySQL 9.0 or newer, say so: --for mysql:9.0"}, ""},
		"what a newer release has, said":        {`[{"name": "TypeVector", "count": 1, "names": ["v"]}]`, []string{"--for=mysql:9"}, nil, ""},
		"what only a newer dumper knows":        {`[{"name": "Telepathy", "count": 1}]`, []string{"--for=mysql"}, []string{`"Telepathy"`, "a newer one"}, ""},
		"a client that there is not":            {`[]`, []string{"--for=psql"}, []string{`no client "psql"`, "--for mysql or --for mariadb"}, ""},
		"a version that is none":                {`[]`, []string{"--for=mariadb:new"}, []string{"no client"}, ""},
		"a client that nobody named":            {`[]`, []string{"--for="}, []string{"no client"}, ""},
		"a client, and the file as it is":       {`[]`, []string{"--for=mysql", "--raw"}, []string{"both --for and --raw"}, ""},
		"a manifest with more than is believed": {"[" + strings.Repeat(`{"name": "x"},`, 300) + `{"name": "x"}]`, []string{"--for=mysql"}, []string{"301 features"}, ""},
	} {
		t.Run(sentence, func(t *testing.T) {
			changed := strings.Replace(string(data), `"features": []`, `"features": `+c.features, 1)
			if err := os.WriteFile(manifest, []byte(changed), 0o600); err != nil {
				t.Fatal(err)
			}
			o := run(t, append([]string{"cat", storage}, c.arguments...)...)
			if len(c.refused) > 0 {
				reason := contract.InvalidRequest
				if strings.Contains(sentence, "believed") {
					reason = contract.ArtifactDoubted
				}
				o.mustRefuse(t, reason, c.refused...)
				if o.stdout != "" {
					t.Errorf("it wrote %.200s", o.stdout)
				}
				return
			}
			if o.exit != 0 || !strings.Contains(o.stdout, "-- Dump completed") {
				t.Fatalf("exit code %d: %s", o.exit, o.stderr)
			}
			if c.note == "" && o.stderr != "" || !strings.Contains(o.stderr, c.note) {
				t.Errorf("it says %q, want %q", o.stderr, c.note)
			}
			sandbox := strings.HasPrefix(o.stdout, "/*M!999999")
			if want := len(c.arguments) == 0 || strings.HasPrefix(c.arguments[0], "--for=mariadb"); sandbox != want {
				t.Errorf("the line that enables the sandbox is there: %t, want %t", sandbox, want)
			}
		})
	}
}

// What is adapted is proved whole all the same, at the end.
func TestAnAdaptedCopyThatWasTamperedWithIsFoundOut(t *testing.T) {
	storage, attempt := artifact(t)
	file := filepath.Join(attempt, contract.DefaultFormat().File())
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)/2] ^= 1
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, "cat", storage, "--for=mysql").mustRefuse(t, contract.ArtifactDoubted, "is not what was written")
}
