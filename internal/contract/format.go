package contract

import (
	"fmt"
	"strings"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

// Format is how the SQL text of a copy is kept in a file.
type Format struct {
	// Name in the API, in a request and in a manifest.
	Name string
	// Suffix of a file's name, after .sql.
	Suffix string
	// MediaType of a file.
	MediaType string
	// Decode is the shell command that turns a file into SQL, from standard input to standard output, or from the file that
	// is named after -c. It is empty where the file is the text.
	Decode string
	// Encrypted: age has encrypted the file after that.
	Encrypted bool
}

const (
	// encryptedSuffix ends the name of every file that age has encrypted.
	encryptedSuffix = ".age"
	// decrypt is the shell command that decrypts standard input, or the file that is named after it.
	decrypt = "age -d -i " + KeyFile
	// KeyFile stands in commands for the file with the reader's private key.
	KeyFile = "KEYFILE"
)

// Levels of compression, of every format that has any.
const (
	// FastestLevel makes the largest files.
	FastestLevel = 1
	// SmallestLevel is the slowest.
	SmallestLevel = 9
)

// formats is the one place that knows them; the first is the default. dumper/compress has a codec for each. Each can be
// encrypted.
var formats = []Format{
	{Name: string(v1alpha1.CompressionGzip), Suffix: ".gz", MediaType: "application/gzip", Decode: "gunzip"},
	{Name: string(v1alpha1.CompressionZstd), Suffix: ".zst", MediaType: "application/zstd", Decode: "zstd -d"},
	{Name: string(v1alpha1.CompressionNone), Suffix: "", MediaType: "application/sql"},
}

// BaseName of every artifact, without its format's suffix.
const BaseName = "dump.sql"

// DefaultFormat is the format that is used when none is said.
func DefaultFormat() Format { return formats[0] }

// FormatNames are the names of all formats, the default first.
func FormatNames() []string {
	names := make([]string, len(formats))
	for i, f := range formats {
		names[i] = f.Name
	}
	return names
}

// FormatList has the names of all formats in a sentence: a, b or c.
func FormatList() string {
	names := FormatNames()
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// FormatNamed is the format of that name, not encrypted. The error lists those that there are.
func FormatNamed(name string) (Format, error) {
	for _, f := range formats {
		if f.Name == name {
			return f, nil
		}
	}
	return Format{}, fmt.Errorf("unknown compression %q: use %s", name, FormatList())
}

// FormatOfFile is the format of an artifact by its file's name, without a folder. found is false when it is not the name of
// an artifact.
func FormatOfFile(name string) (format Format, found bool) {
	for _, f := range formats {
		for _, f := range []Format{f, f.Encrypt()} {
			if name == f.File() {
				return f, true
			}
		}
	}
	return Format{}, false
}

// Encrypt is the format of files of this one that age has encrypted.
func (f Format) Encrypt() Format {
	f.Suffix += encryptedSuffix
	f.MediaType = "application/octet-stream" // age has none that is registered
	f.Encrypted = true
	return f
}

// File is the name of an artifact's file, below the key of its attempt.
func (f Format) File() string { return BaseName + f.Suffix }

// Compressed reports whether the text is compressed in a file.
func (f Format) Compressed() bool { return f.Decode != "" }

// DecodeInput is the beginning of a pipe that reads a file from standard input and gives its text to the next command;
// empty where the file is the text.
func (f Format) DecodeInput() string {
	command := ""
	if f.Encrypted {
		command += decrypt + " | "
	}
	if f.Compressed() {
		command += f.Decode + " | "
	}
	return command
}

// DecodeFile is the shell command that writes the text of a file to standard output. The name must be quoted for the shell.
func (f Format) DecodeFile(quoted string) string {
	switch {
	case f.Encrypted && f.Compressed():
		return decrypt + " " + quoted + " | " + f.Decode
	case f.Encrypted:
		return decrypt + " " + quoted
	case f.Compressed():
		return f.Decode + " -c " + quoted
	default:
		return "cat " + quoted
	}
}
