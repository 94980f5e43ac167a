-- What only MySQL has.
ALTER TABLE defaults ALTER INDEX hidden_one INVISIBLE;
CREATE TABLE shapes (id INT PRIMARY KEY, g GEOMETRY, p POINT NOT NULL SRID 0, l LINESTRING, po POLYGON, mp MULTIPOINT, ml MULTILINESTRING, mpo MULTIPOLYGON, gc GEOMETRYCOLLECTION, r POINT NOT NULL SRID 4326, SPATIAL KEY (p), SPATIAL KEY (r));
INSERT INTO shapes VALUES (1, ST_GeomFromText('POINT(0.1 -10)', 4326), POINT(1/3e0, 5e-324), ST_GeomFromText('LINESTRING(0 0,1 1,2 0.1)'), ST_GeomFromText('POLYGON((0 0,10 0,10 10,0 10,0 0),(1 1,2 1,2 2,1 1))'),
  ST_GeomFromText('MULTIPOINT(1 1,2 2)'), ST_GeomFromText('MULTILINESTRING((0 0,1 1),(2 2,3 3))'), ST_GeomFromText('MULTIPOLYGON(((0 0,1 0,1 1,0 0)),((5 5,6 5,6 6,5 5)))'),
  ST_GeomFromText('GEOMETRYCOLLECTION(POINT(1 2),LINESTRING(0 0,1 1))'), ST_GeomFromText('POINT(39 92)', 4326)), (2, NULL, POINT(0, 0), NULL, NULL, NULL, NULL, NULL, ST_GeomFromText('GEOMETRYCOLLECTION EMPTY'), ST_GeomFromText('POINT(-90 -180)', 4326));
CREATE TABLE documents (id INT PRIMARY KEY, j JSON, zips JSON, a INT AS (j ->> '$.a') VIRTUAL, KEY by_member ((CAST(zips AS UNSIGNED ARRAY))), KEY by_text ((CAST(j ->> '$."it\'s; --"' AS CHAR(30)) COLLATE utf8mb4_bin)), KEY (a));
INSERT INTO documents (id, j, zips) VALUES (1, '{"a": 5, "it\'s; --": "x", "big": 18446744073709551615, "small": 1e-10, "n": 1.50, "deep": [[[{}]]], "ü": "🦊\\u0000"}', '[1, 2, 3]'), (2, 'null', '[]'), (3, NULL, NULL),
  (4, JSON_OBJECT('d', CAST('2024-02-29 01:02:03.000004' AS DATETIME(6)), 'b', CAST(x'00ff' AS BINARY)), '[18446744073709551615]'), (5, '"\\""', NULL);
CREATE TABLE functional (a VARCHAR(20), b INT, KEY lowered ((LOWER(a)), (b * 2) DESC), UNIQUE KEY `e``x` ((CONCAT(a, ';', b))));
INSERT INTO functional VALUES ('A', 1), ('it''s', NULL), (NULL, 0);
CREATE TABLE unenforced (a INT, b VARCHAR(20), CONSTRAINT ne CHECK (a < 9) NOT ENFORCED, CONSTRAINT rx CHECK (REGEXP_LIKE(b, '^[a-z'';]*$', 'i')));
INSERT INTO unenforced VALUES (10, 'it''s;');
CREATE TABLE vectors (id INT PRIMARY KEY, v VECTOR(3), w VECTOR);
INSERT INTO vectors VALUES (1, TO_VECTOR('[1, -2.5, 3e-20]'), TO_VECTOR('[0]')), (2, NULL, NULL);
CREATE TABLE keyed (id BINARY(16) PRIMARY KEY DEFAULT (UUID_TO_BIN(UUID(), 1)), a INT, KEY (a DESC)) COMMENT = 'k';
INSERT INTO keyed (id, a) VALUES (x'00000000000000000000000000000000', 1), (x'ffffffffffffffffffffffffffff0a27', NULL);
SET sql_generate_invisible_primary_key = ON;
CREATE TABLE without_key (a INT);
SET sql_generate_invisible_primary_key = OFF;
INSERT INTO without_key (a) VALUES (3), (1), (3);
CREATE TABLE in_archive (id INT, a TEXT) ENGINE = ARCHIVE;
INSERT INTO in_archive VALUES (1, 'kept'), (2, NULL);
CREATE TABLE collated (a VARCHAR(30) COLLATE utf8mb4_ja_0900_as_cs_ks, b VARCHAR(30) CHARACTER SET gb18030, c VARCHAR(30) COLLATE utf8mb4_0900_bin, d VARCHAR(30) COLLATE utf8mb4_de_pb_0900_as_cs);
INSERT INTO collated VALUES ('表カか', '中文', 'x ', 'ü'), (NULL, '', '', '');
CREATE VIEW lateral_one AS SELECT b.id, x.n FROM (base b JOIN LATERAL (SELECT COUNT(*) AS n FROM base i WHERE i.id <= b.id) x);
CREATE VIEW rows_of AS SELECT * FROM (VALUES ROW(1, 'it''s;'), ROW(2, NULL)) AS t (`col;1`, b);
CREATE VIEW unpacked AS SELECT d.id, t.n FROM (documents d JOIN JSON_TABLE(d.zips, '$[*]' COLUMNS (n BIGINT UNSIGNED PATH '$' DEFAULT '0' ON EMPTY)) t);
CREATE VIEW in_both AS SELECT id FROM base INTERSECT SELECT id FROM documents EXCEPT SELECT 2;
CREATE EVENT replica_one ON SCHEDULE EVERY 1 WEEK STARTS '2035-01-01 00:00:00' DISABLE ON REPLICA DO SELECT 2;
DELIMITER //
CREATE FUNCTION typed(a JSON) RETURNS JSON DETERMINISTIC RETURN JSON_MERGE_PATCH(a, '{"it''s": ";;"}')//
CREATE PROCEDURE handled() BEGIN DECLARE d CONDITION FOR SQLSTATE '45000'; DECLARE EXIT HANDLER FOR d BEGIN GET DIAGNOSTICS CONDITION 1 @m = MESSAGE_TEXT; RESIGNAL; END; SIGNAL d SET MESSAGE_TEXT = ';; -- it''s'; END//
SET sql_mode = 'TIME_TRUNCATE_FRACTIONAL,ANSI_QUOTES'//
CREATE PROCEDURE "trunc""ated"() SELECT CAST('2024-01-01 00:00:00.9' AS DATETIME) AS "a;b"//
SET sql_mode = ''//
DELIMITER ;
