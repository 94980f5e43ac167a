// Package settings reads the one YAML file that a bot in the cluster is run with. It is strict: what is misspelt, written
// twice or of the wrong kind stops the start, and is named together with what to do.
package settings

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"

	"github.com/volcado-io/volcado/bot/chat"
)

const (
	// DefaultReplayWindow is how far back a message may have been written and still be done.
	DefaultReplayWindow = time.Hour
	// MaxReplayWindow is the longest: nobody expects an answer to yesterday's message.
	MaxReplayWindow = 24 * time.Hour
	// maxFile is the largest file, in bytes: that of a ConfigMap.
	maxFile = 1 << 20
)

// Languages that the bot speaks. The first is what it speaks unless told.
var Languages = []string{"en", "es"}

// ImageName is what may stand in an image's name. It is printed in commands that people paste.
var ImageName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,511}$`)

// Settings of a bot that runs in the cluster.
type Settings struct {
	// Language is spoken with those whose service does not tell theirs.
	Language string
	// ReplayWindow is how old a message may be and still be done; what is older is said to be too old.
	ReplayWindow time.Duration
	// FetchImage is the image in the commands that fetch a copy from a volume; empty is the bot's default.
	FetchImage string
	// Services in the order of the file, each with an ID of its own.
	Services []chat.Service
}

// file is what is written. Its strings are judged by hand, because a decoder's errors do not say what to do.
type file struct {
	Language     string                       `json:"language"`
	ReplayWindow span                         `json:"replayWindow"`
	FetchImage   string                       `json:"fetchImage"`
	Services     []map[string]json.RawMessage `json:"services"`
}

// span is a duration as it was written. A number is none, and is kept so that all that is wrong with it is said at once.
type span string

// UnmarshalJSON of text or a number.
func (s *span) UnmarshalJSON(data []byte) error {
	var number json.Number // of text too, unless it is told by its quote
	if data[0] != '"' && json.Unmarshal(data, &number) == nil {
		*s = span(number)
		return nil
	}
	return json.Unmarshal(data, (*string)(s))
}

// Problems are all that is wrong with a file. Each names its key and says what to do.
type Problems []error

func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, problem := range p {
		lines[i] = problem.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap is for errors.Is.
func (p Problems) Unwrap() []error { return p }

// Read a file. Its services are made and not yet started. The error is Problems, or that of reading the file.
func Read(path string, drivers Drivers) (*Settings, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read the settings: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read the settings: %w", err)
	}
	s, problems := Parse(data, drivers)
	for i, problem := range problems {
		problems[i] = fmt.Errorf("%s: %w", filepath.Base(path), problem)
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return s, nil
}

// Parse is Read without a file.
func Parse(data []byte, drivers Drivers) (*Settings, Problems) {
	written, problems := decodeFile(data)
	if len(problems) > 0 {
		return nil, problems
	}
	s := &Settings{Language: written.Language, FetchImage: written.FetchImage, ReplayWindow: DefaultReplayWindow}
	if s.Language == "" {
		s.Language = Languages[0]
	}
	var err error
	if s.Services, problems = drivers.make(written.Services); !slices.Contains(Languages, s.Language) {
		problems = append(problems, fmt.Errorf("language: %q is not supported; choose one of %s", s.Language, strings.Join(Languages, ", ")))
	}
	if written.ReplayWindow != "" {
		if s.ReplayWindow, err = replayWindow(written.ReplayWindow); err != nil {
			problems = append(problems, err)
		}
	}
	if s.FetchImage != "" && !ImageName.MatchString(s.FetchImage) {
		problems = append(problems, fmt.Errorf("fetchImage: %q is not the name of an image, such as registry.example.com/busybox:1.36", s.FetchImage))
	}
	return s, problems
}

func replayWindow(written span) (time.Duration, error) {
	const how = "write it with its unit, such as 1h or 30m, more than 0 and at most 24h"
	window, err := time.ParseDuration(string(written))
	if err != nil {
		return 0, fmt.Errorf("replayWindow: %q is not a duration; %s", string(written), how)
	}
	if window <= 0 || window > MaxReplayWindow {
		return 0, fmt.Errorf("replayWindow: %s is out of range; %s", string(written), how)
	}
	return window, nil
}

// decodeFile finds what is wrong with the file as a whole.
func decodeFile(data []byte) (file, Problems) {
	var written file
	if len(data) > maxFile {
		return written, Problems{errors.New("is larger than 1 MiB; it is not a file of settings")}
	}
	// A second document would be dropped silently.
	documents := utilyaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(data)))
	count := 0
	for {
		document, err := documents.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return written, Problems{fmt.Errorf("is not YAML: %w", err)}
		}
		if !empty(document) {
			count++
		}
	}
	switch {
	case count == 0:
		return written, Problems{errors.New("is empty; docs/bot.md has an example")}
	case count > 1:
		return written, Problems{fmt.Errorf("holds %d documents; settings are one, without --- between its parts", count)}
	}
	converted, err := yaml.YAMLToJSONStrict(data)
	if err != nil {
		return written, Problems{inYAML(err)}
	}
	return written, decode("", converted, &written)
}

// empty documents hold comments and white space alone.
func empty(document []byte) bool {
	for line := range strings.Lines(string(document)) {
		if line = strings.TrimSpace(line); line != "" && line != "---" && !strings.HasPrefix(line, "#") {
			return false
		}
	}
	return true
}
