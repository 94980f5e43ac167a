package mattermost

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/volcado-io/volcado/bot/chat"
)

// liar is a server that is well, and answers everything but that in the same way.
func liar(t *testing.T, status int, body string) *Service {
	t.Helper()
	return answering(t, func(*http.Request) (int, string) { return status, body })
}

// answering is a server that answers so. It is well unless it answers its ping with 503.
func answering(t *testing.T, answer func(*http.Request) (status int, body string)) *Service {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		status, body := answer(r)
		if strings.HasSuffix(r.URL.Path, "/system/ping") && status != http.StatusServiceUnavailable {
			_, _ = w.Write([]byte(`{"status": "OK", "database_status": "OK"}`))
			return
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(server.Close)
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte("abc"), 0o600); err != nil {
		t.Fatal(err)
	}
	made, err := New(Config{URL: server.URL, Workspace: workspace, TokenFile: token})
	if err != nil {
		t.Fatal(err)
	}
	s := made.(*Service)
	s.self = identity{id: model.NewId(), name: "volcado"}
	return s
}

func somewhere() chat.Target {
	return chat.Target{Place: chat.Place{Platform: Platform, Workspace: workspace, Channel: model.NewId()}}
}

// A company's proxy has pages of its own for what it does not let through. That one of them came says nothing of the token,
// the channel or the post, nor whether a post was made.
func TestWhatAProxyAnswersIsNotTakenForMattermosts(t *testing.T) {
	for _, status := range []int{400, 401, 403, 404, 405, 501} {
		for name, body := range map[string]string{
			"a page":             "<html>Log in first</html>",
			"nothing":            "",
			"an empty object":    "{}",
			"another's error":    `{"error": "unauthorized", "message": "no"}`,
			"an error without":   fmt.Sprintf(`{"message": "no", "status_code": %d}`, status),
			"one of another one": `{"id": "api.context.session_expired.app_error", "status_code": 418}`,
		} {
			t.Run(fmt.Sprintf("%d, %s", status, name), func(t *testing.T) {
				s := liar(t, status, body)
				_, err := s.me(t.Context())
				isKind(t, err, chat.Uncertain)
				_, err = s.channel(t.Context(), model.NewId())
				isKind(t, err, chat.Uncertain)
				_, err = s.user(t.Context(), model.NewId())
				isKind(t, err, chat.Uncertain)
				_, err = s.post(t.Context(), model.NewId())
				isKind(t, err, chat.Uncertain)
				_, err = s.Post(t.Context(), somewhere(), "key", chat.Reply{Headline: "hello"})
				isKind(t, err, chat.Uncertain)
				isKind(t, s.Edit(t.Context(), chat.Ref{Channel: model.NewId(), Post: model.NewId()}, chat.Reply{Headline: "hello"}), chat.Uncertain)
			})
		}
	}
	own := func(status int) string {
		return fmt.Sprintf(`{"id": "api.context.session_expired.app_error", "message": "no", "status_code": %d}`, status)
	}
	_, err := liar(t, 401, own(401)).me(t.Context())
	isKind(t, err, chat.Unauthorised)
	_, err = liar(t, 404, own(404)).channel(t.Context(), model.NewId())
	isKind(t, err, chat.PlaceGone)
}

// What is not found is posted again, so only a page that is one can tell that a post is not there.
func TestAPageThatIsNoneDoesNotTellThatAPostIsNotThere(t *testing.T) {
	for _, body := range []string{`{}`, `null`, `[]`, `""`, `{"posts": {}}`, `{"order": null, "posts": {}}`, `{"order": ["x"]}`, `{"order": [], "posts": {}`, ``} {
		t.Run(body, func(t *testing.T) {
			if _, found, err := liar(t, 200, body).Find(t.Context(), somewhere(), "key", time.Now()); err == nil {
				t.Errorf("found: %t, without an error", found)
			}
		})
	}
	if _, found, err := liar(t, 200, `{"order": [], "posts": {}}`).Find(t.Context(), somewhere(), "key", time.Now()); found || err != nil {
		t.Errorf("in an empty channel found: %t (%v)", found, err)
	}
}

func TestAnEditOfWhichSomethingElseIsToldIsUncertain(t *testing.T) {
	for _, body := range []string{`{}`, `null`, `{"id": "` + model.NewId() + `"}`} {
		s := liar(t, 200, body)
		isKind(t, s.Edit(t.Context(), chat.Ref{Channel: model.NewId(), Post: model.NewId()}, chat.Reply{Headline: "hello"}), chat.Uncertain)
	}
}

// Three bytes of JSON can be a struct of hundreds of bytes.
func TestALongListOfNothingTakesLittleMemory(t *testing.T) {
	const size = 30 << 20
	channels := "[" + strings.Repeat("{},", size/3) + "{}]"
	posts := `{"order": [], "posts": {` + strings.Repeat(`"":{},`, size/6) + `"":{}}}`
	props := `{"order": [], "posts": {"":{"props": {` + strings.Repeat(`"from_":0,`, size/10) + `"from_":0}}}}`
	for name, ask := range map[string]func() error{
		"channels": func() error { _, err := liar(t, 200, channels).ownChannels(t.Context()); return err },
		"posts":    func() error { _, _, err := liar(t, 200, posts).page(t.Context(), model.NewId(), ""); return err },
		"props":    func() error { _, _, err := liar(t, 200, props).page(t.Context(), model.NewId(), ""); return err },
		"a user":   func() error { _, err := liar(t, 200, `{"props": `+props).user(t.Context(), model.NewId()); return err },
	} {
		t.Run(name, func(t *testing.T) {
			if err := ask(); (err == nil) != (name == "props") {
				t.Errorf("the error is %v", err)
			}
		})
	}
	// HeapSys never shrinks, so it is the most that was ever needed.
	var memory runtime.MemStats
	if runtime.ReadMemStats(&memory); memory.HeapSys > 512<<20 {
		t.Errorf("the heap had up to %d MiB", memory.HeapSys>>20)
	}
}

func TestPropsThatSayThatAMachineWroteAreNotLost(t *testing.T) {
	var many strings.Builder
	for n := range mostProps {
		fmt.Fprintf(&many, `"from_%d": "", `, n)
	}
	for name, tc := range map[string]struct {
		props   string
		machine bool
	}{
		"none":                          {`{}`, false},
		"no object":                     {`null`, false},
		"others":                        {`{"disable_group_highlight": true, "x": {"from_webhook": "true"}}`, false},
		"a webhook's":                   {`{"from_webhook": "true"}`, true},
		"a number":                      {`{"from_bot": 1}`, true},
		"an object":                     {`{"from_plugin": {"a": "b"}}`, true},
		"nothing":                       {`{"from_plugin": null, "from_bot": ""}`, false},
		"one behind a hundred":          {`{` + many.String() + `"from_webhook": "true"}`, true},
		"the last of two with one name": {`{"from_webhook": "", "from_webhook": "true"}`, true},
	} {
		t.Run(name, func(t *testing.T) {
			post, err := decodePost(json.NewDecoder(strings.NewReader(`{"id": "x", "props": ` + tc.props + `}`)))
			if err != nil {
				t.Fatal(err)
			}
			if got := byMachine(post); got != tc.machine {
				t.Errorf("by a machine: %t, want %t", got, tc.machine)
			}
		})
	}
}

func TestHowLongAServerWantsToBeLeftAlone(t *testing.T) {
	for value, want := range map[string]time.Duration{
		"": time.Second, "0": time.Second, "-5": time.Second, "soon": time.Second, "7": 7 * time.Second,
		"86400": longestWait, "99999999999999999999": longestWait,
	} {
		if got := retryAfter(http.Header{"Retry-After": {value}}); got != want {
			t.Errorf("%q: %s, want %s", value, got, want)
		}
	}
}
