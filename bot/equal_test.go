package bot_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/view"
)

// lagging informers show no dump that was made after they stopped.
type lagging struct {
	client.Reader
	known map[client.ObjectKey]bool
}

func (l lagging) List(ctx context.Context, into client.ObjectList, options ...client.ListOption) error {
	if err := l.Reader.List(ctx, into, options...); err != nil {
		return err
	}
	if dumps, ok := into.(*v1alpha1.DatabaseDumpList); ok {
		dumps.Items = slices.DeleteFunc(dumps.Items, func(d v1alpha1.DatabaseDump) bool { return !l.known[client.ObjectKeyFromObject(&d)] })
	}
	return nil
}

func (l lagging) Get(ctx context.Context, key client.ObjectKey, into client.Object, options ...client.GetOption) error {
	if _, ok := into.(*v1alpha1.DatabaseDump); ok && !l.known[key] {
		return apierrors.NewNotFound(dumpResource, key.Name)
	}
	return l.Reader.Get(ctx, key, into, options...)
}

// Twenty people who ask for the same at once get one copy, however late the informers are.
func TestTwentyEqualRequestsAtOnceMakeOneDump(t *testing.T) {
	for name, set := range map[string]func(*world){
		"on a console":                     func(*world) {},
		"with informers":                   func(*world) {},
		"with informers that know nothing": func(w *world) { w.cached = lagging{Reader: w.cached}; w.restart() },
	} {
		t.Run(name, func(t *testing.T) {
			m := serve
			if name == "on a console" {
				m = console
			}
			w := newWorld(t, m)
			set(w)
			var people []chat.Author
			for i := range 20 {
				people = append(people, w.person(fmt.Sprint("person", i)))
			}
			everybody := w.allow("everybody", w.alice, []v1alpha1.AllowedSource{"shop"}, "*")
			everybody.Spec.Subjects[0] = w.subject(v1alpha1.PermissionRequest, people...)
			w.create(source("shop", "shop"), everybody)
			// Equal, though not typed the same.
			lines := []string{"dump shop --tables b,a", "dump " + w.namespace + "/shop shop --tables a,b --reason x"}
			var all sync.WaitGroup
			said := make([]answered, len(people))
			for i, who := range people {
				all.Go(func() { said[i] = w.askAs(who, lines[i%2]) })
			}
			all.Wait()
			dump := w.theDump()
			made := 0
			for i, a := range said {
				if a.Follows != "" {
					made++
					continue
				}
				v := viewOf[view.Equal](t, a)
				if a.Outcome != chat.Offered || v.Dump.Name != dump.Name || v.Dump.By.You || v.Following || v.Stage != view.StageAsked {
					t.Errorf("person %d is offered %+v, outcome %v", i, v, a.Outcome)
				}
				if all := text(a.Said); !strings.Contains(all, "follow "+dump.Name) || !strings.Contains(all, "again "+dump.Name) {
					t.Errorf("it does not say how to follow it and how to insist:\n%s", all)
				}
			}
			if made != 1 {
				t.Errorf("%d people have made it", made)
			}
		})
	}
}

// Nobody waits until others have been told that there is an equal dump.
func TestEqualRequestsWaitForNoAnswers(t *testing.T) {
	w := newWorld(t, serve)
	w.shop()
	w.makeDump(w.alice, "dump shop")
	w.chat.limits.Live = true // nothing is acknowledged before it is said
	said := make(chan struct{})
	w.chat.becomes = func(before int) error {
		if before == 4 {
			close(said)
		}
		<-said
		return nil
	}
	var all sync.WaitGroup
	for range 5 {
		all.Go(func() { w.ask("dump shop") })
	}
	all.Wait()
	w.mustHave(1)
}

func TestWhatIsOfferedInsteadOfAnotherDump(t *testing.T) {
	minutesAgo := func(m time.Duration) func(*v1alpha1.DatabaseDumpStatus) {
		return succeedAt(time.Now().Add(-m * time.Minute))
	}
	for name, tc := range map[string]struct {
		first, second string
		status        func(*v1alpha1.DatabaseDumpStatus) // of the first
		cancelled     bool
		offered       bool
	}{
		"one that nobody has taken up":            {first: "dump shop", second: "dump shop", offered: true},
		"one that is queued":                      {first: "dump shop", second: "DUMP shop", status: phase(v1alpha1.PhaseQueued), offered: true},
		"one that runs":                           {first: "dump shop", second: "dump shop shop", status: phase(v1alpha1.PhaseRunning), offered: true},
		"one that has just succeeded":             {first: "dump shop", second: "dump shop", status: minutesAgo(0), offered: true},
		"one of 29 minutes ago":                   {first: "dump shop", second: "dump shop", status: minutesAgo(29), offered: true},
		"not one of 31 minutes ago":               {first: "dump shop", second: "dump shop", status: minutesAgo(31)},
		"not one that failed":                     {first: "dump shop", second: "dump shop", status: fail("Failed")},
		"not one that was refused":                {first: "dump shop", second: "dump shop", status: fail("Refused")},
		"not one that was cancelled":              {first: "dump shop", second: "dump shop", status: fail("Cancelled")},
		"not one that is being cancelled":         {first: "dump shop", second: "dump shop", cancelled: true},
		"tables in another order":                 {first: "dump shop --tables a,b", second: "dump shop --tables b,a", offered: true},
		"exclusions in another order":             {first: "dump shop --exclude a*,b", second: "dump shop --exclude b,a*", offered: true},
		"for another reason":                      {first: "dump shop --reason x", second: "dump shop --reason y", offered: true},
		"not one with other tables":               {first: "dump shop --tables a", second: "dump shop --tables a,b"},
		"not one with all tables":                 {first: "dump shop", second: "dump shop --tables a"},
		"not one without rows":                    {first: "dump shop --schema-only", second: "dump shop"},
		"not one that leaves out what is wanted":  {first: "dump shop --exclude a", second: "dump shop --tables a"},
		"not one of another database":             {first: "dump shop shop_a", second: "dump shop shop_b"},
		"not one of another source":               {first: "dump shop shop", second: "dump other shop"},
		"one that ended, asked for by its tables": {first: "dump shop --tables a,b", second: "dump shop --tables b,a", status: minutesAgo(1), offered: true},
	} {
		t.Run(name, func(t *testing.T) {
			inBoth(t, func(w *world) {
				w.create(source("other", "shop"), w.allow("other", w.alice, []v1alpha1.AllowedSource{"other"}, "shop"))
				w.shop()
				first := w.makeDump(w.alice, tc.first)
				if tc.status != nil {
					w.report(first, tc.status)
				}
				if tc.cancelled {
					w.ask("cancel " + first.Name)
					first = w.read(first.Name)
				}
				said := w.ask(tc.second)
				if !tc.offered {
					if said.Follows == "" {
						w.Fatalf("nothing was made: %+v", said)
					}
					w.mustHave(2)
					return
				}
				w.mustHave(1)
				v := viewOf[view.Equal](w, said)
				if v.Dump.Name != first.Name || !v.Dump.By.You || v.Following != (w.mode == serve && !first.Status.Finished()) || said.Outcome != chat.Offered || (v.Stage == "") != first.Status.Finished() {
					w.Errorf("offered %+v, outcome %v", v, said.Outcome)
				}
				if first.Status.Finished() && (v.Bytes != 12<<20 || v.Ended <= 0) {
					w.Errorf("offered %+v", v)
				}
			})
		})
	}
}

func phase(p v1alpha1.Phase) func(*v1alpha1.DatabaseDumpStatus) {
	return func(s *v1alpha1.DatabaseDumpStatus) { s.Phase = p }
}

// A dump that ended, or is gone, since the informers heard of it is not offered.
func TestWhatIsOfferedIsReadAnew(t *testing.T) {
	for name, happens := range map[string]func(*world, *v1alpha1.DatabaseDump){
		"it failed":      func(w *world, d *v1alpha1.DatabaseDump) { w.report(d, fail("Failed")) },
		"it was deleted": func(w *world, d *v1alpha1.DatabaseDump) { w.remove(d) },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, serve)
			w.shop()
			first := w.makeDump(w.alice, "dump shop")
			stale := &stale{Reader: w.cached, dump: first.DeepCopy()}
			w.cached = stale
			w.restart()
			happens(w, first)
			if said := w.ask("dump shop"); said.Follows == "" {
				t.Errorf("answered %+v", said)
			}
		})
	}
}

// A name can be taken again, and the second dump may be one that must not be seen.
func TestADumpMadeInTheSteadOfAnotherIsNotShown(t *testing.T) {
	w := newWorld(t, serve)
	w.create(source("shop", "shop", "payroll"), w.allow("qa", w.alice, []v1alpha1.AllowedSource{"shop"}, "shop"))
	nightly := func(database v1alpha1.DatabaseName) *v1alpha1.DatabaseDump {
		d := &v1alpha1.DatabaseDump{ObjectMeta: named("nightly"), Spec: v1alpha1.DatabaseDumpSpec{
			SourceRef: v1alpha1.ObjectReference{Name: "shop"}, Database: database,
		}}
		w.create(d)
		w.report(d, succeed)
		return d
	}
	first := nightly("shop")
	before := &stale{Reader: w.cached, dump: first.DeepCopy()}
	w.remove(first)
	nightly("payroll")
	w.cached = before
	w.restart()
	for _, command := range []string{"status ", "how ", "follow ", "again ", "cancel "} {
		said := w.ask(command + "nightly")
		if viewOf[view.NoDump](t, said); said.Outcome != chat.Refused || strings.Contains(text(said.Said), "payroll") {
			t.Errorf("%s: outcome %v\n%s", command, said.Outcome, text(said.Said))
		}
	}
}

// stale informers have one dump as it was.
type stale struct {
	client.Reader
	dump *v1alpha1.DatabaseDump
}

func (s *stale) List(ctx context.Context, into client.ObjectList, options ...client.ListOption) error {
	if dumps, ok := into.(*v1alpha1.DatabaseDumpList); ok {
		dumps.Items = []v1alpha1.DatabaseDump{*s.dump.DeepCopy()}
		return nil
	}
	return s.Reader.List(ctx, into, options...)
}

// Whoever must not see a dump cannot have one that is equal, and so is told of none.
func TestAnEqualDumpIsOfferedToNobodyWhoMustNotSeeIt(t *testing.T) {
	inBoth(t, func(w *world) {
		w.shop()
		first := w.makeDump(w.alice, "dump shop")
		mallory := w.person("mallory")
		w.create(w.allow("mallory", mallory, []v1alpha1.AllowedSource{"shop"}, "shop_x"))
		for _, line := range []string{"dump shop", "dump shop shop", "dumpdb shop"} {
			if said := w.askAs(mallory, line); said.Outcome != chat.Refused || strings.Contains(text(said.Said), first.Name) {
				w.Errorf("%q: outcome %v\n%s", line, said.Outcome, text(said.Said))
			}
		}
		for _, command := range []string{"follow ", "again ", "status ", "how ", "cancel "} {
			if said := w.askAs(mallory, command+first.Name); said.Outcome != chat.Refused || viewOf[view.NoDump](w, said).Typed != first.Name {
				w.Errorf("%q: outcome %v\n%s", command, said.Outcome, text(said.Said))
			}
		}
		w.mustHave(1)
	})
}

// again insists, on what runs and on what failed, and asks for the same.
func TestAgainMakesTheSameOnceMore(t *testing.T) {
	for name, end := range map[string]func(*v1alpha1.DatabaseDumpStatus){
		"while it runs": phase(v1alpha1.PhaseRunning), "after it failed": fail("Failed"), "after it succeeded": succeed, "after it was cancelled": fail("Cancelled"),
	} {
		t.Run(name, func(t *testing.T) {
			inBoth(t, func(w *world) {
				w.shop()
				first := w.makeDump(w.alice, "dump shop shop_eu --tables a,b --reason 'for x'")
				w.report(first, end)
				bob := w.person("bob")
				w.create(w.allow("bob", bob, []v1alpha1.AllowedSource{"shop"}, "shop_eu"))
				m := w.message(bob, "again "+w.namespace+"/"+first.Name[:12])
				said := w.handle(m)
				w.mustHave(2)
				second := w.read(strings.TrimPrefix(said.Follows, w.namespace+"/"))
				want := first.Spec.DeepCopy()
				want.RequestedBy = second.Spec.RequestedBy
				if second.Name == first.Name || !equality.Semantic.DeepEqual(*want, second.Spec) || second.Spec.RequestedBy.User != bob.User {
					w.Errorf("made %+v", second.Spec)
				}
				// The same message again is the same dump.
				w.restart()
				m.Again = true
				if again := w.handle(m); again.Follows != said.Follows {
					w.Errorf("answered %+v", again)
				}
				w.mustHave(2)
			})
		})
	}
}

// What is encrypted at somebody's wish is encrypted again, and is not what somebody gets who asked for a copy without.
func TestAnEncryptedDumpIsMadeAgainEncryptedAndOfferedToNobody(t *testing.T) {
	inBoth(t, func(w *world) {
		w.shop()
		encryption := &v1alpha1.Encryption{Recipients: []v1alpha1.Recipient{"age137vvwd69g8rsyc0d6pw3pvrdf3kg30w4xmkesjgjwqrxeygt2gdsqpte28"}}
		w.create(&v1alpha1.DatabaseDump{
			ObjectMeta: metav1.ObjectMeta{Name: "nightly"},
			Spec:       v1alpha1.DatabaseDumpSpec{SourceRef: v1alpha1.ObjectReference{Name: "shop"}, Database: "shop", Encryption: encryption},
		})
		plain := w.ask("dump shop")
		w.mustHave(2)
		if made := w.read(strings.TrimPrefix(plain.Follows, w.namespace+"/")); made.Spec.Encryption != nil {
			w.Errorf("made %+v", made.Spec)
		}
		again := w.ask("again nightly")
		w.mustHave(3)
		if made := w.read(strings.TrimPrefix(again.Follows, w.namespace+"/")); !equality.Semantic.DeepEqual(made.Spec.Encryption, encryption) {
			w.Errorf("made %+v", made.Spec)
		}
	})
}

// blind informers know nothing.
type blind struct{ client.Reader }

func (blind) List(context.Context, client.ObjectList, ...client.ListOption) error { return nil }

func (blind) Get(_ context.Context, key client.ObjectKey, _ client.Object, _ ...client.GetOption) error {
	return apierrors.NewNotFound(dumpResource, key.Name)
}
