package notify

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/chat"
)

func TestARecordIsReadAsItWasWritten(t *testing.T) {
	t.Parallel()
	follower := requester("bo", "C2")
	follower.Groups, follower.Locale, follower.DisplayName = []string{"G1"}, "es-MX", "Bo"
	for name, s := range map[string]State{
		"nothing was said": begun(),
		"everything at once": {Version: version, Places: []Place{
			{
				Status: Saying{Ref: &chat.Ref{Channel: "C1", Post: "1.2", Thread: "t1"}}, Direct: true,
				End:       Saying{Intent: &Intent{By: "me", Until: began.Add(123 * time.Millisecond), To: ToDirect}, Repeated: true},
				EditUntil: &began,
			},
			{Follower: follower, Status: Saying{GaveUp: "no"}, End: Saying{Ref: &chat.Ref{Post: "3"}, To: ToChannel}},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			record, err := s.encode()
			if err != nil {
				t.Fatal(err)
			}
			read, err := parse(record)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(s, read, cmpopts.IgnoreUnexported(State{})); diff != "" {
				t.Errorf("what was read (-want +got):\n%s", diff)
			}
		})
	}
}

// What is guessed could be said twice, or to the wrong people.
func TestARecordThatIsNotOursIsUnreadable(t *testing.T) {
	t.Parallel()
	place := func(s string) string { return `{"v":1,"places":[` + s + `]}` }
	many := place(`{}` + strings.Repeat(`,{"follower":{"platform":"p","workspace":"w","user":"u","channel":"c","channelKind":"Private","message":"m"}}`, 17))
	for name, record := range map[string]string{
		"empty":                               ``,
		"not JSON":                            `{"v":1,`,
		"another version":                     `{"v":2,"places":[{}]}`,
		"no version":                          `{"places":[{}]}`,
		"an unknown field":                    `{"v":1,"places":[{}],"more":1}`,
		"an unknown field deep inside":        place(`{"end":{"reff":{"post":"1"}}}`),
		"a field in capitals":                 place(`{"End":{}}`),
		"a field twice":                       `{"v":1,"v":1,"places":[{}]}`,
		"a field twice, deep inside":          place(`{"end":{"gaveUp":"a","gaveUp":"b"}}`),
		"null":                                `null`,
		"nothing for its places":              `{"v":1,"places":null}`,
		"nothing for a place":                 place(`null`),
		"nothing for a follower's place":      place(`{},null`),
		"nothing for whoever follows":         place(`{"follower":null}`),
		"nothing for what was said":           place(`{"end":null}`),
		"nothing for a reference":             place(`{"end":{"ref":null}}`),
		"nothing for an intent":               place(`{"end":{"intent":null}}`),
		"nothing for a time":                  place(`{"end":{"ref":{"channel":"C1","post":"1"}},"editUntil":null}`),
		"nothing for a place's kind":          place(`{"direct":null}`),
		"nothing for one of the groups":       place(`{},{"follower":{"platform":"p","user":"u","channel":"c","channelKind":"Private","message":"m","groups":[null]}}`),
		"a list for a place":                  place(`[]`),
		"text for what is true or false":      place(`{"direct":"true"}`),
		"something behind it":                 place(`{}`) + `{}`,
		"no place":                            place(``),
		"more places than there can be":       many,
		"a first place that is a follower's":  place(`{"follower":{"platform":"p","user":"u","channel":"c","channelKind":"Private","message":"m"}}`),
		"a second place that is nobody's":     place(`{},{}`),
		"a follower without a user":           place(`{},{"follower":{"platform":"p","user":"","channel":"c","channelKind":"Private","message":"m"}}`),
		"a follower with a very long channel": place(`{},{"follower":{"platform":"p","user":"u","channel":"` + strings.Repeat("c", 257) + `","channelKind":"Private","message":"m"}}`),
		"a reference to nothing":              place(`{"end":{"ref":{"channel":"C1","post":""}}}`),
		"something posted and not":            place(`{"end":{"ref":{"channel":"C1","post":"1"},"intent":{"by":"b","until":"2026-03-01T12:00:00Z"}}}`),
		"an intent of nobody":                 place(`{"end":{"intent":{"by":"","until":"2026-03-01T12:00:00Z"}}}`),
		"an intent without a deadline":        place(`{"end":{"intent":{"by":"b"}}}`),
		"an intent to post somewhere unknown": place(`{"end":{"intent":{"by":"b","until":"2026-03-01T12:00:00Z","to":"roof"}}}`),
		"a deadline that is no time":          place(`{"end":{"intent":{"by":"b","until":"soon"}}}`),
		"more than an annotation should have": place(`{"end":{"gaveUp":"` + strings.Repeat("x", maxRecord) + `"}}`),
		"a reason that is too long":           place(`{"end":{"gaveUp":"` + strings.Repeat("x", 257) + `"}}`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if s, err := parse(record); !errors.Is(err, ErrUnreadable) {
				t.Errorf("got %+v, %v; want ErrUnreadable", s, err)
			}
			if Delivered(at, record) {
				t.Error("it counts as delivered")
			}
		})
	}
}

func TestDelivered(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		places []Place
		want   bool
	}{
		"nothing was said":                       {[]Place{{}}, false},
		"a status message":                       {[]Place{{Status: posted}}, false},
		"the last word is intended":              {[]Place{{End: intended(me, time.Second)}}, false},
		"the last word was said":                 {[]Place{{End: posted}}, true},
		"or was given up":                        {[]Place{{End: Saying{GaveUp: "no"}}}, true},
		"not to a follower":                      {[]Place{{End: posted}, {Follower: requester("bo", "C2")}}, false},
		"the status message is to be edited yet": {[]Place{{End: posted, EditUntil: new(at.Add(time.Second))}}, false},
		"it is too late for that":                {[]Place{{End: posted, EditUntil: &at}}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			record, err := State{Places: c.places}.encode()
			if err != nil {
				t.Fatal(err)
			}
			if got := Delivered(at, record); got != c.want {
				t.Errorf("got %v of %s", got, record)
			}
		})
	}
}

// A record that nobody can read silences a dump for everybody. It is not written, whatever a service says of a follower.
func TestAFollowerWhoDoesNotFitIsNotRecorded(t *testing.T) {
	for name, change := range map[string]func(*v1alpha1.Requester){
		"an id too long":     func(r *v1alpha1.Requester) { r.User = strings.Repeat("u", maxID+1) },
		"a channel too long": func(r *v1alpha1.Requester) { r.Channel = strings.Repeat("c", maxID+1) },
		"a message too long": func(r *v1alpha1.Requester) { r.Message = strings.Repeat("m", maxID+1) },
		"nobody":             func(r *v1alpha1.Requester) { r.User = "" },
		"a group of no name": func(r *v1alpha1.Requester) { r.Groups = []string{""} },
		"a group too long":   func(r *v1alpha1.Requester) { r.Groups = []string{strings.Repeat("g", maxID+1)} },
	} {
		by := requester("ben", "C1")
		change(by)
		s, err := AddFollower(begun(), requester("ana", "C1"), *by)
		if err != nil {
			t.Fatal(err)
		}
		if record, err := s.encode(); err == nil {
			t.Errorf("%s: recorded as %.100s", name, record)
		}
	}
}

func TestAddFollower(t *testing.T) {
	t.Parallel()
	ana := requester("ana", "C1")
	elsewhere := *requester("ana", "C2")
	anotherServer := *ana
	anotherServer.Workspace = "w2"
	anotherThread := *ana
	anotherThread.Thread = "t9"
	full := begun()
	for i := range MaxFollowers {
		full.Places = append(full.Places, Place{Follower: requester(fmt.Sprint("u", i), "C1")})
	}
	dropped := State{Places: []Place{{}, {Follower: requester("bo", "C1"), End: Saying{GaveUp: "not allowed"}}}}
	for name, c := range map[string]struct {
		said   State
		person v1alpha1.Requester
		want   error
	}{
		"somebody else":                              {begun(), *requester("bo", "C1"), nil},
		"whoever asked":                              {begun(), *ana, ErrFollowing},
		"whoever asked, in another thread":           {begun(), anotherThread, ErrFollowing},
		"whoever asked, from another channel":        {begun(), elsewhere, nil},
		"somebody of that id on another server":      {begun(), anotherServer, nil},
		"one follower more than there can be":        {full, *requester("bo", "C1"), ErrFull},
		"a follower, once more":                      {full, *requester("u3", "C1"), ErrFollowing},
		"somebody who was dropped and is back again": {dropped, *requester("bo", "C1"), nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before := len(c.said.Places)
			got, err := AddFollower(c.said, ana, c.person)
			if !errors.Is(err, c.want) {
				t.Fatalf("got %v, want %v", err, c.want)
			}
			if c.want == nil && (len(got.Places) != before+1 || got.Places[before].Follower.User != c.person.User) {
				t.Errorf("got %+v", got.Places)
			}
			if len(c.said.Places) != before {
				t.Error("the state that it was made from has changed")
			}
		})
	}
}

func TestTheLargestRecordFits(t *testing.T) {
	t.Parallel()
	s := begun()
	long := strings.Repeat("x", 64)
	for i := range MaxFollowers {
		by := requester(long, fmt.Sprint(long[:60], i))
		by.Workspace, by.DisplayName, by.Locale = strings.Repeat("w", 253), strings.Repeat("Ω", 80), strings.Repeat("x", 35)
		by.Thread, by.Message = strings.Repeat("t", 128), strings.Repeat("m", 128)
		for g := range 256 {
			by.Groups = append(by.Groups, fmt.Sprint(long[:60], g))
		}
		var err error
		if s, err = AddFollower(s, nil, *by); err != nil {
			t.Fatal(err)
		}
	}
	ref := Saying{Ref: &chat.Ref{Channel: strings.Repeat("c", maxID), Post: strings.Repeat("p", maxID), Thread: strings.Repeat("t", maxID)}}
	for i := range s.Places {
		s.Places[i].Status, s.Places[i].End = ref, ref
	}
	record, err := s.encode()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parse(record); err != nil {
		t.Error(err)
	}
	t.Logf("%d bytes of %d", len(record), maxRecord)
}
