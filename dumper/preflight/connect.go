// Package preflight asks the server, before anything is copied, whether a whole copy can be had, and what it will be.
package preflight

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"time"

	"github.com/go-sql-driver/mysql"

	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/dumper/servererror"
	"github.com/volcado-io/volcado/dumper/source"
	"github.com/volcado-io/volcado/dumper/wire"
	"github.com/volcado-io/volcado/internal/contract"
)

// greetTimeout bounds connection, greeting, TLS and authentication together. Without it, something that accepts
// connections and never speaks would hold the dump until its run deadline. The queries that follow are bounded by
// that deadline alone.
const greetTimeout = 20 * time.Second

const goodbyeTimeout = 5 * time.Second

// Session is one connection, and never another: a pool would open a new one in place of one that broke, which has no
// database selected and none of the settings, and go on there.
type Session struct {
	*sql.Conn
	pool  *sql.DB
	guard *wire.Guard
	// lost: the driver panicked, and what it locked stays locked.
	lost bool
}

// Close the connection.
func (s *Session) Close() error {
	defer s.guard.Close()
	if s.lost {
		return nil
	}
	// The driver says goodbye, which a server need not listen to.
	late := time.AfterFunc(goodbyeTimeout, s.guard.Close)
	defer late.Stop()
	return errors.Join(s.Conn.Close(), s.pool.Close())
}

// try does something with the session. A panic is an answer that has not all of its fields: the driver takes each for
// complete. What the guard refused is the cause of whatever the driver made of it.
func (s *Session) try(do func() error) (err error) {
	defer func() {
		if recover() != nil {
			s.lost = true
			err = malformed(s.guard.At)
		}
		if failure := s.guard.Failure(); failure != nil && err != nil {
			err = failure
		}
	}()
	return do()
}

func malformed(at servererror.Origin) error {
	return servererror.Failure(2007, "one of its answers lacks a field", at)
}

// Connect opens one connection and proves that it works. database is only for messages: none is selected.
func Connect(ctx context.Context, server source.Server, database string) (*Session, error) {
	return connect(ctx, server, database, greetTimeout)
}

func connect(ctx context.Context, server source.Server, database string, patience time.Duration) (*Session, error) {
	config := mysql.NewConfig()
	config.User, config.Passwd = server.Username, server.Password
	config.Net, config.Addr = "tcp", server.Address()
	// With ANSI_QUOTES the server writes what is read here, grants and views, with other quotes.
	config.Params = map[string]string{"sql_mode": "''"}
	// The driver would log to stderr what it also returns.
	config.Logger = log.New(io.Discard, "", 0)
	tlsConfig, err := server.TLSConfig()
	if err != nil {
		return nil, err
	}
	guard := &wire.Guard{TLS: tlsConfig, Verifies: server.Verified(), Secretive: server.Secretive(), At: server.Origin(database)}
	config.DialFunc = guard.Dial
	if tlsConfig != nil {
		config.TLS = wire.DriverTLS()
	}
	connector, err := mysql.NewConnector(config)
	if err != nil {
		return nil, result.Errorf(contract.Internal, "", "configure the connection to %s: %w", server.Address(), err)
	}
	session := &Session{pool: sql.OpenDB(connector), guard: guard}
	greeting, done := context.WithTimeout(ctx, patience)
	defer done()
	err = session.try(func() (err error) {
		session.Conn, err = session.pool.Conn(greeting)
		return err
	})
	if err != nil {
		guard.Close()
		if !session.lost {
			_ = session.pool.Close()
		}
		if greeting.Err() != nil && ctx.Err() == nil {
			return nil, servererror.Failure(2002, fmt.Sprintf("it accepts connections and does not answer within %s", patience), server.Origin(database))
		}
		at := server.Origin(database)
		if !guard.Proven() {
			at = at.Unverified()
		}
		return nil, classify(ctx, err, at)
	}
	return session, nil
}

// classify gives what the Go driver returns its reason.
func classify(ctx context.Context, err error, at servererror.Origin) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if failure, ok := errors.AsType[*result.Error](err); ok {
		return failure
	}
	if e, ok := errors.AsType[*mysql.MySQLError](err); ok {
		return servererror.Told(int(e.Number), e.Message, at)
	}
	if errors.Is(err, mysql.ErrNoTLS) {
		return servererror.TLSUnavailable(at)
	}
	if isCertificateError(err) {
		return servererror.TLSFailure(err.Error(), at)
	}
	if _, ok := errors.AsType[tls.AlertError](err); ok {
		return servererror.TLSFailure("handshake failure: "+err.Error(), at)
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return servererror.TLSFailure("handshake failure: "+err.Error(), at)
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return servererror.Failure(2005, err.Error(), at)
	}
	if e, ok := errors.AsType[*net.OpError](err); ok && e.Op == "dial" {
		return servererror.Failure(2003, err.Error(), at)
	}
	switch {
	case errors.Is(err, mysql.ErrUnknownPlugin), errors.Is(err, mysql.ErrOldPassword), errors.Is(err, mysql.ErrCleartextPassword), errors.Is(err, mysql.ErrNativePassword):
		return servererror.Failure(2059, err.Error(), at)
	case errors.Is(err, mysql.ErrMalformPkt), errors.Is(err, mysql.ErrOldProtocol):
		return servererror.Failure(2007, err.Error(), at)
	case errors.Is(err, mysql.ErrInvalidConn), errors.Is(err, driver.ErrBadConn), errors.Is(err, sql.ErrConnDone), errors.Is(err, io.ErrUnexpectedEOF):
		return servererror.Failure(2013, err.Error(), at)
	}
	if _, ok := errors.AsType[net.Error](err); ok {
		return servererror.Failure(2013, err.Error(), at)
	}
	return result.Errorf(contract.ServerError, "if it stays, look at the server's error log",
		"%s at %s answered with something that could not be understood%s", at.Engine, at.Address, after(": ", at.Quote.Quote(err.Error())))
}

func after(mark, text string) string {
	if text == "" {
		return ""
	}
	return mark + text
}

func isCertificateError(err error) bool {
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return true
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return true
	}
	_, ok := errors.AsType[x509.HostnameError](err)
	return ok
}
