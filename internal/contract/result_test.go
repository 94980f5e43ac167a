package contract_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/volcado-io/volcado/internal/contract"
)

// Kubelet keeps 4096 bytes of a termination message and the manager reads it as JSON: one byte more is a lost result.
func TestAResultAlwaysFitsAndIsReadBack(t *testing.T) {
	text := rapid.Custom(func(r *rapid.T) string {
		return strings.Repeat(rapid.SampledFrom([]string{"", "8.4", "<", "\x00", "\u2028", "é", "🦊", "\xff"}).Draw(r, "piece"), rapid.IntRange(0, 10_000).Draw(r, "times"))
	})
	const attempt = "0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f"
	at := time.Date(2026, 11, 22, 10, 0, 0, 123456789, time.UTC)
	warnings := func(r *rapid.T) (all []contract.Warning) {
		for _, name := range contract.WarningNames() {
			names := rapid.SliceOfN(rapid.Just(strings.Repeat("<🦊", 32)), 0, 20).Draw(r, "names")
			all = append(all, contract.Warning{Name: name, Count: 1 << 40, Names: names})
		}
		return contract.Brief(all)
	}
	rapid.Check(t, func(r *rapid.T) {
		whole := contract.Result{Attempt: attempt, StartedAt: at, FinishedAt: at, Warnings: warnings(r),
			Server: &contract.Software{Flavour: "MariaDB", Version: text.Draw(r, "server")},
			Client: &contract.Software{Flavour: "MariaDB", Version: text.Draw(r, "client")}}
		if rapid.Bool().Draw(r, "failed") {
			whole.Failure = &contract.Failure{Reason: contract.StorageTLSVerificationFailed, Message: text.Draw(r, "message"), Hint: text.Draw(r, "hint")}
		} else {
			whole.Artifact = &contract.Artifact{File: contract.DefaultFormat().File(), SizeBytes: 1 << 50, UncompressedBytes: 1 << 50, SHA256: strings.Repeat("a", 64)}
		}
		data, err := whole.Encode()
		if err != nil || len(data) > contract.MaxMessageBytes {
			r.Fatalf("%d bytes, %v", len(data), err)
		}
		if _, err := contract.Decode(string(data), attempt); err != nil {
			r.Fatal(err)
		}
	})
}

func TestATerminationMessageThatKubeletCouldNotKeepIsRefused(t *testing.T) {
	const attempt = "0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f"
	data, err := contract.Result{Attempt: attempt, Failure: &contract.Failure{Reason: contract.AccessDenied}}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	padded := string(data) + strings.Repeat(" ", contract.MaxMessageBytes-len(data))
	if _, err := contract.Decode(padded, attempt); err != nil {
		t.Errorf("as long as can be: %v", err)
	}
	if _, err := contract.Decode(padded+" ", attempt); err == nil {
		t.Error("one byte more was read")
	}
}
