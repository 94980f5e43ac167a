//go:build e2e

package e2e

import (
	"testing"

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
	w.expect(a, 0, d.Name+" is done", d.Status.Artifact.URI, d.Status.Artifact.SHA256, "dumper cat")
	if by := d.Status.AllowedBy; by == nil || by.Name != "qa" {
		t.Errorf("the status does not say which list permitted it: %+v", by)
	}
	if d.Spec.RequestedBy.User != w.person || d.Spec.RequestedBy.Platform != v1alpha1.PlatformConsole {
		t.Errorf("the dump was asked for by %+v", d.Spec.RequestedBy)
	}
}
