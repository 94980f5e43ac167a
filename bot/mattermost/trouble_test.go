package mattermost

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/internal/mattermosttest"
)

// here is where a message of alice's in the channel is answered.
func (w *world) here() chat.Target {
	return chat.Target{Place: chat.Place{Platform: Platform, Workspace: workspace, Channel: w.channel.Id}}
}

func (w *world) ask(t *testing.T, text string) *model.Post {
	t.Helper()
	return w.say(t, w.alice, &model.Post{ChannelId: w.channel.Id, Message: w.mention() + text})
}

func mustPost(t *testing.T, s *Service, to chat.Target, text string) chat.Ref {
	t.Helper()
	ref, err := s.Post(t.Context(), to, "", chat.Reply{Headline: text})
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

func isKind(t *testing.T, err error, want chat.ErrorKind) {
	t.Helper()
	if err == nil || chat.KindOfError(err) != want {
		t.Errorf("the error is %v, want one that says %s", err, want)
	}
}

func TestAServerWhoseDatabaseIsAwayIsWaitedFor(t *testing.T) {
	w := newWorld(t, mattermosttest.Start(t, mattermosttest.Options{}))
	s := w.service(t)
	arrived := collected(t, s, time.Now())
	ref := mustPost(t, s, w.here(), "before")
	w.StopDatabase(t)
	_, err := s.Post(t.Context(), w.here(), "", chat.Reply{Headline: "meanwhile"})
	if kind := chat.KindOfError(err); err == nil || kind != chat.NotDone && kind != chat.Uncertain {
		t.Errorf("Post: %v", err)
	}
	inThread := w.here()
	inThread.Thread = ref.Post
	_, err = s.Post(t.Context(), inThread, "", chat.Reply{Headline: "meanwhile"})
	if kind := chat.KindOfError(err); err == nil || kind != chat.NotDone && kind != chat.Uncertain {
		t.Errorf("Post in a thread: %v", err)
	}
	_, err = s.KindOf(t.Context(), w.here().Place)
	if kind := chat.KindOfError(err); err != nil && kind != chat.NotDone && kind != chat.Uncertain {
		t.Errorf("KindOf: %v", err)
	}
	if _, err = s.me(t.Context()); chat.KindOfError(err) == chat.Unauthorised {
		t.Errorf("a good token is said to be refused: %v", err)
	}
	w.StartDatabase(t)
	eventually(t, "it can post again", func() bool {
		return s.Edit(t.Context(), ref, chat.Reply{Headline: "afterwards"}) == nil
	})
	eventually(t, "it is connected", func() bool { return s.Health().Connected })
	post := w.ask(t, "anybody there?")
	for next(t, arrived).ID != post.Id {
		continue
	}
}

func TestAServerThatIsRestartedIsConnectedToAgain(t *testing.T) {
	w := newWorld(t, mattermosttest.Start(t, mattermosttest.Options{}))
	s := w.service(t)
	arrived := collected(t, s, time.Now())
	w.Restart(t)
	post := w.ask(t, "anybody there?") // before the bot is back, perhaps
	if m := next(t, arrived); m.ID != post.Id || m.Text != "anybody there?" {
		t.Errorf("got %+v", m)
	}
}

func TestAConnectionOnWhichNothingIsHeardIsLost(t *testing.T) {
	w := newWorld(t, mattermosttest.Get(t))
	s := w.service(t)
	arrived := collected(t, s, time.Now())
	w.link.Stall()
	eventually(t, "it knows that it is deaf", func() bool { h := s.Health(); return !h.Connected && h.Why != "" && h.Behind })
	post := w.ask(t, "are you there?")
	if err := w.link.Restore(); err != nil {
		t.Fatal(err)
	}
	if m := next(t, arrived); m.ID != post.Id || !m.Again {
		t.Errorf("got %+v", m)
	}
}

// Three thousand messages were written, thirty of them to the bot. They are put into the database, because through the API
// that would take a minute.
func TestWhatWasWrittenInALongAbsenceIsReadInOrder(t *testing.T) {
	w := newWorld(t, mattermosttest.Get(t))
	since := time.Now().Add(-2 * time.Second)
	begin := time.Now().UnixMilli()
	w.SQL(t, fmt.Sprintf(`
		INSERT INTO posts (id, createat, updateat, editat, deleteat, ispinned, userid, channelid, rootid, originalid, message, type, props, hashtags, filenames, fileids, hasreactions)
		SELECT substr(md5(random()::text || n), 1, 26), %d + n / 7, %d + n / 7, 0, 0, false, '%s', '%s', '', '',
		       CASE WHEN n %% 100 = 0 THEN '%scommand ' || n / 100 ELSE 'chatter ' || n END, '', '{}', '', '[]', '[]', false
		FROM generate_series(1, 3000) n`, begin, begin, w.alice.ID, w.channel.Id, w.mention()))
	w.SQL(t, fmt.Sprintf("UPDATE channels SET lastpostat = %d WHERE id = '%s'", begin+3000, w.channel.Id))
	if _, err := w.Admin.Client.InvalidateCaches(t.Context()); err != nil {
		t.Fatal(err)
	}
	arrived := collected(t, w.service(t), since)
	for n := range 30 {
		if m := next(t, arrived); m.Text != fmt.Sprintf("command %d", n+1) || !m.Again {
			t.Fatalf("message %d is %+v", n+1, m)
		}
	}
	post := w.ask(t, "and now")
	if m := next(t, arrived); m.ID != post.Id || m.Again {
		t.Errorf("after the last came %+v", m)
	}
}

func TestWhatWasTakenBackWhileTheBotWasAwayIsNotHandled(t *testing.T) {
	w := newWorld(t, mattermosttest.Get(t))
	since := time.Now()
	taken := w.ask(t, "dump everything")
	w.Delete(t, w.alice, taken.Id)
	kept := w.ask(t, "hello")
	if m := next(t, collected(t, w.service(t), since.Add(-time.Second))); m.ID != kept.Id {
		t.Errorf("got %+v", m)
	}
}

func TestTheMentionThatHadTheBotAddedIsAnswered(t *testing.T) {
	w := newWorld(t, mattermosttest.Get(t))
	arrived := collected(t, w.service(t), time.Now())
	channel := w.Channel(t, w.team, model.ChannelTypePrivate, "later", w.alice)
	post := w.say(t, w.alice, &model.Post{ChannelId: channel.Id, Message: w.mention() + "help"})
	w.AddToChannel(t, channel.Id, w.bot)
	if m := next(t, arrived); m.ID != post.Id || m.Channel != channel.Id {
		t.Errorf("got %+v", m)
	}
}

func TestABotThatWasRemovedSaysThatThePlaceIsGoneAndStillReachesThePerson(t *testing.T) {
	w := newWorld(t, mattermosttest.Get(t))
	s := w.service(t)
	ref := mustPost(t, s, w.here(), "before")
	w.RemoveFromChannel(t, w.channel.Id, w.bot)
	_, err := s.Post(t.Context(), w.here(), "", chat.Reply{Headline: "afterwards"})
	isKind(t, err, chat.PlaceGone)
	isKind(t, s.Edit(t.Context(), ref, chat.Reply{Headline: "afterwards"}), chat.PlaceGone)
	_, err = s.KindOf(t.Context(), w.here().Place)
	isKind(t, err, chat.PlaceGone)
	to := w.here()
	to.Only = w.alice.ID
	mustPost(t, s, to, "for you alone")
}

func TestWhatAnAdministratorMadeOfAPostIsEditedOver(t *testing.T) {
	w := newWorld(t, mattermosttest.Get(t))
	s := w.service(t)
	ref := mustPost(t, s, w.here(), "before")
	w.Edit(t, w.Admin, ref.Post, "vandalised")
	if err := s.Edit(t.Context(), ref, chat.Reply{Headline: "afterwards"}); err != nil {
		t.Fatal(err)
	}
	post, err := s.post(t.Context(), ref.Post)
	if err != nil || !strings.Contains(post.Message, "afterwards") || strings.Contains(post.Message, "vandalised") {
		t.Errorf("the post is %+v, %v", post, err)
	}
}

func TestMembersOfAPrivateChannelAreAGroupUntilTheyAreRemovedOrItIsPublic(t *testing.T) {
	w := newWorld(t, mattermosttest.Get(t))
	arrived := collected(t, w.service(t), time.Now())
	direct := w.Direct(t, w.alice, w.bot)
	groups := func() []string {
		t.Helper()
		w.say(t, w.alice, &model.Post{ChannelId: direct.Id, Message: "whoami"})
		return next(t, arrived).Groups
	}
	is := func(when string, want int) {
		t.Helper()
		eventually(t, fmt.Sprintf("%s, alice has %d groups", when, want), func() bool { return len(groups()) == want })
	}
	is("at first", 1)
	w.RemoveFromChannel(t, w.channel.Id, w.alice)
	is("removed", 0)
	w.AddToChannel(t, w.channel.Id, w.alice)
	is("added", 1)
	w.SetPrivacy(t, w.channel.Id, model.ChannelTypeOpen)
	is("made public", 0)
}

func TestSomebodyWhoIsRenamedIsMentionedByTheNewName(t *testing.T) {
	w := newWorld(t, mattermosttest.Get(t))
	s := w.service(t)
	w.Rename(t, w.alice, "alicia")
	user, _, err := w.Admin.Client.GetUser(t.Context(), w.alice.ID, "")
	if err != nil {
		t.Fatal(err)
	}
	mention, err := s.mention(t.Context(), w.alice.ID)
	if want := "@" + user.Username + " "; err != nil || mention != want || !strings.HasPrefix(user.Username, "alicia") {
		t.Errorf("the mention is %q (%v), want %q", mention, err, want)
	}
	w.Deactivate(t, w.alice)
	if mention, err := s.mention(t.Context(), w.alice.ID); err != nil || mention != "" {
		t.Errorf("deactivated, alice is mentioned as %q (%v)", mention, err)
	}
}

func TestSomebodyWhoWasDeactivatedIsNotHeard(t *testing.T) {
	w := newWorld(t, mattermosttest.Get(t))
	since := time.Now()
	w.ask(t, "dump everything")
	w.Deactivate(t, w.alice)
	kept := w.say(t, w.bob, &model.Post{ChannelId: w.channel.Id, Message: w.mention() + "hello"})
	if m := next(t, collected(t, w.service(t), since.Add(-time.Second))); m.ID != kept.Id {
		t.Errorf("got %+v", m)
	}
}

func TestInAGroupChannelTheBotHasToBeAddressed(t *testing.T) {
	w := newWorld(t, mattermosttest.Get(t))
	arrived := collected(t, w.service(t), time.Now())
	channel := w.Group(t, w.alice, w.bob, w.bot)
	w.say(t, w.alice, &model.Post{ChannelId: channel.Id, Message: "dump shop?"})
	post := w.say(t, w.alice, &model.Post{ChannelId: channel.Id, Message: "!help"})
	if m := next(t, arrived); m.ID != post.Id || m.Text != "help" || m.Kind != chat.KindPrivate {
		t.Errorf("got %+v", m)
	}
}

func TestARevokedTokenEndsListeningAndIsNeverShown(t *testing.T) {
	w := newWorld(t, mattermosttest.Get(t))
	s := w.service(t)
	ended := make(chan error, 1)
	go func() {
		ended <- s.Listen(context.Background(), time.Now(), func(context.Context, chat.Message) (chat.Answer, error) {
			return chat.Answer{}, nil
		})
	}()
	eventually(t, "it is connected", func() bool { return s.Health().Connected })
	token := w.bot.Token
	w.RevokeToken(t, w.bot)
	var err error
	select {
	case err = <-ended:
	case <-time.After(time.Minute):
		t.Fatal("it listens with a token that was revoked")
	}
	if e, ok := errors.AsType[*chat.Error](err); !ok || e.Kind != chat.Unauthorised {
		t.Errorf("Listen: %v", err)
	}
	if h := s.Health(); h.Connected || h.Why == "" || strings.Contains(h.Why+err.Error(), token) {
		t.Errorf("its health is %+v", h)
	}
}

// Mattermost says of any trouble with its database that a thread's root is missing, or a permission. It may be well again when
// it is asked how it is.
func TestARefusalIsNotBelievedWhereTheServerSaysOtherwiseAMomentLater(t *testing.T) {
	w := newWorld(t, mattermosttest.Get(t))
	s := w.service(t)
	root := mustPost(t, s, w.here(), "root")
	inThread := w.here()
	inThread.Thread = root.Post
	refuse := func(id string, status int) func(http.ResponseWriter, *http.Request) {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = fmt.Fprintf(w, `{"id": %q, "message": "no", "status_code": %d}`, id, status)
		}
	}
	w.front.set(refuse(errorRoot, http.StatusBadRequest))
	_, err := s.Post(t.Context(), inThread, "", chat.Reply{Headline: "hello"})
	isKind(t, err, chat.NotDone)
	for name, path := range map[string]string{errorRoot: "/api/v4/posts/" + root.Post, errorPermission: "/api/v4/channels/" + w.channel.Id} {
		w.front.set(refuse(name, http.StatusBadRequest))
		w.front.breakAt(path)
		_, err = s.Post(t.Context(), inThread, "", chat.Reply{Headline: "hello"})
		isKind(t, err, chat.NotDone)
		w.front.breakAt("")
	}
	if _, err := s.Post(t.Context(), inThread, "", chat.Reply{Headline: "hello"}); err != nil {
		t.Errorf("now nothing is wrong: %v", err)
	}
}

func TestAPostThatCannotBeAThreadsRootIsNone(t *testing.T) {
	w := newWorld(t, mattermosttest.Get(t))
	s := w.service(t)
	other := w.Channel(t, w.team, model.ChannelTypePrivate, "other", w.alice, w.bot)
	elsewhere := w.say(t, w.alice, &model.Post{ChannelId: other.Id, Message: "root"})
	root := w.ask(t, "root")
	reply := w.Reply(t, w.alice, root, "reply")
	for name, thread := range map[string]string{"of another channel": elsewhere.Id, "a reply": reply.Id, "never there": model.NewId()} {
		t.Run(name, func(t *testing.T) {
			to := w.here()
			to.Thread = thread
			_, err := s.Post(t.Context(), to, "", chat.Reply{Headline: "hello"})
			isKind(t, err, chat.PostGone)
		})
	}
}
