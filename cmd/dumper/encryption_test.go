package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volcado-io/volcado/internal/agetest"
	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/dbtest"
	"github.com/volcado-io/volcado/internal/s3test"
)

// shopOf is a server with the sample, the flags that copy it, and the text of its copy without encryption.
func shopOf(t *testing.T, database string) (arguments []string, text string) {
	t.Helper()
	server := dbtest.Get(t)
	server.Sample(t, database)
	arguments = flags(server, server.Account(t, database, "pw", dbtest.WholeDump(database)...), database)
	plain := t.TempDir()
	run(t, append(slices.Clone(arguments), into(plain)...)...).mustSucceed(t)
	o := run(t, "cat", plain)
	if o.exit != 0 || !strings.Contains(o.stdout, "CREATE TABLE") {
		t.Fatalf("exit code %d: %s", o.exit, o.stderr)
	}
	return arguments, o.stdout
}

// Each of the keys gives the text that there is without encryption, with our program and with age's own.
func TestAnEncryptedCopyIsTheSameForEveryKindOfKey(t *testing.T) {
	dump, want := shopOf(t, "sealed")
	program := agetest.Folder(t)
	s3 := s3test.Start(t, s3test.Options{})
	classic := []agetest.Key{agetest.X25519(t), agetest.Ed25519(t), agetest.RSA(t, 2048)}
	quantum := []agetest.Key{agetest.PostQuantum(t), agetest.PostQuantum(t)}
	folder := t.TempDir()
	for sentence, c := range map[string]struct {
		keys              []agetest.Key
		compression, name string
		dump, read        []string
	}{
		"age's and SSH's keys, through gzip and a folder": {classic, "gzip", "dump.sql.gz.age", into(folder), []string{folder + "/first"}},
		"post-quantum keys, through zstd and a bucket":    {quantum, "zstd", "dump.sql.zst.age", bucket(t, s3), append(bucket(t, s3), "--key=first")},
		"a post-quantum key, uncompressed in a folder":    {quantum[:1], "none", "dump.sql.age", append(into(folder), "--key-prefix=none"), []string{folder + "/none"}},
	} {
		t.Run(sentence, func(t *testing.T) {
			arguments := append(append(slices.Clone(dump), "--attempt=one", "--key-prefix=first", "--compression="+c.compression), c.dump...)
			var recipients []string
			for _, key := range c.keys {
				arguments = append(arguments, "--recipient="+key.Recipient)
				recipients = append(recipients, key.Recipient)
			}
			artifact := run(t, arguments...).mustSucceed(t)
			if artifact.File != c.name || artifact.UncompressedBytes != int64(len(want)) {
				t.Errorf("the artifact is %+v", artifact)
			}
			o := run(t, append([]string{"verify"}, c.read...)...)
			if o.exit != 0 || !strings.Contains(o.stdout, c.name+" is as it was stored") || strings.Contains(o.stdout, "is whole") ||
				!strings.Contains(o.stderr, "without --identity-file nothing else was proved") {
				t.Errorf("verify without a key: exit code %d\n%s%s", o.exit, o.stdout, o.stderr)
			}
			for _, key := range c.keys {
				identity := key.File(t)
				o := run(t, append([]string{"verify", "--identity-file=" + identity}, c.read...)...)
				if o.exit != 0 || !strings.Contains(o.stdout, c.name+" is whole") || o.stderr != "" {
					t.Errorf("verify: exit code %d\n%s%s", o.exit, o.stdout, o.stderr)
				}
				o = run(t, append([]string{"cat", "--identity-file=" + identity}, c.read...)...)
				if o.exit != 0 || o.stdout != want {
					t.Errorf("cat: exit code %d, the text is the same: %t\n%s", o.exit, o.stdout == want, o.stderr)
				}
				format, _ := contract.FormatOfFile(c.name)
				raw := exec.CommandContext(t.Context(), "sh", "-c", `"$0" "$@" | `+strings.ReplaceAll(format.DecodeInput(), contract.KeyFile, identity)+"cat")
				raw.Args = append(raw.Args, append([]string{dumper, "cat", "--raw"}, c.read...)...)
				raw.Env = prepare(t, "cat").Env
				raw.Env = append(raw.Env, "PATH="+program+":"+os.Getenv("PATH"))
				if output, err := raw.CombinedOutput(); err != nil || string(output) != want {
					t.Errorf("age: %v, the text is the same: %t\n%.1000s", err, string(output) == want, output)
				}
			}
			if m := inspected(t, c.read...); len(m) != 1 || !m[0].Complete || !cmp.Equal(m[0].Manifest.Encryption, &contract.Encryption{Recipients: recipients}) {
				t.Errorf("inspect: %+v", m)
			}
		})
	}
}

// The commands of a manifest, as they are, in a shell.
func TestTheManifestsCommandDecrypts(t *testing.T) {
	dump, _ := shopOf(t, "sealed_by_manifest")
	server, program, key := dbtest.Get(t), agetest.Folder(t), agetest.X25519(t)
	home, folder := t.TempDir(), t.TempDir()
	artifact := run(t, append(append(slices.Clone(dump), into(folder)...), "--attempt=one", "--recipient="+key.Recipient)...).mustSucceed(t)
	for name, content := range map[string]string{".my.cnf": "[client]\nuser=root\nsocket=" + server.Socket + "\n", contract.KeyFile: key.Identity} {
		if err := os.WriteFile(filepath.Join(home, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	m := manifest(t, folder)
	server.Exec(t, "SET FOREIGN_KEY_CHECKS=0", "CREATE OR REPLACE DATABASE unsealed")
	file, err := os.Open(filepath.Join(folder, "sealed_by_manifest", "one", artifact.File))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	command := exec.CommandContext(t.Context(), "sh", "-c", strings.ReplaceAll(m.Restore, "DATABASE", "unsealed"))
	command.Stdin, command.Dir, command.Env = file, home, []string{"PATH=" + program + ":" + os.Getenv("PATH"), "HOME=" + home}
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", command, err, output)
	}
	if diff := cmp.Diff(server.Fingerprint(t, "sealed_by_manifest"), server.Fingerprint(t, "unsealed")); diff != "" {
		t.Errorf("the restored database differs (-want +got):\n%s", diff)
	}
	if notes := strings.Join(m.Notes, "\n"); !strings.Contains(notes, "dumper cat --identity-file KEYFILE --for mysql LOCATION") || !strings.Contains(notes, "KEYFILE is a file with the private key") {
		t.Errorf("its notes:\n%s", notes)
	}
}

func TestAnEncryptedCopyWithoutItsKey(t *testing.T) {
	dump, _ := shopOf(t, "locked")
	key, folder := agetest.X25519(t), t.TempDir()
	run(t, append(append(slices.Clone(dump), into(folder)...), "--recipient="+key.Recipient)...).mustSucceed(t)
	other, protected := agetest.X25519(t).File(t), agetest.Protected(t, "secret").File(t)
	for sentence, c := range map[string]struct {
		arguments []string
		mentions  []string
	}{
		"no key":                {[]string{"cat", folder}, []string{"is encrypted for \"" + key.Recipient[:12], "--identity-file", "--raw"}},
		"no key, for a client":  {[]string{"cat", "--for=mariadb", folder}, []string{"is encrypted for", "--identity-file"}},
		"another key":           {[]string{"cat", "--identity-file=" + other, folder}, []string{"no private key in " + other + " opens ", "encrypted for"}},
		"another key, verified": {[]string{"verify", "--identity-file=" + other, folder}, []string{"no private key in " + other + " opens "}},
		"a passphrase":          {[]string{"verify", "--identity-file=" + protected, folder}, []string{"protected by a passphrase", "age -d -i " + protected}},
		"no file":               {[]string{"cat", "--identity-file=" + folder + "/none", folder}, []string{"there is no file " + folder + "/none"}},
		"a key and --raw":       {[]string{"cat", "--identity-file=" + key.File(t), "--raw", folder}, []string{"both --identity-file and --raw"}},
	} {
		t.Run(sentence, func(t *testing.T) {
			o := run(t, c.arguments...)
			o.mustRefuse(t, contract.InvalidRequest, c.mentions...)
			if o.stdout != "" {
				t.Errorf("it wrote %d bytes", len(o.stdout))
			}
		})
	}
	plain := t.TempDir()
	run(t, append(slices.Clone(dump), into(plain)...)...).mustSucceed(t)
	if o := run(t, "verify", "--identity-file="+key.File(t), plain); o.exit != 0 || !strings.Contains(o.stderr, "the artifact is not encrypted, so --identity-file was not needed") {
		t.Errorf("of a copy that is not encrypted: exit code %d\n%s", o.exit, o.stderr)
	}
}

func TestNothingIsCopiedForRecipientsThatAreNone(t *testing.T) {
	x, pq := agetest.X25519(t), agetest.PostQuantum(t)
	secret := strings.Fields(x.Identity)[3]
	for sentence, c := range map[string]struct {
		recipients []string
		mentions   []string
	}{
		"an empty one":              {[]string{x.Recipient, ""}, []string{"recipient 2 is empty", "--recipient"}},
		"one that was cut":          {[]string{x.Recipient[:50]}, []string{"recipient 1 (" + x.Recipient[:12] + "...) is not a whole public key"}},
		"a private key":             {[]string{secret}, []string{"recipient 1 is a private key", "not repeated here"}},
		"keys that age never mixes": {[]string{x.Recipient, pq.Recipient}, []string{x.Recipient[:12], pq.Recipient[:12], "age does not encrypt for both"}},
	} {
		t.Run(sentence, func(t *testing.T) {
			folder := t.TempDir()
			arguments := append([]string{"dump", "--host=localhost", "--credentials-dir=/none", "--database=shop"}, into(folder)...)
			for _, r := range c.recipients {
				arguments = append(arguments, "--recipient="+r)
			}
			o := run(t, arguments...)
			o.mustFail(t, contract.InvalidRequest, c.mentions...)
			if strings.Contains(o.stderr+o.stdout, secret[16:]) {
				t.Errorf("it repeats the key: %s", o.stderr)
			}
			if left := files(t, folder); len(left) > 0 {
				t.Errorf("it left %q", left)
			}
		})
	}
}

// What is doubted without encryption is doubted with it, and nothing is left of it.
func TestADoubtedEncryptedDumpIsNeverASuccess(t *testing.T) {
	dump, _ := shopOf(t, "doubted_and_sealed")
	key := agetest.X25519(t).Recipient
	for sentence, client := range map[string]string{
		"truncated with exit code 0": `"$REAL" "$@" 2>/dev/null | head -c 2000; exit 0`,
		"killed":                     `"$REAL" "$@" | head -c 2000; kill -9 $$`,
		"a complaint and code 0":     `"$REAL" "$@"; echo "mariadb-dump: something is odd" >&2; exit 0`,
	} {
		t.Run(sentence, func(t *testing.T) {
			folder := t.TempDir()
			e := prepare(t, append(append(slices.Clone(dump), into(folder)...), "--recipient="+key)...).withClient(fakeClient(t, client))
			o := e.outcome(t, e.Run())
			if o.exit == 0 || o.result.Artifact != nil {
				t.Errorf("exit code %d, %+v", o.exit, o.result.Artifact)
			}
			if left := files(t, folder); len(left) > 0 {
				t.Errorf("it left %q", left)
			}
		})
	}
}
