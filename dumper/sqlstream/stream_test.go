package sqlstream_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/volcado-io/volcado/dumper/sqlstream"
)

// chunked readers, so that every event begins and ends somewhere in what is read.
var chunked = map[string]func(io.Reader) io.Reader{
	"at once":            func(r io.Reader) io.Reader { return r },
	"byte by byte":       iotest.OneByteReader,
	"half of what fits":  iotest.HalfReader,
	"with the last byte": iotest.DataErrReader,
}

func same(a, b string) bool { return a == b }

func nameless(database string) *sqlstream.Nameless {
	return &sqlstream.Nameless{Database: database, Same: same, References: map[string]int{}, Definitions: map[string]int{}}
}

func TestATextIsCutWhereTheClientsWroteIt(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		g := dump(r)
		how := rapid.SampledFrom([]string{"at once", "byte by byte", "half of what fits", "with the last byte"}).Draw(r, "read")
		var raw, loadable bytes.Buffer
		var defined []definition
		note := func(e *sqlstream.Event) error {
			raw.Write(e.Raw)
			if e.Kind >= sqlstream.Table && e.Kind <= sqlstream.Rows && e.First {
				defined = append(defined, definition{e.Kind, e.Name})
			}
			if e.Commands || e.Kind == sqlstream.Unfinished {
				r.Errorf("%d is unfinished, or holds a command: %q", e.Kind, e.Raw)
			}
			return nil
		}
		watch := sqlstream.NewWatch()
		source := chunked[how](strings.NewReader(g.text.String()))
		if err := sqlstream.Copy(&loadable, source, note, nameless(g.database).Handle, sqlstream.StripDefiners, watch.Handle); err != nil {
			r.Fatal(err)
		}
		if diff := cmp.Diff(g.text.String(), raw.String()); diff != "" {
			r.Errorf("the events are not the text (-text +events)\n%s", diff)
		}
		if diff := cmp.Diff(g.defined, defined); diff != "" {
			r.Errorf("definitions (-written +read)\n%s", diff)
		}
		if diff := cmp.Diff(g.loadable.String(), loadable.String()); diff != "" {
			r.Errorf("without names and definers (-want +got)\n%s", diff)
		}
		if !watch.Completed() || watch.ForeignHeader || watch.Sandbox != g.mariadb {
			r.Errorf("%+v", watch)
		}
	})
}

func TestATextThatBreaksOffIsNotComplete(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		text := dump(r).text.String()
		text = text[:rapid.IntRange(0, len(text)-1).Draw(r, "length")]
		var out bytes.Buffer
		watch := sqlstream.NewWatch()
		if err := sqlstream.Copy(&out, strings.NewReader(text), watch.Handle); err != nil {
			r.Fatal(err)
		}
		if out.String() != text {
			r.Errorf("the events are not the text")
		}
		if watch.Completed() {
			r.Errorf("it counts as complete: %q", text)
		}
	})
}

// FuzzEvents: whatever a server brings a client to write, the events are the text, and reading it ends.
func FuzzEvents(f *testing.F) {
	f.Add("/*M!999999\\- enable the sandbox mode */ \n-- Server version\t1\n\nINSERT INTO `t` VALUES\n(1,';\\n');\n-- Dump completed\n", 1)
	f.Add("DELIMITER ;;\nCREATE DEFINER=`a`@`b` FUNCTION f() return ';;' ;;\nDELIMITER ;\n", 3)
	f.Add("SET sql_mode='ANSI_QUOTES'; CREATE \"x\\\" /*! ' */ -- ;\n;", 7)
	f.Add("CREATE TABLE `t` (\n `a` decimal(38,38) DEFAULT uuid() /*!80023 INVISIBLE */,\n KEY `k` ((lower(`a`)))\n) ENGINE=Aria `x`='1';\nSET collation_connection = utf8mb4_uca1400_ai_ci;", 5)
	f.Fuzz(func(t *testing.T, text string, chunk int) {
		var out bytes.Buffer
		keep := func(e *sqlstream.Event) error { out.Write(e.Raw); return nil }
		source := &chunks{text: text, size: max(1, chunk%64)}
		err := sqlstream.Copy(io.Discard, source, keep, nameless("shop").Handle, sqlstream.StripDefiners, (&sqlstream.Features{MariaDB: chunk%2 == 0}).Handle,
			sqlstream.ForMySQL().Handle, sqlstream.ForMariaDB("0900").Handle, sqlstream.NewWatch().Handle)
		if errors.Is(err, sqlstream.ErrTooLong) {
			return
		}
		if err != nil || out.String() != text {
			t.Errorf("%v, %q", err, out.String())
		}
	})
}

type chunks struct {
	text string
	size int
}

func (c *chunks) Read(p []byte) (int, error) {
	if c.text == "" {
		return 0, io.EOF
	}
	n := copy(p, c.text[:min(c.size, len(c.text))])
	c.text = c.text[n:]
	return n, nil
}

// endless repeats a text, and ends after so many bytes.
type endless struct {
	text string
	left int64
}

func (e *endless) Read(p []byte) (n int, err error) {
	if e.left <= 0 {
		return 0, io.EOF
	}
	for n < len(p) {
		n += copy(p[n:], e.text)
	}
	e.left -= int64(n)
	return n, nil
}

func TestAStatementWithoutEndIsRefusedAndRowsWithoutEndAreNot(t *testing.T) {
	for sentence, c := range map[string]struct {
		begin, repeat string
		want          error
	}{
		"a definition without end": {"CREATE TABLE `t` (\n", "`a` int,\n", sqlstream.ErrTooLong},
		"a comment without end":    {"-- Server version\t", "x", sqlstream.ErrTooLong},
		"a name without end":       {"INSERT INTO `t", "x", sqlstream.ErrTooLong},
		"a row of 200 MB":          {"INSERT INTO `t` VALUES\n('", "x", nil},
	} {
		t.Run(sentence, func(t *testing.T) {
			source := io.MultiReader(strings.NewReader(c.begin), &endless{text: strings.Repeat(c.repeat, 1000), left: 200 << 20})
			longest := 0
			err := sqlstream.Copy(io.Discard, source, func(e *sqlstream.Event) error { longest = max(longest, len(e.Raw)); return nil })
			if !errors.Is(err, c.want) {
				t.Errorf("%v", err)
			}
			if longest > 1<<20 {
				t.Errorf("an event has %d bytes", longest)
			}
		})
	}
}

func BenchmarkCopy(b *testing.B) {
	row := "INSERT INTO `t` VALUES\n" + strings.Repeat("(1,'a value; of some length','another',NULL,0.5),\n", 20000) + "(1);\n"
	row = strings.Repeat(row, 64)
	b.SetBytes(int64(len(row)))
	for b.Loop() {
		if err := sqlstream.Copy(io.Discard, strings.NewReader(row), nameless("shop").Handle, sqlstream.StripDefiners, sqlstream.NewWatch().Handle); err != nil {
			b.Fatal(err)
		}
	}
}
