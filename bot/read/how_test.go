package read

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"
	"github.com/google/go-cmp/cmp"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/view"
	"github.com/volcado-io/volcado/internal/agetest"
)

const content = "a copy"

func copyAt(uri string) *v1alpha1.DatabaseDump {
	sum := sha256.Sum256([]byte(content))
	return dumpOf(func(d *v1alpha1.DatabaseDump) {
		d.Status.Artifact = &v1alpha1.Artifact{URI: uri, SHA256: hex.EncodeToString(sum[:]), SizeBytes: 12 << 20}
		d.Status.Server = &v1alpha1.SoftwareVersion{Flavour: "MariaDB", Version: "10.11.6"}
	})
}

// What is printed to fetch a copy from a volume, in a real shell, with a kubectl that succeeds or fails at a step.
func TestTheFetchFromAVolumeStopsAtTheFirstError(t *testing.T) {
	h := How(copyAt("pvc://shop/dumps/prod/it's/dump.sql"), alice, now, "registry.example.com/tools:1")
	if kinds(h) != "Pod Load" {
		t.Fatalf("got %s", kinds(h))
	}
	fetch := h.Steps[0].Commands
	for name, tc := range map[string]struct {
		failing string
		steps   string
		works   bool
	}{
		"all goes well":                {"", "apply wait exec delete", true},
		"the pod is not admitted":      {"apply", "apply", false},
		"the image cannot be pulled":   {"wait", "apply wait", false},
		"the file cannot be read":      {"exec", "apply wait exec", false},
		"the pod cannot be taken down": {"delete", "apply wait exec delete", false},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			program(t, dir, "kubectl", `echo "$3" >> steps
[ "$3" != "$FAILING" ] || { echo "kubectl: $3 failed" >&2; exit 1; }
case $3 in
apply) cat > pod.json ;;
exec) [ "$7" = "/dumps/prod/it's/dump.sql" ] && printf %s "`+content+`" ;;
esac
`)
			out, err := run(dir, fetch, "FAILING="+tc.failing)
			if (err == nil) != tc.works {
				t.Errorf("%v\n%s", err, out)
			}
			if compared := strings.Contains(out, "dump.sql: "); compared != tc.works {
				t.Errorf("compared %v:\n%s", compared, out)
			}
			if got := strings.Join(strings.Fields(readFile(t, dir, "steps")), " "); got != tc.steps {
				t.Errorf("it ran %q, want %q", got, tc.steps)
			}
			if tc.works && !strings.Contains(readFile(t, dir, "pod.json"), `"image": "registry.example.com/tools:1"`) {
				t.Errorf("the pod is of another image:\n%s", fetch)
			}
		})
	}
}

// What is loaded is what was compared, into a database of another name, by a client that is told so.
func TestACopyInS3IsComparedBeforeItIsLoaded(t *testing.T) {
	d := copyAt("s3://dumps/prod/it's/dump.sql")
	d.Status.Storage = &v1alpha1.DumpStorageSpec{S3: &v1alpha1.S3Storage{Region: "eu-west-1", Endpoint: "https://s3.example.com", PathStyle: true}}
	h := How(d, alice, now, DefaultFetchImage)
	if kinds(h) != "Stream AWS" {
		t.Fatalf("got %s", kinds(h))
	}
	for name, tc := range map[string]struct {
		step    int
		fetched string
		loads   bool
	}{
		"with the AWS CLI":                                   {1, content, true},
		"with the AWS CLI, and the copy was changed":         {1, "another copy", false},
		"straight from the store, which compares on its own": {0, content, true},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			program(t, dir, "aws", `echo "$@" > asked; printf %s "$FETCHED" > "$4"`)
			program(t, dir, "dumper", `echo "$@" > asked; printf %s "$FETCHED"`)
			program(t, dir, "mariadb", `case "$*" in *-e*) echo "$3" >> created ;; *) cat > loaded; echo "$@" > options ;; esac`)
			out, err := run(dir, h.Steps[tc.step].Commands, "FETCHED="+tc.fetched)
			if (err == nil) != tc.loads {
				t.Errorf("%v\n%s", err, out)
			}
			if !tc.loads {
				if _, err := os.Stat(filepath.Join(dir, "loaded")); err == nil {
					t.Error("it was loaded")
				}
				return
			}
			if got := readFile(t, dir, "loaded"); got != content {
				t.Errorf("it loaded %q", got)
			}
			if got := readFile(t, dir, "created"); !strings.Contains(got, "CREATE DATABASE `shop_copy`") {
				t.Errorf("it ran %s", got)
			}
			if got := readFile(t, dir, "options"); !strings.HasSuffix(strings.TrimSpace(got), " shop_copy") || !strings.Contains(got, "--local-infile=0") || !strings.Contains(got, "--binary-mode") {
				t.Errorf("it loaded with %s", got)
			}
			asked := readFile(t, dir, "asked")
			if tc.step == 0 && !strings.HasPrefix(asked, "cat --for mariadb ") {
				t.Errorf("it did not name the client that loads: %s", asked)
			}
			for _, part := range []string{"s3://dumps/prod/it's/dump.sql", "eu-west-1", "https://s3.example.com"} {
				if !strings.Contains(asked, part) {
					t.Errorf("it asked for %s", asked)
				}
			}
		})
	}
}

func TestHow(t *testing.T) {
	long := strings.Repeat("x", 60)
	authority := &v1alpha1.DumpStorageSpec{S3: &v1alpha1.S3Storage{Bucket: "b", CASecretRef: &v1alpha1.SecretKeyReference{SecretReference: v1alpha1.SecretReference{Name: "ca"}, Key: "ca.crt"}}}
	for name, tc := range map[string]struct {
		uri  string
		edit func(*v1alpha1.DatabaseDump)
		has  string
		kind string
		not  string
	}{
		"compressed":                   {"s3://b/k/dump.sql.gz", nil, "gunzip -c dump.sql.gz", "Stream AWS", ""},
		"compressed with zstd":         {"s3://b/k/dump.sql.zst", nil, "zstd -d -c dump.sql.zst", "Stream AWS", ""},
		"compressed, on a volume":      {"pvc://ns/claim/k/dump.sql.gz", nil, "gunzip -c dump.sql.gz", "Pod Load", ""},
		"encrypted":                    {"s3://b/k/dump.sql.gz.age", sealed, "dumper cat --identity-file KEYFILE --for mariadb s3://b/k/dump.sql.gz.age |", "Stream AWS", "gunzip -c"},
		"encrypted and compressed":     {"s3://b/k/dump.sql.gz.age", sealed, "age -d -i KEYFILE dump.sql.gz.age | gunzip | mariadb", "Stream AWS", ""},
		"encrypted, not compressed":    {"pvc://ns/claim/k/dump.sql.age", sealed, "age -d -i KEYFILE dump.sql.age | mariadb", "Pod Load", "gunzip"},
		"MySQL":                        {"s3://b/k/dump.sql", func(d *v1alpha1.DatabaseDump) { d.Status.Server.Flavour = "MySQL" }, "dumper cat --for mysql s3://b/k/dump.sql | mysql --default-character-set", "Stream AWS", "mariadb"},
		"a server that nobody knows":   {"s3://b/k/dump.sql", func(d *v1alpha1.DatabaseDump) { d.Status.Server = nil }, "dumper cat s3://b/k/dump.sql | mysql --default-character-set", "Stream AWS", "mariadb"},
		"a name that becomes too long": {"s3://b/k/dump.sql", func(d *v1alpha1.DatabaseDump) { d.Spec.Database = v1alpha1.DatabaseName(long) }, "volcado_copy", "Stream AWS", long},
		"a store that is not known":    {"gs://b/k", nil, "", "", "aws"},
		"a location that is none":      {"%zz", nil, "", "", "aws"},
		"a store with an authority":    {"s3://b/k/dump.sql", func(d *v1alpha1.DatabaseDump) { d.Status.Storage = authority }, "dumper cat", "Stream AWS", ""},
	} {
		t.Run(name, func(t *testing.T) {
			d := copyAt(tc.uri)
			if tc.edit != nil {
				tc.edit(d)
			}
			h := How(d, alice, now, DefaultFetchImage)
			var all []string
			for _, s := range h.Steps {
				all = append(all, s.Commands)
			}
			commands := strings.Join(all, "\n")
			if kinds(h) != tc.kind || !strings.Contains(commands, tc.has) || tc.not != "" && strings.Contains(commands, tc.not) {
				t.Errorf("got %s\n%s", kinds(h), commands)
			}
			if isSealed := strings.HasSuffix(tc.uri, ".age"); isSealed != (h.KeyFile == "KEYFILE") || isSealed != (h.EncryptedFor == 2) {
				t.Errorf("it is encrypted for %d, with %q", h.EncryptedFor, h.KeyFile)
			}
			if h.URI != tc.uri || h.Bytes != 12<<20 || h.Dump != d.Name {
				t.Errorf("got %+v", h)
			}
			var want *view.Authority
			if d.Status.Storage == authority {
				want = &view.Authority{Namespace: "shop", Secret: "ca", Key: "ca.crt"}
			}
			if diff := cmp.Diff(want, h.Authority); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// sealed is the status of an encrypted copy.
func sealed(d *v1alpha1.DatabaseDump) { d.Status.EncryptedFor = 2 }

// What is printed for an encrypted copy, in a real shell, with age itself: the text is loaded, and only with the key.
func TestAnEncryptedCopyIsLoadedWithItsKey(t *testing.T) {
	key, other := agetest.X25519(t), agetest.X25519(t)
	recipient, err := age.ParseX25519Recipient(key.Recipient)
	if err != nil {
		t.Fatal(err)
	}
	var stored bytes.Buffer
	w, err := age.Encrypt(&stored, recipient)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, content); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(stored.Bytes())
	d := copyAt("s3://dumps/prod/it's/dump.sql.age")
	d.Status.EncryptedFor, d.Status.Artifact.SHA256 = 1, hex.EncodeToString(sum[:])
	commands := How(d, alice, now, DefaultFetchImage).Steps[1].Commands
	folder := agetest.Folder(t)
	for name, tc := range map[string]struct {
		key    string
		loaded string
	}{"with its key": {key.Identity, content}, "with another": {other.Identity, ""}} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for file, data := range map[string][]byte{"KEYFILE": []byte(tc.key), "stored": stored.Bytes()} {
				if err := os.WriteFile(filepath.Join(dir, file), data, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			program(t, dir, "aws", `cp stored "$4"`)
			program(t, dir, "age", `exec "$AGE" "$@"`)
			program(t, dir, "mariadb", `case "$*" in *-e*) ;; *) cat > loaded ;; esac`)
			out, _ := run(dir, commands, "AGE="+filepath.Join(folder, "age"))
			if got := readFile(t, dir, "loaded"); got != tc.loaded {
				t.Errorf("it loaded %q\n%s", got, out)
			}
		})
	}
}

func kinds(h view.How) string {
	var kinds []string
	for _, s := range h.Steps {
		kinds = append(kinds, string(s.Kind))
	}
	return strings.Join(kinds, " ")
}

// program is a script in dir.
func program(t *testing.T, dir, name, script string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+script), 0o755); err != nil {
		t.Fatal(err)
	}
}

// run what people paste, in a shell that finds the programs of dir first.
func run(dir, commands, environment string) (string, error) {
	cmd := exec.Command("sh", "-c", commands)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"), environment)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func readFile(t *testing.T, dir, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
