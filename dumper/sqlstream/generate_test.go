package sqlstream_test

import (
	"fmt"
	"strings"

	"pgregory.net/rapid"

	"github.com/volcado-io/volcado/dumper/sqlstream"
)

// generated makes texts as the clients write them, of databases that nobody would make: names, values and bodies hold
// quotes, delimiters, comments and lines that look like the client's own.
type generated struct {
	*rapid.T
	database string
	mariadb  bool
	text     strings.Builder
	// loadable is the text without the database's name and without definers.
	loadable strings.Builder
	// defined are the definitions and the INSERT statements, in order.
	defined []definition
}

type definition struct {
	Kind sqlstream.Kind
	Name string
}

func (g *generated) write(format string, arguments ...any) {
	fmt.Fprintf(&g.text, format, arguments...)
	fmt.Fprintf(&g.loadable, format, arguments...)
}

// taken writes what is taken out.
func (g *generated) taken(text string) { g.text.WriteString(text) }

func (g *generated) define(kind sqlstream.Kind, name string) {
	g.defined = append(g.defined, definition{kind, name})
}

func quoteName(name string) string { return "`" + strings.ReplaceAll(name, "`", "``") + "`" }

var (
	names  = rapid.SampledFrom([]string{"t", "a b", "x`y", "it's", `"q"`, "ü🦊", "select", "-- x", "/*c*/", `back\slash`, ";", "VALUES", "DEFINER", "a;\nb"})
	tables = rapid.SampledFrom([]string{"t", "a b", "x`y", "it's", `"q"`, "ü🦊", "table", "-- x", "/*c*/", `back\slash`, ";", "VALUES"})
	// values as the clients write them into rows: escaped, on one line.
	values = rapid.SampledFrom([]string{
		"NULL", "1", "-0.5", "0x00FF3B0A", "''", `'a;\n-- Dump completed\n'`, `'it\'s'`, `'\\'`, `';\\'`, `'\n);\nINSERT INTO `, "'`'", `'"'`, `'--'`,
		`'-- Table structure for table `, `'ALTER DATABASE shop'`, `'nextval(`, `'🦊;'`, `'/*'`, `'*/;'`, `'DELIMITER ;;'`,
	})
	// strings in definitions, as the servers write them.
	literals = rapid.SampledFrom([]string{`''`, `'it''s'`, `'; -- x\ny'`, `'nextval('`, "'`shop`.`s`'", `'\\'`, `'CREATE TABLE ('`})
	// bodies of triggers, routines and events, up to their delimiter.
	bodies = rapid.SampledFrom([]string{
		"set @a = 1", "begin select 1; end", "begin\n  -- it's a comment; ;;\n  select ';;';\nend", "begin /* it's ;; */ select 'x''y'; end", "begin\n# ;; \"\nselect \"a`b\"; end",
		"begin insert into x values (1);\nINSERT INTO `t` VALUES (1);\nend", "begin select 'DEFINER=`a`@`b`', `definer`; end", "begin select '\\';;'; end", "select /*! 1 */ 2", "begin select 1; select '\nDELIMITER ;\n'; end",
		"begin select 1--1; end",
	})
	foulBodies = rapid.SampledFrom([]string{
		"begin /*\n--\n-- Table structure for table `t`\n--\n\nDROP TABLE IF EXISTS `t`;\nCREATE TABLE `t` (\n  `a` int DEFAULT nextval(`shop`.`s`)\n);\n*/ end",
		"begin /*\nALTER DATABASE `shop` CHARACTER SET latin1 COLLATE latin1_swedish_ci ;\n/*!50003 SET @saved_cs_client      = @@character_set_client */ ;\n*/ end",
		"begin /*\n-- Dump completed\n*/ end", "begin select '\n-- Dump completed\n'; end",
	})
	definers = rapid.SampledFrom([]string{"`root`@`localhost`", "`a b`@`%`", "`it's`@`10.0.0.%`", "`role`", "`x``y`@`h`", "`DEFINER=`@`VIEW`"})
)

// dump draws a whole text.
func dump(t *rapid.T) *generated {
	g := &generated{T: t, mariadb: rapid.Bool().Draw(t, "MariaDB"), database: rapid.SampledFrom([]string{"shop", "sh`op", "a b", `o'c\`}).Draw(t, "database")}
	if g.mariadb {
		g.write("/*M!999999\\- enable the sandbox mode */ \n")
	}
	g.write("-- dump 10.19\n--\n-- Host: localhost    Database: x\n-- ------------------------------------------------------\n-- Server version\t10.11.6\n\n")
	g.write("/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;\n/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;\n")
	for range rapid.IntRange(0, 4).Draw(t, "tables") {
		g.table(tables.Draw(t, "table"))
	}
	for range rapid.IntRange(0, 2).Draw(t, "events") {
		g.event()
	}
	for range rapid.IntRange(0, 2).Draw(t, "routines") {
		g.routine()
	}
	for range rapid.IntRange(0, 2).Draw(t, "views") {
		g.view(tables.Draw(t, "view"))
	}
	g.write("/*!40101 SET SQL_MODE=@OLD_SQL_MODE */;\n\n-- Dump completed\n")
	return g
}

func (g *generated) table(name string) {
	n := quoteName(name)
	g.define(sqlstream.Table, name)
	g.write("\n--\n-- Table structure for table %s\n--\n\nDROP TABLE IF EXISTS %s;\n", n, n)
	g.write("/*!40101 SET @saved_cs_client     = @@character_set_client */;\n/*!40101 SET character_set_client = utf8mb4 */;\nCREATE TABLE %s (\n", n)
	for i := range rapid.IntRange(1, 4).Draw(g.T, "columns") {
		g.write("  %s int(11)", quoteName(fmt.Sprintf("%s%d", names.Draw(g.T, "column"), i)))
		switch rapid.IntRange(0, 4).Draw(g.T, "default") {
		case 0:
			if g.mariadb {
				g.write(" DEFAULT nextval(")
				if rapid.Bool().Draw(g.T, "own") {
					g.taken(quoteName(g.database) + ".")
				} else {
					g.write("`other`.")
				}
				g.write("%s)", quoteName(names.Draw(g.T, "sequence")))
			}
		case 1:
			g.write(" DEFAULT (concat(%s,setval))", literals.Draw(g.T, "string"))
		case 2:
			g.write(" COMMENT %s", literals.Draw(g.T, "comment"))
		}
		g.write(",\n")
	}
	g.write("  PRIMARY KEY (`a`)\n) ENGINE=InnoDB COMMENT=%s;\n/*!40101 SET character_set_client = @saved_cs_client */;\n", literals.Draw(g.T, "comment"))
	g.rows(name)
	for range rapid.IntRange(0, 2).Draw(g.T, "triggers") {
		g.trigger()
	}
}

func (g *generated) rows(name string) {
	table := quoteName(name)
	g.write("\n--\n-- Dumping data for table %s\n--\n\nLOCK TABLES %s WRITE;\n/*!40000 ALTER TABLE %s DISABLE KEYS */;\n", table, table, table)
	for range rapid.IntRange(0, 3).Draw(g.T, "statements") {
		g.define(sqlstream.Rows, name)
		g.write("INSERT INTO %s ", table)
		if rapid.Bool().Draw(g.T, "named") {
			g.write("(%s, `b`) ", quoteName(names.Draw(g.T, "column")))
		}
		between, before := ",", " "
		if g.mariadb {
			between, before = ",\n", "\n"
		}
		g.write("VALUES%s", before)
		for i := range rapid.IntRange(1, 6).Draw(g.T, "rows") {
			if i > 0 {
				g.write("%s", between)
			}
			value := values.Draw(g.T, "value")
			if strings.Count(value, "'")-strings.Count(value, `\'`) == 1 {
				value += "'"
			}
			g.write("(%s,%s)", value, rapid.StringMatching(`'[a-z;,()]{0,30}'`).Draw(g.T, "words"))
		}
		g.write(";\n")
	}
	g.write("/*!40000 ALTER TABLE %s ENABLE KEYS */;\nUNLOCK TABLES;\n", table)
}

// around writes what the clients write around a definition.
func (g *generated) around(delimiter, mode string, define func()) {
	alter := rapid.Bool().Draw(g.T, "another default")
	database := quoteName(g.database)
	if rapid.Bool().Draw(g.T, "escaped") {
		database = quoteName(strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(g.database))
	}
	if alter {
		g.write("ALTER DATABASE ")
		g.taken(database + " ")
		g.write("CHARACTER SET latin1 COLLATE latin1_swedish_ci %s\n", delimiter)
	}
	g.write("/*!50003 SET @saved_cs_client      = @@character_set_client */ %s\n/*!50003 SET @saved_sql_mode       = @@sql_mode */ %s\n", delimiter, delimiter)
	g.write("/*!50003 SET sql_mode              = '%s' */ %s\n", mode, delimiter)
	define()
	g.write("/*!50003 SET sql_mode              = @saved_sql_mode */ %s\n/*!50003 SET collation_connection  = @saved_col_connection */ %s\n", delimiter, delimiter)
	if alter {
		g.write("ALTER DATABASE ")
		g.taken(database + " ")
		g.write("CHARACTER SET utf8mb4 COLLATE utf8mb4_uca1400_ai_ci %s\n", delimiter)
	}
}

func (g *generated) body() string {
	return rapid.OneOf(bodies, foulBodies).Draw(g.T, "body")
}

// definer writes the clause, in a versioned comment of its own if there is a mark for one.
func (g *generated) definer(mark string) {
	clause := "DEFINER=" + definers.Draw(g.T, "definer")
	if mark != "" {
		clause = mark + " " + clause + "*/"
	}
	g.taken(clause + " ")
}

func (g *generated) trigger() {
	g.around(";", "STRICT_TRANS_TABLES,NO_AUTO_CREATE_USER", func() {
		g.define(sqlstream.Trigger, "")
		g.write("DELIMITER ;;\n/*!50003 CREATE*/ ")
		g.definer("/*!50017")
		g.write("/*!50003 TRIGGER ")
		named := rapid.Bool().Draw(g.T, "named")
		if named {
			g.taken(quoteName(g.database) + ".")
		}
		g.write("`tr` BEFORE INSERT ON ")
		if named {
			g.taken(quoteName(g.database) + ".")
		}
		g.write("`t` FOR EACH ROW %s */;;\nDELIMITER ;\n", g.body())
	})
}

func (g *generated) event() {
	g.write("\n--\n-- Dumping events for database 'x'\n--\n/*!50106 SET @save_time_zone= @@TIME_ZONE */ ;\nDELIMITER ;;\n")
	g.around(";;", "", func() {
		g.define(sqlstream.ScheduledEvent, "")
		g.write("/*!50106 CREATE*/ ")
		g.definer("/*!50117")
		g.write("/*!50106 EVENT `e` ON SCHEDULE EVERY 1 DAY DO %s */ ;;\n", g.body())
	})
	g.write("DELIMITER ;\n/*!50106 SET TIME_ZONE= @save_time_zone */ ;\n")
}

func (g *generated) routine() {
	words := []string{"FUNCTION", "PROCEDURE", "PACKAGE BODY", "AGGREGATE FUNCTION"}
	i := rapid.IntRange(0, len(words)-1).Draw(g.T, "kind")
	g.define([]sqlstream.Kind{sqlstream.Function, sqlstream.Procedure, sqlstream.Package, sqlstream.Function}[i], "")
	ansi := rapid.Bool().Draw(g.T, "ANSI")
	mode, name, body := "IGNORE_SPACE", "`f`", g.body
	if ansi {
		mode, name, body = "ANSI_QUOTES,NO_BACKSLASH_ESCAPES", `"f"`, func() string { return `begin select '', "x;;", ';;'; end` }
	}
	g.around(";", mode, func() {
		g.write("DELIMITER ;;\nCREATE ")
		if ansi {
			g.taken(`DEFINER="it's"@"10.0.0.%" `)
		} else {
			g.definer("")
		}
		g.write("%s %s() %s ;;\nDELIMITER ;\n", words[i], name, body())
	})
}

func (g *generated) view(name string) {
	n := quoteName(name)
	g.define(sqlstream.Placeholder, name)
	g.define(sqlstream.View, name)
	g.write("\n--\n-- Temporary view structure for view %s\n--\n\n/*!50001 CREATE VIEW %s AS SELECT\n 1 AS `a;`*/;\n", n, n)
	g.write("\n--\n-- Final view structure for view %s\n--\n\n/*!50001 CREATE ALGORITHM=MERGE */\n/*!50013 ", n)
	g.definer("")
	g.write("SQL SECURITY INVOKER */\n/*!50001 VIEW %s AS select ';' AS `x;` */;\n", n)
}
