package sqltext_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/volcado-io/volcado/dumper/sqltext"
)

// table is what MariaDB's client writes of a table.
func table(name, columns string) string {
	return "\n--\n-- Table structure for table " + name + "\n--\n\nDROP TABLE IF EXISTS " + name + ";\n" +
		"/*!40101 SET @saved_cs_client     = @@character_set_client */;\n/*!40101 SET character_set_client = utf8mb4 */;\n" +
		"CREATE TABLE " + name + " (\n  " + columns + "\n) ENGINE=InnoDB COMMENT='nextval(`shop`.`s`)';\n" +
		"/*!40101 SET character_set_client = @saved_cs_client */;\nINSERT INTO " + name + " VALUES (nextval(`shop`.`s`));\n"
}

func TestOnlyDefaultsOfColumnsLoseTheName(t *testing.T) {
	const mine, bare = "`id` int(11) DEFAULT nextval(`shop`.`s`)", "`id` int(11) DEFAULT nextval(`s`)"
	type found map[string][]int
	for name, test := range map[string]struct {
		database, text, want string
		found                found
	}{
		"a default":                  {"shop", table("`t`", mine), table("`t`", bare), found{"t": {1}}},
		"the first line":             {"shop", table("`t`", mine)[4:], table("`t`", bare)[4:], found{"t": {1}}},
		"the other functions":        {"shop", table("`t`", "`a` int DEFAULT (lastval(`shop`.`s`)+setval(`shop`.`s`,5,1,0))"), table("`t`", "`a` int DEFAULT (lastval(`s`)+setval(`s`,5,1,0))"), found{"t": {2}}},
		"no default":                 {"shop", table("`t`", "`id` int"), table("`t`", "`id` int"), found{"t": {0}}},
		"two tables":                 {"shop", table("`t`", mine) + table("`u`", mine), table("`t`", bare) + table("`u`", bare), found{"t": {1}, "u": {1}}},
		"the same table twice":       {"shop", table("`t`", mine) + table("`t`", mine), table("`t`", bare) + table("`t`", bare), found{"t": {1, 1}}},
		"names with backticks":       {"sh`op`", strings.ReplaceAll(table("`t```", mine), "`shop`", "`sh``op```"), strings.ReplaceAll(table("`t```", bare), "`shop`", "`sh``op```"), found{"t`": {1}}},
		"a name with other quotes":   {`o'c\".`, strings.ReplaceAll(table("`t`", mine), "shop", `o'c\".`), strings.ReplaceAll(table("`t`", bare), "shop", `o'c\".`), found{"t": {1}}},
		"another database":           {"shop2", table("`t`", mine), table("`t`", mine), found{"t": {0}}},
		"in a string":                {"shop", table("`t`", "`a` text DEFAULT 'it''s \\' nextval(`shop`.`s`)' COMMENT '\\\\',"+mine), table("`t`", "`a` text DEFAULT 'it''s \\' nextval(`shop`.`s`)' COMMENT '\\\\',"+bare), found{"t": {1}}},
		"in a name":                  {"shop", table("`t`", "` nextval(``shop``.``s``)` int"), table("`t`", "` nextval(``shop``.``s``)` int"), found{"t": {0}}},
		"as the end of a word":       {"shop", table("`t`", "`a` int DEFAULT xnextval(`shop`.`s`)"), table("`t`", "`a` int DEFAULT xnextval(`shop`.`s`)"), found{"t": {0}}},
		"parentheses in quotes":      {"shop", table("`t`", "`)` int COMMENT '(' DEFAULT (1 + (2)), "+mine), table("`t`", "`)` int COMMENT '(' DEFAULT (1 + (2)), "+bare), found{"t": {1}}},
		"without the lines before":   {"shop", "\nCREATE TABLE `t` (\n  " + mine + "\n);\n", "\nCREATE TABLE `t` (\n  " + mine + "\n);\n", found{}},
		"in the middle of a line":    {"shop", "x" + table("`t`", mine)[4:], "x" + table("`t`", mine)[4:], found{}},
		"cut off in what is before":  {"shop", table("`t`", mine)[:80], table("`t`", mine)[:80], found{}},
		"cut off in the definition":  {"shop", "--\n" + strings.Split(table("`t`", mine), "`s`")[0], "--\n" + strings.Split(table("`t`", mine), "`s`")[0], found{}},
		"a heading without an end":   {"shop", "-- Table structure for table `" + strings.Repeat("y", 9000), "-- Table structure for table `" + strings.Repeat("y", 9000), found{}},
		"nothing":                    {"shop", "", "", found{}},
		"a long definition and text": {"shop", table("`t`", strings.Repeat(mine+",\n  ", 999)+mine) + strings.Repeat("y", 1<<17), table("`t`", strings.Repeat(bare+",\n  ", 999)+bare) + strings.Repeat("y", 1<<17), found{"t": {1000}}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, chunks := range []func(io.Reader) io.Reader{
				func(r io.Reader) io.Reader { return r }, iotest.OneByteReader, iotest.DataErrReader, iotest.HalfReader,
			} {
				seen := found{}
				got, err := unqualified(chunks(strings.NewReader(test.text)), test.database, func(table string, n int) { seen[table] = append(seen[table], n) })
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Errorf("text (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(test.found, seen); diff != "" {
					t.Errorf("found (-want +got):\n%s", diff)
				}
			}
		})
	}
}

func unqualified(r io.Reader, database string, found func(string, int)) (string, error) {
	var text bytes.Buffer
	reader, p := sqltext.NewUnqualified(r, func(name string) bool { return name == database }, found), make([]byte, 8192)
	for {
		n, err := reader.Read(p)
		text.Write(p[:n])
		if errors.Is(err, io.EOF) {
			return text.String(), nil
		}
		if err != nil {
			return text.String(), err
		}
	}
}

// Whatever the columns and the pieces in which the text is read: each comes with what it must become.
func TestDefaultsLoseTheNameWhereverThePiecesEnd(t *testing.T) {
	columns := rapid.SampledFrom([][2]string{
		{"`a` int DEFAULT nextval(`shop`.`s`)", "`a` int DEFAULT nextval(`s`)"},
		{"`b` int DEFAULT (setval(`shop`.`s)`,(1),0) + nextval(`other`.`s`))", "`b` int DEFAULT (setval(`s)`,(1),0) + nextval(`other`.`s`))"},
		{"`n` text DEFAULT 'nextval(`shop`.`s`)''\\'' NOT NULL", "`n` text DEFAULT 'nextval(`shop`.`s`)''\\'' NOT NULL"},
		{"`\n-- Table structure for table ``(` int", "`\n-- Table structure for table ``(` int"},
	})
	between := rapid.SampledFrom([]string{"\n", "--\n", "-- Table structure for table `", "-- Table structure for table `x`\n--\n\n", "('nextval(`shop`.`s`)'),\n", strings.Repeat("y", 5000)})
	rapid.Check(t, func(r *rapid.T) {
		var text, want strings.Builder
		for range rapid.IntRange(0, 5).Draw(r, "tables") {
			before := strings.Join(rapid.SliceOfN(between, 0, 3).Draw(r, "before"), "") + "\n"
			var read, wanted []string
			for _, column := range rapid.SliceOfN(columns, 1, 40).Draw(r, "columns") {
				read, wanted = append(read, column[0]), append(wanted, column[1])
			}
			text.WriteString(before + table("`t`", strings.Join(read, ",\n  ")))
			want.WriteString(before + table("`t`", strings.Join(wanted, ",\n  ")))
		}
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(r, "seed"), 0))
		rest := text.String()
		got, err := unqualified(readerFunc(func(p []byte) (int, error) {
			if rest == "" {
				return 0, io.EOF
			}
			n := copy(p[:min(len(p), 1+random.IntN(3000))], rest)
			rest = rest[n:]
			return n, nil
		}), "shop", func(string, int) {})
		if err != nil || got != want.String() {
			r.Fatalf("%v (-want +got):\n%s", err, cmp.Diff(want.String(), got))
		}
	})
}

func TestAnErrorOfTheClientsComesAfterTheDefinitionsItCutOff(t *testing.T) {
	text := table("`t`", "`id` int DEFAULT nextv")[:200]
	got, err := unqualified(io.MultiReader(strings.NewReader(text), iotest.ErrReader(fmt.Errorf("broken"))), "shop", func(string, int) {})
	if err == nil || err.Error() != "broken" || got != text {
		t.Errorf("%q %v", got, err)
	}
}

func BenchmarkUnqualified(b *testing.B) {
	rows := []byte(strings.Repeat("(123456,'some text of a usual length, neither short nor long',NULL,0.5,'2024-01-01 00:00:00'),\n", 10_000))
	p := make([]byte, 1<<20)
	b.SetBytes(int64(len(rows)))
	for b.Loop() {
		reader := sqltext.NewUnqualified(bytes.NewReader(rows), func(string) bool { return true }, func(string, int) {})
		for err := error(nil); err == nil; {
			_, err = reader.Read(p)
		}
	}
}
