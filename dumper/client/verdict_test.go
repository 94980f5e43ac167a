package client_test

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"

	"github.com/volcado-io/volcado/dumper/client"
	"github.com/volcado-io/volcado/dumper/foreign"
	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/dumper/servererror"
	"github.com/volcado-io/volcado/internal/contract"
)

func TestVerdictOnAClient(t *testing.T) {
	program := &client.Program{Path: "/usr/bin/mariadb-dump"}
	at := servererror.Origin{Engine: "MariaDB", Address: "db:3306", Username: "reader", Database: "shop", Quote: foreign.Rule{Verified: true}}
	for name, test := range map[string]struct {
		exit     client.Exit
		reason   contract.Reason // empty: it went well
		mentions string
	}{
		"code 0 and silence":                 {client.Exit{}, "", ""},
		"code 0 and an empty line":           {client.Exit{Stderr: "\n \r\n"}, "", ""},
		"code 0 and a complaint":             {client.Exit{Stderr: "mysqldump: Error: odd\n"}, contract.ClientFailed, "odd"},
		"access denied, MariaDB's way":       {client.Exit{Code: 2, Stderr: `mariadb-dump: Got error: 1045: "Access denied for user 'u'@'h' (using password: YES)" when trying to connect` + "\n"}, contract.AccessDenied, "(error 1045)"},
		"access denied, MySQL's way":         {client.Exit{Code: 2, Stderr: "mysqldump: Got error: 1045: Access denied for user 'u'@'h' (using password: YES) when trying to connect\n"}, contract.AccessDenied, "(error 1045)"},
		"no TLS":                             {client.Exit{Code: 2, Stderr: `mariadb-dump: Got error: 2026: "TLS/SSL error: SSL is required, but the server does not support it" when trying to connect`}, contract.TLSUnavailable, "db:3306"},
		"no TLS, MySQL's way":                {client.Exit{Code: 2, Stderr: `mysqldump: Got error: 2026: SSL connection error: SSL is required but the server doesn't support it when trying to connect`}, contract.TLSUnavailable, "db:3306"},
		"an unknown authority":               {client.Exit{Code: 2, Stderr: `mariadb-dump: Got error: 2026: "TLS/SSL error: self-signed certificate in certificate chain" when trying to connect`}, contract.TLSVerificationFailed, "no authority that is trusted here signed it"},
		"the connection is lost":             {client.Exit{Code: 3, Stderr: "mysqldump: Error 2013: Lost connection to MySQL server during query when dumping table `or``ders` at row: 5"}, contract.ConnectionLost, "or`ders"},
		"the connection is lost under TLS":   {client.Exit{Code: 3, Stderr: "mariadb-dump: Error 2026: TLS/SSL error: unexpected eof while reading when dumping table `t` at row: 5"}, contract.ConnectionLost, `"t"`},
		"the definition changed":             {client.Exit{Code: 3, Stderr: "mariadb-dump: Error 1412: Table definition has changed, please retry transaction when dumping table `t` at row: 0"}, contract.TableDefinitionChanged, `"t"`},
		"a broken view":                      {client.Exit{Code: 2, Stderr: "mariadb-dump: Couldn't execute 'SHOW FIELDS FROM `v`': View 'shop.v' references invalid table(s) or column(s) or function(s) or definer/invoker of view lack rights to use them (1356)"}, contract.BrokenView, "shop.v"},
		"a query over several lines":         {client.Exit{Code: 2, Stderr: "mariadb-dump: Couldn't execute 'SELECT\n 1\n FROM x': Access denied; you need (at least one of) the PROCESS privilege(s) for this operation (1227)"}, contract.InsufficientPrivileges, "PROCESS"},
		"routines without their text":        {client.Exit{Code: 2, Stderr: "mariadb-dump: reader has insufficient privileges to SHOW CREATE PROCEDURE `p`!"}, contract.InsufficientPrivileges, "`p`"},
		"a table was altered":                {client.Exit{Code: 2, Stderr: "mysqldump: Error in field count for table: `t` ! Aborting."}, contract.TableDefinitionChanged, `"t" of database`},
		"a table went away":                  {client.Exit{Code: 6, Stderr: `mariadb-dump: Couldn't find table: "t"`}, contract.TableDefinitionChanged, `"t"`},
		"an error without a meaning of ours": {client.Exit{Code: 2, Stderr: `mariadb-dump: Got error: 1290: "The server is running with the --x option" when doing something`}, contract.ServerError, "1290"},
		"a lack of memory that it speaks of": {client.Exit{Code: 4, Stderr: "mariadb-dump: Couldn't allocate memory"}, contract.ClientFailed, "raise the memory limit"},
		"an option it does not know":         {client.Exit{Code: 7, Stderr: "mysqldump: [ERROR] unknown variable 'x=1'."}, contract.ClientFailed, "unknown variable"},
	} {
		t.Run(name, func(t *testing.T) {
			err := test.exit.Verdict(program, at)
			if test.reason == "" {
				if err != nil {
					t.Errorf("it failed: %v", err)
				}
				return
			}
			failure, ok := errors.AsType[*result.Error](err)
			if !ok || failure.Reason != test.reason {
				t.Fatalf("verdict %v, want %s", err, test.reason)
			}
			if !strings.Contains(failure.Message+" | "+failure.Hint, test.mentions) || strings.Contains(failure.Message, "\n") {
				t.Errorf("the message does not mention %q in one line: %s", test.mentions, failure.Message)
			}
		})
	}
}

// What a server says is in what the client says. Whoever answers at an address that nobody verified could try one guess of the
// password after another, and read in the outcome which of them is right.
func TestWithoutAVerifiedCertificateTheVerdictIsTheSameForEveryText(t *testing.T) {
	const password = "hunter2-hunter2"
	program := &client.Program{Path: "/usr/bin/mariadb-dump"}
	at := servererror.Origin{Engine: "MariaDB", Address: "db:3306", Username: "reader", Database: "shop", Quote: foreign.Rule{Secrets: []string{password}},
		Plans: func(name string) bool { return name == "orders" }}
	verified := at
	verified.Quote.Verified = true
	for _, stderr := range []string{
		`mariadb-dump: Got error: 1045: "is it %s?" when trying to connect`,
		`mariadb-dump: Got error: 1290: "is it %s?" when doing %s`,
		"mysqldump: Error 2013: %s when dumping table `%s` at row: 5",
		"mysqldump: Error 2013: %s when dumping table `orders` at row: 5",
		"mariadb-dump: Couldn't execute 'SHOW FIELDS FROM `%s`': %s (1356)",
		"mariadb-dump: %s has insufficient privileges to SHOW CREATE PROCEDURE `%s`!",
		`mariadb-dump: Couldn't find table: "%s"`, "mysqldump: Error in field count for table: `%s` ! Aborting.",
		"mariadb-dump: Error 2026: TLS/SSL error: %s when dumping table `orders` at row: 5",
		"%s",
	} {
		for _, code := range []int{0, 2, 7} {
			said := func(at servererror.Origin, guess string) string {
				return fmt.Sprintf("%+v", result.FailureOf(client.Exit{Code: code, Stderr: strings.ReplaceAll(stderr, "%s", guess)}.Verdict(program, at)))
			}
			right, wrong := said(at, password), said(at, "hunter3-hunter3")
			if right != wrong || strings.Contains(right, "hunter") {
				t.Errorf("of %s, code %d, is said\n%s, and of another guess\n%s", stderr, code, right, wrong)
			}
			if said := said(verified, password); strings.Contains(said, password) {
				t.Errorf("of %s, code %d, is said of a server that was verified\n%s", stderr, code, said)
			}
		}
	}
}

func TestATextFromBeforeTheCertificateIsNotQuotedInAnyMode(t *testing.T) {
	at := servererror.Origin{Engine: "MariaDB", Address: "db:3306", Quote: foreign.Rule{Verified: true}}
	for _, stderr := range []string{
		`mariadb-dump: Got error: 1040: "anybody's text" when trying to connect`,
		`mariadb-dump: Got error: 1040: "anybody's text" when doing something else" when trying to connect`,
		"mariadb-dump: Got error: 1040: \"Error 2013: anybody's text when dumping table `anybody's text` at row: 1\" when trying to connect",
	} {
		failure := result.FailureOf(client.Exit{Code: 2, Stderr: stderr}.Verdict(&client.Program{Path: "mariadb-dump"}, at))
		if strings.Contains(failure.Message, "anybody") {
			t.Errorf("of %s is said: %s", stderr, failure.Message)
		}
	}
}

// Whatever a client's end is like, it says what was the cause, and what to do.
func TestAClientThatEndsWithoutAWordHasACause(t *testing.T) {
	program := &client.Program{Path: "/usr/bin/mariadb-dump"}
	for name, test := range map[string]struct {
		exit   client.Exit
		reason contract.Reason
		says   string
	}{
		"its options":                 {client.Exit{Code: 1}, contract.ClientFailed, "did not take its options"},
		"an error with the server":    {client.Exit{Code: 2}, contract.ServerError, "had an error with the server"},
		"blank lines":                 {client.Exit{Code: 2, Stderr: "\n \r\n"}, contract.ServerError, "had an error with the server"},
		"a contradiction":             {client.Exit{Code: 3}, contract.ServerError, "contradicts itself"},
		"no memory":                   {client.Exit{Code: 4}, contract.ClientFailed, "memory"},
		"no output":                   {client.Exit{Code: 5}, contract.ClientFailed, "could not write its output"},
		"no such table":               {client.Exit{Code: 6}, contract.TableDefinitionChanged, "did not find a table"},
		"an option":                   {client.Exit{Code: 7}, contract.ClientFailed, "one of its options"},
		"no program":                  {client.Exit{Code: 126}, contract.ClientFailed, "could not be executed"},
		"no library":                  {client.Exit{Code: 127}, contract.ClientFailed, "lacks a library"},
		"the limit of the memory":     {client.Exit{Code: -1, Signal: syscall.SIGKILL}, contract.ClientFailed, "memory limit"},
		"the same, by way of a shell": {client.Exit{Code: 137}, contract.ClientFailed, "memory limit"},
		"a crash":                     {client.Exit{Code: -1, Signal: syscall.SIGSEGV}, contract.ClientFailed, "crashed"},
		"an abort, by way of a shell": {client.Exit{Code: 134}, contract.ClientFailed, "crashed"},
		"a closed pipe":               {client.Exit{Code: -1, Signal: syscall.SIGPIPE}, contract.ClientFailed, "could not write its output"},
		"a forbidden system call":     {client.Exit{Code: -1, Signal: syscall.SIGSYS}, contract.ClientFailed, "seccomp"},
		"somebody's signal":           {client.Exit{Code: -1, Signal: syscall.SIGTERM}, contract.ClientFailed, "told to stop"},
		"a code of nobody's":          {client.Exit{Code: 99}, contract.ClientFailed, "something else than the client"},
	} {
		t.Run(name, func(t *testing.T) {
			failure, ok := errors.AsType[*result.Error](test.exit.Verdict(program, servererror.Origin{}))
			if !ok || failure.Reason != test.reason || !strings.Contains(failure.Message, test.says) || failure.Hint == "" {
				t.Errorf("verdict %+v, want %s that says %q", failure, test.reason, test.says)
			}
		})
	}
}
