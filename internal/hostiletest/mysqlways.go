package hostiletest

import (
	"bytes"
	"encoding/binary"
	"strconv"
	"strings"
	"time"

	"github.com/volcado-io/volcado/internal/contract"
)

// MySQLWay is one way of a server to be wrong, and how a dump of it must end.
type MySQLWay struct {
	Ways
	Reason contract.Reason
	// Waits: the server has the dumper wait for ever, so that nothing but the run deadline ends it.
	Waits bool
}

// On answers the queries that hold a text, and leaves the others right.
func On(part string, answer func(*Conn)) Ways {
	return Ways{Query: func(c *Conn, query string) bool {
		if !strings.Contains(query, part) {
			return false
		}
		answer(c)
		return true
	}}
}

func greeting(answer func(*Conn)) Ways {
	return Ways{Greet: func(c *Conn) bool { answer(c); return true }}
}

func afterLogin(answer func(*Conn)) Ways {
	return Ways{Login: func(c *Conn) bool { answer(c); return true }}
}

const (
	tables   = "information_schema.TABLES"
	mebibyte = 1 << 20
)

// oneTable is a row of the list of tables.
func oneTable(name string) []string {
	return []string{"shop", name, "BASE TABLE", "InnoDB", "1", "YES"}
}

// hang until the other end goes away.
func hang(c *Conn) { _, _ = c.Read() }

// forever does something until the other end does not read any more.
func forever(do func() bool) {
	for do() {
	}
}

// drip a byte a second.
func drip(c *Conn, p []byte) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for i := range p {
		<-tick.C
		if !c.Raw(p[i : i+1]) {
			return
		}
	}
}

// MySQLWays by a sentence about the server.
func MySQLWays() map[string]MySQLWay {
	all := map[string]MySQLWay{}
	for _, some := range []map[string]MySQLWay{greetings(), logins(), packets(), lists(), fields()} {
		for sentence, way := range some {
			all[sentence] = way
		}
	}
	return all
}

func greetings() map[string]MySQLWay {
	return map[string]MySQLWay{
		"it greets with nothing and hangs up":       {greeting(func(c *Conn) { _ = c.Close() }), contract.ConnectionLost, false},
		"it never greets":                           {greeting(hang), contract.ServerUnreachable, false},
		"it greets a byte a second":                 {greeting(func(c *Conn) { drip(c, append([]byte{90, 0, 0, 0}, Greeting(false)...)) }), contract.RunDeadlineExceeded, true},
		"its greeting has 16 MiB":                   {greeting(func(c *Conn) { c.Write(bytes.Repeat([]byte{10}, 16*mebibyte-1)) }), contract.ServerError, false},
		"its greeting is empty":                     {greeting(func(c *Conn) { c.Write(nil) }), contract.ConnectionLost, false},
		"its greeting is of another protocol":       {greeting(func(c *Conn) { c.Write([]byte("SSH-2.0-OpenSSH_9.2p1")) }), contract.ServerUnreachable, false},
		"its greeting ends after the protocol":      {greeting(func(c *Conn) { c.Write([]byte{10}) }), contract.ServerUnreachable, false},
		"its greeting has a version without an end": {greeting(func(c *Conn) { forever(func() bool { return c.Lie(5000, bytes.Repeat([]byte{10}, 5000)) }) }), contract.ServerError, false},
		"its greeting is cut off":                   {greeting(func(c *Conn) { c.Write(Greeting(false)[:30]) }), contract.ServerUnreachable, false},
		"its greeting is an error without a number": {greeting(func(c *Conn) { c.Write([]byte{0xff}) }), contract.ServerUnreachable, false},
		"its greeting claims to be longer":          {greeting(func(c *Conn) { c.Lie(300, Greeting(false)); hang(c) }), contract.RunDeadlineExceeded, true},
	}
}

func logins() map[string]MySQLWay {
	ask := func(plugin string) func(*Conn) {
		return func(c *Conn) {
			c.Write([]byte("\xfe" + plugin + "\x0012345678901234567890\x00"))
			_, _ = c.Read()
			hang(c)
		}
	}
	return map[string]MySQLWay{
		"it asks for the password in clear text": {afterLogin(ask("mysql_clear_password")), contract.AccessDenied, false},
		"it asks for the password in a dialog":   {afterLogin(ask("dialog")), contract.AccessDenied, false},
		"it asks in the way of MySQL 3":          {afterLogin(func(c *Conn) { c.Write([]byte{0xfe}); hang(c) }), contract.AccessDenied, false},
		"it asks for a plugin without a name":    {afterLogin(func(c *Conn) { c.Write([]byte{0xfe, 0, 0}); hang(c); hang(c) }), contract.AccessDenied, false},
		"it asks for the password with no end": {afterLogin(func(c *Conn) {
			forever(func() bool {
				ask := c.Write([]byte("\xfemysql_native_password\x0012345678901234567890\x00"))
				_, err := c.Read()
				return ask && err == nil
			})
		}), contract.ServerUnreachable, false},
		"it sends a key that is none": {afterLogin(func(c *Conn) {
			c.Write([]byte("\xfesha256_password\x0012345678901234567890\x00"))
			_, _ = c.Read()
			c.Write([]byte("\x01no key"))
			hang(c)
		}), contract.AccessDenied, false},
		"it never says whether the login succeeded": {afterLogin(hang), contract.RunDeadlineExceeded, true},
		"its OK ends before its status":             {afterLogin(func(c *Conn) { c.Write([]byte{0}) }), contract.ServerUnreachable, false},
		"it refuses the login and says no more":     {afterLogin(func(c *Conn) { c.Write([]byte{0xff, 0x15, 0x04}) }), contract.ServerUnreachable, false},
		"it asks for a file after the login":        {afterLogin(func(c *Conn) { c.Write([]byte("\xfb/etc/passwd")); hang(c) }), contract.ServerUnreachable, false},
		"it offers TLS and speaks none of it": {Ways{TLS: true, Greet: func(c *Conn) bool {
			c.Write(Greeting(true))
			_, _ = c.Read()
			c.Raw(bytes.Repeat([]byte("x"), 100))
			hang(c)
			return true
		}}, contract.TLSUnavailable, false},
		"it takes its offer of TLS back":               {Ways{TLS: true, Greet: func(c *Conn) bool { c.Write(Greeting(false)); return true }}, contract.TLSUnavailable, false},
		"it asks for clear text within TLS":            {Ways{TLS: true, Login: afterLogin(ask("mysql_clear_password")).Login}, contract.AccessDenied, false},
		"it has another authority's word for its name": {Ways{TLS: true, Stranger: true}, contract.TLSVerificationFailed, false},
	}
}

func packets() map[string]MySQLWay {
	return map[string]MySQLWay{
		"it asks for a file in place of an answer":  {On("@@version", func(c *Conn) { c.Write([]byte("\xfb/etc/passwd")); hang(c) }), contract.ServerError, false},
		"it hangs up in the middle of a row":        {On(tables, func(c *Conn) { c.Columns(6); c.Lie(100, []byte("\x04sh")); _ = c.Close() }), contract.ConnectionLost, false},
		"it stops in the middle of a row":           {On(tables, func(c *Conn) { c.Columns(6); c.Lie(100, []byte("\x04sh")); hang(c) }), contract.RunDeadlineExceeded, true},
		"it answers a byte a second":                {On(tables, func(c *Conn) { drip(c, bytes.Repeat([]byte{6, 0, 0, 1}, 100)) }), contract.RunDeadlineExceeded, true},
		"it never answers":                          {On(tables, hang), contract.RunDeadlineExceeded, true},
		"it numbers its packets wrong":              {On(tables, func(c *Conn) { c.Seq += 7; c.Rows(6, oneTable("orders")) }), contract.ServerError, false},
		"it answers with an empty packet":           {On(tables, func(c *Conn) { c.Write(nil) }), contract.ConnectionLost, false},
		"it answers with an error and no number":    {On(tables, func(c *Conn) { c.Write([]byte{0xff}) }), contract.ServerUnreachable, false},
		"it answers with an error of 4 MiB":         {On(tables, func(c *Conn) { c.Err(1290, strings.Repeat("x", 4*mebibyte-100)) }), contract.ServerError, false},
		"it answers with no rows where one must be": {On("@@version", func(c *Conn) { c.Rows(3) }), contract.ServerError, false},
		"it answers OK where rows must be":          {On(tables, func(c *Conn) { c.OK() }), contract.NothingToDump, false},
		"it announces a million columns":            {On(tables, func(c *Conn) { c.Write([]byte{0xfd, 0x40, 0x42, 0x0f}); hang(c) }), contract.ServerError, false},
		"it announces more columns than memory has": {On(tables, func(c *Conn) { c.Write(append([]byte{0xfe}, bytes.Repeat([]byte{0x7f}, 8)...)); hang(c) }), contract.ServerError, false},
		"it announces more columns than it has":     {On(tables, func(c *Conn) { c.Write([]byte{6}); c.Write(Column("c")); c.EOF(); c.EOF() }), contract.ServerUnreachable, false},
		"its columns are cut off":                   {On(tables, func(c *Conn) { c.Write([]byte{1}); c.Write(Column("c")[:8]); c.EOF(); c.EOF() }), contract.ServerError, false},
		"its rows claim more than they have":        {On(tables, func(c *Conn) { c.Columns(6); c.Write([]byte{0xfd, 0xff, 0xff, 0xff, 'x'}); c.EOF() }), contract.NothingToDump, false},
		"its rows claim less than nothing":          {On(tables, func(c *Conn) { c.Columns(6); c.Write(append([]byte{0xfe}, bytes.Repeat([]byte{0xff}, 8)...)); c.EOF() }), contract.ServerUnreachable, false},
		"its row has 16 MiB and goes on": {On(tables, func(c *Conn) {
			c.Columns(6)
			forever(func() bool { return c.Write(bytes.Repeat([]byte{1}, 16*mebibyte-1)) })
		}), contract.ServerError, false},
		"its column has a name without an end": {On(tables, func(c *Conn) {
			c.Write([]byte{6})
			forever(func() bool { return c.Write(bytes.Repeat([]byte{1}, 16*mebibyte-1)) })
		}), contract.ServerError, false},
	}
}

func lists() map[string]MySQLWay {
	counted := func(columns int, row func(n string) []string) func(*Conn) {
		return func(c *Conn) {
			c.Columns(columns)
			c.batch = make([]byte, 0, 2*batchBytes)
			n := 0
			forever(func() bool { n++; return c.Row(row(strconv.Itoa(n))...) })
		}
	}
	return map[string]MySQLWay{
		"it lists tables without an end":         {On(tables, counted(6, func(n string) []string { return oneTable("t" + n) })), contract.ServerError, false},
		"it lists others' tables without an end": {On(tables, counted(6, func(n string) []string { return append([]string{"x"}, oneTable("t" + n)[1:]...) })), contract.ServerError, false},
		"it lists routines without an end":       {On("information_schema.ROUTINES", counted(3, func(n string) []string { return []string{"r" + n, "FUNCTION", "0"} })), contract.ServerError, false},
		"it lists events without an end":         {On("SHOW EVENTS", counted(15, func(string) []string { return make([]string, 15) })), contract.ServerError, false},
		"it lists grants without an end":         {On("SHOW GRANTS", counted(1, func(n string) []string { return []string{"GRANT SELECT ON `" + n + "%`.* TO `reader`@`%`"} })), contract.ServerError, false},
		"it lists long grants without an end":    {On("SHOW GRANTS", counted(1, func(string) []string { return []string{strings.Repeat("GRANT ", 50_000)} })), contract.ServerError, false},
		"it lists defaults without an end":       {On("information_schema.COLUMNS", counted(3, func(n string) []string { return []string{"orders", "c" + n, "nextval(`shop`.`s`)"} })), contract.ServerError, false},
		"a grant has a pattern of many runs": {On("SHOW GRANTS", func(c *Conn) {
			c.Rows(1, []string{"GRANT SELECT ON `" + strings.Repeat("%s", 30) + "x`.* TO `reader`@`%`"})
		}), contract.InsufficientPrivileges, false},
		"all its views are broken": {Ways{Query: func(c *Conn, query string) bool {
			switch {
			case strings.Contains(query, tables):
				c.Columns(6)
				for n := range 5000 {
					c.Row("shop", "v"+strconv.Itoa(n), "VIEW", "", "0", "")
				}
				c.EOF()
			case strings.Contains(query, "SHOW FIELDS"):
				c.Err(1356, "broken")
			default:
				return false
			}
			return true
		}}, contract.BrokenView, false},
	}
}

func fields() map[string]MySQLWay {
	null := []byte{0xfb}
	nulls := func(columns int) func(*Conn) {
		return func(c *Conn) { c.Columns(columns); c.Write(bytes.Repeat(null, columns)); c.EOF() }
	}
	rows := func(columns int, row ...string) func(*Conn) { return func(c *Conn) { c.Rows(columns, row) } }
	return map[string]MySQLWay{
		"its version is NULL":                    {On("@@version", nulls(3)), contract.ServerError, false},
		"its version has a line break":           {On("@@version", rows(3, "10.11\n\\! id", "", "0")), contract.ServerError, false},
		"its database is NULL":                   {On("SELECT DATABASE()", nulls(1)), contract.ServerError, false},
		"its database is another":                {On("SELECT DATABASE()", rows(1, "mysql")), contract.ServerError, false},
		"its tables are NULL":                    {On(tables, nulls(6)), contract.ServerError, false},
		"its routines are NULL":                  {On("information_schema.ROUTINES", nulls(3)), contract.ServerError, false},
		"its grants are NULL":                    {On("SHOW GRANTS", nulls(1)), contract.ServerError, false},
		"its table has no name":                  {On(tables, rows(6, oneTable("")...)), contract.ServerError, false},
		"its table has a name of 1 MiB":          {On(tables, rows(6, oneTable(strings.Repeat("x", mebibyte))...)), contract.ServerError, false},
		"its table's name is no text":            {On(tables, rows(6, oneTable("\xff\xfe")...)), contract.ServerError, false},
		"its table's name is two lines":          {On(tables, rows(6, oneTable("a\nb")...)), contract.InvalidRequest, false},
		"its table has no size that is a number": {On(tables, rows(6, "shop", "orders", "BASE TABLE", "InnoDB", "many", "YES")), contract.ServerError, false},
		"its answer has too few columns":         {On(tables, rows(2, "shop", "orders")), contract.ServerError, false},
		"its error has no text":                  {On(tables, func(c *Conn) { c.Write(binary.LittleEndian.AppendUint16([]byte{0xff}, 1064)) }), contract.ServerUnreachable, false},
	}
}
