// Command compressor is the dumper's compressor alone: a file's text, compressed into another file, and nothing else.
//
//	compressor FORMAT TEXT FILE
package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/volcado-io/volcado/dumper/compress"
)

// readBytes at once, as the dumper does.
const readBytes = 1 << 20

func main() {
	if err := run(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, "compressor:", err)
		os.Exit(1)
	}
}

func run(format, from, to string) (err error) {
	text, err := os.Open(from)
	if err != nil {
		return err
	}
	defer text.Close()
	file, err := os.Create(to)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	// 0 is the level that a dump has when it asks for none.
	w, err := compress.NewWriter(file, format, 0)
	if err != nil {
		return err
	}
	buffer := make([]byte, readBytes)
	for {
		n, err := text.Read(buffer)
		if errors.Is(err, io.EOF) {
			return w.Close()
		}
		if err != nil {
			return err
		}
		if _, err := w.Write(buffer[:n]); err != nil {
			return err
		}
	}
}
