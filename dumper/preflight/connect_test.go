package preflight

import (
	"context"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/dumper/source"
	"github.com/volcado-io/volcado/internal/contract"
)

// mute is a server that accepts connections and never speaks.
func mute(t *testing.T) source.Server {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	number, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	return source.Server{Engine: v1alpha1.EngineMariaDB, Host: "127.0.0.1", Port: number, Username: "reader", TLSMode: v1alpha1.TLSDisabled}
}

// A firewall that answers for a server that is gone looks like this, and would hold a dump until its run deadline.
func TestAServerThatAcceptsAndNeverSpeaksIsUnreachable(t *testing.T) {
	_, err := connect(t.Context(), mute(t), "shop", 50*time.Millisecond)
	if reason := result.FailureOf(err).Reason; reason != contract.ServerUnreachable {
		t.Errorf("got %v with reason %s, want %s", err, reason, contract.ServerUnreachable)
	}
}

// Whoever stopped the dump is the cause then, and not the server.
func TestAGreetingThatIsCutShortFromOutsideKeepsItsCause(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(result.Errorf(contract.Interrupted, "", "told to stop"))

	_, err := connect(ctx, mute(t), "shop", time.Hour)
	if reason := result.FailureOf(err).Reason; reason != contract.Interrupted {
		t.Errorf("got %v with reason %s, want %s", err, reason, contract.Interrupted)
	}
}

func TestAWrongPasswordNamesTheSecretItCameFrom(t *testing.T) {
	server := source.Server{Engine: v1alpha1.EngineMariaDB, Host: "db", Port: 3306, Username: "reader", Secret: "shop-reader"}
	err := classify(t.Context(), &mysql.MySQLError{Number: 1045, Message: "Access denied"}, server.Origin("shop"))
	failure := result.FailureOf(err)
	if failure.Reason != contract.AccessDenied || !strings.Contains(failure.Hint, "the Secret shop-reader") {
		t.Errorf("got %+v, want AccessDenied with a hint that names the Secret shop-reader", failure)
	}
}
