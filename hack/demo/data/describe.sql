-- Prints the statements that describe the current database. Two databases are alike if these statements have the same
-- answers in both. What the source's floor keeps out of every copy (sessions, the rows of audit_log) is not asked for.

SET NAMES utf8mb4;
SET SESSION group_concat_max_len = 1000000;

-- Definitions, as the server itself writes them.
SELECT CONCAT('SHOW CREATE ', IF(table_type = 'BASE TABLE', 'TABLE', table_type), ' `', table_name, '`;')
FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name <> 'sessions' ORDER BY table_name;
SELECT CONCAT('SHOW CREATE ', routine_type, ' `', routine_name, '`;')
FROM information_schema.routines WHERE routine_schema = DATABASE() ORDER BY routine_type, routine_name;
SELECT CONCAT('SHOW CREATE EVENT `', event_name, '`;')
FROM information_schema.events WHERE event_schema = DATABASE() ORDER BY event_name;
-- SHOW CREATE TRIGGER would tell when a trigger was made, too.
SELECT 'SELECT trigger_name, action_timing, event_manipulation, event_object_table, action_order, action_statement, sql_mode,
  character_set_client, collation_connection FROM information_schema.triggers
  WHERE trigger_schema = DATABASE() ORDER BY trigger_name;';

-- How many rows, and every row's every value. CHECKSUM TABLE is of no use where a column is virtual: its answer then
-- differs between tables that are alike (MDEV-32079), so there each row is hashed instead.
SELECT CONCAT('SELECT ', QUOTE(table_name), ' AS "rows of", COUNT(*) FROM `', table_name, '`; ',
  IF(SUM(is_generated = 'ALWAYS' AND extra LIKE '%VIRTUAL%'),
    CONCAT('SELECT ', QUOTE(table_name), ' AS "hash of", SUM(CAST(CONV(LEFT(MD5(CONCAT_WS(\'|\', ',
      GROUP_CONCAT('QUOTE(`', column_name, '`)' ORDER BY ordinal_position), ')), 12), 16, 10) AS UNSIGNED)) AS hash FROM `', table_name, '`;'),
    CONCAT('CHECKSUM TABLE `', table_name, '`;')))
FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' AND table_name NOT IN ('sessions', 'audit_log')
GROUP BY table_name ORDER BY table_name;

-- The views work, and the sequence goes on where it was.
SELECT CONCAT('SELECT ', QUOTE(table_name), ' AS "rows of the view", COUNT(*) FROM `', table_name, '`;')
FROM information_schema.views WHERE table_schema = DATABASE() ORDER BY table_name;
SELECT CONCAT('SELECT ', QUOTE(table_name), ' AS "next of", next_not_cached_value FROM `', table_name, '`;')
FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type = 'SEQUENCE' ORDER BY table_name;
