package dbtest

import (
	"crypto/sha1"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// sample has one of everything that a copy tends to lose. @ is the database's name, quoted.
const sample = `CREATE DATABASE @ CHARACTER SET utf8mb4;
USE @;
CREATE TABLE customers (
  id INT PRIMARY KEY AUTO_INCREMENT,
  name VARCHAR(100) NOT NULL,
  mood VARCHAR(10) CHARACTER SET latin1,
  settings JSON,
  photo BLOB,
  bits BIT(9),
  place POINT,
  born TIMESTAMP NULL,
  price DECIMAL(20,6),
  ratio DOUBLE,
  shout VARCHAR(100) AS (UPPER(name)) STORED,
  hush VARCHAR(100) AS (LOWER(name)) VIRTUAL
);
INSERT INTO customers (name, mood, settings, photo, bits, place, born, price, ratio) VALUES
  ('Ana 🦊', 'übel', '{"a": [1, null, "\\"x\\""]}', x'00ff0a0d1a275c22', b'101010101', POINT(1, -2), '2024-03-31 01:30:00', 12345678901234.123456, 0.1),
  ('O''Hara \\ "quoted"\n-- Dump completed', NULL, '{}', '', b'0', NULL, NULL, -0.000001, 1e300),
  ('', '', NULL, NULL, NULL, NULL, '1970-01-02 00:00:00', NULL, NULL);
CREATE TABLE orders (
  id BIGINT PRIMARY KEY AUTO_INCREMENT, customer INT NOT NULL, placed DATETIME(6),
  kind ENUM('new','paid','-- Dump completed'), flags SET('a','b'),
  FOREIGN KEY (customer) REFERENCES customers (id)
) COMMENT 'the table''s -- comment';
INSERT INTO orders (customer, placed, kind, flags) VALUES (1, '2024-01-01 00:00:00.000001', 'new', 'a,b'), (2, NULL, 'paid', '');
CREATE SEQUENCE tickets START WITH 42 INCREMENT BY 3;
DO NEXTVAL(tickets);
CREATE TABLE nokey (a INT, b TEXT, ticket INT DEFAULT NEXTVAL(tickets));
INSERT INTO nokey (a, b) VALUES (1, 'twice'), (1, 'twice'), (NULL, NULL);
CREATE TABLE audit_log (id INT PRIMARY KEY, what TEXT);
INSERT INTO audit_log VALUES (1, 'secret'), (2, 'secret');
CREATE TABLE sessions (id INT PRIMARY KEY, token TEXT);
INSERT INTO sessions VALUES (1, 'secret');
CREATE TABLE empty_one (id INT PRIMARY KEY);
CREATE VIEW a_view_before_its_tables AS SELECT o.id, c.name FROM orders o JOIN customers c ON c.id = o.customer;
CREATE VIEW view_of_view AS SELECT name, COUNT(*) AS n FROM a_view_before_its_tables GROUP BY name;
CREATE TRIGGER orders_audit AFTER INSERT ON orders FOR EACH ROW INSERT INTO audit_log SELECT COALESCE(MAX(id), 0) + 1, 'order' FROM audit_log;
CREATE PROCEDURE tidy(IN days INT) COMMENT 'tidies' BEGIN
  DELETE FROM sessions WHERE id > days; -- a comment; with a semicolon
  SELECT 'done 🦊';
END;
CREATE FUNCTION twice(n INT) RETURNS INT DETERMINISTIC RETURN n * 2;
CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 03:00:00' DISABLE COMMENT 'off' DO CALL tidy(30);
`

// Sample makes a database with one of everything: tables with and without a key, every kind of awkward value, views, a
// view of a view, a trigger, routines, an event, a sequence that a column's default draws from.
func (s *Server) Sample(t testing.TB, database string) {
	t.Helper()
	s.Client(t, strings.ReplaceAll(sample, "@", QuoteName(database)))
}

// Account makes an account that may copy databases matching the grants, and writes its credentials into a folder as a
// mounted Secret has them. Each grant is what stands between GRANT and TO.
func (s *Server) Account(t testing.TB, name, password string, grants ...string) (credentials string) {
	t.Helper()
	// The password may be any bytes, so it travels as its hash.
	s.Exec(t, fmt.Sprintf("CREATE OR REPLACE USER %s@'%%' IDENTIFIED BY PASSWORD '%s'", quoteString(name), nativeHash(password)))
	for _, grant := range grants {
		s.Exec(t, fmt.Sprintf("GRANT %s TO %s@'%%'", grant, quoteString(name)))
	}
	return Credentials(t, name, password)
}

// Reader makes an account that may copy everything in a database, like Account with WholeDump, in a server of either flavour.
func (s *Server) Reader(t testing.TB, name, password, database string) (credentials string) {
	t.Helper()
	if !s.MySQL {
		return s.Account(t, name, password, WholeDump(database)...)
	}
	account := quoteString(name) + "@'%'"
	s.Exec(t, "DROP USER IF EXISTS "+account, "CREATE USER "+account+" IDENTIFIED BY "+quoteString(password),
		"GRANT SELECT, SHOW VIEW, TRIGGER, EVENT ON "+QuoteName(database)+".* TO "+account, "GRANT SHOW_ROUTINE ON *.* TO "+account)
	return Credentials(t, name, password)
}

// nativeHash is what mysql_native_password keeps of a password.
func nativeHash(password string) string {
	if password == "" {
		return ""
	}
	once := sha1.Sum([]byte(password))
	return fmt.Sprintf("*%X", sha1.Sum(once[:]))
}

// WholeDump are the grants with which everything in a database can be copied.
func WholeDump(database string) []string {
	return []string{"SELECT, SHOW VIEW, TRIGGER, EVENT ON " + QuoteName(database) + ".*", "SELECT ON mysql.proc"}
}

// Credentials writes a folder as a mounted Secret has it.
func Credentials(t testing.TB, username, password string) string {
	t.Helper()
	folder := t.TempDir()
	for name, value := range map[string]string{"username": username, "password": password} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(value), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// Client feeds SQL to the real mariadb client as root, as a restore does.
func (s *Server) Client(t testing.TB, sql string, arguments ...string) {
	t.Helper()
	command := exec.CommandContext(t.Context(), "mariadb", append([]string{"--no-defaults", "--socket=" + s.Socket, "--user=root",
		"--default-character-set=utf8mb4", "--comments", "--delimiter=;"}, arguments...)...)
	command.Stdin = strings.NewReader(delimit(sql))
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("mariadb: %v\n%s", err, output)
	}
}

// delimit puts the one statement of the sample that holds semicolons between other delimiters.
func delimit(sql string) string {
	before, rest, found := strings.Cut(sql, "CREATE PROCEDURE tidy")
	if !found {
		return sql
	}
	body, after, _ := strings.Cut(rest, "END;")
	return before + "DELIMITER //\nCREATE PROCEDURE tidy" + body + "END//\nDELIMITER ;" + after
}

// QuoteName quotes a name for SQL.
func QuoteName(name string) string { return "`" + strings.ReplaceAll(name, "`", "``") + "`" }

func quoteString(value string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `''`).Replace(value) + "'"
}
