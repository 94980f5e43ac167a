package hostiletest

import (
	"crypto/tls"
	"encoding/binary"
	"io"
	"net"
	"strings"
)

// Conn is one connection to the server, as a way sees it.
type Conn struct {
	net.Conn
	server *MySQL
	// Seq is the number of the next packet.
	Seq byte
	// batch gathers what is written, if it is not nil.
	batch []byte
}

const (
	capabilities = 0x000fa28d &^ 0x0800 // protocol 41, secure connection, plugins, a database at login, no TLS, no session state
	offersTLS    = 0x0800
	// batchBytes are written at once in a list without an end.
	batchBytes = 64 << 10
	comQuit    = 0x01
	comQuery   = 0x03
	comInitDB  = 0x02
)

func (c *Conn) serve() {
	if way := c.server.ways.Greet; way == nil || !way(c) {
		c.Write(c.greeting())
	}
	if !c.login() {
		return
	}
	if way := c.server.ways.Login; way == nil || !way(c) {
		c.welcome()
	}
	for {
		packet, err := c.Read()
		if err != nil || len(packet) == 0 || packet[0] == comQuit {
			return
		}
		c.command(packet[0], string(packet[1:]))
	}
}

// login reads the client's answer to the greeting, over TLS if it asks for that.
func (c *Conn) login() bool {
	packet, err := c.Read()
	if err != nil {
		return false
	}
	if len(packet) != 32 || c.server.tls == nil {
		return true
	}
	secure := tls.Server(c.Conn, c.server.tls)
	if secure.Handshake() != nil {
		return false
	}
	c.Conn = secure
	_, err = c.Read()
	return err == nil
}

func (c *Conn) command(kind byte, query string) {
	if kind == comInitDB {
		query = "USE " + query
	} else if kind != comQuery {
		c.OK()
		return
	}
	if way := c.server.ways.Query; way == nil || !way(c, query) {
		c.Answer(query)
	}
}

// welcome whoever logs in: the plugin of MySQL's greeting says by itself that it believes the proof.
func (c *Conn) welcome() {
	if c.server.ways.MySQL {
		c.Write([]byte{1, 3})
	}
	c.OK()
}

// Answer as a right server does.
func (c *Conn) Answer(query string) {
	if strings.Contains(query, "@@version_comment, @@lower_case_table_names") {
		c.Rows(3, []string{c.flavour().version, c.flavour().comment, "0"})
		return
	}
	for _, a := range answers {
		if strings.Contains(query, a.query) {
			c.Rows(a.columns, a.rows...)
			return
		}
	}
	c.OK()
}

// answers to what the preflight asks; OK is the answer to anything else.
var answers = []struct {
	query   string
	columns int
	rows    [][]string
}{
	{"SELECT DATABASE()", 1, [][]string{{"shop"}}},
	{"information_schema.TABLES", 6, [][]string{{"shop", "orders", "BASE TABLE", "InnoDB", "16384", "YES"}}},
	{"information_schema.COLUMNS", 3, nil},
	{"information_schema.ROUTINES", 3, nil},
	{"SHOW EVENTS", 15, nil},
	{"information_schema.EVENTS", 1, nil},
	{"SHOW GRANTS", 1, [][]string{{"GRANT ALL PRIVILEGES ON *.* TO `reader`@`%`"}}},
	{"information_schema.VIEWS", 3, nil},
	{"SHOW FIELDS", 6, nil},
	{"SHOW CREATE VIEW", 4, nil},
}

// Read a packet.
func (c *Conn) Read() ([]byte, error) {
	header := make([]byte, 4)
	if _, err := io.ReadFull(c.Conn, header); err != nil {
		return nil, err
	}
	packet := make([]byte, int(header[0])|int(header[1])<<8|int(header[2])<<16)
	n, err := io.ReadFull(c.Conn, packet)
	c.server.hear(packet[:n])
	c.Seq = header[3] + 1
	return packet, err
}

// Write a packet of less than 16 MiB. It returns false when nobody reads any more.
func (c *Conn) Write(payload []byte) bool {
	return c.Lie(len(payload), payload)
}

// Lie writes a packet that claims another length.
func (c *Conn) Lie(length int, payload []byte) bool {
	header := []byte{byte(length), byte(length >> 8), byte(length >> 16), c.Seq}
	c.Seq++
	return c.Raw(append(header, payload...))
}

// Raw writes bytes that are no packet.
func (c *Conn) Raw(p []byte) bool {
	if c.batch != nil {
		if c.batch = append(c.batch, p...); len(c.batch) < batchBytes {
			return true
		}
		p, c.batch = c.batch, c.batch[:0]
	}
	_, err := c.Conn.Write(p)
	return err == nil
}

// OK says that a command succeeded.
func (c *Conn) OK() { c.Write([]byte{0, 0, 0, 2, 0, 0, 0}) }

// Err says that it failed.
func (c *Conn) Err(number uint16, text string) {
	c.Write(append(binary.LittleEndian.AppendUint16([]byte{0xff}, number), "#HY000"+text...))
}

// EOF ends columns, and rows.
func (c *Conn) EOF() bool { return c.Write([]byte{0xfe, 0, 0, 2, 0}) }

// Rows of strings, all of them with so many columns.
func (c *Conn) Rows(columns int, rows ...[]string) {
	c.Columns(columns)
	for _, row := range rows {
		c.Row(row...)
	}
	c.EOF()
}

// Columns begin an answer with rows.
func (c *Conn) Columns(n int) {
	c.Write(lengthEncoded(nil, uint64(n)))
	for range n {
		c.Write(Column("c"))
	}
	c.EOF()
}

// Row of strings.
func (c *Conn) Row(values ...string) bool {
	var row []byte
	for _, v := range values {
		row = append(lengthEncoded(row, uint64(len(v))), v...)
	}
	return c.Write(row)
}

// Column is the definition of a column of text.
func Column(name string) []byte {
	var p []byte
	for _, s := range []string{"def", "", "", "", name, name} {
		p = append(lengthEncoded(p, uint64(len(s))), s...)
	}
	return append(p, 0x0c, 45, 0, 0, 1, 0, 0, 0xfd, 0, 0, 0, 0, 0)
}

// flavour of a server, and the plugin that it greets with.
type flavour struct{ version, comment, plugin string }

func (c *Conn) flavour() flavour {
	if c.server.ways.MySQL {
		return flavour{mysqlVersion, "MySQL Community Server - GPL", "caching_sha2_password"}
	}
	return flavour{Version, "a server", "mysql_native_password"}
}

func (c *Conn) greeting() []byte {
	return greetingOf(c.flavour().version, c.flavour().plugin, c.server.tls != nil)
}

// Greeting of a MariaDB that knows native passwords alone.
func Greeting(tls bool) []byte { return greetingOf(Version, "mysql_native_password", tls) }

func greetingOf(version, plugin string, tls bool) []byte {
	flags := uint32(capabilities)
	if tls {
		flags |= offersTLS
	}
	p := append([]byte{10}, version...)
	p = append(p, 0, 1, 0, 0, 0)
	p = append(p, "12345678\x00"...)
	p = binary.LittleEndian.AppendUint16(p, uint16(flags))
	p = append(p, 45, 2, 0)
	p = binary.LittleEndian.AppendUint16(p, uint16(flags>>16))
	p = append(p, 21)
	p = append(p, make([]byte, 10)...)
	p = append(p, "123456789012\x00"...)
	return append(append(p, plugin...), 0)
}

func lengthEncoded(p []byte, n uint64) []byte {
	switch {
	case n < 251:
		return append(p, byte(n))
	case n < 1<<16:
		return binary.LittleEndian.AppendUint16(append(p, 0xfc), uint16(n))
	case n < 1<<24:
		return append(p, 0xfd, byte(n), byte(n>>8), byte(n>>16))
	}
	return binary.LittleEndian.AppendUint64(append(p, 0xfe), n)
}
