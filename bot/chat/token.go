package chat

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"unicode"
)

// maxToken is the most that a token's file holds, in bytes.
const maxToken = 16 << 10

// TokenFile is a file that holds a token and nothing else, such as a key of a Secret that is mounted. A driver keeps the
// TokenFile and reads it at each use, so that a token that was replaced counts at once.
type TokenFile struct{ Path string }

// Read returns the token without the white space around it. Errors name the file and never what it holds.
func (f TokenFile) Read() (string, error) {
	file, err := os.OpenFile(f.Path, os.O_RDONLY|syscall.O_NONBLOCK, 0) // a pipe that nobody writes to must not keep us
	if err != nil {
		return "", fmt.Errorf("read the token: %w", err) // an *fs.PathError names the file
	}
	defer file.Close()
	info, err := file.Stat()
	switch {
	case err != nil:
		return "", fmt.Errorf("read the token: %w", err)
	case !info.Mode().IsRegular():
		return "", fmt.Errorf("%s is not a file; name the file that holds the token", f.Path)
	case info.Mode().Perm()&0o002 != 0:
		return "", fmt.Errorf("%s can be written by everybody, so anybody could put another token there; chmod o-w it", f.Path)
	}
	data, err := io.ReadAll(io.LimitReader(file, maxToken+1))
	if err != nil {
		return "", fmt.Errorf("read the token: %w", err)
	}
	token := strings.TrimSpace(string(data))
	if problem := checkToken(token, len(data)); problem != nil {
		return "", fmt.Errorf("%s %w", f.Path, problem)
	}
	return token, nil
}

// checkToken refuses what cannot be a token, so that the wrong file does not travel to a chat service as one.
func checkToken(token string, size int) error {
	switch {
	case size > maxToken:
		return fmt.Errorf("holds more than %d KiB, so it is not a token", maxToken>>10)
	case token == "":
		return errors.New("is empty; put the token there")
	case strings.ContainsFunc(token, notInToken):
		return errors.New("holds more than one token: there are spaces, several lines or control characters in it")
	}
	return nil
}

func notInToken(r rune) bool { return r > unicode.MaxASCII || !unicode.IsPrint(r) || r == ' ' }
