package contract_test

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"

	"github.com/volcado-io/volcado/dumper/compress"
	"github.com/volcado-io/volcado/internal/agetest"
	"github.com/volcado-io/volcado/internal/contract"
)

// The commands are handed out to be pasted into a shell. They are run here as they are, with the programs that they name.
func TestTheCommandsOfEveryFormatGiveTheTextInAShell(t *testing.T) {
	program := agetest.Folder(t)
	key := agetest.X25519(t)
	for _, name := range contract.FormatNames() {
		plain, err := contract.FormatNamed(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, format := range []contract.Format{plain, plain.Encrypt()} {
			t.Run(format.File(), func(t *testing.T) {
				const text = "SELECT 1;\n-- Dump completed\n"
				folder := t.TempDir()
				write(t, filepath.Join(folder, contract.KeyFile), []byte(key.Identity))
				write(t, filepath.Join(folder, "it's a "+format.File()), file(t, format, key.Recipient, text))
				for _, command := range []string{
					format.DecodeFile(`"it's a ` + format.File() + `"`),
					format.DecodeInput() + "cat < /dev/stdin",
				} {
					shell := exec.Command("sh", "-c", command)
					shell.Dir, shell.Env = folder, append(os.Environ(), "PATH="+program+":"+os.Getenv("PATH"))
					shell.Stdin = bytes.NewReader(file(t, format, key.Recipient, text))
					output, err := shell.CombinedOutput()
					if err != nil || string(output) != text {
						t.Errorf("%s\n%v: %s", command, err, output)
					}
				}
			})
		}
	}
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// file of that format.
func file(t *testing.T, format contract.Format, recipient, text string) []byte {
	t.Helper()
	var data bytes.Buffer
	var to io.Writer = &data
	var closers []io.Closer
	if format.Encrypted {
		parsed, err := age.ParseX25519Recipient(recipient)
		if err != nil {
			t.Fatal(err)
		}
		w, err := age.Encrypt(to, parsed)
		if err != nil {
			t.Fatal(err)
		}
		to, closers = w, append(closers, w)
	}
	w, err := compress.NewWriter(to, format.Name, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(w, strings.NewReader(text)); err != nil {
		t.Fatal(err)
	}
	for _, c := range append([]io.Closer{w}, closers...) {
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return data.Bytes()
}
