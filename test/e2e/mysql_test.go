//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

const mysqlServer = `
apiVersion: v1
kind: Service
metadata: {name: mysql}
spec:
  selector: {app: mysql}
  ports: [{port: 3306}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: mysql}
spec:
  selector: {matchLabels: {app: mysql}}
  template:
    metadata: {labels: {app: mysql}}
    spec:
      automountServiceAccountToken: false
      enableServiceLinks: false
      securityContext: {runAsNonRoot: true, runAsUser: 65532, runAsGroup: 65532, fsGroup: 65532, seccompProfile: {type: RuntimeDefault}}
      containers:
      - name: mysql
        image: volcado.local/mysql:dev
        imagePullPolicy: IfNotPresent
        args: [--port=3306, --innodb-flush-log-at-trx-commit=0, --skip-log-bin, --performance-schema=OFF]
        env: [{name: DATA, value: /data}]
        readinessProbe:
          exec: {command: [mysqladmin, --socket=/data/socket, --user=root, ping]}
          periodSeconds: 1
          timeoutSeconds: 10
          failureThreshold: 6
        securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: [ALL]}}
        volumeMounts: [{name: data, mountPath: /data}]
      volumes: [{name: data, emptyDir: {}}]
`

const mysqlContent = `
CREATE DATABASE crm CHARACTER SET utf8mb4;
CREATE USER reader@'%' IDENTIFIED WITH caching_sha2_password BY 'PASSWORD' REQUIRE SSL;
GRANT SELECT, SHOW VIEW, TRIGGER, EVENT ON crm.* TO reader@'%';
GRANT SHOW_ROUTINE ON *.* TO reader@'%';
USE crm;
CREATE TABLE people (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(60), about JSON, photo BLOB, initial VARCHAR(1) GENERATED ALWAYS AS (LEFT(name, 1)) STORED, INDEX (initial));
INSERT INTO people (name, about, photo) WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 900)
  SELECT CONCAT('Zoë 🦊 ', i), JSON_OBJECT('n', i, 'tags', JSON_ARRAY('a', NULL)), UNHEX(SHA2(i, 512)) FROM n;
CREATE TABLE keyless (a INT, b DATETIME(6));
INSERT INTO keyless VALUES (1, '2026-01-02 03:04:05.678901'), (1, NULL);
CREATE VIEW initials AS SELECT initial, COUNT(*) AS n FROM people GROUP BY initial;
CREATE TRIGGER stamp BEFORE INSERT ON keyless FOR EACH ROW SET NEW.b = COALESCE(NEW.b, NOW(6));
DELIMITER //
CREATE PROCEDURE tidy() BEGIN DELETE FROM keyless WHERE a < 0; END //
CREATE FUNCTION twice(n INT) RETURNS INT DETERMINISTIC RETURN n * 2 //
DELIMITER ;
`

func TestAMySQLDatabaseIsCopiedWithMySQLsClientAndRestoredEqual(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "mysql")
	w.apply(mysqlServer)
	w.kubectl("rollout", "status", "deployment/mysql", "--timeout="+(4*patience).String())
	password := strings.NewReplacer(`\`, `\\`, `'`, `''`).Replace(w.password)
	w.mysql(strings.Replace(mysqlContent, "PASSWORD", password, 1))
	w.secret("crm-reader", map[string]string{"username": "reader", "password": w.password, "host": "mysql." + w.namespace + ".svc"})
	// The server signed its certificate itself when it made its data.
	w.secret("crm-ca", map[string]string{"ca.crt": w.kubectl("exec", "deployment/mysql", "--", "cat", "/data/db/ca.pem")})
	w.source("crm-"+w.suffix, []string{"crm"}, func(s *v1alpha1.DatabaseSource) {
		s.Spec.Engine, s.Spec.Host = v1alpha1.EngineMySQL, "mysql."+w.namespace+".svc"
		s.Spec.CredentialsSecretRef.Name = "crm-reader"
		s.Spec.TLS.Mode, s.Spec.TLS.CASecretRef.Name = v1alpha1.TLSVerifyCA, "crm-ca"
	})
	// As somebody types it who knows the old plugin.
	w.expect(w.say(w.person, "!dumpdb crm"), 0, "Dump of crm is ready")
	w.expect(w.say(w.person, "how"), 0, "SHA-256", "| mysql ")

	d := &w.requested(w.ctx)[0]
	w.completed(d)
	if d.Status.Server.Flavour != "MySQL" || d.Status.Client.Flavour != "MySQL" {
		t.Errorf("server %+v, client %+v", d.Status.Server, d.Status.Client)
	}
	w.mysql("CREATE DATABASE crm_copy CHARACTER SET utf8mb4")
	w.mysql(w.cat(d), "--database=crm_copy")
	run := func(statements string) string { return w.mysql(statements) }
	if diff := cmp.Diff(describe("crm", run), describe("crm_copy", run)); diff != "" {
		t.Errorf("the copy differs from the original (-original +copy):\n%s", strings.ReplaceAll(diff, "\u00a0", " "))
	}
	t.Logf("server %s, client %s", d.Status.Server.Version, d.Status.Client.Version)
}

// mysql runs statements on this world's MySQL, as its administrator.
func (w *world) mysql(statements string, args ...string) string {
	w.Helper()
	ctx, stop := context.WithTimeout(w.ctx, time.Minute)
	defer stop()
	command := append([]string{"-n", w.namespace, "exec", "-i", "deployment/mysql", "--", "mysql", "--socket=/data/socket", "--user=root",
		"--default-character-set=utf8mb4", "--batch", "--skip-column-names", "--raw"}, args...)
	out, err := output(exec.CommandContext(ctx, "kubectl", command...), strings.NewReader(statements))
	if err != nil {
		w.Fatal(fmt.Errorf("mysql: %w", err))
	}
	return out
}
