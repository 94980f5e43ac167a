package sqltext_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/volcado-io/volcado/dumper/sqltext"
)

const (
	beforeVersion  = "-- MySQL dump 10.13\n--\n-- Host: db    Database: shop\n-- ------\n-- Server version\t"
	firstStatement = "/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;"
	afterVersion   = "\n\n" + firstStatement + "\n/*!50503 SET NAMES utf8mb4 */;\n\n--\n-- Table structure for table `t`\n--\n\n-- Dump completed\n"
)

func TestAVersionThatBringsLinesOfItsOwnIsSeen(t *testing.T) {
	for version, foreign := range map[string]bool{
		"8.4.3":                           false,
		"10.11.14-MariaDB-0+deb12u2-log":  false,
		"Äpfel 8.4":                       false,
		"":                                false,
		"8.4\n\\! touch /tmp/x\n-- x":     true,
		"8.4\n\n\\! touch /tmp/x":         true,
		"8.4\n\n-- x\n\\! touch /tmp/x\n": true,
		"8.4\n":                           true,
		"8.4\r\\! touch /tmp/x":           true,
		"8.4\x1b[2J":                      true,
		"8.4\n\n" + firstStatement + "\n\\! touch /tmp/x\n":                                                       true,
		"8.4\n\n" + firstStatement + "\n-- Table structure for table `t`\n\\! touch /tmp/x\n-- Dumping data for ": true,
	} {
		scanner, _ := scan(beforeVersion + version + afterVersion)
		if scanner.ForeignHeader() != foreign {
			t.Errorf("version %q: foreign %t, want %t", version, !foreign, foreign)
		}
	}
}

// The oracle: a version is foreign exactly if it holds a control character.
func TestAVersionIsForeignExactlyIfItHoldsAControlCharacter(t *testing.T) {
	piece := rapid.SampledFrom([]string{"8.4", "\n", "-- ", firstStatement, "-- Server version\t", "\\! x", "\r", "/*", "é"})
	rapid.Check(t, func(r *rapid.T) {
		version := strings.Join(rapid.SliceOfN(piece, 0, 8).Draw(r, "version"), "")
		text := beforeVersion + version + afterVersion
		scanner := &sqltext.Scanner{}
		for text != "" {
			n := rapid.IntRange(1, len(text)).Draw(r, "chunk")
			_, _ = scanner.Write([]byte(text[:n]))
			text = text[n:]
		}
		if want := strings.ContainsAny(version, "\n\r\t"); scanner.ForeignHeader() != want {
			r.Fatalf("foreign %t, want %t", scanner.ForeignHeader(), want)
		}
	})
}
