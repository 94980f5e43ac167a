package chattest

import (
	"context"
	"strings"
	"time"

	"github.com/volcado-io/volcado/bot/chat"
)

func failures() []test {
	hasFaults := func(h Harness) bool { return h.Faults != nil }
	return []test{
		{name: "a call that was throttled was not done, and says when to come again", run: throttledIsNotDone, needs: hasFaults},
		{name: "a post that was lost before it was made is uncertain, and then absent", run: lostBefore, needs: hasFaults},
		{name: "a post whose answer was lost is uncertain, and then found", run: lostAfter, needs: hasFaults},
		{name: "an edit whose answer was lost can be repeated", run: lostEdit, needs: hasFaults},
		{
			name: "an edit that is refused for its age is rejected", run: refusedEdit,
			needs: func(h Harness) bool { return h.Faults != nil && h.Faults.RefuseEdit != nil },
		},
		{
			name: "an edit of a post that was deleted says so", run: deletedPost,
			needs: func(h Harness) bool { return h.Delete != nil },
		},
		{
			name: "a thread that was deleted is gone", run: deletedThread,
			needs: func(h Harness) bool { return h.Threads != nil && h.Threads.Delete != nil },
		},
		{
			name: "a channel that was deleted is gone", run: deletedChannel,
			needs: func(h Harness) bool { return h.RemoveChannel != nil },
		},
		{
			name: "a service that is away is never said to have done anything", run: awayIsNotDone,
			needs: func(h Harness) bool { return h.Away != nil },
		},
		{
			name: "a token that was revoked is told, and another one is taken up", run: revokedToken,
			needs: func(h Harness) bool { return h.Token != nil },
		},
	}
}

func throttledIsNotDone(s *session) {
	to := here(s.hello())
	s.Faults.Throttle(2 * time.Second)
	_, err := s.Service.Post(context.Background(), to, "key", chat.Reply{Headline: "throttled"})
	s.fails("Post", err, chat.NotDone)
	if after := chat.RetryAfter(err); after < time.Second || after > 3*time.Second {
		s.Errorf("it says to come again after %s", after)
	}
	if contains(s.Shown(), "throttled") {
		s.Error("it was shown")
	}
	ref := s.post(to, "key", chat.Reply{Headline: "once more"})
	s.Faults.Throttle(time.Second)
	err = s.Service.Edit(context.Background(), ref, chat.Reply{Headline: "throttled"})
	s.fails("Edit", err, chat.NotDone)
	s.edit(ref, chat.Reply{Headline: "edited"})
	s.shows("once more", "edited")
}

func lostBefore(s *session) {
	to := here(s.hello())
	s.Faults.LoseBefore()
	_, err := s.Service.Post(context.Background(), to, "key", chat.Reply{Headline: "lost"})
	s.fails("Post", err, chat.Uncertain)
	if !s.Service.Limits().Finds {
		return
	}
	if ref, found := s.find(to, "key"); found {
		s.Errorf("it was never made, and %+v was found", ref)
	}
}

func lostAfter(s *session) {
	to := here(s.hello())
	s.Faults.LoseAfter()
	_, err := s.Service.Post(context.Background(), to, "key", chat.Reply{Headline: "answer lost"})
	s.fails("Post", err, chat.Uncertain)
	s.shows("answer lost")
	if n := strings.Count(s.Shown(), "answer lost"); n != 1 {
		s.Errorf("it is shown %d times: the driver must not repeat what is uncertain", n)
	}
	if !s.Service.Limits().Finds {
		return
	}
	ref, found := s.find(to, "key")
	if !found {
		s.Fatal("it was made, and not found")
	}
	s.edit(ref, chat.Reply{Headline: "found and edited"})
	s.shows("found and edited")
}

func lostEdit(s *session) {
	ref := s.post(here(s.hello()), "", chat.Reply{Headline: "before"})
	for _, lose := range []func(){s.Faults.LoseBefore, s.Faults.LoseAfter} {
		lose()
		err := s.Service.Edit(context.Background(), ref, chat.Reply{Headline: "afterwards"})
		s.fails("Edit", err, chat.Uncertain, chat.NotDone)
	}
	s.edit(ref, chat.Reply{Headline: "afterwards"})
	s.shows("afterwards")
}

func refusedEdit(s *session) {
	ref := s.post(here(s.hello()), "", chat.Reply{Headline: "before"})
	s.Faults.RefuseEdit()
	s.fails("Edit", s.Service.Edit(context.Background(), ref, chat.Reply{Headline: "afterwards"}), chat.Rejected)
}

func deletedPost(s *session) {
	to := here(s.hello())
	ref := s.post(to, "", chat.Reply{Headline: "before"})
	s.Delete(ref)
	s.fails("Edit", s.Service.Edit(context.Background(), ref, chat.Reply{Headline: "afterwards"}), chat.PostGone)
	s.post(to, "", chat.Reply{Headline: "the place is still there"})
	s.shows("the place is still there")
}

func deletedThread(s *session) {
	to := here(s.hello())
	s.Threads.Delete(to.Thread)
	_, err := s.Service.Post(context.Background(), to, "", chat.Reply{Headline: "afterwards"})
	s.fails("Post", err, chat.PostGone)
	to.Thread = ""
	s.post(to, "", chat.Reply{Headline: "the channel is still there"})
	s.shows("the channel is still there")
	if contains(s.Shown(), "afterwards") {
		s.Error("what was for the thread was shown")
	}
}

func deletedChannel(s *session) {
	to := here(s.hello())
	ref := s.post(to, "", chat.Reply{Headline: "before"})
	s.RemoveChannel()
	_, err := s.Service.Post(context.Background(), to, "", chat.Reply{Headline: "afterwards"})
	s.fails("Post", err, chat.PlaceGone)
	s.fails("Edit", s.Service.Edit(context.Background(), ref, chat.Reply{Headline: "afterwards"}), chat.PlaceGone, chat.PostGone)
	_, err = s.Service.KindOf(context.Background(), to.Place)
	s.fails("KindOf", err, chat.PlaceGone)
	if contains(s.Shown(), "afterwards") {
		s.Error("it was shown")
	}
}

func awayIsNotDone(s *session) {
	to := here(s.hello())
	ref := s.post(to, "", chat.Reply{Headline: "before"})
	s.Away.Leave()
	_, err := s.Service.Post(context.Background(), to, "key", chat.Reply{Headline: "meanwhile"})
	s.fails("Post", err, chat.Uncertain, chat.NotDone)
	err = s.Service.Edit(context.Background(), ref, chat.Reply{Headline: "meanwhile"})
	s.fails("Edit", err, chat.Uncertain, chat.NotDone)
	_, _, err = s.Service.Find(context.Background(), to, "key", s.began)
	s.fails("Find", err, chat.Uncertain, chat.NotDone)
	_, err = s.Service.KindOf(context.Background(), to.Place)
	s.fails("KindOf", err, chat.Uncertain, chat.NotDone)
	s.Away.Return()
	s.eventually("it is there again", func() bool { return s.Service.Health().Connected })
	s.edit(ref, chat.Reply{Headline: "afterwards"})
	s.shows("afterwards")
}

func revokedToken(s *session) {
	arrived, handle := collector()
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- s.Service.Listen(ctx, s.began, handle) }()
	s.Type("hello")
	to := here(s.next(arrived))
	s.Token.Revoke()
	s.ends(ended, func(err error) bool { return chat.KindOfError(err) == chat.Unauthorised })
	_, err := s.Service.Post(context.Background(), to, "key", chat.Reply{Headline: "locked out"})
	s.fails("Post", err, chat.Unauthorised)
	if h := s.Service.Health(); h.Connected || h.Why == "" {
		s.Errorf("its health is %+v", h)
	}
	s.Token.Renew()
	s.post(to, "key", chat.Reply{Headline: "let in again"})
	s.shows("let in again")
	s.serve(handle)
	s.Type("anybody there?")
	for s.next(arrived).Text != "anybody there?" { // what came before may come again
		continue
	}
}
