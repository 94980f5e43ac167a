// Package notify tells people in chat what becomes of a dump: one status message that is edited in place, and at the end
// a message of its own. Nothing else writes about a dump.
//
// What was said is recorded on the dump (Ledger), so that a bot that was killed at any instant forgets nobody and says
// nothing twice. Plan decides what comes next, purely; Notifier does it, one outside call a step: intend (a patch, with a
// deadline), post (never after the deadline), record (a patch). An intent without a record is settled by looking for the
// post under its key. Nothing is posted while it can still be on its way: what remains is a post that the service takes
// more than settleAfter after its deadline, and it may be said twice. Replicas' clocks must agree to within settleAfter.
package notify

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	kjson "sigs.k8s.io/json"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/internal/naming"
)

// State is what was said of a dump, and is about to be said. As JSON it is the annotation v1alpha1.AnnotationDelivery.
type State struct {
	Version int `json:"v"`
	// Places that are told, at most 1+MaxFollowers. The first is where the dump was asked for; the others are followers'.
	// None is ever removed or moved: keys hold their numbers.
	Places []Place `json:"places"`

	// stored is the annotation that this was read from. A ledger replaces only what it has read.
	stored string
}

// Place is one person in one place.
type Place struct {
	// Follower is who follows; nil for whoever asked, who stands in the dump's requestedBy.
	Follower *v1alpha1.Requester `json:"follower,omitempty"`
	Status   Saying              `json:"status,omitzero"`
	End      Saying              `json:"end,omitzero"`
	// Direct: the place is gone, so all goes to the person's direct messages.
	Direct bool `json:"direct,omitempty"`
	// EditUntil is there while the status message has yet to say that the dump has ended. After this time it is let be.
	EditUntil *time.Time `json:"editUntil,omitempty"`
}

// Saying is one thing that is said once. It is over when it has a Ref or a GaveUp.
type Saying struct {
	// Intent to post, whose outcome is not recorded.
	Intent *Intent `json:"intent,omitempty"`
	// Ref of the post, and where it went.
	Ref *chat.Ref `json:"ref,omitempty"`
	To  Where     `json:"to,omitempty"`
	// GaveUp is why it is not said, or not known to have been.
	GaveUp string `json:"gaveUp,omitempty"`
	// Repeated: the service could not find it, and it was intended once more without knowing.
	Repeated bool `json:"repeated,omitempty"`
}

// Intent was recorded before a post.
type Intent struct {
	// By is the incarnation of the bot that alone posts under it.
	By string `json:"by"`
	// Until is the deadline: afterwards the post is not begun.
	Until time.Time `json:"until"`
	To    Where     `json:"to,omitempty"`
}

// Where something is said.
type Where string

const (
	// ToThread is the place itself.
	ToThread Where = ""
	// ToChannel is the place without its thread, whose root is gone.
	ToChannel Where = "channel"
	// ToDirect is the person's direct messages.
	ToDirect Where = "direct"
)

// What is said of a dump in one place.
type What string

const (
	// Status is how it is, edited in place until it has ended.
	Status What = "status"
	// End is the last word.
	End What = "end"
)

// KeyOf is the identity of what is said of a dump in a place. In the first place it is made of the message that the dump was
// asked for in: of a dump that was deleted, nothing else shows that its message was handled.
func KeyOf(d *v1alpha1.DatabaseDump, place int, what What) chat.Key {
	if by := d.Spec.RequestedBy; by != nil && place == 0 {
		if what == End {
			return KeyOfEnd(*by)
		}
		return KeyOfAnswer(*by)
	}
	return chat.Key(string(d.UID) + "/" + strconv.Itoa(place) + "/" + string(what))
}

// KeyOfAnswer is the identity of the answer to a person's message. If that asked for a dump, it is the status message.
func KeyOfAnswer(by v1alpha1.Requester) chat.Key { return chat.Key(naming.MessageHash(by) + "/answer") }

// KeyOfEnd is the identity of the last word on the dump that a person's message asked for. A dump that had ended before its status
// message was posted has that alone.
func KeyOfEnd(by v1alpha1.Requester) chat.Key { return chat.Key(naming.MessageHash(by) + "/end") }

// Bounds of a State. A record that is beyond them was not written by this bot.
const (
	version = 1
	// MaxFollowers of a dump.
	MaxFollowers = 16
	maxGroups    = 32
	maxID        = 256
	maxRecord    = 128 << 10 // bytes; an object's annotations have 256 KiB in all
)

// begun is the state of a dump of which nothing was said.
func begun() State { return State{Version: version, Places: []Place{{}}} }

// Delivered reports whether a record says that all was said and nothing is left to be edited. One that cannot be read
// does not.
func Delivered(now time.Time, record string) bool {
	s, err := parse(record)
	return err == nil && s.delivered(now)
}

func (s State) delivered(now time.Time) bool {
	for i := range s.Places {
		if p := &s.Places[i]; !p.End.over() || p.EditUntil != nil && now.Before(*p.EditUntil) {
			return false
		}
	}
	return true
}

func (s Saying) over() bool { return s.Ref != nil || s.GaveUp != "" }

// clone can be changed without changing s.
func (s State) clone() State {
	s.Places = append([]Place(nil), s.Places...)
	return s
}

// saying of a kind, to be changed.
func (p *Place) saying(what What) *Saying {
	if what == End {
		return &p.End
	}
	return &p.Status
}

func (s State) encode() (string, error) {
	s.Version = version
	if err := s.check(); err != nil {
		return "", fmt.Errorf("encode a delivery record that could not be read: %w", err)
	}
	record, err := json.Marshal(s)
	if err != nil {
		return "", fmt.Errorf("encode a delivery record: %w", err)
	}
	if len(record) > maxRecord {
		return "", fmt.Errorf("encode a delivery record: %d bytes are too many", len(record))
	}
	return string(record), nil
}

// ErrUnreadable is a delivery record that this version of the bot did not write. Nothing is said by it, and it is left
// as it is: whatever is guessed could be said twice.
var ErrUnreadable = errors.New("the delivery record cannot be read")

// parse reads a record, strictly.
func parse(record string) (State, error) {
	if len(record) > maxRecord {
		return State{}, fmt.Errorf("%w: it has %d bytes", ErrUnreadable, len(record))
	}
	s := State{stored: record}
	strict, err := kjson.UnmarshalStrict([]byte(record), &s)
	if err := errors.Join(append(strict, err)...); err != nil {
		return State{}, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	if hasNull(record) {
		return State{}, fmt.Errorf("%w: it has a null", ErrUnreadable)
	}
	if err := s.check(); err != nil {
		return State{}, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	return s, nil
}

// hasNull finds what a decoder takes for nothing said. This bot leaves out what there is none of, so with a null something
// was lost.
func hasNull(record string) bool {
	tokens := json.NewDecoder(strings.NewReader(record))
	for {
		token, err := tokens.Token()
		if err != nil {
			return false // its end: that it is JSON is known
		}
		if token == nil {
			return true
		}
	}
}

func (s State) check() error {
	if s.Version != version {
		return fmt.Errorf("its version is %d, not %d", s.Version, version)
	}
	if n := len(s.Places); n < 1 || n > 1+MaxFollowers {
		return fmt.Errorf("it has %d places", n)
	}
	for i := range s.Places {
		if err := s.Places[i].check(i == 0); err != nil {
			return fmt.Errorf("place %d: %w", i, err)
		}
	}
	return nil
}

func (p Place) check(first bool) error {
	if first != (p.Follower == nil) {
		return errors.New("the first place, and no other, is that of whoever asked")
	}
	if f := p.Follower; f != nil {
		for _, id := range append([]string{string(f.Platform), f.User, f.Channel}, f.Groups...) {
			if id == "" {
				return errors.New("a follower's id is empty")
			}
		}
		for _, text := range append([]string{
			string(f.Platform), f.Workspace, f.User, f.DisplayName, f.Channel, f.Thread, f.Message, f.Locale,
		}, f.Groups...) {
			if utf8.RuneCountInString(text) > maxID {
				return errors.New("a follower's id is too long")
			}
		}
		if len(f.Groups) > maxGroups {
			return errors.New("a follower has too many groups")
		}
	}
	return errors.Join(p.Status.check(), p.End.check())
}

func (s Saying) check() error {
	switch {
	case s.Ref != nil && (s.Intent != nil || s.GaveUp != ""), s.GaveUp != "" && s.Intent != nil:
		return errors.New("it is over and is not")
	case s.Ref != nil && check(*s.Ref) != nil:
		return errors.New("the reference is empty or too long")
	case len(s.GaveUp) > maxID:
		return errors.New("the reason is too long")
	case !s.To.known():
		return fmt.Errorf("it went to %q", s.To)
	case s.Intent != nil && (s.Intent.By == "" || len(s.Intent.By) > maxID || s.Intent.Until.IsZero() || !s.Intent.To.known()):
		return errors.New("the intent is not whole")
	}
	return nil
}

// check that a post can be found by a reference, and that it fits into a record.
func check(r chat.Ref) error {
	switch {
	case r.Post == "":
		return errors.New("the service does not say which post it is")
	case max(len(r.Post), len(r.Channel), len(r.Thread)) > maxID:
		return fmt.Errorf("the post's reference has an id of more than %d bytes", maxID)
	default:
		return nil
	}
}

func (w Where) known() bool { return w == ToThread || w == ToChannel || w == ToDirect }
