-- What both servers have of all that a database can hold. hard.go feeds it to a client, between what it needs of each server
-- and what only that one has; the database is chosen already, and the table seq has the numbers from 0 to 65535.
SET NAMES utf8mb4, time_zone = '+00:00', sql_mode = '';

-- Every type: values at both ends, NULL, empty, and what only a lenient mode takes.
CREATE TABLE numbers (id INT PRIMARY KEY AUTO_INCREMENT,
  t TINYINT, tu TINYINT UNSIGNED, tz TINYINT(3) ZEROFILL, s SMALLINT, su SMALLINT UNSIGNED, m MEDIUMINT, mu MEDIUMINT UNSIGNED,
  i INT, iu INT UNSIGNED, iz INT(7) ZEROFILL, b BIGINT, bu BIGINT UNSIGNED, yes BOOLEAN, d DECIMAL(65,30), du DECIMAL(10) UNSIGNED, n NUMERIC(5,5),
  f FLOAT, fu FLOAT(7,3) UNSIGNED, x DOUBLE, xm DOUBLE(12,4), b1 BIT(1), b9 BIT(9), b64 BIT(64), y YEAR);
INSERT INTO numbers () VALUES ();
INSERT INTO numbers VALUES
  (NULL, -128, 255, 1, -32768, 65535, -8388608, 16777215, -2147483648, 4294967295, 42, -9223372036854775808, 18446744073709551615, TRUE,
   '-999999999999999999999999999.999999999999999999999999999999', 9999999999, 0.99999, -1.5, 1234.5, -1.7976931348623157e308, -12345678.1234, b'1', b'101010101', 0xffffffffffffffff, 2155),
  (NULL, 127, 0, 0, 32767, 0, 8388607, 0, 2147483647, 0, 0, 9223372036854775807, 0, FALSE, 0, 0, -0.00001, 0, 0, 0, 0, b'0', b'0', 0, 1901),
  (NULL, 0, 39, 92, 0, 34, 0, 0, 0, 0, 0, 0, 0, 0, 1e-38, 1, 0, 1e30, 0.001, 2.2250738585072014e-308, 0.0001, 1, 0x27, 0x5c27220a0d1a0009, 0),
  (NULL, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1e-30, 0, 5e-324, 0, 0, 0, 1, 2000);
CREATE TABLE doubles (id INT PRIMARY KEY, x DOUBLE);
INSERT INTO doubles VALUES (1, 0.1), (2, 1/3e0), (3, 0.1e0+0.2e0), (4, 9007199254740993e0), (5, 9007199254740992e0), (7, 1e22), (8, 1e23),
  (9, 8.41e21), (10, 9.5e-322), (11, PI()), (12, EXP(1)), (13, 1.7976931348623155e308), (14, 123456789.123456789), (15, 4.35), (16, 2e0/3), (17, -1e-300), (18, SQRT(2));
INSERT INTO doubles SELECT seq + 100, EXP(seq / 7e0) * SIN(seq) FROM seq WHERE seq BETWEEN 1 AND 500;
INSERT INTO doubles SELECT seq + 1000, 1 / POW(3, seq) FROM seq WHERE seq BETWEEN 1 AND 500;
CREATE TABLE times (id INT PRIMARY KEY AUTO_INCREMENT, d DATE, dt DATETIME, dt6 DATETIME(6), tm TIME, tm3 TIME(3), tm6 TIME(6),
  ts TIMESTAMP NULL, ts6 TIMESTAMP(6) NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6));
INSERT INTO times (d, dt, dt6, tm, tm3, tm6, ts, ts6) VALUES
  ('0000-00-00', '0000-00-00 00:00:00', '0000-00-00 00:00:00', '-838:59:59', '-00:00:00.001', '838:59:59.999999', '0000-00-00 00:00:00', '0000-00-00 00:00:00'),
  ('2024-00-00', '2024-02-00 01:02:03', '0001-01-01 00:00:00.000001', '838:59:59', '00:00:00.999', '-838:59:59.999999', '1970-01-01 00:00:01', '1970-01-01 00:00:01.000001'),
  ('9999-12-31', '9999-12-31 23:59:59', '9999-12-31 23:59:59.999999', '00:00:00', '23:59:59.999', '00:00:00.000001', '2038-01-19 03:14:07', '2038-01-19 03:14:07.999999'),
  ('0000-01-01', '2024-03-31 01:30:00', '2024-10-27 01:30:00.123456', '-00:00:01', NULL, NULL, '2024-10-27 00:30:00', '2024-10-27 01:30:00'), (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
SET sql_mode = 'ALLOW_INVALID_DATES';
INSERT INTO times (d, dt) VALUES ('2023-02-31', '2023-04-31 00:00:00');
SET sql_mode = '';
CREATE TABLE texts (id INT PRIMARY KEY AUTO_INCREMENT, c CHAR(40), v VARCHAR(200), l1 VARCHAR(300) CHARACTER SET latin1, u3 TEXT CHARACTER SET utf8mb3,
  u2 VARCHAR(50) CHARACTER SET ucs2, u16 VARCHAR(50) CHARACTER SET utf16, u32 VARCHAR(50) CHARACTER SET utf32, greek VARCHAR(200) CHARACTER SET greek COLLATE greek_bin,
  cyr VARCHAR(200) CHARACTER SET cp1251, ascii VARCHAR(150) CHARACTER SET ascii, tt TINYTEXT, mt MEDIUMTEXT, lt LONGTEXT,
  j JSON, e ENUM('', 'a', 'it''s', '-- Dump completed', 'ü,b', 'x;y', '\\', '"') CHARACTER SET utf8mb4, st SET('a', 'it''s', 'ü', '\\', ';'), bin BINARY(8), vb VARBINARY(300), tb TINYBLOB, bl BLOB, mb MEDIUMBLOB, lb LONGBLOB);
INSERT INTO texts () VALUES ();
INSERT INTO texts (c, v, l1, u3, u2, u16, u32, greek, cyr, ascii, tt, mt, lt, j, e, st, bin, vb, tb, bl, mb, lb)
  VALUES ('', '', '', '', '', '', '', '', '', '', '', '', '', NULL, '', '', '', '', '', '', '', ''),
  ('🦊 表', 'trailing  ', 'übel ÿ', '表\0', '表', '🦊', '🦊\'', 'αβγ', 'ёж', '\\\'"`', '\0\b\t\n\r\Z\\', '; -- \n', '''', '{"a": [1, 1.50, null, true, "\\"x\\u0000\\n"], "ü": "🦊"}', 'it''s', 'a,it''s,ü,\\,;', x'00ff0a0d1a275c22', x'5c', x'27', x'22', x'3b0a', x'2d2d20'),
  ('a', 'NULL', '0x41', 'NULL', '', '', '', '', '', '', 'NULL', NULL, '\\N', '[]', 'no such', 'a', x'3030', x'0401020003', NULL, '0x00', '', NULL);
INSERT INTO texts (l1, vb) SELECT GROUP_CONCAT(CHAR(seq USING latin1) ORDER BY seq SEPARATOR ''), GROUP_CONCAT(CHAR(seq) ORDER BY seq SEPARATOR '') FROM seq WHERE seq <= 255;

-- Definitions that a client can lose or bend.
CREATE TABLE defaults (id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT, a INT NOT NULL DEFAULT -1, b VARCHAR(60) NOT NULL DEFAULT 'it''s \\ "; -- x', c VARCHAR(20) DEFAULT (CONCAT('a;', UPPER('ü'))),
  d DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3), e BIT(3) DEFAULT b'101', f INT DEFAULT (a * 2 + LENGTH(b)), g TEXT DEFAULT ('text'), h DATE DEFAULT '0000-00-00',
  i BLOB DEFAULT (x'00ff'), UNIQUE KEY `u``q` (b(10) DESC, a), KEY hidden_one (a) COMMENT 'it''s; hidden', FULLTEXT KEY ft (g), PRIMARY KEY (id),
  CONSTRAINT `ch``eck; --` CHECK (a <> 7 AND b <> '\';\n-- Dump completed')) AUTO_INCREMENT=18446744073709551000 COMMENT='it''s \\ "x"; \n-- Dump completed' ROW_FORMAT=DYNAMIC STATS_PERSISTENT=1;
INSERT INTO defaults () VALUES ();
INSERT INTO defaults (a, i) VALUES (2, '');
CREATE TABLE computed (id INT PRIMARY KEY, `first;name` VARCHAR(20) NOT NULL, v VARCHAR(50) AS (CONCAT(`first;name`, '\';\n')) VIRTUAL, s INT GENERATED ALWAYS AS (id * 2) STORED UNIQUE, x DOUBLE AS (id / 3) STORED,
  hidden INT INVISIBLE DEFAULT 7, gone VARCHAR(9) INVISIBLE, j JSON DEFAULT ('{}'), at INT AS (JSON_VALUE(j, '$.a')) VIRTUAL, KEY (at));
INSERT INTO computed (id, `first;name`, hidden, gone, j) VALUES (1, 'Ana', 39, 'seen', '{"a": 5}'), (2, '', NULL, NULL, '{}');
CREATE TABLE all_hidden (a INT INVISIBLE DEFAULT 1, b INT);
INSERT INTO all_hidden (a, b) VALUES (5, NULL), (NULL, 6), (5, NULL);
CREATE TABLE node (id INT PRIMARY KEY, next INT, owner INT, CONSTRAINT `next one` FOREIGN KEY (next) REFERENCES node (id) ON DELETE SET NULL ON UPDATE CASCADE);
CREATE TABLE owner (id INT PRIMARY KEY, favourite INT, CONSTRAINT fav FOREIGN KEY (favourite) REFERENCES node (id) ON DELETE RESTRICT);
ALTER TABLE node ADD CONSTRAINT `own``er; --` FOREIGN KEY (owner) REFERENCES owner (id) ON DELETE CASCADE;
SET foreign_key_checks = 0;
INSERT INTO node VALUES (1, 2, 1), (2, 1, 2), (3, 3, NULL);
INSERT INTO owner VALUES (1, 2), (2, 1);
CREATE TABLE orphan (id INT PRIMARY KEY, parent INT, CONSTRAINT lost FOREIGN KEY (parent) REFERENCES node (id));
INSERT INTO orphan VALUES (1, 404);
SET foreign_key_checks = 1;
CREATE TABLE by_range (id INT, at DATE, PRIMARY KEY (id, at)) PARTITION BY RANGE (YEAR(at)) SUBPARTITION BY HASH (id) SUBPARTITIONS 2
  (PARTITION `p old; --` VALUES LESS THAN (2000) COMMENT = 'it''s', PARTITION p_new VALUES LESS THAN MAXVALUE);
INSERT INTO by_range VALUES (1, '1999-12-31'), (2, '2000-01-01'), (3, '2024-02-29');
CREATE TABLE by_list (a VARCHAR(5), b INT) PARTITION BY LIST COLUMNS (a, b) (PARTITION p0 VALUES IN (('x', 1), ('it''s', NULL)), PARTITION p1 VALUES IN (('?', 9)));
INSERT INTO by_list VALUES ('it''s', NULL), ('x', 1), ('?', 9);
CREATE TABLE by_key (id INT PRIMARY KEY) PARTITION BY LINEAR KEY (id) PARTITIONS 3;
INSERT INTO by_key SELECT seq FROM seq WHERE seq BETWEEN 1 AND 20;
CREATE TABLE by_columns (a INT, d DATETIME) PARTITION BY RANGE COLUMNS (d, a) (PARTITION p0 VALUES LESS THAN ('2020-01-01', 5), PARTITION p1 VALUES LESS THAN (MAXVALUE, MAXVALUE));
INSERT INTO by_columns VALUES (1, '2019-01-01'), (9, '2030-01-01');
CREATE TABLE in_myisam (id INT AUTO_INCREMENT, kind INT, a CHAR(9), PRIMARY KEY (kind, id)) ENGINE=MyISAM CHECKSUM=1 DELAY_KEY_WRITE=1 PACK_KEYS=1 MAX_ROWS=1000;
CREATE TABLE in_memory (id INT PRIMARY KEY, a VARCHAR(9), KEY h (a) USING BTREE) ENGINE=MEMORY;
CREATE TABLE in_csv (id INT NOT NULL, a VARCHAR(30) NOT NULL) ENGINE=CSV;
INSERT INTO in_myisam (kind, a) VALUES (1, 'x'), (2, 'y'), (1, 'z');
INSERT INTO in_memory VALUES (1, 'm');
INSERT INTO in_csv VALUES (1, 'a,"b"\n\\'), (1, '');
CREATE TABLE zero_id (id INT PRIMARY KEY AUTO_INCREMENT, a INT) AUTO_INCREMENT=100;
SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO';
INSERT INTO zero_id VALUES (0, 1), (-5, 2);
SET sql_mode = '';
CREATE TABLE no_rows (a INT, b TEXT NOT NULL);
CREATE TABLE one_column (a INT);
INSERT INTO one_column VALUES (NULL), (NULL), (1);
CREATE TABLE `values` (`values` INT, `select` VARCHAR(20), `;
-- Dump completed` INT, `VALUES (` INT INVISIBLE, `:=(` INT);
INSERT INTO `values` (`values`, `VALUES (`, `;
-- Dump completed`) VALUES (1, 2, 3);

-- Triggers in an order that is neither that of their names nor that of their making.
CREATE TABLE watched (id INT PRIMARY KEY, trace TEXT DEFAULT (''));
CREATE TABLE log_of (id INT AUTO_INCREMENT PRIMARY KEY, what TEXT);
CREATE TRIGGER m BEFORE INSERT ON watched FOR EACH ROW SET NEW.trace = CONCAT(NEW.trace, 'm');
CREATE TRIGGER z BEFORE INSERT ON watched FOR EACH ROW PRECEDES m SET NEW.trace = CONCAT(NEW.trace, 'z');
CREATE TRIGGER a BEFORE INSERT ON watched FOR EACH ROW FOLLOWS m SET NEW.trace = CONCAT(NEW.trace, 'a');
CREATE TRIGGER `b``;; --` BEFORE INSERT ON watched FOR EACH ROW FOLLOWS z SET NEW.trace = CONCAT(NEW.trace, 'b');
CREATE TRIGGER au AFTER UPDATE ON watched FOR EACH ROW INSERT INTO log_of (what) VALUES (CONCAT_WS(' ', OLD.trace, NEW.trace, ';;', '/*!50003 x */ ;'));
SET sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT';
CREATE TRIGGER "an""si" BEFORE UPDATE ON "watched" FOR EACH ROW SET NEW."trace" = NEW."trace" || 'it''s \' ; --';
SET sql_mode = 'NO_BACKSLASH_ESCAPES';
CREATE TRIGGER slash BEFORE DELETE ON watched FOR EACH ROW INSERT INTO log_of (what) VALUES ('ends with \');
SET sql_mode = '';
INSERT INTO watched (id) VALUES (1);

-- Views on views, in no order that a client could load them in, and of every kind.
CREATE TABLE base (id INT PRIMARY KEY, a VARCHAR(20), `it's "b"` INT);
INSERT INTO base VALUES (1, 'x', 5), (2, 'y', NULL), (3, '', -5);
CREATE VIEW zz AS SELECT id, a, `it's "b"` AS `col ``one``` FROM base WHERE a <> ';\n-- Dump completed';
CREATE ALGORITHM=MERGE SQL SECURITY INVOKER VIEW aa AS SELECT id, `col ``one``` AS `2 -- x` FROM zz WHERE id > 0;
CREATE ALGORITHM=MERGE VIEW zzz AS SELECT id, a FROM zz WHERE id < 9 WITH CASCADED CHECK OPTION;
CREATE ALGORITHM=TEMPTABLE VIEW mm AS SELECT COUNT(*) AS n, MAX(`2 -- x`) AS `max(;)` FROM aa;
CREATE VIEW bb AS SELECT aa.id, mm.n, CAST('ü🦊' AS CHAR(9)) AS c, 0.1e0 AS d, x'00ff' AS h, DATE '2024-01-01' AS day FROM aa JOIN mm;
CREATE VIEW cc AS WITH RECURSIVE r AS (SELECT 1 AS k UNION ALL SELECT k + 1 FROM r WHERE k < 3) SELECT k, SUM(k) OVER (ORDER BY k) AS total FROM r UNION SELECT n, 0 FROM mm;
SET sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT';
CREATE VIEW "an ""si""" AS SELECT "id", "a" || 'it''s' AS "x""y" FROM "base" WITH LOCAL CHECK OPTION;
SET sql_mode = 'NO_BACKSLASH_ESCAPES';
CREATE VIEW slashes AS SELECT 'c:\' AS a, '\\n' AS b FROM base;
SET sql_mode = '', NAMES latin1;
CREATE VIEW in_latin AS SELECT CONVERT(_utf8mb4 x'c3bc' USING utf8mb4) AS u, 'plain' AS p FROM base;
SET NAMES utf8mb4;

DELIMITER //
CREATE FUNCTION twice(n INT) RETURNS INT DETERMINISTIC NO SQL SQL SECURITY INVOKER COMMENT 'it''s; \\ -- ;;' RETURN n * 2//
CREATE VIEW calls AS SELECT id, twice(id) AS t FROM base//
CREATE PROCEDURE `pro ``c; --`(IN `a b` VARCHAR(20) CHARACTER SET latin1, OUT o DECIMAL(10,2), INOUT io ENUM('x', 'it''s')) MODIFIES SQL DATA
BEGIN
  DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN ROLLBACK; END;
  -- Dump completed
  /*!50003 SET @x = 1 */;
  # DELIMITER ;
  SELECT ';;', '\';', "a;b", `a b` -- it's a comment; with "quotes
  ;
  /* DELIMITER ;;
*/
  INSERT INTO log_of (what) VALUES ('
-- Dump completed on 2024-01-01
DELIMITER ;
/*!50003 CREATE*/ /*!50020 DEFINER=`a`@`b`*/ /*!50003 TRIGGER x */;;
INSERT INTO `base` VALUES (9);
');
END//
SET sql_mode = 'ANSI_QUOTES'//
CREATE PROCEDURE "an""si"() SELECT "a" AS "x;y", 'it''s' FROM "base"//
SET sql_mode = 'NO_BACKSLASH_ESCAPES'//
CREATE PROCEDURE slash() BEGIN SELECT 'ends with \'; SELECT '\\'; END//
CREATE FUNCTION slashes() RETURNS TEXT RETURN '\n'//
SET sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'//
CREATE PROCEDURE both_modes() BEGIN SELECT '\' AS "a\"; END//
SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO'//
CREATE PROCEDURE of_that_mode() SELECT 'SET @OLD_SQL_MODE=@@SQL_MODE'//
SET sql_mode = ''//
CREATE EVENT on_one ON SCHEDULE EVERY '1:30' HOUR_MINUTE STARTS '2035-01-01 03:00:00' ENDS '2036-01-01 00:00:00' ON COMPLETION PRESERVE ENABLE COMMENT 'it''s; -- x' DO BEGIN SELECT 1; DELETE FROM log_of WHERE what = '; -- it''s'; END//
CREATE EVENT off_one ON SCHEDULE AT '2035-06-01 00:00:00' DISABLE DO SELECT '/*!50003 x */ ;'//
SET sql_mode = 'NO_BACKSLASH_ESCAPES,ANSI_QUOTES', time_zone = '-07:00'//
CREATE EVENT "e""v; --" ON SCHEDULE EVERY 2 QUARTER STARTS '2035-01-01 00:00:00' DISABLE DO SELECT 'ends with \' AS "a"//
SET sql_mode = '', time_zone = '+00:00'//
DELIMITER ;

-- Made by a client of another character set.
SET NAMES latin1;
CREATE VIEW of_latin AS SELECT 'ü' AS a, a AS `é` FROM base;
CREATE TRIGGER of_latin BEFORE UPDATE ON base FOR EACH ROW SET NEW.a = 'ü';
CREATE PROCEDURE of_latin(`in ü` INT) COMMENT 'plain' SELECT 'ü' AS `é`, `in ü`;
CREATE EVENT of_latin ON SCHEDULE EVERY 1 DAY STARTS '2035-01-01' DISABLE COMMENT 'plain' DO SELECT 'ü';
SET NAMES cp1251 COLLATE cp1251_bin;
CREATE FUNCTION of_cyrillic() RETURNS TEXT CHARSET utf8mb4 RETURN 'ёж';
SET NAMES utf8mb4;

-- Lines of a dump inside rows: what ends it, what changes the delimiter, what defines, what is a command.
CREATE TABLE marked (id INT PRIMARY KEY AUTO_INCREMENT, line TEXT, body BLOB);
INSERT INTO marked (line) VALUES ('-- Dump completed'), ('\n-- Dump completed\n'), ('-- Dump completed on 2024-01-01 00:00:00'), ('/*!50003 CREATE TRIGGER x */;;'), ('/*!40101 SET SQL_MODE=@OLD_SQL_MODE */;'),
  ('DELIMITER ;;'), ('\nDELIMITER ;;\nDROP TABLE marked;;\nDELIMITER ;\n'), ('''); DROP TABLE marked; -- '), ('\\! touch x'), ('\n\\! touch x\n'), (';\n'), (');\n'), (');\nINSERT INTO `base` VALUES (9,''x'',1);\n'),
  ('/*M!999999\\- enable the sandbox mode */'), ('CREATE DEFINER=`a`@`b` VIEW x AS SELECT 1;'), ('\n-- Table structure for table `base`\n'), ('source x'), ('\0'), ('\\'), ('\\\\'), ('\\'''), ('''\\'), ('ALTER DATABASE `x` CHARACTER SET latin1;'),
  ('LOCK TABLES `base` WRITE;'), (REPEAT('\\''";\n', 2000)), ('USE `mysql`;'), ('\r\n-- Dump completed\r\n'), ('＇＼'), ('/* unclosed'), ('*/'), ('# x'), ('`'), ('--'), ('\t');
UPDATE marked SET body = line;
CREATE TABLE every_character (code INT PRIMARY KEY, c VARCHAR(1), b VARBINARY(4));
INSERT INTO every_character SELECT seq, CONVERT(CHAR(seq USING ucs2) USING utf8mb4), CHAR(seq) FROM seq WHERE seq NOT BETWEEN 55296 AND 57343;
