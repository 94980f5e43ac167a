-- The demo's shop: what a small web shop's database holds after some years, with everything in it that copies tend to
-- lose. The server makes the rows itself (seq_1_to_N is its sequence engine), so this takes seconds and no download, and
-- every value but the gift cards' secrets follows from its row's number.

SET NAMES utf8mb4;
SET SESSION sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION';
-- Nobody reads the database while it is made.
SET SESSION unique_checks = 0, foreign_key_checks = 0;
SET time_zone = '+00:00';

DROP DATABASE IF EXISTS shop;
CREATE DATABASE shop CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
USE shop;

CREATE TABLE customers (
  id INT UNSIGNED NOT NULL AUTO_INCREMENT,
  email VARCHAR(120) NOT NULL,
  name VARCHAR(80) NOT NULL,
  language ENUM('en', 'es', 'de', 'ja') NOT NULL DEFAULT 'en',
  tags SET('vip', 'newsletter', 'wholesale') NOT NULL DEFAULT '',
  preferences JSON NOT NULL,
  born DATE NULL,
  joined DATETIME(6) NOT NULL,
  email_domain VARCHAR(120) AS (SUBSTRING_INDEX(email, '@', -1)) VIRTUAL COMMENT 'a generated column, computed when read',
  PRIMARY KEY (id),
  UNIQUE KEY email (email),
  KEY email_domain (email_domain)
) COMMENT 'people''s names, with "quotes", back\\slashes and ümläuts €';

INSERT INTO customers (email, name, language, tags, preferences, born, joined)
SELECT CONCAT('customer', seq, '@', ELT(1 + seq % 4, 'example.com', 'example.org', 'example.net', 'müller.example')),
  CONCAT(ELT(1 + seq % 8, 'Ana', 'Björk', 'Çelik', '大翔', 'O''Brien', 'Zoë "Zo"', 'Łukasz', 'Ñuñez 💜'), ' ', seq),
  ELT(1 + seq % 4, 'en', 'es', 'de', 'ja'), seq % 8,
  JSON_OBJECT('theme', ELT(1 + seq % 2, 'light', 'dark'), 'sizes', JSON_ARRAY(seq % 46, 'M'), 'note', CONCAT('a\\b "c" 🎁 ', seq)),
  IF(seq % 10 = 0, NULL, '1950-01-01' + INTERVAL (seq * 7) % 20000 DAY), '2019-01-01' + INTERVAL seq * 1999 * 1000 MICROSECOND
FROM seq_1_to_60000;

CREATE TABLE products (
  id INT UNSIGNED NOT NULL AUTO_INCREMENT,
  sku CHAR(12) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  title VARCHAR(200) NOT NULL,
  description TEXT NULL,
  price DECIMAL(10, 2) NOT NULL CHECK (price >= 0),
  weight DOUBLE NULL,
  flags BIT(6) NOT NULL DEFAULT b'0',
  price_with_tax DECIMAL(12, 2) AS (ROUND(price * 1.21, 2)) STORED COMMENT 'a generated column, stored',
  PRIMARY KEY (id),
  UNIQUE KEY sku (sku),
  FULLTEXT KEY words (title, description)
);

INSERT INTO products (sku, title, description, price, weight, flags)
SELECT UPPER(LEFT(MD5(seq), 12)), CONCAT(ELT(1 + seq % 5, '👟 Shoe', '🧥 Coat', '☂️ Umbrella', '🎸 Guitar', '🍵 Tea'), ' no. ', seq),
  IF(seq % 9 = 0, NULL, CONCAT(REPEAT(CONCAT('Line one of ', seq, ',\nline two;\ttabbed -- not a comment, /* nor this */. '), 3), CHAR(0 USING utf8mb4))),
  (seq * 37 % 99999) / 100, IF(seq % 3 = 0, NULL, seq / 7), seq % 64
FROM seq_1_to_5000;

CREATE TABLE product_images (
  product_id INT UNSIGNED NOT NULL,
  position TINYINT UNSIGNED NOT NULL,
  media_type VARCHAR(40) NOT NULL,
  content MEDIUMBLOB NOT NULL COMMENT 'bytes of every kind, 0 among them',
  digest BINARY(20) NOT NULL,
  PRIMARY KEY (product_id, position),
  CONSTRAINT image_of_product FOREIGN KEY (product_id) REFERENCES products (id) ON DELETE CASCADE
);

-- 128 digests of 64 bytes each are 8 KiB that compress as badly as pictures do.
INSERT INTO product_images
SELECT id, 1, 'image/png', content, UNHEX(SHA1(content)) FROM (
  SELECT p.seq AS id, GROUP_CONCAT(UNHEX(SHA2(CONCAT(p.seq, '-', part.seq), 512)) ORDER BY part.seq SEPARATOR '') AS content
  FROM seq_1_to_4000 AS p JOIN seq_1_to_128 AS part GROUP BY p.seq) AS pictures;

CREATE TABLE orders (
  id INT UNSIGNED NOT NULL AUTO_INCREMENT,
  customer_id INT UNSIGNED NOT NULL,
  status ENUM('new', 'paid', 'sent', 'returned') NOT NULL,
  placed TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  total DECIMAL(12, 2) NOT NULL DEFAULT 0,
  comment VARCHAR(255) NULL,
  PRIMARY KEY (id),
  KEY customer (customer_id, placed),
  CONSTRAINT order_of_customer FOREIGN KEY (customer_id) REFERENCES customers (id)
);

INSERT INTO orders (customer_id, status, placed, total, comment)
SELECT 1 + (seq * 7919) % 60000, ELT(1 + seq % 4, 'new', 'paid', 'sent', 'returned'), '2020-01-01' + INTERVAL seq * 780 SECOND,
  (seq * 37 % 99999) / 100, IF(seq % 5 = 0, CONCAT('leave it at the door, please 🚪 ', seq), NULL)
FROM seq_1_to_250000;

CREATE TABLE order_items (
  order_id INT UNSIGNED NOT NULL,
  line SMALLINT UNSIGNED NOT NULL,
  product_id INT UNSIGNED NOT NULL,
  quantity SMALLINT UNSIGNED NOT NULL,
  price DECIMAL(10, 2) NOT NULL,
  amount DECIMAL(12, 2) AS (quantity * price) VIRTUAL,
  PRIMARY KEY (order_id, line),
  KEY product (product_id),
  CONSTRAINT item_of_order FOREIGN KEY (order_id) REFERENCES orders (id) ON DELETE CASCADE,
  CONSTRAINT item_product FOREIGN KEY (product_id) REFERENCES products (id)
);

INSERT INTO order_items (order_id, line, product_id, quantity, price)
SELECT o.seq, l.seq, 1 + (o.seq * 31 + l.seq * 17) % 5000, 1 + (o.seq + l.seq) % 5, (o.seq * 37 % 99999) / 100
FROM seq_1_to_250000 AS o JOIN seq_1_to_2 AS l;

-- Rows of an import that nobody finished: no key at all, and doubles.
CREATE TABLE import_staging (
  line TEXT NULL,
  received DATETIME NULL,
  place POINT NULL
);
INSERT INTO import_staging
SELECT CONCAT('"', seq % 4000, '";"raw";"', REPEAT('x', seq % 60), '"\r\n'), '2024-02-29 23:59:59', POINT(seq % 180, -seq % 90)
FROM seq_1_to_20000;

-- Names that have to be quoted, and a table in parts.
CREATE TABLE `gift-card ledger` (
  `order` BIGINT NOT NULL,
  `año` SMALLINT NOT NULL,
  `value €` DECIMAL(8, 2) NOT NULL DEFAULT 0.00,
  secret UUID NOT NULL DEFAULT UUID(),
  KEY (`order`)
) PARTITION BY RANGE (`año`) (
  PARTITION old VALUES LESS THAN (2022), PARTITION recent VALUES LESS THAN (2025), PARTITION future VALUES LESS THAN MAXVALUE);
INSERT INTO `gift-card ledger` (`order`, `año`, `value €`) SELECT seq, 2020 + seq % 8, seq % 500 FROM seq_1_to_10000;

CREATE TABLE empty_table (id INT PRIMARY KEY);

-- Who is logged in: no copy holds this table, because its source's floor excludes it.
CREATE TABLE sessions (
  token CHAR(64) PRIMARY KEY,
  customer_id INT UNSIGNED NOT NULL,
  expires DATETIME NOT NULL
);
INSERT INTO sessions SELECT SHA2(CONCAT('session', seq), 256), seq, '2031-01-01' FROM seq_1_to_5000;

-- Who did what: copies hold the definition, because the application needs the table, and none of the rows.
CREATE TABLE audit_log (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  at DATETIME(6) NOT NULL,
  who VARCHAR(80) NOT NULL,
  what TEXT NOT NULL
);
INSERT INTO audit_log (at, who, what)
SELECT '2024-01-01' + INTERVAL seq SECOND, CONCAT('staff', seq % 20), CONCAT('looked at the file of customer ', seq) FROM seq_1_to_20000;

CREATE SEQUENCE invoice_number START WITH 100000 INCREMENT BY 7 CACHE 100;
DO NEXT VALUE FOR invoice_number;

DELIMITER //

CREATE FUNCTION loyalty_points(spent DECIMAL(12, 2)) RETURNS INT DETERMINISTIC NO SQL
  COMMENT 'one point for each ten spent; see "terms & conditions"'
BEGIN
  -- The text of a routine is copied as it is, this comment and the 💎 too.
  RETURN FLOOR(spent / 10) + IF(spent > 1000, 50, 0);
END //

CREATE PROCEDURE place_order(IN customer INT UNSIGNED, IN product INT UNSIGNED, OUT new_order INT UNSIGNED)
  MODIFIES SQL DATA SQL SECURITY INVOKER
BEGIN
  DECLARE unit DECIMAL(10, 2);
  SELECT price INTO unit FROM products WHERE id = product;
  INSERT INTO orders (customer_id, status, total) VALUES (customer, 'new', unit);
  SET new_order = LAST_INSERT_ID();
  INSERT INTO order_items (order_id, line, product_id, quantity, price) VALUES (new_order, 1, product, 1, unit);
END //

-- Triggers last: they would take part in making the rows.
CREATE TRIGGER customers_write_email BEFORE INSERT ON customers FOR EACH ROW
  SET NEW.email = LOWER(TRIM(NEW.email)) //

CREATE TRIGGER orders_audit AFTER UPDATE ON orders FOR EACH ROW
BEGIN
  IF OLD.status <> NEW.status THEN
    INSERT INTO audit_log (at, who, what) VALUES (NOW(6), CURRENT_USER(), CONCAT('order ', NEW.id, ': ', OLD.status, ' → ', NEW.status));
  END IF;
END //

CREATE EVENT forget_sessions ON SCHEDULE EVERY 1 DAY STARTS '2026-01-01 03:00:00' ON COMPLETION PRESERVE
  COMMENT 'people stay logged in until midnight – or so'
  DO DELETE FROM sessions WHERE expires < NOW() //

DELIMITER ;

CREATE VIEW best_customers AS
  SELECT c.id, c.name, COUNT(*) AS orders, SUM(o.total) AS spent, loyalty_points(SUM(o.total)) AS points
  FROM customers c JOIN orders o ON o.customer_id = c.id
  WHERE o.status <> 'returned' GROUP BY c.id HAVING spent > 5000;

-- A view on a view, created before it in the order of their names.
CREATE SQL SECURITY INVOKER VIEW a_few_best AS SELECT name, points FROM best_customers ORDER BY points DESC LIMIT 10;

ANALYZE TABLE customers, products, product_images, orders, order_items;

-- For the mark that says that the shop is whole: see make_shop in hack/demo/lib/servers.sh.
CREATE DATABASE IF NOT EXISTS demo;
