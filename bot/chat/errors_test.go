package chat_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/volcado-io/volcado/bot/chat"
)

// A driver is not believed: whatever error it returns can be printed, and says nothing that is not certain.
func TestWhateverErrorADriverReturnsCanBePrinted(t *testing.T) {
	for name, tc := range map[string]struct {
		err  error
		says string
		kind chat.ErrorKind
	}{
		"one that is typed":           {&chat.Error{Kind: chat.Rejected, Err: errors.New("too long")}, "rejected: too long", chat.Rejected},
		"one without a cause":         {&chat.Error{Kind: chat.NotDone}, "not done", chat.NotDone},
		"one of no type":              {errors.New("broken pipe"), "broken pipe", chat.Uncertain},
		"one of a kind beyond all":    {&chat.Error{Kind: 99, Err: errors.New("x")}, "uncertain: x", chat.Uncertain},
		"one of a kind below all":     {&chat.Error{Kind: -1}, "uncertain", chat.Uncertain},
		"none, as a typed nil":        {(*chat.Error)(nil), "uncertain", chat.Uncertain},
		"none, as a typed nil within": {fmt.Errorf("post: %w", (*chat.Error)(nil)), "post: uncertain", chat.Uncertain},
	} {
		if got := tc.err.Error(); got != tc.says {
			t.Errorf("%s: %q, want %q", name, got, tc.says)
		}
		if got := chat.KindOfError(tc.err); got != tc.kind {
			t.Errorf("%s: %v, want %v", name, got, tc.kind)
		}
		if got := chat.RetryAfter(tc.err); got != time.Duration(0) {
			t.Errorf("%s: wait %s", name, got)
		}
	}
}
