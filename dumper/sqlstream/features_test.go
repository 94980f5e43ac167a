package sqlstream_test

import (
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volcado-io/volcado/dumper/sqlstream"
	"github.com/volcado-io/volcado/internal/contract"
)

// found in a text: each feature with the names that have it.
func found(t *testing.T, mariadb bool, text string) (all []string) {
	t.Helper()
	f := &sqlstream.Features{MariaDB: mariadb}
	if err := sqlstream.Copy(io.Discard, strings.NewReader(text), f.Handle); err != nil {
		t.Fatal(err)
	}
	for _, feature := range f.Found() {
		all = append(all, feature.Name+" "+strings.Join(feature.Names, ","))
	}
	return all
}

// The texts are as the clients write them; that the servers load or refuse them, cmd/dumper's tests see.
func TestWhatOneServerAloneLoadsIsFound(t *testing.T) {
	const mysql, mariadb = false, true
	column := func(text string) string {
		return "CREATE TABLE `t` (\n  `id` int(11) NOT NULL,\n  `c` " + text + ",\n  PRIMARY KEY (`id`)\n) ENGINE=InnoDB;\n"
	}
	item := func(text string) string {
		return "CREATE TABLE `t` (\n  `c` int(11) DEFAULT 1,\n  " + text + "\n) ENGINE=InnoDB;\n"
	}
	options := func(text string) string {
		return "CREATE TABLE `t` (\n  `c` int(11) DEFAULT NULL\n) ENGINE=" + text + ";\n"
	}
	untested := map[string]bool{}
	for _, f := range contract.Features() {
		untested[string(f.Name)] = true
	}
	for sentence, c := range map[string]struct {
		mariadb bool
		text    string
		want    string
	}{
		"nothing": {mariadb, column("varchar(10) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci DEFAULT 'vector'") + item("KEY `k` (`c`),\n  CONSTRAINT `x` CHECK (`c` > (1))") +
			options("InnoDB AUTO_INCREMENT=3 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='uca1400 PERIOD FOR /*!80023 INVISIBLE */'"), ""},
		"numbers, times and bytes as defaults": {mariadb, column("datetime DEFAULT current_timestamp() ON UPDATE current_timestamp()") + column("bit(1) DEFAULT b'1'") + column("int DEFAULT (1 + 1)") +
			column("text DEFAULT NULL") + column("text DEFAULT (concat('a','b'))") + column("date DEFAULT '2024-01-01'"), ""},
		"a collation's name in a string":     {mariadb, column("varchar(10) DEFAULT 'COLLATE utf8mb4_uca1400_ai_ci'"), ""},
		"rows that look like a definition":   {mariadb, "INSERT INTO `t` VALUES ('CREATE TABLE `t` (`a` uuid);');\n", ""},
		"a period in a name":                 {mariadb, column("int") + item("KEY `PERIOD FOR` (`c`)"), ""},
		"a type":                             {mariadb, column("uuid DEFAULT NULL"), "TypeUUID t"},
		"addresses":                          {mariadb, column("inet6 DEFAULT NULL,\n  `d` inet4 DEFAULT NULL"), "TypeINET6 t TypeINET4 t"},
		"a vector":                           {mariadb, column("vector(3) NOT NULL"), "TypeVector t"},
		"a type that nobody knows":           {mariadb, column("xmltype DEFAULT NULL"), "OtherTypes t"},
		"many digits":                        {mariadb, column("decimal(38,31) DEFAULT NULL"), "WideDecimals t"},
		"many digits before the point":       {mariadb, column("decimal(65,30) DEFAULT NULL"), ""},
		"a vector index":                     {mariadb, item("VECTOR KEY `k` (`c`)"), "VectorIndexes t"},
		"a collation of a column":            {mariadb, column("varchar(10) COLLATE utf8mb4_uca1400_ai_ci"), "UCA1400Collations t"},
		"a collation of a table":             {mariadb, options("InnoDB COLLATE=utf8mb4_nopad_bin"), "MariaDBCollations t"},
		"MySQL's collation":                  {mysql, options("InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci"), "UCA0900Collations t"},
		"MySQL's collation for Japanese":     {mysql, column("varchar(10) COLLATE utf8mb4_ja_0900_as_cs"), "MySQLCollations t"},
		"MySQL's character set":              {mysql, options("InnoDB DEFAULT CHARSET=gb18030"), "MySQLCollations t"},
		"a function as a default":            {mariadb, column("varchar(36) DEFAULT uuid()"), "FunctionDefaults t"},
		"a literal for a text":               {mariadb, column("text DEFAULT 'x'"), "TextDefaults t"},
		"a generated column without rows":    {mariadb, column("int GENERATED ALWAYS AS (1) STORED"), ""},
		"a generated column with rows":       {mariadb, column("int GENERATED ALWAYS AS (1) STORED") + "INSERT INTO `t` VALUES (1,2);\n", "GeneratedRows t"},
		"a generated column of MySQL's":      {mysql, column("int GENERATED ALWAYS AS (1) STORED") + "INSERT INTO `t` (`id`) VALUES (1);\n", ""},
		"rows of the table after it":         {mariadb, column("int GENERATED ALWAYS AS (1) STORED") + "INSERT INTO `u` VALUES (1,2);\n", ""},
		"an index on an expression":          {mysql, item("KEY `k` ((lower(`c`)))"), "FunctionalIndexes t"},
		"an index on a column and one":       {mysql, item("KEY `k` (`c`,(lower(`c`)))"), "FunctionalIndexes t"},
		"an index on a part of a column":     {mysql, item("KEY `k` (`c`(10),`d`)"), ""},
		"an ignored index":                   {mariadb, item("KEY `k` (`c`) IGNORED"), "IgnoredIndexes t"},
		"a long unique index":                {mariadb, item("UNIQUE KEY `k` (`c`) USING HASH"), "HashIndexes t"},
		"a hash index in memory":             {mariadb, strings.Replace(item("UNIQUE KEY `k` (`c`) USING HASH"), "InnoDB", "MEMORY", 1), ""},
		"a period":                           {mariadb, item("PERIOD FOR `p` (`a`, `b`)"), "Periods t"},
		"a versioned table":                  {mariadb, options("InnoDB WITH SYSTEM VERSIONING"), "SystemVersioning t"},
		"a column without":                   {mariadb, column("int WITHOUT SYSTEM VERSIONING"), "SystemVersioning t"},
		"an engine":                          {mariadb, options("Aria PAGE_CHECKSUM=1"), "Aria t TableOptions t"},
		"another engine":                     {mariadb, options("ROCKSDB"), "Engines t"},
		"an option":                          {mariadb, options("InnoDB `PAGE_COMPRESSED`='1'"), "TableOptions t"},
		"a default partition":                {mariadb, options("InnoDB\n PARTITION BY LIST (`c`)\n(PARTITION `a` VALUES IN (1) ENGINE = InnoDB,\n PARTITION `b` DEFAULT ENGINE = InnoDB)"), "DefaultPartitions t"},
		"partitions":                         {mysql, options("InnoDB DEFAULT CHARSET=latin1\n/*!50100 PARTITION BY RANGE (`c`)\n(PARTITION a VALUES LESS THAN (10) ENGINE = InnoDB) */"), ""},
		"what MariaDB passes over":           {mysql, column("point NOT NULL /*!80003 SRID 4326 */"), "MySQLComments t"},
		"MariaDB's own comment":              {mariadb, column("text /*M!100301 COMPRESSED*/"), ""},
		"a function in a check":              {mysql, item("CONSTRAINT `x` CHECK (regexp_like(`c`,'a'))"), "MySQLFunctions t"},
		"a sequence":                         {mariadb, "CREATE SEQUENCE `s` start with 1;\n", "Sequences s"},
		"a package":                          {mariadb, "DELIMITER ;;\nCREATE PACKAGE `p` AS FUNCTION f RETURN INT; END ;;\n", "Packages p"},
		"an aggregate function":              {mariadb, "DELIMITER ;;\nCREATE AGGREGATE FUNCTION `f`(x INT) RETURNS int(11) RETURN 1 ;;\n", "AggregateFunctions f"},
		"a loop":                             {mariadb, "DELIMITER ;;\nCREATE PROCEDURE `p`() BEGIN FOR i IN 1..3 DO SELECT 1; END FOR; END ;;\n", "MariaDBRoutines p"},
		"a loop in a comment":                {mariadb, "DELIMITER ;;\nCREATE PROCEDURE `p`() BEGIN /* END FOR */ SELECT 'END FOR'; END ;;\n", ""},
		"a trigger's collation":              {mariadb, "DELIMITER ;;\n/*!50003 CREATE*/ /*!50003 TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 'x' COLLATE utf8mb4_uca1400_as_cs */;;\n", "UCA1400Collations tr"},
		"a mode":                             {mariadb, "/*!50003 SET sql_mode = 'PIPES_AS_CONCAT,ORACLE,NO_AUTO_CREATE_USER' */ ;\n", "MariaDBModes ORACLE"},
		"MySQL's mode":                       {mysql, "/*!50003 SET sql_mode = 'TIME_TRUNCATE_FRACTIONAL' */ ;\n", "MySQLModes TIME_TRUNCATE_FRACTIONAL"},
		"the mode that was":                  {mysql, "/*!50003 SET sql_mode = @saved_sql_mode */ ;\n", ""},
		"a connection's collation":           {mariadb, "/*!50003 SET collation_connection = utf8mb4_uca1400_ai_ci */ ;\n", ""},
		"a connection's rare collation":      {mariadb, "/*!50003 SET collation_connection = utf8mb4_uca1400_as_cs */ ;\n", "UCA1400Collations the connection of views, triggers or routines"},
		"a database's collation":             {mariadb, "ALTER DATABASE CHARACTER SET utf8mb4 COLLATE utf8mb4_uca1400_ai_ci ;\n", "UCA1400Collations the database's default"},
		"a view's function":                  {mariadb, "CREATE ALGORITHM=UNDEFINED VIEW `v` AS select json_detailed('{}') AS `j`;\n", "MariaDBFunctions v"},
		"a column of a function's name":      {mariadb, "CREATE ALGORITHM=UNDEFINED VIEW `v` AS select `median` AS `median`,count(0) AS `n` from `t` order by `median`;\n", ""},
		"a view of values":                   {mariadb, "CREATE ALGORITHM=UNDEFINED VIEW `v` AS values (1),(2);\n", "MariaDBQueries v"},
		"MySQL's view of values":             {mysql, "CREATE ALGORITHM=UNDEFINED VIEW `v` AS select 1 from (values row(1,2)) `t`;\n", "MySQLQueries v"},
		"MySQL's cast":                       {mysql, "CREATE ALGORITHM=UNDEFINED VIEW `v` AS select cast('{}' as json) AS `j`;\n", "MySQLQueries v"},
		"a column whose name is a statement": {mysql, "CREATE ALGORITHM=UNDEFINED VIEW `v` AS select `lateral` AS `json` from `t`;\n", ""},
	} {
		t.Run(sentence, func(t *testing.T) {
			got := found(t, c.mariadb, c.text)
			if diff := cmp.Diff(c.want, strings.Join(got, " ")); diff != "" {
				t.Errorf("(-want +got)\n%s\n%s", diff, c.text)
			}
			for _, feature := range got {
				name, _, _ := strings.Cut(feature, " ")
				if !slices.ContainsFunc(contract.Features(), func(s contract.Support) bool { return string(s.Name) == name }) {
					t.Errorf("nothing is known of %s", name)
				}
				delete(untested, name)
			}
		})
	}
	for name := range untested {
		t.Errorf("nothing finds %s", name)
	}
}

func TestOfEachFeatureTheFirstNamesAreKeptAndAllAreCounted(t *testing.T) {
	f := &sqlstream.Features{MariaDB: true}
	text := strings.Repeat("CREATE SEQUENCE `a`;\nCREATE SEQUENCE `b`;\n", 100)
	if err := sqlstream.Copy(io.Discard, strings.NewReader(text), f.Handle); err != nil {
		t.Fatal(err)
	}
	if got := f.Found(); len(got) != 1 || got[0].Count != 200 || len(got[0].Names) != 100 {
		t.Errorf("got %+v", got)
	}
	if got := (&sqlstream.Features{}).Found(); got == nil || len(got) != 0 {
		t.Errorf("of nothing it found %#v", got)
	}
}

func adapted(t *testing.T, a *sqlstream.Adapt, text string) string {
	t.Helper()
	var b strings.Builder
	if err := sqlstream.Copy(&b, strings.NewReader(text), a.Handle); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestOnlyTheClientsOwnLinesAreAdapted(t *testing.T) {
	const (
		sandbox = "/*M!999999\\- enable the sandbox mode */ \n"
		mode    = "/*!50003 SET sql_mode              = 'STRICT_TRANS_TABLES,NO_AUTO_CREATE_USER,NO_ENGINE_SUBSTITUTION' */ ;\n"
		uca1400 = "/*!50003 SET collation_connection  = utf8mb4_uca1400_ai_ci */ ;\n"
		uca0900 = "/*!50003 SET collation_connection  = utf8mb4_0900_ai_ci */ ;\n"
		saved   = "/*!50003 SET sql_mode = @saved_sql_mode */ ;\n/*!50003 SET collation_connection = @saved_col_connection */ ;\n"
		// In these, nothing is the client's.
		owners = "CREATE TABLE `t` (\n  `a` int COMMENT 'SET sql_mode = ''NO_AUTO_CREATE_USER'''\n) COLLATE=utf8mb4_uca1400_ai_ci;\n" +
			"INSERT INTO `t` VALUES ('/*!50003 SET sql_mode = \\'NO_AUTO_CREATE_USER\\' */ ;\\n" + `/*M!999999\\- enable the sandbox mode */` + "');\n" +
			"DELIMITER ;;\nCREATE PROCEDURE `p`() BEGIN SET sql_mode = 'NO_AUTO_CREATE_USER'; SET collation_connection = utf8mb4_uca1400_ai_ci; END ;;\nDELIMITER ;\n"
	)
	text := sandbox + mode + uca1400 + uca0900 + owners + saved
	without := strings.Replace(mode, "NO_AUTO_CREATE_USER,", "", 1)
	in520 := strings.Replace(uca1400, "uca1400_ai_ci", "unicode_520_ci", 1)
	for sentence, c := range map[string]struct {
		adapt *sqlstream.Adapt
		want  string
	}{
		"for MySQL":                 {sqlstream.ForMySQL(), without + in520 + uca0900 + owners + saved},
		"for MariaDB before 11.4.5": {sqlstream.ForMariaDB("0900"), sandbox + mode + uca1400 + strings.Replace(uca0900, "0900_ai_ci", "unicode_520_nopad_ci", 1) + owners + saved},
		"for MariaDB before 10.10":  {sqlstream.ForMariaDB("uca1400"), sandbox + mode + in520 + uca0900 + owners + saved},
		"for MariaDB since 11.4.5":  {sqlstream.ForMariaDB(), text},
	} {
		t.Run(sentence, func(t *testing.T) {
			if diff := cmp.Diff(c.want, adapted(t, c.adapt, text)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
	for from, to := range map[string]string{"'NO_AUTO_CREATE_USER'": "''", "'NO_AUTO_CREATE_USER,ANSI'": "'ANSI'", "'no_auto_create_user'": "''", "''": "''"} {
		if got := adapted(t, sqlstream.ForMySQL(), "SET sql_mode = "+from+";\n"); got != "SET sql_mode = "+to+";\n" {
			t.Errorf("of %s it made %s", from, got)
		}
	}
}
