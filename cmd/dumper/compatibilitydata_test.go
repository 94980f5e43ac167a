package main_test

import (
	"strings"

	"github.com/volcado-io/volcado/internal/dbtest"
)

// common is what both servers have: types of all sorts, keys, views, a trigger, routines, an event, generated columns.
var common = strings.ReplaceAll(commonText, "@\n", "\r\n")

// commonText has @ at the end of a line for a carriage return, which clients without --binary-mode take away.
const commonText = `
CREATE TABLE customers (
  id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(100) NOT NULL, mood VARCHAR(10) CHARACTER SET latin1 COLLATE latin1_swedish_ci,
  settings JSON, photo BLOB, bits BIT(9), place POINT, born TIMESTAMP NULL, price DECIMAL(20,6) DEFAULT 1.5, ratio DOUBLE,
  since DATETIME(3) DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3), y YEAR, tm TIME(2), bin VARBINARY(20),
  tiny TINYINT(1), u BIGINT UNSIGNED, e ENUM('a','b'), s SET('x','y'), lt LONGTEXT, three CHAR(3) COLLATE utf8mb4_bin,
  half INT DEFAULT (1 + 1), CONSTRAINT dear CHECK (price > -5), UNIQUE KEY k (name(10)), FULLTEXT KEY ft (name)
) COMMENT='it''s \\ NO_AUTO_CREATE_USER';
INSERT INTO customers (name, mood, settings, photo, bits, place, born, price, ratio, since, y, tm, bin, u, e, s, lt) VALUES
  ('Ana 🦊', 'übel', '{"a": [1, null, "\\"x\\""]}', x'00ff0a0d1a275c22', b'101010101', POINT(1, -2), '2024-03-31 01:30:00', 12345678901234.123456,
    0.1, '2024-01-01 00:00:00.001', 2024, '-12:34:56.78', x'0d0a00', 18446744073709551615, 'a', 'x,y', 'l'),
  ('O''Hara \\ "quoted"\n-- Dump completed', NULL, '{}', '', b'0', NULL, NULL, -0.000001, 1e300, '2024-01-02', NULL, NULL, '', 0, 'b', '', ''),
  ('/*!50003 SET sql_mode = \'NO_AUTO_CREATE_USER\' */;\r\n', '', NULL, NULL, NULL, NULL, '1970-01-02 00:00:00', NULL, NULL, '2024-01-03', NULL, NULL, NULL, 1, NULL, NULL, NULL);
CREATE TABLE orders (id BIGINT PRIMARY KEY AUTO_INCREMENT, customer INT NOT NULL, CONSTRAINT whose FOREIGN KEY (customer) REFERENCES customers (id));
INSERT INTO orders (customer) VALUES (1),(2);
CREATE TABLE audit_log (id INT, what TEXT);
CREATE TABLE parts (id INT NOT NULL, PRIMARY KEY (id)) PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN MAXVALUE);
INSERT INTO parts VALUES (1),(20);
CREATE TABLE shouts (a VARCHAR(10), b VARCHAR(10) AS (UPPER(a)) STORED, c VARCHAR(10) AS (LOWER(a)) VIRTUAL);
CREATE VIEW a_view_before AS SELECT o.id, c.name, c.name LIKE 'A%' AS begins FROM orders o JOIN customers c ON c.id = o.customer;
CREATE VIEW b_view AS WITH n AS (SELECT name FROM a_view_before) SELECT name, COUNT(*) AS n, 'a' = 'A' AS alike FROM n GROUP BY name;
CREATE TRIGGER audit AFTER INSERT ON orders FOR EACH ROW INSERT INTO audit_log VALUES (NEW.id, 'NO_AUTO_CREATE_USER');
CREATE FUNCTION twice(n INT) RETURNS INT DETERMINISTIC RETURN n * 2;
CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 03:00:00' DISABLE COMMENT 'off' DO DELETE FROM audit_log;
DELIMITER //
CREATE PROCEDURE tidy(IN days INT) COMMENT 'tidies' BEGIN
  DELETE FROM audit_log WHERE id > days; -- a comment; with a semicolon
  SELECT 'done', 'NO_AUTO_CREATE_USER', '\\',@
    'in a line of its own';@
END//
SET sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'//
CREATE PROCEDURE backslash() SELECT '\' AS "one", 'a\' AS "NO_AUTO_CREATE_USER"//
SET sql_mode = DEFAULT//
DELIMITER ;
`

const onlyMariaDB = `
CREATE SEQUENCE tickets START WITH 42; DO NEXTVAL(tickets);
CREATE TABLE draws (a INT DEFAULT NEXTVAL(tickets), b INT); INSERT INTO draws (b) VALUES (1);
CREATE TABLE versioned (a INT, b INT WITHOUT SYSTEM VERSIONING) WITH SYSTEM VERSIONING; INSERT INTO versioned VALUES (1, 2);
CREATE TABLE periods (a INT, d1 DATE, d2 DATE, PERIOD FOR p(d1, d2)); INSERT INTO periods VALUES (1, '2024-01-01', '2024-02-01');
CREATE TABLE uuids (a UUID); INSERT INTO uuids VALUES ('123e4567-e89b-12d3-a456-426655440000');
CREATE TABLE inet6s (a INET6); INSERT INTO inet6s VALUES ('::1');
CREATE TABLE inet4s (a INET4); INSERT INTO inet4s VALUES ('127.0.0.1');
CREATE TABLE decimals (a DECIMAL(38,38)); INSERT INTO decimals VALUES (0.5);
CREATE TABLE aria (a INT) ENGINE=Aria; INSERT INTO aria VALUES (1);
CREATE TABLE paged (a INT) PAGE_COMPRESSED=1;
CREATE TABLE functions (a VARCHAR(36) DEFAULT uuid());
CREATE TABLE texts (a TEXT DEFAULT 'x');
CREATE TABLE generated (a INT, b INT AS (a + 1) STORED); INSERT INTO generated (a) VALUES (1);
CREATE TABLE ignored (a INT, KEY k (a) IGNORED);
CREATE TABLE hashed (t TEXT, UNIQUE KEY h (t) USING HASH);
CREATE TABLE nopad (a VARCHAR(10) COLLATE utf8mb4_nopad_bin);
CREATE TABLE uca1400 (a VARCHAR(10) COLLATE utf8mb4_uca1400_ai_ci);
CREATE TABLE listed (a INT) PARTITION BY LIST (a) (PARTITION p0 VALUES IN (1,2), PARTITION pd DEFAULT);
CREATE VIEW detailed AS SELECT JSON_DETAILED('{}') AS j;
CREATE VIEW valued AS VALUES (1), (2);
DELIMITER //
CREATE PROCEDURE loops() BEGIN FOR i IN 1..3 DO SELECT i; END FOR; END//
CREATE AGGREGATE FUNCTION agg(x INT) RETURNS INT BEGIN DECLARE s INT DEFAULT 0; DECLARE CONTINUE HANDLER FOR NOT FOUND RETURN s; LOOP FETCH GROUP NEXT ROW; SET s = s + x; END LOOP; END//
SET sql_mode = ORACLE//
CREATE PACKAGE pk AS FUNCTION f RETURN INT; END//
CREATE PACKAGE BODY pk AS FUNCTION f RETURN INT AS BEGIN RETURN 1; END; END//
DELIMITER ;
`

const onlyMySQL = `
CREATE TABLE functional (a VARCHAR(10), KEY k ((LOWER(a)))); INSERT INTO functional VALUES ('A');
CREATE TABLE invisible (a INT, b INT INVISIBLE); INSERT INTO invisible (a, b) VALUES (1, 2);
CREATE TABLE srid (g POINT NOT NULL SRID 4326, SPATIAL KEY (g)); INSERT INTO srid VALUES (ST_GeomFromText('POINT(10 20)', 4326));
CREATE TABLE vectors (v VECTOR(3)); INSERT INTO vectors VALUES (TO_VECTOR('[1,2,3]'));
CREATE TABLE unenforced (a INT, CONSTRAINT ne CHECK (a < 9) NOT ENFORCED); INSERT INTO unenforced VALUES (10);
CREATE TABLE matched (b VARCHAR(10), CONSTRAINT xr CHECK (REGEXP_LIKE(b, '^a')));
CREATE TABLE chinese (a VARCHAR(10) CHARSET gb18030);
CREATE TABLE japanese (a VARCHAR(10) COLLATE utf8mb4_ja_0900_as_cs);
CREATE VIEW lateral_view AS SELECT t.a FROM (SELECT 1 a) t, LATERAL (SELECT t.a) l;
CREATE VIEW valued AS SELECT * FROM (VALUES ROW(1,2)) t;
CREATE VIEW casted AS SELECT CAST('{}' AS JSON) j;
`

// sample is a database to copy.
type sample struct {
	name, title string
	// everywhere: every server loads it.
	everywhere bool
	// sql of it on a server, and the clause that follows CREATE DATABASE.
	sql    func(dbtest.Release) string
	clause string
}

const commonCollation = " CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci"

var samples = []sample{
	{"common", "What both servers have, under a collation that both know", true, func(dbtest.Release) string { return common }, commonCollation},
	{"native", "The same, under the server's own default collation for utf8mb4", false, func(dbtest.Release) string { return common }, " CHARACTER SET utf8mb4"},
	{"own", "What only one of them has", false, func(r dbtest.Release) string {
		if r.MySQL {
			return onlyMySQL
		}
		if r.Debian != "" {
			return onlyMariaDB + "CREATE TABLE vectors (a INT PRIMARY KEY, v VECTOR(3) NOT NULL, VECTOR INDEX (v)); INSERT INTO vectors VALUES (1, VEC_FromText('[1,2,3]'));"
		}
		return onlyMariaDB
	}, commonCollation},
}
