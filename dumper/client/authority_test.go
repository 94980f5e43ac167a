package client_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/dumper/client"
	"github.com/volcado-io/volcado/dumper/mounted"
	"github.com/volcado-io/volcado/dumper/plan"
	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/dumper/source"
	"github.com/volcado-io/volcado/internal/certtest"
	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/dbtest"
)

// The preflight verifies the certificate too, over a connection of its own. Here there is none, so that it is the client
// that must refuse: it sends the password and gets the data.
func TestTheClientItselfVerifiesTheCertificate(t *testing.T) {
	database := dbtest.Get(t)
	prepareGuarded(t, database)
	other, err := certtest.NewAuthority(t.TempDir(), "other")
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		mode      v1alpha1.TLSMode
		host      string
		authority string
		refused   bool
	}{
		"VerifyCA":                              {v1alpha1.TLSVerifyCA, "localhost", database.Authority.File, false},
		"VerifyCA does not look at the name":    {v1alpha1.TLSVerifyCA, "127.0.0.2", database.Authority.File, false},
		"VerifyCA with another authority":       {v1alpha1.TLSVerifyCA, "localhost", other.File, true},
		"VerifyIdentity":                        {v1alpha1.TLSVerifyIdentity, "localhost", database.Authority.File, false},
		"VerifyIdentity with another name":      {v1alpha1.TLSVerifyIdentity, "127.0.0.2", database.Authority.File, true},
		"VerifyIdentity with another authority": {v1alpha1.TLSVerifyIdentity, "localhost", other.File, true},
	} {
		t.Run(name, func(t *testing.T) {
			s := source.Server{Engine: v1alpha1.EngineMariaDB, Host: test.host, Port: database.Port, Username: "guarded", Password: "pw",
				TLSMode: test.mode, CA: mounted.Authority{Path: test.authority}}
			output, err := dumpWith(t, s)
			if !test.refused {
				if err != nil || !bytes.Contains(output, []byte("-- Dump completed")) {
					t.Errorf("%v\n%s", err, output)
				}
				return
			}
			if err == nil || result.FailureOf(err).Reason != contract.TLSVerificationFailed {
				t.Errorf("the verdict is %v", err)
			}
			if len(output) > 0 {
				t.Errorf("the client went on:\n%s", output)
			}
		})
	}
}

// dumpWith runs the client as an attempt does.
func dumpWith(t *testing.T, s source.Server) ([]byte, error) {
	t.Helper()
	program, err := client.Find(t.Context(), s.Engine)
	if err != nil {
		t.Fatal(err)
	}
	if err := program.CheckTLS(s); err != nil {
		t.Fatal(err)
	}
	optionFile, remove, err := client.WriteOptionFile(t.TempDir(), s)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = remove() }()
	connection := program.Connection(s, s.Host, s.Port)
	if client.NeedsGuard(s) {
		connection = program.Connection(s, "127.0.0.1", guard(t, s.Address()).Port())
	}
	run := client.Runs(s.Engine, program, &plan.Plan{Database: "guarded"})[0]
	process, err := client.Start(t.Context(), program.Path, run.Arguments(optionFile, connection))
	if err != nil {
		t.Fatal(err)
	}
	output, err := io.ReadAll(process.Stdout())
	if err != nil {
		t.Fatal(err)
	}
	return output, process.Wait().Verdict(program, s.Origin("guarded"))
}
