package bot_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/notify"
	"github.com/volcado-io/volcado/bot/view"
)

func TestWhoCanSeeAndCancelWhose(t *testing.T) {
	inBoth(t, func(w *world) {
		bob, carol, mallory := w.person("bob"), w.person("carol"), w.person("mallory")
		bob.DisplayName = "Bob"
		manage := w.allow("manage", carol, []v1alpha1.AllowedSource{"shop"}, "shop")
		manage.Spec.Subjects[0].May = []v1alpha1.Permission{v1alpha1.PermissionManage}
		w.create(source("shop", "shop"), source("crm", "crm"), manage,
			w.allow("alice", w.alice, []v1alpha1.AllowedSource{"*"}, "*"), w.allow("bob", bob, []v1alpha1.AllowedSource{"shop"}, "shop"))
		shop, crm := w.makeDump(w.alice, `dump shop --reason "it's for SHOP-1"`), w.makeDump(w.alice, "dump crm")
		w.create(&v1alpha1.DatabaseDump{
			ObjectMeta: metav1.ObjectMeta{Name: "nightly"},
			Spec:       v1alpha1.DatabaseDumpSpec{SourceRef: v1alpha1.ObjectReference{Name: "shop"}, Database: "shop"},
		})
		t := w.T
		for name, tc := range map[string]struct {
			who      chat.Author
			sees     []string
			cannot   bool // cancel what others asked for
			seesNone bool
		}{
			"alice sees her own, and others' of what she can have": {who: w.alice, sees: []string{crm.Name, "nightly", shop.Name}},
			"bob sees those of the source that he can have":        {who: bob, sees: []string{"nightly", shop.Name}, cannot: true},
			"carol sees those that she can manage":                 {who: carol, sees: []string{"nightly", shop.Name}},
			"mallory sees none":                                    {who: mallory, seesNone: true},
		} {
			t.Run(name, func(t *testing.T) {
				w.T = t
				w.seesOf(tc.who, tc.sees)
				if tc.seesNone {
					w.readsLikeNone(mallory, shop.Name)
					return
				}
				said := w.askAs(tc.who, "status "+shop.Name[:12])
				if v := viewOf[view.Status](t, said); v.Dump.Name != shop.Name || v.Dump.Reason != "it's for SHOP-1" || v.Dump.By.You != (tc.who.User == w.alice.User) {
					t.Errorf("status: %+v", v)
				}
				if tc.cannot {
					said := w.askAs(tc.who, "cancel "+shop.Name)
					if v := viewOf[view.CannotCancel](t, said); v.By.ID != w.alice.User || len(v.Misses) == 0 || said.Outcome != chat.Refused {
						t.Errorf("cancel: outcome %v, %+v", said.Outcome, v)
					}
				}
			})
		}
		w.T = t
		if got := w.read(shop.Name); got.Spec.Cancel {
			t.Fatal("somebody cancelled it who is not allowed to")
		}
		said := w.askAs(carol, "cancel "+w.namespace+"/"+shop.Name)
		if v := viewOf[view.Cancelling](t, said); v.Dump != shop.Name || said.Outcome != chat.Succeeded || !w.read(shop.Name).Spec.Cancel {
			t.Errorf("carol can manage: outcome %v", said.Outcome)
		}
		said = w.ask("cancel crm")
		if viewOf[view.Cancelling](t, said).Dump != crm.Name || !w.read(crm.Name).Spec.Cancel {
			t.Errorf("alice cancels her own by a beginning: outcome %v", said.Outcome)
		}
		w.report(w.read(crm.Name), fail("Cancelled"))
		said = w.ask("cancel crm")
		if v := viewOf[view.EndedAlready](t, said); v.Phase != "Cancelled" || said.Outcome != chat.Failed {
			t.Errorf("outcome %v, %+v", said.Outcome, v)
		}
	})
}

// seesOf checks what list shows to somebody.
func (w *world) seesOf(who chat.Author, want []string) {
	w.Helper()
	said := w.askAs(who, "list")
	if len(want) == 0 {
		viewOf[view.NoDumps](w, said)
		return
	}
	var seen []string
	for _, row := range viewOf[view.Dumps](w, said).Rows {
		seen = append(seen, row.Name)
	}
	slices.Sort(seen)
	if slices.Sort(want); !slices.Equal(seen, want) {
		w.Errorf("list shows %v, want %v", seen, want)
	}
}

// readsLikeNone checks that a dump reads like one that does not exist.
func (w *world) readsLikeNone(who chat.Author, name string) {
	w.Helper()
	none := name[:len(name)-1] + "u" // u is in no name
	for _, command := range []string{"cancel ", "status ", "how ", "follow ", "again "} {
		hidden, missing := w.askAs(who, command+name), w.askAs(who, command+none)
		if viewOf[view.NoDump](w, hidden).Typed != name || hidden.Outcome != chat.Refused || missing.Outcome != chat.Refused {
			w.Errorf("%s: outcomes %v and %v", command, hidden.Outcome, missing.Outcome)
		}
		if strings.ReplaceAll(text(hidden.Said), name, "") != strings.ReplaceAll(text(missing.Said), none, "") {
			w.Errorf("what must not be seen reads otherwise than what does not exist:\n%s\n%s", text(hidden.Said), text(missing.Said))
		}
	}
}

func TestABeginningThatIsNotUniqueIsListed(t *testing.T) {
	inBoth(t, func(w *world) {
		w.shop()
		one, two := w.makeDump(w.alice, "dumpdb shop_a"), w.makeDump(w.alice, "!dumpdb shop_b")
		for _, command := range []string{"cancel", "status", "how", "follow", "again"} {
			said := w.ask(command + " shop-")
			v := viewOf[view.WhichDump](w, said)
			if said.Outcome != chat.Misunderstood || len(v.Rows) != 2 || v.Typed != "shop-" {
				w.Errorf("%s: outcome %v, %+v", command, said.Outcome, v)
			}
		}
		for _, d := range w.dumps() {
			if d.Spec.Cancel {
				w.Errorf("%s was cancelled", d.Name)
			}
		}
		w.mustHave(2)
		for _, d := range []*v1alpha1.DatabaseDump{one, two} {
			for _, typed := range []string{d.Name, strings.ToUpper(d.Name), w.namespace + "/" + d.Name} {
				if v := viewOf[view.Status](w, w.ask("status "+typed)); v.Dump.Name != d.Name {
					w.Errorf("a whole name: %+v", v)
				}
			}
		}
		w.report(w.read(one.Name), succeed)
		if said := w.ask("cancel shop-"); viewOf[view.Cancelling](w, said).Dump != two.Name || !w.read(two.Name).Spec.Cancel {
			w.Errorf("of one that has ended and one that runs, the latter is meant: outcome %v", said.Outcome)
		}
	})
}

// The whole name of one dump is the beginning of another's.
func TestAWholeNameIsNotAmbiguous(t *testing.T) {
	inBoth(t, func(w *world) {
		w.shop()
		for _, name := range []string{"nightly", "nightly-2"} {
			w.create(&v1alpha1.DatabaseDump{
				ObjectMeta: metav1.ObjectMeta{Name: name},
				Spec:       v1alpha1.DatabaseDumpSpec{SourceRef: v1alpha1.ObjectReference{Name: "shop"}, Database: "shop"},
			})
		}
		if v := viewOf[view.Status](w, w.ask("status nightly")); v.Dump.Name != "nightly" || !v.Dump.By.Kubectl {
			w.Errorf("got %+v", v.Dump)
		}
	})
}

func TestStatusWithoutANameIsOfOnesLatest(t *testing.T) {
	inBoth(t, func(w *world) {
		w.shop()
		if said := w.ask("status"); !viewOf[view.NoDumps](w, said).Yours || said.Outcome != chat.Succeeded {
			w.Errorf("answered %+v", said)
		}
		older := w.makeDump(w.alice, "dump shop shop_a")
		// Times are whole seconds.
		w.eventually("a second has gone by", func() bool { return w.now().Sub(older.CreationTimestamp.Time).Seconds() > 1.1 })
		latest := w.makeDump(w.alice, "dump shop shop_b")
		bob := w.person("bob")
		w.create(w.allow("bob", bob, []v1alpha1.AllowedSource{"shop"}, "*"))
		w.makeDump(bob, "dump shop shop_c")
		if v := viewOf[view.Status](w, w.ask("status")); v.Dump.Name != latest.Name {
			w.Errorf("got %+v, want %s", v.Dump, latest.Name)
		}
		viewOf[view.NoCopy](w, w.ask("how"))
		w.report(latest, succeed)
		v := viewOf[view.Status](w, w.ask("status"))
		if done, ok := v.Now.(view.Succeeded); !ok || done.Bytes != 12<<20 || done.URI == "" || done.Server != "MariaDB 10.11.6" {
			w.Errorf("got %+v", v)
		}
		if h := viewOf[view.How](w, w.ask("how")); h.Dump != latest.Name || len(h.Steps) != 2 {
			w.Errorf("got %+v", h)
		}
		// Followed too late, it is told at once.
		if v := viewOf[view.Status](w, w.askAs(bob, "follow "+latest.Name)); v.Dump.Name != latest.Name {
			w.Errorf("got %+v", v)
		}
	})
}

func TestFollowing(t *testing.T) {
	w := newWorld(t, serve)
	w.shop()
	dump, bob := w.makeDump(w.alice, "dump shop"), w.person("bob")
	w.create(w.allow("bob", bob, []v1alpha1.AllowedSource{"shop"}, "*"))
	for i := range 2 {
		said := w.askAs(bob, "follow shop")
		if v := viewOf[view.Following](t, said); v.Dump != dump.Name || v.Already != (i > 0) || said.Outcome != chat.Succeeded || said.Follows != "" {
			t.Errorf("answered %+v", said)
		}
	}
	if v := viewOf[view.Equal](t, w.askAs(bob, "dump shop")); !v.Following {
		t.Errorf("he is offered to follow what he follows: %+v", v)
	}
	w.settle(w.read(dump.Name))
	var crowd []chat.Author
	for i := range notify.MaxFollowers {
		crowd = append(crowd, w.person(fmt.Sprint("person", i)))
	}
	list := w.allow("crowd", bob, []v1alpha1.AllowedSource{"shop"}, "*")
	list.Spec.Subjects[0] = w.subject(v1alpha1.PermissionRequest, crowd...)
	w.create(list)
	var all sync.WaitGroup
	said := make([]answered, len(crowd))
	for i, who := range crowd {
		all.Go(func() { said[i] = w.askAs(who, "follow shop") })
	}
	all.Wait()
	following, full := 0, 0
	for _, a := range said {
		switch v := a.View.(type) {
		case view.Following:
			following++
		case view.CannotFollow:
			if full++; v.Most != notify.MaxFollowers || a.Outcome != chat.Refused {
				t.Errorf("answered %+v", a)
			}
		default:
			t.Errorf("answered %+v", a)
		}
	}
	if following != notify.MaxFollowers-1 || full != 1 {
		t.Errorf("%d follow, beside bob, and %d cannot", following, full)
	}
}

// What was asked for with kubectl is told to nobody in chat.
func TestADumpOfKubectlCannotBeFollowed(t *testing.T) {
	w := newWorld(t, serve)
	w.shop()
	w.create(&v1alpha1.DatabaseDump{
		ObjectMeta: metav1.ObjectMeta{Name: "nightly"},
		Spec:       v1alpha1.DatabaseDumpSpec{SourceRef: v1alpha1.ObjectReference{Name: "shop"}, Database: "shop"},
	})
	said := w.ask("dump shop")
	if v := viewOf[view.Equal](t, said); v.Dump.Name != "nightly" || !v.Dump.By.Kubectl || strings.Contains(text(said.Said), "follow nightly") {
		t.Errorf("offered %+v\n%s", v, text(said.Said))
	}
	said = w.ask("follow nightly")
	if v := viewOf[view.CannotFollow](t, said); v.Most != 0 || said.Outcome != chat.Refused || !strings.Contains(text(said.Said), "status nightly") {
		t.Errorf("outcome %v\n%s", said.Outcome, text(said.Said))
	}
}

// A console has nobody else to tell: it watches what it follows itself.
func TestAConsoleWatchesWhatItFollows(t *testing.T) {
	w := newWorld(t, console)
	w.shop()
	dump := w.makeDump(w.alice, "dump shop")
	if said := w.ask("follow shop"); said.Follows != w.namespace+"/"+dump.Name || len(said.Posts) > 0 {
		t.Errorf("answered %+v", said)
	}
}

func TestWhatASessionLeavesRunning(t *testing.T) {
	inBoth(t, func(w *world) {
		w.shop()
		one, two := w.makeDump(w.alice, "dumpdb shop_a"), w.makeDump(w.alice, "dumpdb shop_b")
		w.report(one, succeed)
		names, err := w.bot.Unfinished(context.Background(), w.place(chat.KindDirect), w.alice, w.namespace+"-")
		if err != nil || !slices.Equal(names, []string{two.Name}) {
			w.Errorf("got %v, %v", names, err)
		}
		if names, _ := w.bot.Unfinished(context.Background(), w.place(chat.KindDirect), w.alice, "another-"); len(names) > 0 {
			w.Errorf("another session's: %v", names)
		}
		if names, _ := w.bot.Unfinished(context.Background(), w.place(chat.KindDirect), w.person("bob"), w.namespace+"-"); len(names) > 0 {
			w.Errorf("another person's: %v", names)
		}
	})
}

func TestCompletionOffersWhatThisPersonCanKnowOf(t *testing.T) {
	inBoth(t, func(w *world) {
		w.create(source("shop", "shop", "shop_eu"), source("payroll", "payroll"), w.allow("qa", w.alice, []v1alpha1.AllowedSource{"shop"}, "*"))
		running, ended := w.makeDump(w.alice, "dumpdb shop"), w.makeDump(w.alice, "dumpdb shop_eu")
		w.report(ended, succeed)
		both := []string{running.Name, ended.Name}
		slices.Sort(both)
		place := w.place(chat.KindDirect)
		for line, want := range map[string][]string{
			"du":                        {"dump", "dumpdb"},
			"dump sh":                   {"shop"},
			"dump pay":                  nil,
			"dump " + w.namespace + "/": {w.namespace + "/shop"},
			"dump ":                     {"shop", w.namespace + "/shop"},
			"dumpdb ":                   {"shop", "shop_eu"},
			"dump shop --s":             {"--schema-only"},
			"help he":                   {"hello", "help"},
			"nothing x":                 nil,
			"dump shop shop_e":          {"shop_eu"},
			"dump shop shop x":          nil,
			"cancel ":                   {running.Name},
			"follow sh":                 {running.Name},
			"status sh":                 both,
			"again ":                    both,
		} {
			if got := w.bot.Complete(context.Background(), place, w.alice, line); !slices.Equal(got, want) {
				w.Errorf("%q: got %v, want %v", line, got, want)
			}
			mallory := w.bot.Complete(context.Background(), place, w.person("mallory"), line)
			shared := w.bot.Complete(context.Background(), w.place(chat.KindShared), w.alice, line)
			if strings.Contains(strings.Join(append(mallory, shared...), " "), "shop") {
				w.Errorf("%q: mallory is offered %v, and outsiders %v", line, mallory, shared)
			}
		}
	})
}
