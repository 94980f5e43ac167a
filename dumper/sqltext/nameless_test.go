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

// around is what the clients write around a trigger, a routine (;) or an event (;;) of another default, with the
// statements' database in place of @.
func around(delimiter string) string {
	return strings.ReplaceAll("ALTER DATABASE @CHARACTER SET latin1 COLLATE latin1_swedish_ci ;\n"+
		"/*!50003 SET @saved_cs_client      = @@character_set_client */ ;\n"+
		"/*!50003 SET collation_connection  = utf8mb3_general_ci */ ;\n"+
		"BODY"+
		"/*!50003 SET character_set_results = @saved_cs_results */ ;\n"+
		"/*!50003 SET collation_connection  = @saved_col_connection */ ;\n"+
		"ALTER DATABASE @CHARACTER SET utf8mb4 COLLATE utf8mb4_uca1400_ai_ci ;\n", " ;\n", " "+delimiter+"\n")
}

func TestOnlyTheClientsOwnStatementsLoseTheName(t *testing.T) {
	own := func(database, delimiter, body string) string {
		return strings.NewReplacer("DATABASE @", "DATABASE "+database, "BODY", body).Replace("head\n" + around(delimiter) + "tail\n-- Dump completed\n")
	}
	const body = "DELIMITER ;;\nCREATE PROCEDURE p()\nBEGIN /*\nALTER DATABASE `shop` CHARACTER SET latin1 COLLATE latin1_swedish_ci ;\n" +
		"*/ END ;;\nDELIMITER ;\n"
	for name, test := range map[string]struct{ database, text, want string }{
		"around a trigger or a routine":  {"shop", own("`shop` ", ";", ""), own("", ";", "")},
		"around an event":                {"shop", own("`shop` ", ";;", ""), own("", ";;", "")},
		"around a long delimiter":        {"shop", own("`shop` ", ";;;;", ""), own("", ";;;;", "")},
		"twice":                          {"shop", own("`shop` ", ";", "") + own("`shop` ", ";;", ""), own("", ";", "") + own("", ";;", "")},
		"a name with backticks":          {"sh`op", own("`sh``op` ", ";", ""), own("", ";", "")},
		"a name of a regular expression": {".*", own("`.*` ", ";", ""), own("", ";", "")},
		"a name that the client escapes": {`o'c\`, own("`o\\'c\\\\` ", ";;", ""), own("", ";;", "")},
		"a name that it does not":        {`o'c\`, own("`o'c\\` ", ";", ""), own("", ";", "")},
		"the longest name":               {strings.Repeat("`🦊", 32), own("`"+strings.Repeat("``🦊", 32)+"` ", ";", ""), own("", ";", "")},
		"another database":               {"shop", own("`shop2` ", ";", ""), own("`shop2` ", ";", "")},
		"without a name already":         {"shop", own("", ";", ""), own("", ";", "")},
		"in the body of a routine":       {"shop", own("`shop` ", ";", body), own("", ";", body)},
		"in the middle of a line":        {"shop", strings.ReplaceAll(own("`shop` ", ";", ""), "ALTER", "xALTER"), strings.ReplaceAll(own("`shop` ", ";", ""), "ALTER", "xALTER")},
		"with something behind it":       {"shop", strings.ReplaceAll(own("`shop` ", ";", ""), "_ci ;", "_ci ; x"), strings.ReplaceAll(own("`shop` ", ";", ""), "_ci ;", "_ci ; x")},
		"as the last words":              {"shop", "x\nALTER DATABASE `shop` CHARACTER SET x COLLATE y ;\n", "x\nALTER DATABASE `shop` CHARACTER SET x COLLATE y ;\n"},
		"cut off":                        {"shop", "x\nALTER DATABASE `sho", "x\nALTER DATABASE `sho"},
		"nothing":                        {"shop", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			for _, chunks := range []func(io.Reader) io.Reader{
				func(r io.Reader) io.Reader { return r }, iotest.OneByteReader, iotest.DataErrReader, iotest.HalfReader,
			} {
				got, err := nameless(chunks(strings.NewReader(test.text)), test.database)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Errorf("text (-want +got):\n%s", diff)
				}
			}
		})
	}
}

func nameless(r io.Reader, database string) (string, error) {
	var text bytes.Buffer
	reader, p := sqltext.NewNameless(r, database), make([]byte, 4096)
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

// The oracle replaces in the whole text at once, and the reader gets it in pieces of any size.
func TestTheNameGoesWhereverThePiecesEnd(t *testing.T) {
	piece := rapid.SampledFrom([]string{
		strings.NewReplacer("DATABASE @", "DATABASE `shop` ", "BODY", "").Replace(around(";")),
		strings.NewReplacer("DATABASE @", "DATABASE `shop` ", "BODY", "x\n").Replace(around(";;")),
		"\n", "\n\n", "ALTER DATABASE `", "ALTER DATABASE `shop` CHARACTER SET a COLLATE b ;\n", "(1,'x'),\n", strings.Repeat("y", 3000), "\nALTER",
	})
	rapid.Check(t, func(r *rapid.T) {
		text := "head\n" + strings.Join(rapid.SliceOfN(piece, 0, 8).Draw(r, "pieces"), "") + "end\n"
		const first, second = "CHARACTER SET latin1 COLLATE latin1_swedish_ci ", "CHARACTER SET utf8mb4 COLLATE utf8mb4_uca1400_ai_ci "
		want := text
		for _, delimiter := range []string{";\n", ";;\n"} {
			after := "/*!50003 SET @saved_cs_client      = @@character_set_client */ " + delimiter
			before := "\n/*!50003 SET collation_connection  = @saved_col_connection */ " + delimiter
			want = strings.ReplaceAll(want, "\nALTER DATABASE `shop` "+first+delimiter+after, "\nALTER DATABASE "+first+delimiter+after)
			want = strings.ReplaceAll(want, before+"ALTER DATABASE `shop` "+second+delimiter, before+"ALTER DATABASE "+second+delimiter)
			want = strings.ReplaceAll(want, before+"ALTER DATABASE `shop` CHARACTER SET a COLLATE b "+delimiter, before+"ALTER DATABASE CHARACTER SET a COLLATE b "+delimiter)
		}
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(r, "seed"), 0))
		got, err := nameless(readerFunc(func(p []byte) (int, error) {
			if text == "" {
				return 0, io.EOF
			}
			n := copy(p[:min(len(p), 1+random.IntN(200))], text)
			text = text[n:]
			return n, nil
		}), "shop")
		if err != nil || got != want {
			r.Fatalf("%v (-want +got):\n%s", err, cmp.Diff(want, got))
		}
	})
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestAnErrorOfTheClientsComesAfterItsText(t *testing.T) {
	text, err := nameless(io.MultiReader(strings.NewReader("x\nALTER DATABASE `"), iotest.ErrReader(fmt.Errorf("broken"))), "shop")
	if err == nil || err.Error() != "broken" || text != "x\nALTER DATABASE `" {
		t.Errorf("%q %v", text, err)
	}
}

func BenchmarkNameless(b *testing.B) {
	rows := []byte(strings.Repeat("(123456,'some text of a usual length, neither short nor long',NULL,0.5,'2024-01-01 00:00:00'),\n", 10_000))
	p := make([]byte, 1<<20)
	b.SetBytes(int64(len(rows)))
	for b.Loop() {
		reader := sqltext.NewNameless(bytes.NewReader(rows), "shop")
		for err := error(nil); err == nil; {
			_, err = reader.Read(p)
		}
	}
}
