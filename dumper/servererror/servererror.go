// Package servererror gives the errors of MySQL and MariaDB their reasons. It is asked with what the Go driver returns
// and with what the client prints, so that one number has one reason.
package servererror

import (
	"fmt"
	"strings"

	"github.com/volcado-io/volcado/dumper/foreign"
	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/dumper/sqltext"
	"github.com/volcado-io/volcado/internal/contract"
)

// Origin is where an error came from, for the sentence that reports it.
type Origin struct {
	// Engine as in "MariaDB".
	Engine string
	// Address of the server, host:port.
	Address string
	// Username of the connection.
	Username string
	// Secret with the account's password, where it came from one; may be empty.
	Secret string
	// Plain: the source demands a connection without TLS.
	Plain bool
	// Database that is being copied.
	Database string
	// Doing says what was being done, as in "reading table t"; may be empty.
	Doing string
	// Quote is the rule for the server's own text.
	Quote foreign.Rule
	// Plans says whether the plan has a table or view of that name; nil before there is a plan.
	Plans func(name string) bool
}

// Unverified is the origin of what was said before the server's certificate was verified.
func (at Origin) Unverified() Origin {
	at.Quote = at.Quote.Unverified()
	return at
}

// Knows reports whether a table that the server names can be named: it is in the plan, or its text can be quoted.
func (at Origin) Knows(table string) bool {
	return at.Quote.Quote(table) != "" || at.Plans != nil && at.Plans(table)
}

type meaning struct {
	reason contract.Reason
	hint   string
}

const (
	hintCredentials = "check username and password in the source's Secret, and that the account may connect from the cluster's addresses"
	hintRetry       = "if it stays, look at the server's error log"
	hintReachable   = "check host and port of the source, that the server runs, and that network policies and firewalls let the dump's pod reach it"
	hintView        = "repair or drop the view, or leave it out with --exclude (exclude.tables)"
	hintDDL         = "a table was altered, renamed or dropped during the dump; dump when nobody does that"
	hintConnections = "the server has no connection to spare; lower maxConcurrent of the source or raise the server's limit"
	hintTable       = "repair the table on the server (CHECK TABLE, REPAIR TABLE), or leave it out with --exclude"
	hintTimeout     = "the connection broke off; if storage is slower than the server's net_write_timeout allows, raise that on the server"
	hintPacket      = "a row is larger than the server's max_allowed_packet; raise it on the server"
	hintPlugin      = "this authentication plugin is not supported by the client; use mysql_native_password, ed25519 or caching_sha2_password for this account"
)

// meanings is the one table of numbers. https://mariadb.com/kb/en/mariadb-error-code-reference/ and
// https://dev.mysql.com/doc/mysql-errors/en/ list them; 2000 to 2999 are the client library's.
var meanings = map[int]meaning{
	1045: {contract.AccessDenied, hintCredentials},
	1130: {contract.AccessDenied, "the server refuses connections from the pod's address; create the account for that host (or '%')"},
	1251: {contract.AccessDenied, hintPlugin},
	1524: {contract.AccessDenied, hintPlugin},
	1698: {contract.AccessDenied, hintCredentials},
	1820: {contract.AccessDenied, "the account's password has expired; set a new one and put it into the source's Secret"},
	1862: {contract.AccessDenied, "the account's password has expired; set a new one and put it into the source's Secret"},
	2049: {contract.AccessDenied, hintPlugin},
	2058: {contract.AccessDenied, hintPlugin},
	2059: {contract.AccessDenied, hintPlugin},
	2061: {contract.AccessDenied, hintPlugin},
	3118: {contract.AccessDenied, "unlock the account on the server"},
	3159: {contract.AccessDenied, "the server demands TLS; set tls.mode of the source to VerifyIdentity"},
	4151: {contract.AccessDenied, "unlock the account on the server"},

	// The server does not tell an account without privileges whether the database exists.
	1044: {contract.InsufficientPrivileges, "check that the database exists; if it does, "},
	1142: {contract.InsufficientPrivileges, ""},
	1143: {contract.InsufficientPrivileges, ""},
	1227: {contract.InsufficientPrivileges, ""},
	1370: {contract.InsufficientPrivileges, ""},

	1049: {contract.DatabaseNotFound, "check the spelling; on most servers upper and lower case differ"},

	1356: {contract.BrokenView, hintView},
	1449: {contract.BrokenView, "the account that defined it (DEFINER) is gone; create it again, redefine the view, or leave it out with --exclude"},

	1412: {contract.TableDefinitionChanged, hintDDL},
	1146: {contract.TableDefinitionChanged, hintDDL},
	1051: {contract.TableDefinitionChanged, hintDDL},
	1054: {contract.TableDefinitionChanged, hintDDL},
	1305: {contract.TableDefinitionChanged, "a routine was dropped during the dump; dump when nobody does that"},
	1360: {contract.TableDefinitionChanged, "a trigger was dropped during the dump; dump when nobody does that"},
	1539: {contract.TableDefinitionChanged, "an event was dropped during the dump; dump when nobody does that"},

	1053: {contract.ConnectionLost, "the server was shut down; dump when it runs again"},
	1080: {contract.ConnectionLost, hintRetry},
	1152: {contract.ConnectionLost, hintRetry},
	1158: {contract.ConnectionLost, hintTimeout},
	1159: {contract.ConnectionLost, hintTimeout},
	1160: {contract.ConnectionLost, hintTimeout},
	1161: {contract.ConnectionLost, hintTimeout},
	1317: {contract.ConnectionLost, "somebody killed the query or the connection on the server; find out who, or what watchdog, if it stays"},
	1927: {contract.ConnectionLost, "somebody killed the connection on the server; find out who, or what watchdog, if it stays"},
	2006: {contract.ConnectionLost, hintTimeout},
	2013: {contract.ConnectionLost, hintTimeout},
	2055: {contract.ConnectionLost, hintTimeout},
	4031: {contract.ConnectionLost, hintTimeout},

	2001: {contract.ServerUnreachable, hintReachable},
	2002: {contract.ServerUnreachable, hintReachable},
	2003: {contract.ServerUnreachable, hintReachable},
	2004: {contract.ServerUnreachable, hintReachable},
	2005: {contract.ServerUnreachable, "the host name does not resolve; check host of the source"},
	2007: {contract.ServerUnreachable, "what answers there does not speak the MySQL protocol; check host and port of the source"},

	1040: {contract.ServerError, hintConnections},
	1203: {contract.ServerError, hintConnections},
	1226: {contract.ServerError, hintConnections},
	1129: {contract.ServerError, "the server blocks the pod's address after too many failed connections; run FLUSH HOSTS on it"},
	1153: {contract.ServerError, hintPacket},
	2020: {contract.ServerError, hintPacket},
	1034: {contract.ServerError, hintTable},
	1194: {contract.ServerError, hintTable},
	1195: {contract.ServerError, hintTable},
	1877: {contract.ServerError, hintTable},
	1932: {contract.ServerError, hintTable},
	1205: {contract.ServerError, hintRetry},
	1213: {contract.ServerError, hintRetry},
	1969: {contract.ServerError, "the server's max_statement_time ended a query; give the account a larger one"},
	3024: {contract.ServerError, "the server's max_execution_time ended a query; give the account a larger one"},
}

// Told makes the reason, sentence and hint for an error number that the server gave, or the client, which writes the server's
// texts and its own alike. The text is quoted by the rule of the origin; the sentence is complete without it.
func Told(number int, theirs string, at Origin) *result.Error {
	theirs = strings.TrimSuffix(strings.TrimSpace(theirs), ".")
	if number == 2026 {
		return TLSFailure(theirs, at)
	}
	if number < 0 || number > maxNumber {
		number = 0
	}
	quoted := at.Quote.Quote(theirs)
	failure := Failure(number, quoted, at)
	if quoted == "" && failure.Reason == contract.ServerError {
		failure.Message += "; " + at.Quote.Withheld()
	}
	return failure
}

// maxNumber is the largest that the protocol has room for.
const maxNumber = 1<<16 - 1

// Failure makes the reason, sentence and hint for an error number with a text of our own, or none.
func Failure(number int, ours string, at Origin) *result.Error {
	m, known := meanings[number]
	if !known {
		m = meaning{reason: contract.ServerError, hint: hintRetry}
	}
	if m.reason == contract.InsufficientPrivileges {
		privileges := "SELECT, SHOW VIEW, TRIGGER, EVENT"
		if number == 1370 {
			privileges = "EXECUTE"
		}
		m.hint += GrantHint(at, privileges)
	}
	if m.reason == contract.AccessDenied && at.Plain {
		m.hint += "; an account that REQUIREs SSL is refused like this too, because tls.mode of the source is Disabled"
	}
	if m.reason == contract.AccessDenied && at.Secret != "" {
		m.hint = strings.Replace(m.hint, "the source's Secret", "the Secret "+at.Secret, 1)
	}
	if ours != "" {
		ours = ": " + ours
	}
	return result.Errorf(m.reason, m.hint, "%s%s (error %d)", sentence(m.reason, at), ours, number)
}

// TLSFailure tells apart what the clients report with one number: a server that has no TLS, a certificate that does not
// do, and a connection that broke off, which is nobody's certificate's fault. The text is never quoted: there is no
// certificate yet that was verified.
func TLSFailure(text string, at Origin) *result.Error {
	for _, word := range []string{"unexpected eof", "reset by peer", "Broken pipe", "Success (0)", "SSL_ERROR_SYSCALL"} {
		if strings.Contains(text, word) {
			return Failure(2013, "TLS ended in the middle", at)
		}
	}
	if strings.Contains(text, "server does not support") || strings.Contains(text, "SSL is required") {
		return TLSUnavailable(at)
	}
	for _, word := range []string{"protocol version", "no protocols available", "handshake failure", "no shared cipher", "wrong version number"} {
		if strings.Contains(text, word) {
			return result.Errorf(contract.TLSUnavailable, "enable TLS 1.2 or newer on the server",
				"%s at %s and the client have no version of TLS in common", at.Engine, at.Address)
		}
	}
	return result.Errorf(contract.TLSVerificationFailed,
		"check that caSecretRef of the source holds the authority that signed the server's certificate and, with VerifyIdentity, that the certificate names the host",
		"the certificate of %s at %s does not prove what the source demands: %s", at.Engine, at.Address, foreign.Certificate(text))
}

// TLSUnavailable is for a server that does not offer TLS.
func TLSUnavailable(at Origin) *result.Error {
	return result.Errorf(contract.TLSUnavailable,
		"give the server a certificate, or, if its data may travel in the clear, set tls.mode of the source to Disabled",
		"%s at %s does not offer TLS and the source demands it", at.Engine, at.Address)
}

// GrantHint is the statement that mends missing privileges on the database.
func GrantHint(at Origin, privileges string) string {
	return fmt.Sprintf("run on the server: GRANT %s ON %s.* TO '%s'@'%%'", privileges,
		sqltext.QuoteName(at.Database), strings.ReplaceAll(at.Username, "'", "''"))
}

func sentence(reason contract.Reason, at Origin) string {
	server := at.Engine + " at " + at.Address
	switch reason {
	case contract.AccessDenied:
		return fmt.Sprintf("%s refuses the user %q", server, at.Username)
	case contract.InsufficientPrivileges:
		return fmt.Sprintf("%s does not let the user %q copy database %q", server, at.Username, at.Database)
	case contract.DatabaseNotFound:
		return fmt.Sprintf("%s has no database %q", server, at.Database)
	case contract.ServerUnreachable:
		return server + " cannot be reached"
	case contract.ConnectionLost:
		return "the connection to " + server + " was lost" + doing(" while ", at)
	case contract.BrokenView:
		return fmt.Sprintf("a view of database %q on %s is broken", at.Database, server)
	case contract.TableDefinitionChanged:
		return fmt.Sprintf("database %q on %s was changed during the dump%s", at.Database, server, doing(", while ", at))
	}
	return server + " reported an error" + doing(" while ", at)
}

func doing(prefix string, at Origin) string {
	if at.Doing == "" {
		return ""
	}
	return prefix + at.Doing
}
