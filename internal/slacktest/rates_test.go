package slacktest

import (
	"errors"
	"testing"
	"time"

	"github.com/slack-go/slack"
)

func TestEveryMethodHasTheRateThatSlackDocuments(t *testing.T) {
	rates := SlackRates().PerMinute
	for name := range methods() {
		if rates[name] <= 0 {
			t.Errorf("%s has no rate: look up its tier", name)
		}
	}
	for name := range rates {
		if _, known := methods()[name]; !known {
			t.Errorf("%s has a rate, and there is no such method", name)
		}
	}
}

func TestAMethodHasItsCallsInAnyMinuteAndNoMore(t *testing.T) {
	s, alice, _, _ := world(t)
	s.SetRates(SlackRates())
	look := func() error {
		_, err := client(s).GetUserInfo(alice.ID)
		return err
	}
	for i := range tier4 {
		if err := look(); err != nil {
			t.Fatalf("call %d: %v", i, err)
		}
	}
	var limited *slack.RateLimitedError
	if err := look(); !errors.As(err, &limited) || limited.RetryAfter > time.Minute || limited.RetryAfter < 50*time.Second {
		t.Fatalf("one more: %v", err)
	}
	if _, err := client(s).AuthTest(); err != nil {
		t.Errorf("another method: %v", err)
	}
	s.Advance(20 * time.Second)
	if err := look(); err == nil {
		t.Error("it is let through before its time")
	}
	early := s.Early()
	if len(early) != 1 || early[0].Known < 20*time.Second || early[0].Known > 30*time.Second {
		t.Errorf("early are %+v", early)
	}
	s.Advance(40 * time.Second)
	if err := look(); err != nil || len(s.Early()) != 1 {
		t.Errorf("after a minute: %v, and %d are early", err, len(s.Early()))
	}
}

func TestChannelsShareTheMessagesOfAWorkspace(t *testing.T) {
	s, _, _, c := world(t)
	s.SetRates(Rates{PostEvery: time.Second, PerMinute: map[string]int{"chat.postMessage": 2}})
	other, third := s.Channel("other", Public, s.Bot), s.Channel("third", Public, s.Bot)
	post := func(c *Channel) error {
		_, _, err := client(s).PostMessage(c.ID, slack.MsgOptionText("hello", false))
		return err
	}
	for _, c := range []*Channel{c, other} {
		if err := post(c); err != nil {
			t.Fatal(err)
		}
	}
	var limited *slack.RateLimitedError
	if err := post(third); !errors.As(err, &limited) || limited.RetryAfter < 50*time.Second {
		t.Errorf("one message too many for the workspace: %v", err)
	}
	if err := post(other); err == nil || len(s.Early()) != 1 {
		t.Errorf("it is of all channels: %v, and %d are early", err, len(s.Early()))
	}
}

func TestAServerServesWithoutATest(t *testing.T) {
	var wrong []string
	s, err := Start(func(problem string) { wrong = append(wrong, problem) })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client(s).AuthTest(); err != nil {
		t.Error(err)
	}
	s.User("alice").Post(s.Channel("dumps", Public), "", "hello")
	if len(wrong) != 1 {
		t.Errorf("who is not in the channel has written there, and told was %q", wrong)
	}
	s.End()
	s.End()
	if _, err := client(s).AuthTest(); err == nil {
		t.Error("it serves on after its end")
	}
	if n := len(s.Calls()); n != 1 {
		t.Errorf("it has a record of %d calls", n)
	}
}
