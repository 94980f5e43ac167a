package bot_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/chat"
)

// makeDump has somebody ask for a dump and leaves it to itself.
func (w *world) makeDump(who chat.Author, line string) *v1alpha1.DatabaseDump {
	w.Helper()
	before := map[string]bool{}
	for _, d := range w.dumps() {
		before[d.Name] = true
	}
	asked := w.begin(w.message(who, line))
	var made v1alpha1.DatabaseDump
	w.eventually("a dump was made by "+line, func() bool {
		for _, d := range w.dumps() {
			if !before[d.Name] {
				made = d
			}
		}
		return made.Name != ""
	})
	asked.stop()
	asked.ended()
	return &made
}

func TestWhoMaySeeAndCancelWhose(t *testing.T) {
	w := newWorld(t)
	bob := chat.Author{Platform: "console", User: "bob-" + w.namespace, DisplayName: "Bob", Channel: "console", Kind: chat.KindDirect}
	carol, mallory := bob, bob
	carol.User, carol.DisplayName, mallory.User = "carol-"+w.namespace, "", "mallory-"+w.namespace
	manage := allow("manage", carol, []v1alpha1.AllowedSource{"shop"}, "shop")
	manage.Spec.Subjects[0].May = []v1alpha1.Permission{v1alpha1.PermissionManage}
	w.create(source("shop", "shop"), source("crm", "crm"), manage,
		allow("alice", w.alice, []v1alpha1.AllowedSource{"*"}, "*"), allow("bob", bob, []v1alpha1.AllowedSource{"shop"}, "shop"))
	shop, crm := w.makeDump(w.alice, `dump shop --reason "it's for SHOP-1"`), w.makeDump(w.alice, "dump crm")
	byKubectl := &v1alpha1.DatabaseDump{
		ObjectMeta: metav1.ObjectMeta{Name: "nightly"},
		Spec:       v1alpha1.DatabaseDumpSpec{SourceRef: v1alpha1.ObjectReference{Name: "shop"}, Database: "shop"},
	}
	w.create(byKubectl)

	for name, tc := range map[string]struct {
		who      chat.Author
		sees     []string
		mayNot   string // says so of cancelling shop
		notFound bool
	}{
		"alice sees her own, and others of what she may have": {who: w.alice, sees: []string{crm.Name, "nightly", shop.Name}},
		"bob sees those of the source that he may have":       {who: bob, sees: []string{"nightly", shop.Name}, mayNot: "you may not cancel what others asked for"},
		"carol sees those that she may manage":                {who: carol, sees: []string{"nightly", shop.Name}},
		"mallory sees none":                                   {who: mallory, notFound: true},
	} {
		t.Run(name, func(t *testing.T) {
			r, _ := w.askAs(tc.who, "list")
			var seen []string
			for _, row := range r.Rows {
				if row[0] != "DUMP" {
					seen = append(seen, row[0])
				}
			}
			slices.Sort(seen)
			if !slices.Equal(seen, tc.sees) {
				t.Errorf("list shows %v, want %v", seen, tc.sees)
			}
			r, outcome := w.askAs(tc.who, "status "+shop.Name[:12])
			if tc.notFound != (outcome == chat.Refused) {
				t.Errorf("status: outcome %v\n%s", outcome, text(r))
			}
			if !tc.notFound && !strings.Contains(text(r), "because: it's for SHOP-1") {
				t.Errorf("status:\n%s", text(r))
			}
			if tc.mayNot != "" {
				r, outcome = w.askAs(tc.who, "cancel "+shop.Name)
				if outcome != chat.Refused || !strings.Contains(text(r), tc.mayNot) || !r.Private {
					t.Errorf("cancel: outcome %v\n%s", outcome, text(r))
				}
			}
			if tc.notFound {
				hidden, _ := w.askAs(tc.who, "cancel "+shop.Name)
				none, _ := w.askAs(tc.who, "cancel "+shop.Name[:len(shop.Name)-1]+"u") // u is in no name
				if strings.ReplaceAll(text(hidden), shop.Name, "") != strings.ReplaceAll(text(none), shop.Name[:len(shop.Name)-1]+"u", "") {
					t.Errorf("what may not be seen reads otherwise than what does not exist:\n%s\n%s", text(hidden), text(none))
				}
			}
		})
	}
	if got := w.read(shop.Name); got.Spec.Cancel {
		t.Fatal("somebody cancelled it who may not")
	}
	if r, outcome := w.askAs(carol, "cancel "+w.namespace+"/"+shop.Name); outcome != chat.Succeeded || !w.read(shop.Name).Spec.Cancel {
		t.Errorf("carol may manage: outcome %v\n%s", outcome, text(r))
	}
	if r, outcome := w.ask("cancel crm"); outcome != chat.Succeeded || !w.read(crm.Name).Spec.Cancel {
		t.Errorf("alice cancels her own by a beginning: outcome %v\n%s", outcome, text(r))
	}
	w.report(w.read(crm.Name), fail("Cancelled", "Cancelled", "It was cancelled.", ""))
	if r, outcome := w.ask("cancel crm"); outcome != chat.Failed || !strings.Contains(r.Headline, "has ended already") {
		t.Errorf("outcome %v\n%s", outcome, text(r))
	}
}

func (w *world) read(name string) *v1alpha1.DatabaseDump {
	w.Helper()
	for _, d := range w.dumps() {
		if d.Name == name {
			return &d
		}
	}
	w.Fatalf("there is no dump %s", name)
	return nil
}

func TestABeginningThatIsNotUniqueIsListed(t *testing.T) {
	w := newShop(t)
	one, two := w.makeDump(w.alice, "dumpdb shop"), w.makeDump(w.alice, "!dumpdb shop")
	r, outcome := w.ask("cancel shop-" + w.namespace)
	if outcome != chat.Misunderstood || !strings.Contains(text(r), one.Name) || !strings.Contains(text(r), two.Name) {
		t.Errorf("outcome %v\n%s", outcome, text(r))
	}
	for _, d := range w.dumps() {
		if d.Spec.Cancel {
			t.Errorf("%s was cancelled", d.Name)
		}
	}
	if r, outcome := w.ask("status " + one.Name); outcome != chat.Succeeded || !strings.HasPrefix(r.Headline, one.Name) {
		t.Errorf("a whole name: outcome %v\n%s", outcome, text(r))
	}
}

func TestWhatASessionLeavesRunning(t *testing.T) {
	w := newShop(t)
	one, two := w.makeDump(w.alice, "dumpdb shop"), w.makeDump(w.alice, "dumpdb shop")
	w.report(one, succeed)
	names, err := w.bot.Unfinished(context.Background(), w.alice, w.namespace+"-")
	if err != nil || !slices.Equal(names, []string{two.Name}) {
		t.Errorf("got %v, %v", names, err)
	}
	if names, _ := w.bot.Unfinished(context.Background(), w.alice, "another-"); len(names) > 0 {
		t.Errorf("another session's: %v", names)
	}
}

func TestCompletionOffersWhatThisPersonMayKnowOf(t *testing.T) {
	w := newWorld(t)
	w.create(source("shop", "shop", "shop_eu"), source("payroll", "payroll"), allow("qa", w.alice, []v1alpha1.AllowedSource{"shop"}, "*"))
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
		"dump shop sh":              nil,
	} {
		if got := w.bot.Complete(context.Background(), w.alice, line); !slices.Equal(got, want) {
			t.Errorf("%q: got %v, want %v", line, got, want)
		}
	}
}
