package mattermost

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/volcado-io/volcado/bot/chat"
)

func listenerOf(s *Service, position time.Time) *listener {
	return &listener{
		Service: s, position: position, unread: map[string]time.Time{},
		handle: func(context.Context, chat.Message) (chat.Answer, error) { return chat.Answer{}, nil },
	}
}

func pageOfPosts(posts ...*model.Post) string {
	list := model.NewPostList()
	for _, post := range posts {
		list.AddPost(post)
		list.AddOrder(post.Id)
	}
	text, err := json.Marshal(list)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// What was missed in the channels that it did not come to is older than what it has read.
func TestACatchUpThatIsInterruptedBeginsAgainWhereItBegan(t *testing.T) {
	read, unread, now := model.NewId(), model.NewId(), time.Now()
	var broken atomic.Bool
	broken.Store(true)
	s := answering(t, func(r *http.Request) (int, string) {
		switch {
		case strings.HasSuffix(r.URL.Path, "/users/me/channels"):
			return 200, fmt.Sprintf(`[{"id": %q, "last_post_at": %d}, {"id": %q, "last_post_at": %d}, {"id": %q, "last_post_at": %d}]`,
				read, now.UnixMilli(), unread, now.Add(-8*time.Minute).UnixMilli(), model.NewId(), int64(1)<<50)
		case broken.Load() && !strings.Contains(r.URL.Path, read):
			return 503, ""
		case strings.Contains(r.URL.Path, read):
			return 200, pageOfPosts(&model.Post{Id: model.NewId(), ChannelId: read, UserId: model.NewId(), Message: "!list", CreateAt: now.UnixMilli()})
		}
		return 200, pageOfPosts()
	})
	began := now.Add(-10 * time.Minute)
	l := listenerOf(s, began)
	if err := l.catchUp(t.Context(), t.Context()); err == nil || !l.position.Equal(began) {
		t.Fatalf("it goes on from %s, and began at %s (%v)", l.position, began, err)
	}
	broken.Store(false)
	if err := l.catchUp(t.Context(), t.Context()); err != nil || l.position.UnixMilli() != now.UnixMilli() {
		t.Errorf("it goes on from %s, and has read until %s (%v)", l.position, now, err)
	}
}

// No event tells of the mention that it was added for.
func TestAChannelThatTheBotWasAddedToIsReadLaterIfItCannotBeReadNow(t *testing.T) {
	l := listenerOf(liar(t, 500, ""), time.Now())
	added := model.NewId()
	if err := l.arrive(t.Context(), t.Context(), arrival{joined: added}); err != nil {
		t.Fatal(err)
	}
	if since, unread := l.unread[added]; !unread || time.Since(since) < beforeAdded {
		t.Errorf("it is read from %s on (unread: %t)", since, unread)
	}
	if h := l.Health(); !h.Behind {
		t.Errorf("its health is %+v", h)
	}
	gone := listenerOf(liar(t, 404, `{"id": "app.channel.get.existing.app_error", "status_code": 404}`), time.Now())
	if err := gone.arrive(t.Context(), t.Context(), arrival{joined: added}); err != nil || len(gone.unread) > 0 {
		t.Errorf("a channel that is not there is to be read (%v)", err)
	}
}

// As an import or a plugin can make it.
func TestAPostOfTheFutureHidesNoneThatFollowsIt(t *testing.T) {
	ahead := &model.Post{Id: model.NewId(), CreateAt: time.Now().Add(10 * time.Minute).UnixMilli()}
	to := somewhere()
	ahead.ChannelId = to.Channel
	var page atomic.Value
	page.Store(pageOfPosts(ahead))
	s := answering(t, func(*http.Request) (int, string) { return 200, page.Load().(string) })
	if _, found, err := s.Find(t.Context(), to, "key", time.Now()); found || err != nil {
		t.Fatalf("found: %t (%v)", found, err)
	}
	own := &model.Post{Id: model.NewId(), ChannelId: to.Channel, UserId: s.self.id, CreateAt: time.Now().UnixMilli()}
	own.AddProp(propKey, "key")
	page.Store(pageOfPosts(ahead, own))
	if _, found, err := s.Find(t.Context(), to, "key", time.Now()); !found || err != nil {
		t.Errorf("found: %t (%v)", found, err)
	}
}

func TestASearchThatWaitsForAnotherEndsInTime(t *testing.T) {
	asked, answer := make(chan struct{}), make(chan struct{})
	s := answering(t, func(r *http.Request) (int, string) {
		if strings.HasSuffix(r.URL.Path, "/posts") {
			close(asked)
			<-answer
		}
		return 200, pageOfPosts()
	})
	to, ended := somewhere(), make(chan error)
	go func() {
		_, _, err := s.Find(t.Context(), to, "key", time.Now())
		ended <- err
	}()
	<-asked
	gone, end := context.WithCancel(t.Context())
	end()
	_, _, err := s.Find(gone, to, "key", time.Now())
	isKind(t, err, chat.NotDone)
	close(answer)
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// Mattermost writes it into the error of a session that it cannot read.
func TestAnErrorOfTheServersDoesNotTellTheToken(t *testing.T) {
	_, err := liar(t, 500, `{"id": "app.session.get.app_error", "message": "Invalid session token=abc, err=no", "status_code": 500}`).me(t.Context())
	if err == nil || strings.Contains(err.Error(), "abc") || !strings.Contains(err.Error(), "Invalid session") {
		t.Errorf("the error is %v", err)
	}
}

func TestLittleIsKeptOfLongProps(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	post, err := decodePost(json.NewDecoder(strings.NewReader(
		`{"props": {"volcado_key": "` + long + `", "addedUserId": "` + long + `", "from_` + long + `": ""}}`)))
	if err != nil {
		t.Fatal(err)
	}
	if kept := fmt.Sprint(post.GetProps()); len(kept) > 10*longestProp {
		t.Errorf("%d characters are kept", len(kept))
	}
	if !byMachine(post) {
		t.Error("a mark with a long name is lost")
	}
	if key, ok := post.GetProp(propKey).(string); ok {
		t.Errorf("it has a key of %d characters", len(key))
	}
}

func TestAGroupThatCannotBeReadKeepsNoOtherFromBeingOne(t *testing.T) {
	good, damaged, alice := model.NewId(), model.NewId(), model.NewId()
	var well atomic.Bool
	s := answering(t, func(r *http.Request) (int, string) {
		switch {
		case strings.HasSuffix(r.URL.Path, "/users/me/channels"):
			return 200, fmt.Sprintf(`[{"id": %q, "type": "P", "create_at": 1}, {"id": %q, "type": "P", "create_at": 2}]`, damaged, good)
		case strings.Contains(r.URL.Path, good), well.Load() && strings.Contains(r.URL.Path, damaged):
			return 200, fmt.Sprintf(`[{"channel_id": %q, "user_id": %q}]`, strings.Split(r.URL.Path, "/")[4], alice)
		}
		return 500, ""
	})
	in := func() string {
		s.groups.forget()
		found, err := s.groups.of(t.Context(), alice, "")
		return fmt.Sprint(found, err != nil)
	}
	if got := in(); got != fmt.Sprint([]string{}, true) {
		t.Errorf("at first: %s", got)
	}
	s.groups.patience = 0
	if got, want := in(), fmt.Sprint([]string{good}, false); got != want {
		t.Errorf("after that: %s, want %s", got, want)
	}
	well.Store(true)
	if got, want := in(), fmt.Sprint([]string{damaged, good}, false); got != want {
		t.Errorf("when it can be read again: %s, want %s", got, want)
	}
	s.groups.patience = time.Hour
	s.groups.failing[damaged] = failure{first: time.Now().Add(-2 * time.Hour), last: time.Now()}
	_ = in()
	well.Store(false)
	if got := in(); got != fmt.Sprint([]string{}, true) {
		t.Errorf("when it fails anew: %s", got)
	}
}
