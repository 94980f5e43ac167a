// Package script is what the benchmark tells the program that stands in for mariadb-dump.
package script

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

const file = "script.json"

// Script for one run.
type Script struct {
	// Real is the path of the real client.
	Real string
	// Text to play; the real client is run when it is empty.
	Text   string
	Pieces []Piece
	// Seconds is the file that gets the processor seconds.
	Seconds string
}

// Piece of a text, which is played so many times.
type Piece struct {
	From, To int64
	Times    int
}

// Read the script in the program's folder.
func Read(folder string) (*Script, error) {
	data, err := os.ReadFile(filepath.Join(folder, file))
	if err != nil {
		return nil, fmt.Errorf("read the script: %w", err)
	}
	s := &Script{}
	if err := json.Unmarshal(data, s); err != nil {
		return nil, fmt.Errorf("read the script: %w", err)
	}
	return s, nil
}

// Write the script into the program's folder.
func (s *Script) Write(folder string) error {
	data, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("write the script: %w", err)
	}
	if err := os.WriteFile(filepath.Join(folder, file), data, 0o600); err != nil {
		return fmt.Errorf("write the script: %w", err)
	}
	return nil
}
