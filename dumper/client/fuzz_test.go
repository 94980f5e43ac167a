package client

import (
	"bytes"
	"strings"
	"syscall"
	"testing"

	"github.com/volcado-io/volcado/dumper/foreign"
	"github.com/volcado-io/volcado/dumper/packet"
	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/dumper/servererror"
	"github.com/volcado-io/volcado/internal/contract"
)

func FuzzGreeting(f *testing.F) {
	for _, data := range []string{
		"", "\x00\x00\x00\x00", "\x01\x00\x00\x00\x0a", "\x01\x00\x00\x00\xff", "\x03\x00\x00\x00\xff\x10\x04",
		"\x30\x00\x00\x00\x0a10.11.14-MariaDB\x00\x01\x00\x00\x0012345678\x00\xff\xf7", "\xff\xff\xff\x00\x0a", "\x05\x00\x00\x00\x0a1.2\x00",
	} {
		f.Add([]byte(data))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		read, err := packet.Read(bytes.NewReader(data), packet.MaxGreeting)
		if err != nil {
			return
		}
		if len(read) < packet.HeaderBytes || len(read) > packet.HeaderBytes+packet.MaxGreeting {
			t.Fatalf("a packet of %d bytes", len(read))
		}
		if offers, refused, err := offersTLS(read[packet.HeaderBytes:]); err != nil && (offers || refused) {
			t.Errorf("an unreadable greeting offers TLS (%t) or refuses (%t): %v", offers, refused, err)
		}
		if failure := result.FailureOf(refusal(read[packet.HeaderBytes:], servererror.Origin{})); failure.Reason == contract.Internal {
			t.Errorf("it is taken for a defect: %+v", failure)
		}
	})
}

// A verdict is a reason and a sentence, and of a server that nobody verified it holds nothing that the server said.
func FuzzVerdict(f *testing.F) {
	for _, stderr := range []string{
		"", "\n", "mysqldump: Error: odd", `mariadb-dump: Got error: 1045: "no" when trying to connect`, "mysqldump: Error 2013: Lost when dumping table `a``b` at row: 5",
		"mariadb-dump: Couldn't execute 'x': y (99999999999999999999)", `mariadb-dump: Couldn't find table: "t"`, "Error in field count for table: `t` ! Aborting.", "insufficent privileges to", "Error 2026: unexpected eof when dumping table `t` at row: 1",
	} {
		f.Add(stderr, 2, 0)
	}
	program := &Program{Path: "/usr/bin/mariadb-dump"}
	f.Fuzz(func(t *testing.T, stderr string, code, signal int) {
		exit := Exit{Code: code, Signal: syscall.Signal(signal), Stderr: stderr}
		for _, at := range []servererror.Origin{{Quote: foreign.Rule{Verified: true}}, {}} {
			err := exit.Verdict(program, at)
			if err == nil {
				if code != 0 || strings.TrimSpace(stderr) != "" {
					t.Fatalf("%+v is taken for a success", exit)
				}
				continue
			}
			failure := result.FailureOf(err)
			if failure.Reason == contract.Internal || failure.Message == "" || failure.Hint == "" {
				t.Errorf("%+v is said as %+v", exit, failure)
			}
			if marked := "\u2603"; !at.Quote.Verified && strings.Contains(stderr, marked) && strings.Contains(failure.Message, marked) {
				t.Errorf("what nobody verified is quoted: %+v", failure)
			}
		}
	})
}
