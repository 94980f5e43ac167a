package sqltext_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/volcado-io/volcado/dumper/sqltext"
)

const dump = "/*M!999999\\- enable the sandbox mode */ \n-- MariaDB dump\n\n" +
	"--\n-- Sequence structure for `s`\n--\n\n" +
	"--\n-- Table structure for table `a``b`\n--\n\nCREATE TABLE `a``b` (\n  `x` int\n);\n" +
	"--\n-- Dumping data for table `a``b`\n--\n\nLOCK TABLES `a``b` WRITE;\nINSERT INTO `a``b` VALUES\n(1),\n(2);\nINSERT INTO `a``b` VALUES\n(3);\nUNLOCK TABLES;\n" +
	"--\n-- Table structure for table `without rows`\n--\n\n" +
	"--\n-- Dumping data for table `without rows`\n--\n\nLOCK TABLES `without rows` WRITE;\nUNLOCK TABLES;\n" +
	"CREATE TRIGGER t AFTER INSERT ON x FOR EACH ROW\nINSERT INTO `without rows` VALUES (1);\n" +
	"--\n-- Dumping data for table `unlocked`\n--\n\n/*!40000 ALTER TABLE `unlocked` DISABLE KEYS */;\n/*!40000 ALTER TABLE `unlocked` ENABLE KEYS */;\n" +
	"CREATE TRIGGER u AFTER INSERT ON x FOR EACH ROW\nINSERT INTO `unlocked` VALUES (1);\n" +
	"--\n-- Temporary table structure for view `v`\n--\n\n--\n-- Final view structure for view `v`\n--\n\n" +
	"-- Dump completed\n"

func scan(chunks ...string) (*sqltext.Scanner, []string) {
	var seen []string
	scanner := &sqltext.Scanner{OnTable: func(kind sqltext.Kind, name string) { seen = append(seen, fmt.Sprintf("%d %s", kind, name)) }}
	for _, chunk := range chunks {
		_, _ = scanner.Write([]byte(chunk))
	}
	return scanner, seen
}

func TestTheScannerReadsAlong(t *testing.T) {
	scanner, seen := scan(dump)
	want := []string{
		fmt.Sprintf("%d s", sqltext.SequenceDefinition),
		fmt.Sprintf("%d a`b", sqltext.TableDefinition),
		fmt.Sprintf("%d a`b", sqltext.TableRows),
		fmt.Sprintf("%d without rows", sqltext.TableDefinition),
		fmt.Sprintf("%d v", sqltext.ViewPlaceholder),
		fmt.Sprintf("%d v", sqltext.ViewDefinition),
	}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Errorf("seen (-want +got):\n%s", diff)
	}
	if !scanner.Completed() {
		t.Error("the dump is not seen to be complete")
	}
	if !scanner.SandboxLine() {
		t.Error("the sandbox line is not seen")
	}
}

// However the text is cut into pieces, the same is seen.
func TestCutsDoNotMatter(t *testing.T) {
	_, want := scan(dump)
	rapid.Check(t, func(r *rapid.T) {
		rest := dump
		var chunks []string
		for rest != "" {
			n := rapid.IntRange(1, min(len(rest), 100)).Draw(r, "chunk")
			chunks, rest = append(chunks, rest[:n]), rest[n:]
		}
		scanner, seen := scan(chunks...)
		if diff := cmp.Diff(want, seen); diff != "" {
			r.Fatalf("seen (-want +got):\n%s", diff)
		}
		if !scanner.Completed() || !scanner.SandboxLine() {
			r.Fatal("the end or the sandbox line is not seen")
		}
	})
}

// The oracle is the text itself: it is complete exactly if it ends with the trailer as a line of its own.
func TestOnlyTheTrailerAsTheLastLineCompletes(t *testing.T) {
	piece := rapid.SampledFrom([]string{"-- Dump completed", "\n", "\n\n", " ", "-- Dump completed on 2026-01-01", "x", "-", strings.Repeat("y", 2000)})
	rapid.Check(t, func(r *rapid.T) {
		pieces := rapid.SliceOfN(piece, 0, 8).Draw(r, "pieces")
		scanner, _ := scan(pieces...)
		text := strings.Join(pieces, "")
		body := "\n" + strings.TrimRight(text, "\n")
		want := strings.HasSuffix(text, "\n") && strings.HasSuffix(body, "\n-- Dump completed")
		if scanner.Completed() != want {
			r.Fatalf("completed %t, want %t: %q", scanner.Completed(), want, text)
		}
	})
}

func TestMemoryDoesNotGrowWithALine(t *testing.T) {
	scanner := &sqltext.Scanner{}
	line := []byte("-- " + strings.Repeat("x", 1<<20))
	allocated := testing.AllocsPerRun(100, func() { _, _ = scanner.Write(line) })
	if allocated > 0 {
		t.Errorf("%v allocations for a piece of a line", allocated)
	}
}

func BenchmarkScanner(b *testing.B) {
	rows := []byte(strings.Repeat("(123456,'some text of a usual length, neither short nor long',NULL,0.5,'2024-01-01 00:00:00'),\n", 10_000))
	scanner := &sqltext.Scanner{}
	b.SetBytes(int64(len(rows)))
	for b.Loop() {
		_, _ = scanner.Write(rows)
	}
}
