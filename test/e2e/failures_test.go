//go:build e2e

package e2e

import (
	"testing"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

func TestAWrongPasswordFailsAtOnceAndSaysSo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "password")
	database := w.small()
	w.secret("stale", map[string]string{"username": w.user(), "password": "stale-" + w.suffix})
	w.source("shop", []string{database}, func(s *v1alpha1.DatabaseSource) { s.Spec.CredentialsSecretRef.Name = "stale" })
	w.ask("wrong", "shop", "")
	w.failed(w.waitFor("wrong", "Finished", patience), "Failed", "AccessDenied")
}
