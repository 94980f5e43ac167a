package preflight

import (
	"fmt"
	"testing"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/dumper/mounted"
	"github.com/volcado-io/volcado/dumper/plan"
	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/dumper/source"
	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/dbtest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// session of a new account with these grants.
func session(t *testing.T, server *dbtest.Server, grants ...string) (*Session, source.Server) {
	t.Helper()
	server.Account(t, "preflight", "pw", grants...)
	s := source.Server{Engine: v1alpha1.EngineMariaDB, Host: "localhost", Port: server.Port, Username: "preflight", Password: "pw",
		TLSMode: v1alpha1.TLSVerifyIdentity, CA: mounted.Authority{Path: server.Authority.File}}
	db, err := Connect(t.Context(), s, "shop")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db, s
}

// A connection in place of the lost one would have no database selected, and another may have the same views.
func TestALostConnectionIsNotReplaced(t *testing.T) {
	server := dbtest.Get(t)
	server.Exec(t, "CREATE OR REPLACE DATABASE shop", "CREATE TABLE shop.t (id INT)", "CREATE VIEW shop.v AS SELECT * FROM shop.t")
	db, s := session(t, server, "ALL ON *.*")
	if _, err := Gather(t.Context(), db, s, "shop"); err != nil {
		t.Fatal(err)
	}
	var id int
	if err := db.QueryRowContext(t.Context(), "SELECT CONNECTION_ID()").Scan(&id); err != nil {
		t.Fatal(err)
	}
	server.Exec(t, fmt.Sprintf("KILL %d", id))
	for threads := 1; threads > 0; {
		if err := server.DB().QueryRowContext(t.Context(), "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE ID = ?", id).Scan(&threads); err != nil {
			t.Fatal(err)
		}
	}
	err := CheckViews(t.Context(), db, s, &plan.Plan{Database: "shop", Views: []string{"v"}})
	if result.FailureOf(err).Reason != contract.ConnectionLost {
		t.Errorf("the failure is %v", err)
	}
}
