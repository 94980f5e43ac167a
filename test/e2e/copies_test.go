//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"os/exec"
	"path"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

func TestSomebodyOnTheListAsksInTheConsoleAndGetsAnArtifact(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "console")
	database := w.small()
	w.source("shop-"+w.suffix, []string{database}, nil)

	a := w.say(w.person, "dump shop-"+w.suffix)
	asked := w.requested(w.ctx)
	if len(asked) != 1 {
		t.Fatalf("one message made %d dumps; the answer was\n%s", len(asked), a.text)
	}
	d := &asked[0]
	w.completed(d)
	w.expect(a, 0, "Dump of "+database+" is ready", d.Status.Artifact.URI, "how "+d.Name)
	w.expect(w.say(w.person, "how "+d.Name), 0, d.Status.Artifact.URI, d.Status.Artifact.SHA256, "dumper cat")
	if by := d.Status.AllowedBy; by == nil || by.Name != "qa" {
		t.Errorf("the status does not say which list permitted it: %+v", by)
	}
	if d.Spec.RequestedBy.User != w.person || d.Spec.RequestedBy.Platform != v1alpha1.PlatformConsole {
		t.Errorf("the dump was asked for by %+v", d.Spec.RequestedBy)
	}
	w.expect(w.say(w.person, "status"), 0, d.Name, d.Status.Artifact.URI)
	w.expect(w.say(w.person, "list"), 0, d.Name, "ready")
}

// oddContent has names that shells, options, patterns and paths take for something else.
const oddContent = "CREATE TABLE `--all` (`a b` INT PRIMARY KEY, `ünï` VARCHAR(20) CHARACTER SET utf8mb4) ENGINE=InnoDB;\n" +
	"INSERT INTO `--all` VALUES (1, '🐘'), (2, 'quote '' and \\\\'), (3, NULL);\n" +
	"CREATE TABLE `orders 2` (id INT PRIMARY KEY, blank VARBINARY(16)) ENGINE=InnoDB;\n" +
	"INSERT INTO `orders 2` SELECT seq, UNHEX(MD5(seq)) FROM seq_1_to_500;\n" +
	"CREATE VIEW `v-1` AS SELECT `ünï` FROM `--all`;\n"

func TestADatabaseWithOddNamesIsCopiedToABucketAndToAVolume(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "odd")
	database := "e2e straße 7-β " + w.suffix
	w.database(database, oddContent)
	w.volumeStorage("disk", "local", "64Mi")
	w.source("bucket", []string{"e2e straße *"}, nil)
	w.source("volume", []string{database}, func(s *v1alpha1.DatabaseSource) { s.Spec.StorageRef.Name = "disk" })
	w.ask("to-bucket", "bucket", fmt.Sprintf(", database: %q", database))
	w.ask("to-volume", "volume", ", compression: {format: none}")

	bucketed, volumed := w.waitFor("to-bucket", "Complete", patience), w.waitFor("to-volume", "Complete", patience)
	w.completed(bucketed)
	w.completed(volumed)
	if string(bucketed.Status.Database) != database || string(volumed.Status.Database) != database {
		t.Errorf("the status names the databases %q and %q", bucketed.Status.Database, volumed.Status.Database)
	}
	fromBucket := w.cat(bucketed)
	if fromVolume := w.catFromVolume(volumed); statements(fromVolume) != statements(fromBucket) {
		t.Errorf("bucket and volume hold different copies (-bucket +volume):\n%s", cmp.Diff(statements(fromBucket), statements(fromVolume)))
	}

	copied := "e2e copy " + w.suffix
	w.database(copied, "")
	w.restoreMariaDB(copied, fromBucket)
	if diff := cmp.Diff(w.describe(database), w.describe(copied)); diff != "" {
		t.Errorf("the copy differs from the original (-original +copy):\n%s", diff)
	}
}

// cat is an artifact's SQL, fetched from the bucket and held against its manifest by the dumper's own program.
func (w *world) cat(d *v1alpha1.DatabaseDump) string {
	w.Helper()
	ctx, stop := context.WithTimeout(w.ctx, patience)
	defer stop()
	text, err := output(env.s3.dumper(ctx, "cat", d.Status.Artifact.URI), nil)
	if err != nil {
		w.Fatal(err)
	}
	return text
}

// catFromVolume proves the artifact whole in a pod that mounts the claim, and prints it there.
func (w *world) catFromVolume(d *v1alpha1.DatabaseDump) string {
	w.Helper()
	claim := d.Status.Storage.PersistentVolumeClaim.ClaimName
	prefix := fmt.Sprintf("pvc://%s/%s/", d.Namespace, claim)
	file, ok := strings.CutPrefix(d.Status.Artifact.URI, prefix)
	if !ok {
		w.Fatalf("the artifact is at %s and not below %s", d.Status.Artifact.URI, prefix)
	}
	file = path.Join("/artifacts", file)
	said := w.pod("verify", "dumper-mariadb", []string{"verify", file}, claim)
	if !strings.Contains(said, d.Status.Artifact.SHA256) {
		w.Fatalf("dumper verify does not vouch for what the status says, %s:\n%s", d.Status.Artifact.SHA256, said)
	}
	return w.pod("cat", "dumper-mariadb", []string{"cat", file}, claim)
}

// statements of a dump, without its comments, which may hold the time.
func statements(dump string) string {
	var lines []string
	for line := range strings.SplitSeq(dump, "\n") {
		if !strings.HasPrefix(line, "--") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

func (w *world) restoreMariaDB(database, dump string) {
	w.Helper()
	ctx, stop := context.WithTimeout(w.ctx, patience)
	defer stop()
	if _, err := output(inMariaDB(ctx, "--binary-mode", "--database="+database), strings.NewReader(dump)); err != nil {
		w.Fatalf("restore into %s: %v", database, err)
	}
}

// describe a database: what is in it, and the checksums of its tables.
func (w *world) describe(database string) []string {
	w.Helper()
	return describe(database, w.sql)
}

// describe with whatever runs statements on the server.
func describe(database string, run func(string) string) []string {
	quoted := "`" + database + "`"
	rows := func(statements string) []string {
		return strings.Split(strings.TrimSpace(strings.ReplaceAll(run(statements), database, "DATABASE")), "\n")
	}
	described := rows(fmt.Sprintf(`SELECT table_type, table_name, IFNULL(engine, ''), IFNULL(table_collation, '') FROM information_schema.tables WHERE table_schema = '%[1]s' ORDER BY 1, 2;
SELECT table_name, column_name, column_type, is_nullable, IFNULL(column_default, 'none'), extra FROM information_schema.columns WHERE table_schema = '%[1]s' ORDER BY 1, ordinal_position;
SELECT table_name, view_definition FROM information_schema.views WHERE table_schema = '%[1]s' ORDER BY 1;
SELECT routine_name, routine_definition FROM information_schema.routines WHERE routine_schema = '%[1]s' ORDER BY 1;
SELECT trigger_name, action_statement FROM information_schema.triggers WHERE trigger_schema = '%[1]s' ORDER BY 1;`, database))
	tables := rows(fmt.Sprintf(`SELECT table_name FROM information_schema.tables WHERE table_schema = '%s' AND table_type = 'BASE TABLE' ORDER BY 1`, database))
	for _, table := range tables {
		described = append(described, rows(fmt.Sprintf("CHECKSUM TABLE %s.`%s`", quoted, table))...)
	}
	return described
}

// pod runs a program of one of our images to its end, with a claim mounted at /artifacts, and returns its output. It is
// made as kubectl users make it.
func (w *world) pod(name, image string, args []string, claim string) string {
	w.Helper()
	var quoted []string
	for _, a := range args {
		quoted = append(quoted, fmt.Sprintf("%q", a))
	}
	w.apply(fmt.Sprintf(`
apiVersion: v1
kind: Pod
metadata: {name: %[1]s}
spec:
  restartPolicy: Never
  automountServiceAccountToken: false
  securityContext: {runAsNonRoot: true, runAsUser: 65532, runAsGroup: 65532, fsGroup: 65532, seccompProfile: {type: RuntimeDefault}}
  containers:
  - name: main
    image: volcado.local/%[2]s:dev
    imagePullPolicy: IfNotPresent
    args: [%[3]s]
    securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: [ALL]}}
    volumeMounts: [{name: artifacts, mountPath: /artifacts, readOnly: true}]
  volumes:
  - {name: artifacts, persistentVolumeClaim: {claimName: %[4]s}}
`, name, image, strings.Join(quoted, ", "), claim))
	return w.podOutput(name)
}

// podOutput waits until a pod has succeeded, and returns what it printed.
func (w *world) podOutput(name string) string {
	w.Helper()
	if _, err := output(exec.CommandContext(w.ctx, "kubectl", "-n", w.namespace, "wait", "--for=jsonpath={.status.phase}=Succeeded",
		"--timeout="+patience.String(), "pod/"+name), nil); err != nil {
		w.Fatalf("pod %s: %v\n%s", name, err, w.kubectl("logs", name))
	}
	return w.kubectl("logs", name)
}
