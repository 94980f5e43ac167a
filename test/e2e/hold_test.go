//go:build e2e

package e2e

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

// held is a database whose dumps stop in the middle for as long as a test wants: another session holds the last table.
// What comes before is more than one part of an upload.
type held struct {
	*world
	database string
	session  *sql.Conn
}

// hold makes such a database, with so many megabytes before the table that is held.
func (w *world) hold(megabytes int) *held {
	w.Helper()
	h := &held{world: w, database: "e2e_held_" + w.suffix}
	content := "CREATE TABLE z_last (id INT PRIMARY KEY) ENGINE=InnoDB; INSERT INTO z_last VALUES (1);"
	if megabytes > 0 {
		content += incompressible(megabytes)
	}
	w.database(h.database, content)

	var err error
	if h.session, err = env.db.Conn(w.ctx); err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() { _ = h.session.Close() })
	if _, err := h.session.ExecContext(w.ctx, "LOCK TABLES `"+h.database+"`.z_last WRITE"); err != nil {
		w.Fatal(err)
	}
	return h
}

// release lets every dump go on.
func (h *held) release() {
	h.Helper()
	if err := h.session.Close(); err != nil {
		h.Fatalf("release the table: %v", err)
	}
}

// inTheMiddle waits until a dump's client waits for the held table, and returns the pod that it runs in.
func (h *held) inTheMiddle(name string) (*v1alpha1.DatabaseDump, corev1.Pod) {
	h.Helper()
	var pods []corev1.Pod
	h.eventually(name+" is in the middle", patience, func(ctx context.Context) (bool, error) {
		if pods = h.running(ctx, h.get(name)); len(pods) != 1 {
			return false, fmt.Errorf("%d pods run; %s", len(pods), summary(h.get(name)))
		}
		waiting, err := query(ctx, env.db, fmt.Sprintf("SELECT HOST FROM information_schema.processlist WHERE USER = '%s' AND STATE LIKE 'Waiting for table metadata lock%%'", h.user()))
		return strings.Contains(waiting, pods[0].Status.PodIP+":"), err
	})
	return h.get(name), pods[0]
}

// uploading waits until parts of the artifact have been sent, and fails if anything of it is visible.
func (h *held) uploading(d *v1alpha1.DatabaseDump) {
	h.Helper()
	h.eventually("an upload of "+d.Name+" has begun", patience, func(ctx context.Context) (bool, error) {
		objects, uploads, err := env.s3.left(ctx, keyPrefix(d))
		if len(objects) > 0 {
			h.Fatalf("before the dump has ended there is something to see in storage: %v", objects)
		}
		return len(uploads) > 0, err
	})
}
