package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volcado-io/volcado/hack/bench/dump/script"
)

func TestOnlyRowsArePlayedAgain(t *testing.T) {
	long := "INSERT INTO `b` VALUES (" + strings.Repeat("1", 3<<20) + ");\n"
	text := []string{"-- header\n\nCREATE TABLE `a` (\n);\n", "INSERT INTO `a` VALUES\n(1),\n(2);\n", "CREATE TABLE `b` (\n);\n", long, "-- Dump completed\n"}
	all, err := pieces(strings.NewReader(strings.Join(text, "")))
	if err != nil {
		t.Fatal(err)
	}
	s := recording{pieces: all}.play(5)
	var want []script.Piece
	var at int64
	for i, part := range text {
		want = append(want, script.Piece{From: at, To: at + int64(len(part)), Times: 1 + i%2*4})
		at += int64(len(part))
	}
	if diff := cmp.Diff(want, s.Pieces); diff != "" {
		t.Error(diff)
	}
	if got := length(s.Pieces); got != at+4*int64(len(text[1])+len(long)) {
		t.Errorf("%d bytes are played", got)
	}
}
