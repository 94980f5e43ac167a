package main

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"
)

// A chat service decides how long an id or an error is; the log has an end all the same.
func TestNothingThatIsLoggedIsLong(t *testing.T) {
	var out bytes.Buffer
	log := slog.New(slog.NewJSONHandler(&out, &slog.HandlerOptions{ReplaceAttr: bounded}))
	long := strings.Repeat("x", 10<<20)
	log.With("channel", long).Warn(long, "message", long, "error", errors.New(long), "short", "as it is")
	if n := out.Len(); n < 3*mostLogged || n > 5*mostLogged || !strings.Contains(out.String(), `"short":"as it is"`) {
		t.Errorf("%d bytes are logged", n)
	}
}
