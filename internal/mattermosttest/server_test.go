package mattermosttest

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
)

func TestMain(m *testing.M) { Main(m) }

// patience is far more than anything here takes.
const patience = time.Minute

// eventually waits for a condition.
func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	deadline, tick := time.After(patience), time.NewTicker(interval)
	defer tick.Stop()
	for !condition() {
		select {
		case <-deadline:
			t.Fatalf("not after %s: %s", patience, what)
		case <-tick.C:
		}
	}
}

// receive waits for an event of a kind.
func receive(t *testing.T, socket *model.WebSocketClient, kind model.WebsocketEventType) *model.WebSocketEvent {
	t.Helper()
	deadline := time.After(patience)
	for {
		select {
		case event, open := <-socket.EventChannel:
			if !open {
				t.Fatalf("the websocket closed before %s: %v", kind, socket.ListenError)
			}
			if event.EventType() == kind {
				return event
			}
		case <-deadline:
			t.Fatalf("no %s after %s", kind, patience)
		}
	}
}

// hear of a post. A channel's own words, as of who joined, come when they come.
func hear(t *testing.T, socket *model.WebSocketClient, post *model.Post) {
	t.Helper()
	for {
		text, _ := receive(t, socket, model.WebsocketEventPosted).GetData()["post"].(string)
		if strings.Contains(text, post.Id) {
			return
		}
	}
}

// refused is the HTTP status of an error of the server's, or 0.
func refused(err error) int {
	var refusal *model.AppError
	if errors.As(err, &refusal) {
		return refusal.StatusCode
	}
	return 0
}

func messages(posts []*model.Post) string {
	var texts []string
	for _, post := range posts {
		if post.Type == model.PostTypeDefault {
			texts = append(texts, post.Message)
		}
	}
	return strings.Join(texts, " / ")
}

func TestMembersOfAPrivateChannelReadWhatTheyPostAndOthersDoNot(t *testing.T) {
	t.Parallel()
	s := Get(t)
	alice, bob, mallory := s.User(t, "alice"), s.User(t, "bob"), s.User(t, "mallory")
	team := s.Team(t, "shop")
	channel := s.Channel(t, team, model.ChannelTypePrivate, "dumps", alice, bob)
	s.Join(t, team, mallory)

	root := s.Post(t, alice, channel.Id, "good morning")
	reply := s.Reply(t, bob, root, "and to you")
	s.Reply(t, alice, reply, "thanks")
	s.Edit(t, alice, root.Id, "good day")

	if got, want := messages(s.Thread(t, root.Id)), "good day / and to you / thanks"; got != want {
		t.Errorf("the thread is %q, not %q", got, want)
	}
	if _, _, err := bob.Client.GetPost(t.Context(), root.Id, ""); err != nil {
		t.Errorf("a member does not read it: %v", err)
	}
	if _, _, err := mallory.Client.GetPost(t.Context(), root.Id, ""); refused(err) != http.StatusForbidden {
		t.Errorf("somebody who is no member got %v, not a refusal", err)
	}
	if _, _, err := s.Admin.Client.GetChannelMember(t.Context(), channel.Id, s.Admin.ID, ""); refused(err) != http.StatusNotFound {
		t.Errorf("the administrator, who set it up, is a member of the channel: %v", err)
	}
	s.Delete(t, alice, root.Id)
	if got := messages(s.Posts(t, channel.Id)); got != "" {
		t.Errorf("the root and its thread are deleted, and %q is still there", got)
	}
}

func TestABotHearsOfPostsOverTheWebsocket(t *testing.T) {
	t.Parallel()
	s := Get(t)
	alice, bot := s.User(t, "alice"), s.Bot(t, "volcado")
	channel := s.Channel(t, s.Team(t, "shop"), model.ChannelTypeOpen, "talk", alice, bot)
	for place, id := range map[string]string{
		"a public channel": channel.Id,
		"a direct channel": s.Direct(t, alice, bot).Id,
		"a group channel":  s.Group(t, alice, bot, s.User(t, "bob")).Id,
	} {
		socket := s.listen(t, s.URL, bot)
		hear(t, socket, s.Post(t, alice, id, "hello from "+place))
	}
}

// listen as a person, over a URL.
func (s *Server) listen(t *testing.T, url string, person *Person) *model.WebSocketClient {
	t.Helper()
	socket, err := model.NewWebSocketClient4("ws"+strings.TrimPrefix(url, "http"), person.Token)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(socket.Close)
	socket.Listen()
	receive(t, socket, model.WebsocketEventHello)
	return socket
}

func TestHundredsOfPostsAreReadInOrder(t *testing.T) {
	t.Parallel()
	s := Get(t)
	alice := s.User(t, "alice")
	channel := s.Channel(t, s.Team(t, "shop"), model.ChannelTypeOpen, "busy", alice)
	var want []string
	begun := time.Now()
	for i := range postsPerPage + 50 {
		want = append(want, strings.Repeat("x", i+1))
		s.Post(t, alice, channel.Id, want[i])
	}
	t.Logf("%d posts in %s", len(want), time.Since(begun))
	if got := messages(s.Posts(t, channel.Id)); got != strings.Join(want, " / ") {
		t.Errorf("of %d posts it read %d", len(want), strings.Count(got, " / ")+1)
	}
}

func TestAPlainBrowserIsToldThatThereIsNoWebClient(t *testing.T) {
	t.Parallel()
	s := Get(t)
	for _, path := range []string{"/", "/shop/channels/town-square"} {
		response, err := http.Get(s.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		body := make([]byte, 4096)
		n, _ := response.Body.Read(body)
		_ = response.Body.Close()
		if response.StatusCode != http.StatusOK || !strings.Contains(string(body[:n]), "no web client") {
			t.Errorf("%s answered %s: %s", path, response.Status, body[:n])
		}
	}
}
