package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/volcado-io/volcado/hack/bench/dump/script"
	"github.com/volcado-io/volcado/hack/bench/figures"
)

// recording is a whole text of mariadb-dump.
type recording struct {
	file  string
	bytes int64
	// zstd is how many bytes zstd -3 makes of them.
	zstd int64
	// pieces of rows, and of what is between them.
	pieces []piece
}

type piece struct {
	from, to int64
	rows     bool
}

// record the text that mariadb-dump writes.
func (b *bench) record(ctx context.Context, r *figures.Report) error {
	if _, err := b.shell(ctx, `"$@" >"$OUT"`); err != nil {
		return err
	}
	b.recording.file = filepath.Join(b.folder, "text.sql")
	if err := os.Rename(b.copy(), b.recording.file); err != nil {
		return fmt.Errorf("keep the text: %w", err)
	}
	text, err := os.Open(b.recording.file)
	if err != nil {
		return fmt.Errorf("read the text: %w", err)
	}
	defer text.Close()
	if b.recording.pieces, err = pieces(text); err != nil {
		return err
	}
	b.recording.bytes = b.recording.pieces[len(b.recording.pieces)-1].to
	tell("%.2f GB", gigabytes(b.recording.bytes))
	r.Set(databaseText, gigabytes(b.recording.bytes))
	t, err := b.shell(ctx, zstdOne+` <'`+b.recording.file+`' >"$OUT"`)
	if err != nil {
		return err
	}
	b.recording.zstd = t.output
	return nil
}

// pieces of a text: lines with rows, and lines without.
func pieces(text io.Reader) ([]piece, error) {
	reader := bufio.NewReaderSize(text, 1<<20)
	var all []piece
	current, begins := piece{}, true
	for {
		line, err := reader.ReadSlice('\n')
		if begins && len(line) > 0 {
			rows := line[0] == '(' || bytes.HasPrefix(line, []byte("INSERT INTO "))
			if rows != current.rows {
				all = append(all, current)
				current = piece{from: current.to, to: current.to, rows: rows}
			}
		}
		current.to += int64(len(line))
		begins = err == nil
		switch {
		case errors.Is(err, io.EOF):
			return append(all, current), nil
		case err != nil && !errors.Is(err, bufio.ErrBufferFull):
			return nil, fmt.Errorf("read the text: %w", err)
		}
	}
}

// play the text, with all of its rows so many times.
func (r recording) play(times int) script.Script {
	s := script.Script{Text: r.file}
	for _, p := range r.pieces {
		played := script.Piece{From: p.from, To: p.to, Times: 1}
		if p.rows {
			played.Times = times
		}
		s.Pieces = append(s.Pieces, played)
	}
	return s
}

func length(pieces []script.Piece) (bytes int64) {
	for _, p := range pieces {
		bytes += int64(p.Times) * (p.To - p.From)
	}
	return bytes
}

func gigabytes(bytes int64) float64 { return float64(bytes) / 1e9 }

func megabytes(bytes int64) float64 { return float64(bytes) / 1e6 }

func mebibytes(bytes int64) float64 { return float64(bytes) / (1 << 20) }
