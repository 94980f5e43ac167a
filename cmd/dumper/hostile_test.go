package main_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/dbtest"
	"github.com/volcado-io/volcado/internal/hostiletest"
)

// hostileFlags are the flags for a hostile server, with TLS if it has it.
func hostileFlags(t testing.TB, s *hostiletest.MySQL, password string) []string {
	t.Helper()
	arguments := []string{"dump", "--host=localhost", "--port=" + strconv.Itoa(s.Port), "--database=shop", "--credentials-dir=" + dbtest.Credentials(t, "reader", password), "--attempt=one"}
	if s.Authority == nil {
		return append(arguments, "--tls-mode=Disabled")
	}
	return append(arguments, "--tls-ca-file="+s.Authority.File)
}

// wholeText is what a client writes of the hostile server's database.
const wholeText = `printf -- '-- MariaDB dump\n--\n-- Server version\t10.11.14-MariaDB\n\n/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;\nCREATE TABLE %s (id INT);\n\n-- Dump completed\n' '` + "`orders`" + `'`

func TestAHostileServerThatDoesNothingWrongIsCopied(t *testing.T) {
	for _, tls := range []bool{false, true} {
		s := hostiletest.StartMySQL(t, hostiletest.Ways{TLS: tls})
		e := prepare(t, append(hostileFlags(t, s, canary), into(t.TempDir())...)...).withClient(fakeClient(t, wholeText))
		e.outcome(t, e.Run()).mustSucceed(t)
		if s.Heard(canary) {
			t.Error("the server was told the password")
		}
	}
}

// A server can choose how an account proves itself, and some ways tell it the password. Where MySQL's own accounts need such a
// way, docs/security.md says so.
func TestAServerThatNobodyVerifiedIsNotToldThePassword(t *testing.T) {
	all, hashing := []string{"mysql_clear_password", "dialog", "sha256_password", "caching_sha2_password"}, []string{"sha256_password", "caching_sha2_password"}
	mysql, clients := []string{"--engine=MySQL"}, dbtest.Releases[2].Clients(t)
	for sentence, test := range map[string]struct {
		ways    hostiletest.Ways
		flags   []string
		plugins []string
		greets  bool // by the plugin, and does not only change to it
		// reason for not telling it the password; empty where it is told.
		reason contract.Reason
	}{
		"of MariaDB, in the clear":                       {hostiletest.Ways{}, nil, all, false, contract.AccessDenied},
		"of MariaDB, in TLS":                             {hostiletest.Ways{TLS: true, Stranger: true}, []string{"--tls-mode=Required"}, all, false, contract.AccessDenied},
		"of MariaDB, in the clear, from its greeting on": {hostiletest.Ways{}, nil, all, true, contract.AccessDenied},
		"of MariaDB, in TLS, from its greeting on":       {hostiletest.Ways{TLS: true, Stranger: true}, []string{"--tls-mode=Required"}, all, true, contract.AccessDenied},
		"of MariaDB, with a certificate":                 {hostiletest.Ways{TLS: true, Stranger: true}, nil, all, false, contract.TLSVerificationFailed},
		"of MySQL, with a certificate":                   {hostiletest.Ways{TLS: true, Stranger: true, MySQL: true}, mysql, all, false, contract.TLSVerificationFailed},
		"of MySQL, which asks in clear text":             {hostiletest.Ways{MySQL: true}, mysql, all[:2], false, contract.AccessDenied},
		"but one of MySQL, in the clear, is":             {hostiletest.Ways{MySQL: true}, mysql, hashing, false, ""},
		"but one of MySQL, in TLS, is":                   {hostiletest.Ways{TLS: true, Stranger: true, MySQL: true}, append(mysql, "--tls-mode=Required"), hashing, false, ""},
		"but one of MariaDB that proves it is":           {hostiletest.Ways{TLS: true}, nil, hashing, false, ""},
	} {
		for _, plugin := range test.plugins {
			t.Run(sentence+", by "+plugin, func(t *testing.T) {
				t.Parallel()
				ways := test.ways
				ways.Login = hostiletest.AskingForPassword(plugin)
				if test.greets {
					ways.Greet = hostiletest.GreetingForPassword(plugin)
				}
				s := hostiletest.StartMySQL(t, ways)
				e := prepare(t, slices.Concat(hostileFlags(t, s, canary), into(t.TempDir()), test.flags)...).withClient(clients)
				o := e.outcome(t, e.Run())
				if told := s.Heard(canary); told != (test.reason == "") {
					t.Errorf("the server was told the password: %t\n%s", told, o.stderr)
				}
				if test.reason != "" {
					o.mustFail(t, test.reason)
				}
			})
		}
	}
}

// What varies from one execution to the next.
var varying = regexp.MustCompile(`time=\S+|localhost:\d+|"port": \d+|"(startedAt|finishedAt)": ?"[^"]*"|/tmp/\S+`)

// A server that nobody verified tries a guess of the password wherever it has a say. If anything of the outcome were
// different for the right one, the status of the dump would tell it.
func TestWhatAServerGuessesChangesNothingOfTheOutcome(t *testing.T) {
	at := func(part string, answer func(c *hostiletest.Conn, guess string)) func(string) hostiletest.Ways {
		return func(guess string) hostiletest.Ways {
			return hostiletest.Ways{Query: func(c *hostiletest.Conn, query string) bool {
				if !strings.Contains(query, part) {
					return false
				}
				answer(c, guess)
				return true
			}}
		}
	}
	failing := func(part string) func(string) hostiletest.Ways {
		return at(part, func(c *hostiletest.Conn, guess string) { c.Err(1290, "is it "+guess+"?") })
	}
	for name, test := range map[string]struct {
		ways  func(guess string) hostiletest.Ways
		flags []string
		shown bool // the guess, right or wrong, as the name that it is
	}{
		"in place of its greeting": {ways: func(guess string) hostiletest.Ways {
			return hostiletest.Ways{Greet: func(c *hostiletest.Conn) bool { c.Err(1040, "is it "+guess+"?"); return true }}
		}},
		"as the answer to the login": {ways: func(guess string) hostiletest.Ways {
			return hostiletest.Ways{Login: func(c *hostiletest.Conn) bool { c.Err(1045, "is it "+guess+"?"); return true }}
		}},
		"as the name of a plugin": {ways: func(guess string) hostiletest.Ways {
			return hostiletest.Ways{Login: func(c *hostiletest.Conn) bool {
				c.Write([]byte("\xfe" + guess + "\x0012345678901234567890\x00"))
				return true
			}}
		}},
		"as an error of a query": {ways: failing("information_schema.TABLES")},
		"as its version":         {ways: at("@@version", func(c *hostiletest.Conn, guess string) { c.Rows(3, []string{"8.0.1 " + guess, "MariaDB", "0"}) })},
		"as a number":            {ways: at("@@version", func(c *hostiletest.Conn, guess string) { c.Rows(3, []string{hostiletest.Version, "", guess}) })},
		"as the database":        {ways: at("SELECT DATABASE()", func(c *hostiletest.Conn, guess string) { c.Rows(1, []string{guess}) })},
		"as a table that is near to one that is asked for": {shown: true, flags: []string{"--table=" + canary[1:]},
			ways: at("information_schema.TABLES", func(c *hostiletest.Conn, guess string) {
				c.Rows(6, []string{"shop", guess, "BASE TABLE", "InnoDB", "1", "YES"})
			})},
	} {
		t.Run(name, func(t *testing.T) {
			said := func(guess string) string {
				s := hostiletest.StartMySQL(t, test.ways(guess))
				folder := t.TempDir()
				e := prepare(t, append(append(hostileFlags(t, s, canary), into(folder)...), test.flags...)...).withClient(fakeClient(t, wholeText))
				o := e.outcome(t, e.Run())
				if o.exit == 0 && name != "as its version" {
					t.Errorf("it succeeded:\n%s", o.stderr)
				}
				text := o.stdout + o.stderr + readFile(t, e.resultFile)
				if manifest := filepath.Join(folder, "shop", "one", "manifest.json"); o.exit == 0 {
					text += readFile(t, manifest)
				}
				if strings.Contains(text, guess) != test.shown {
					t.Errorf("the guess is in it: %t, want %t:\n%s", !test.shown, test.shown, text)
				}
				return varying.ReplaceAllString(strings.ReplaceAll(text, guess, "GUESS"), "")
			}
			if right, wrong := said(canary), said("x"+canary[1:]); right != wrong {
				t.Errorf("of the right guess is said\n%s\nand of a wrong one\n%s", right, wrong)
			}
		})
	}
}

func readFile(t testing.TB, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
