package notify

import (
	"context"
	"errors"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

// giveUp is a state that is easy to tell from others.
func giveUp(s State, why string) State {
	s = s.clone()
	s.Places[0].Status = Saying{GaveUp: why}
	return s
}

func load(t *testing.T, l Ledger, d *v1alpha1.DatabaseDump) State {
	t.Helper()
	s, err := l.Load(context.Background(), d)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func save(t *testing.T, l Ledger, d *v1alpha1.DatabaseDump, s State) {
	t.Helper()
	if err := l.Save(context.Background(), d, s); err != nil {
		t.Fatal(err)
	}
}

func why(t *testing.T, l Ledger, d *v1alpha1.DatabaseDump) string {
	t.Helper()
	return load(t, l, d).Places[0].Status.GaveUp
}

func TestTheRecordIsReadBackByTheNextLeader(t *testing.T) {
	c := newCluster(t)
	d := c.request("shop-1")
	first := NewAnnotations(c.bot)
	save(t, first, d, giveUp(load(t, first, d), "one"))
	if got := why(t, NewAnnotations(c.bot), c.anew(d)); got != "one" {
		t.Errorf("it reads %q", got)
	}
}

func TestWhatWasWrittenIsNewerThanTheCache(t *testing.T) {
	c := newCluster(t)
	d := c.request("shop-1") // what the cache has, for the whole of the test
	l := NewAnnotations(c.bot)
	for _, word := range []string{"one", "two", "three"} {
		save(t, l, d, giveUp(load(t, l, d), word))
		if got := why(t, l, d); got != word {
			t.Errorf("after %s it reads %q", word, got)
		}
	}
	if why(t, l, c.anew(d)); len(l.written) != 0 {
		t.Error("what the cache has by now is still kept")
	}
}

func TestTheManagersWritesAreNoConflict(t *testing.T) {
	c := newCluster(t)
	d := c.request("shop-1")
	l := NewAnnotations(c.bot)
	c.status(c.anew(d), func(s *v1alpha1.DatabaseDumpStatus) { s.Phase = v1alpha1.PhaseQueued })
	save(t, l, d, giveUp(load(t, l, d), "one"))
	is := c.anew(d)
	if got := why(t, NewAnnotations(c.bot), is); got != "one" || is.Status.Phase != v1alpha1.PhaseQueued {
		t.Errorf("the record reads %q, and the phase is %q", got, is.Status.Phase)
	}
}

func TestOfTwoBotsOneWrites(t *testing.T) {
	c := newCluster(t)
	d := c.request("shop-1")
	old, leader := NewAnnotations(c.bot), NewAnnotations(c.bot)
	stale := load(t, old, d)
	save(t, leader, d, giveUp(load(t, leader, d), "leader"))
	if err := old.Save(context.Background(), d, giveUp(stale, "old")); !errors.Is(err, ErrConflict) {
		t.Fatalf("got %v, want ErrConflict", err)
	}
	if got := why(t, old, d); got != "leader" {
		t.Errorf("then it reads %q", got)
	}
	save(t, old, d, giveUp(load(t, old, d), "old, knowing"))
	if got := why(t, leader, c.anew(d)); got != "old, knowing" {
		t.Errorf("the other reads %q", got)
	}
}

func TestALostAnswerIsLookedUp(t *testing.T) {
	c := newCluster(t)
	for name, f := range map[string]struct {
		patch, get []string
		saved      bool
		reads      string
	}{
		"the patch was made":                        {[]string{"unanswered"}, nil, true, "one"},
		"the patch was not made":                    {[]string{"lost"}, nil, false, ""},
		"it was made, and cannot be looked up":      {[]string{"unanswered"}, []string{"lost"}, false, "one"},
		"it was not made, and cannot be looked up":  {[]string{"lost"}, []string{"lost"}, false, ""},
		"it was made, and cannot be looked up soon": {[]string{"unanswered"}, []string{"lost", "lost"}, false, "one"},
	} {
		t.Run(name, func(t *testing.T) {
			c := &cluster{T: t, env: c.env, bot: c.bot, manager: c.manager, namespace: c.env.Namespace(t)}
			d := c.request("shop-1")
			l := NewAnnotations(&faulty{WithWatch: c.bot, patch: f.patch, get: f.get})
			err := l.Save(context.Background(), d, giveUp(load(t, l, d), "one"))
			if saved := err == nil; saved != f.saved {
				t.Fatalf("saved %v: %v", saved, err)
			}
			if len(f.get) > 1 {
				if _, err := l.Load(context.Background(), d); err == nil {
					t.Error("in doubt, the cache is believed")
				}
			}
			if got := why(t, l, d); got != f.reads {
				t.Errorf("then it reads %q, want %q", got, f.reads)
			}
		})
	}
}

// A failed test is a 422, and so is what the API server does not accept.
func TestARefusalIsNoConflict(t *testing.T) {
	c := newCluster(t)
	d := c.request("shop-1")
	s := load(t, NewAnnotations(c.bot), d)
	patch, err := patchOf(d.UID, `{"v":7}`, "x")
	if err != nil {
		t.Fatal(err)
	}
	err = c.bot.Patch(context.Background(), metadataOf(d), client.RawPatch("application/json-patch+json", patch))
	var status apierrors.APIStatus
	if !errors.As(err, &status) || status.Status().Code != 422 {
		t.Errorf("a failed test is %v, want 422", err)
	}
	// Nobody but the bot writes this annotation.
	err = NewAnnotations(c.env.Client).Save(context.Background(), d, giveUp(s, "administrator"))
	if errors.Is(err, ErrConflict) || !apierrors.IsForbidden(err) {
		t.Errorf("got %v, want Forbidden", err)
	}
}

func TestADumpMadeAnewIsAnother(t *testing.T) {
	c := newCluster(t)
	d := c.request("shop-1")
	l := NewAnnotations(c.bot)
	s := load(t, l, d)
	if err := c.env.Client.Delete(context.Background(), d.DeepCopy()); err != nil {
		t.Fatal(err)
	}
	if err := l.Save(context.Background(), d, giveUp(s, "one")); !errors.Is(err, ErrGone) {
		t.Errorf("got %v, want ErrGone", err)
	}
	anew := c.request("shop-1")
	if err := l.Save(context.Background(), d, giveUp(s, "one")); !errors.Is(err, ErrGone) {
		t.Errorf("got %v, want ErrGone", err)
	}
	if got := why(t, l, anew); got != "" {
		t.Errorf("the new one reads %q", got)
	}
	if len(l.written) != 0 {
		t.Error("what is gone is still kept")
	}
}

func TestFollowersAreAddedOneAfterTheOther(t *testing.T) {
	c := newCluster(t)
	d := c.request("shop-1")
	api := &faulty{WithWatch: c.bot}
	mine, theirs := Delivery{Ledger: NewAnnotations(api)}, Delivery{Ledger: NewAnnotations(c.bot)}
	api.between = func() {
		if already, full, err := theirs.Follow(context.Background(), d, *requester("eve", "C3")); already || full || err != nil {
			t.Error(already, full, err)
		}
	}
	if already, full, err := mine.Follow(context.Background(), d, *requester("bo", "C2")); already || full || err != nil {
		t.Fatal(already, full, err)
	}
	is := c.anew(d)
	for _, user := range []string{"bo:C2", "eve:C3", "ana:C1"} {
		if by := *requester(user[:len(user)-3], user[len(user)-2:]); !mine.Follows(is, by) {
			t.Errorf("%s is not told: %s", user, is.Annotations[v1alpha1.AnnotationDelivery])
		}
	}
	if already, _, err := mine.Follow(context.Background(), is, *requester("bo", "C2")); !already || err != nil {
		t.Errorf("once more: already %v, %v", already, err)
	}
}

// A cache leaves the record out of a dump of which all was said; somebody may follow it nonetheless.
func TestARecordThatTheCacheHasLeftOutIsReadAnew(t *testing.T) {
	c := newCluster(t)
	d := c.request("shop-1")
	l := NewAnnotations(c.bot)
	save(t, l, d, giveUp(load(t, l, d), "one"))
	slim := c.anew(d)
	slim.Annotations = nil
	if got := why(t, NewAnnotations(c.bot), slim); got != "one" {
		t.Errorf("it reads %q", got)
	}
	bare := &v1alpha1.DatabaseDump{
		ObjectMeta: metav1.ObjectMeta{Namespace: c.namespace, Name: "by-kubectl"},
		Spec:       v1alpha1.DatabaseDumpSpec{SourceRef: v1alpha1.ObjectReference{Name: "shop"}},
	}
	if err := c.env.Client.Create(context.Background(), bare); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Load(context.Background(), bare); !errors.Is(err, ErrUnreadable) {
		t.Errorf("got %v, want ErrUnreadable", err)
	}
}
