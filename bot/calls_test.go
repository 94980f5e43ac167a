package bot_test

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/chat"
)

// requests of the bot to the API server, by the method of HTTP that each is.
type requests struct {
	mu  sync.Mutex
	all []string
}

func (r *requests) note(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = append(r.all, fmt.Sprintf(format, args...))
}

// during are the requests that something led to, sorted because some are sent at once.
func (r *requests) during(do func()) []string {
	r.mu.Lock()
	r.all = nil
	r.mu.Unlock()
	do()
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Sorted(slices.Values(r.all))
}

// log the requests from now on. whole adds all that a request says.
func (w *world) log(whole bool) *requests {
	r := &requests{}
	say := func(verb string, kind any, rest string) {
		line := verb + " " + strings.TrimSuffix(strings.TrimPrefix(fmt.Sprintf("%T", kind), "*v1alpha1."), "List")
		if whole {
			line += " " + rest
		}
		r.note("%s", line)
	}
	w.acts(interceptor.NewClient(w.api, interceptor.Funcs{
		List: func(ctx context.Context, c client.WithWatch, list client.ObjectList, opts ...client.ListOption) error {
			options := (&client.ListOptions{}).ApplyOptions(opts).AsListOptions()
			// Every message has a hash of its own.
			say("LIST", list, messageHash.ReplaceAllString(fmt.Sprintf("%+v", *options), v1alpha1.LabelMessage))
			return c.List(ctx, list, opts...)
		},
		Get: func(ctx context.Context, c client.WithWatch, key client.ObjectKey, o client.Object, opts ...client.GetOption) error {
			say("GET", o, key.String())
			return c.Get(ctx, key, o, opts...)
		},
		Create: func(ctx context.Context, c client.WithWatch, o client.Object, opts ...client.CreateOption) error {
			say("POST", o, o.GetName())
			return c.Create(ctx, o, opts...)
		},
		Patch: func(ctx context.Context, c client.WithWatch, o client.Object, patch client.Patch, opts ...client.PatchOption) error {
			say("PATCH", o, o.GetName())
			return c.Patch(ctx, o, patch, opts...)
		},
	}))
	return r
}

var messageHash = regexp.MustCompile(v1alpha1.LabelMessage + `=\w+`)

// What the informers know costs the API server nothing. Every no is said on what was read anew, and so is every cancel.
func TestWhatIsReadFromTheAPIServer(t *testing.T) {
	rules := []string{"LIST DatabaseSource", "LIST DumpAllowList"}
	and := func(more ...string) []string { return slices.Sorted(slices.Values(slices.Concat(more, rules))) }
	anew := and("LIST DatabaseDump")
	w := newWorld(t, serve)
	w.shop()
	w.create(w.allow("bob", w.person("bob"), []v1alpha1.AllowedSource{"shop"}, "shop_b"))
	running, ended := w.makeDump(w.alice, "dump shop shop_a"), w.makeDump(w.alice, "dump shop shop_b")
	w.report(running, phase(v1alpha1.PhaseQueued))
	w.report(ended, succeed)
	log := w.log(false)
	for _, tc := range []struct {
		what, line string
		who        chat.Author
		want       []string
		outcome    chat.Outcome
	}{
		{what: "the sources", line: "sources"},
		{what: "the list", line: "list"},
		{what: "why yes", line: "why shop"},
		{what: "how a dump is that has not ended", line: "status " + running.Name},
		{what: "who somebody is", line: "whoami"},
		{what: "a greeting", line: "hello"},
		{what: "help", line: "help dump"},
		{what: "nonsense", line: "nonsense", outcome: chat.Misunderstood},
		{what: "how a dump ended", line: "status " + ended.Name, want: []string{"GET DatabaseDump"}},
		{what: "how to fetch it", line: "how " + ended.Name, want: []string{"GET DatabaseDump"}},
		{what: "another dump", line: "dump shop shop_c", want: []string{"POST DatabaseDump"}},
		{what: "an equal one", line: "dump shop shop_c", want: []string{"GET DatabaseDump"}, outcome: chat.Offered},
		{what: "to follow one", line: "follow " + running.Name, want: []string{"GET DatabaseDump"}},
		{what: "once more", line: "again " + running.Name, want: []string{"POST DatabaseDump"}},
		{what: "no source", line: "dump nothing", want: rules, outcome: chat.Refused},
		{what: "no source, to why", line: "why nothing", want: rules, outcome: chat.Refused},
		{what: "no database", line: "dump shop secret", want: rules, outcome: chat.Refused},
		{what: "no database of any source", line: "dumpdb secret", want: rules, outcome: chat.Refused},
		{what: "nothing at all", line: "sources", who: w.person("mallory"), want: rules},
		{what: "no dump", line: "status nothing", want: anew, outcome: chat.Refused},
		{what: "none of one's own", line: "status", who: w.person("bob"), want: anew},
		{what: "none at all", line: "list", who: w.person("mallory"), want: anew},
		{what: "several dumps", line: "status shop", want: anew, outcome: chat.Misunderstood},
		{what: "no copy yet", line: "how " + running.Name, want: anew, outcome: chat.Refused},
		{what: "not to cancel another's", line: "cancel " + ended.Name, who: w.person("bob"), want: and("GET DatabaseDump"), outcome: chat.Refused},
		{what: "to cancel what has ended", line: "cancel " + ended.Name, want: and("GET DatabaseDump"), outcome: chat.Failed},
		{what: "to cancel one", line: "cancel " + running.Name, want: and("GET DatabaseDump", "PATCH DatabaseDump")},
	} {
		t.Run(tc.what, func(t *testing.T) {
			w.T = t
			if tc.who.User == "" {
				tc.who = w.alice
			}
			var said answered
			got := log.during(func() { said = w.askAs(tc.who, tc.line) })
			if diff := cmp.Diff(tc.want, got); diff != "" || said.Outcome != tc.outcome || said.err != nil {
				t.Errorf("%q: outcome %v, want %v, error %v; requests (-want +got)\n%s%s", tc.line, said.Outcome, tc.outcome, said.err, diff, text(said.Said))
			}
			for _, d := range w.dumps() {
				w.settle(&d)
			}
		})
	}
	for _, line := range []string{"", "dump s", "dump shop ", "cancel ", "status shop-", "help wh"} {
		var found []string
		got := log.during(func() { found = w.bot.Complete(context.Background(), w.place(chat.KindDirect), w.alice, line) })
		if len(got) > 0 || len(found) == 0 {
			t.Errorf("a key pressed after %q costs %v and offers %v", line, got, found)
		}
	}
}

// A message that comes again is looked for by its own label, and without a limit: a page would have all dumps read from etcd.
func TestWhatAMessageThatComesAgainCosts(t *testing.T) {
	w := newWorld(t, serve)
	w.shop()
	now := time.Now()
	w.now = func() time.Time { return now }
	log := w.log(true)
	m := w.message(w.alice, "dump shop")
	w.handle(m)
	m.Again = true
	if got := log.during(func() { w.handle(m) }); len(got) > 0 {
		t.Errorf("the same bot asks %v", got)
	}
	w.bot.Forget()
	if got := log.during(func() { w.handle(m) }); len(got) > 0 {
		t.Errorf("the same bot, which had the first delivery and has forgotten its answer, asks %v", got)
	}
	w.restart()
	got := log.during(func() { w.handle(m) })
	if len(got) != 1 || !strings.HasPrefix(got[0], "LIST DatabaseDump") || !strings.Contains(got[0], "LabelSelector:"+v1alpha1.LabelMessage) {
		t.Errorf("the next bot asks %v", got)
	}
	// What was written since the next bot leads, and a minute for clocks that differ, no other has handled.
	for after, want := range map[time.Duration]int{time.Minute: 1, time.Minute + time.Second: 0} {
		m = w.message(w.alice, "hello")
		m.Written, m.Again = m.Written.Add(after), true
		if got := log.during(func() { w.handle(m) }); len(got) != want {
			t.Errorf("of what was written %s after it began to lead, the next bot asks %v", after, got)
		}
	}
}

// A source that a person must not see reads like one that does not exist: to the byte, and after the same requests to the
// API server, so that not even the time that it takes tells.
func TestAHiddenSourceReadsLikeNone(t *testing.T) {
	inBoth(t, func(w *world) {
		mallory := w.person("mallory")
		w.create(
			source("shop", "shop"), w.allow("mallory", mallory, []v1alpha1.AllowedSource{"shop"}, "shop"),
			w.allow("others", w.alice, []v1alpha1.AllowedSource{"payroll"}, "payroll"),
		)
		log := w.log(true)
		lines := []string{
			"dump payroll", "dump payroll payroll", "dump " + w.namespace + "/payroll", "dump payrol", "dump PAYROLL --schema-only",
			"why payroll", "why " + w.namespace + "/payroll payroll", "dumpdb payroll", "why payroll mysql", "why payroll a/b",
		}
		type said struct {
			Outcome  chat.Outcome
			View     string
			Reply    chat.Reply
			Requests []string
		}
		ask := func() []said {
			var all []said
			for _, line := range lines {
				var a answered
				requests := log.during(func() { a = w.askAs(mallory, line) })
				all = append(all, said{a.Outcome, fmt.Sprintf("%#v", a.View), a.Said, requests})
			}
			return all
		}
		without := ask()
		w.create(source("payroll", "payroll", "payroll_*"))
		with := ask()
		if diff := cmp.Diff(without, with); diff != "" {
			w.Errorf("mallory can tell whether payroll exists (-without +with)\n%s", diff)
		}
		for i, s := range with {
			if s.Outcome != chat.Refused || len(s.Requests) == 0 {
				w.Errorf("%q: %+v", lines[i], s)
			}
		}
		// The test would say nothing if alice could not see it either.
		if said := w.ask("why payroll"); said.Outcome != chat.Succeeded {
			w.Errorf("alice: %s", text(said.Said))
		}
	})
}

// What the informers hold is read without copies, by all messages at once: nothing that is done with it changes it.
func TestWhatTheInformersHoldIsNotChanged(t *testing.T) {
	w := newWorld(t, serve)
	w.shop()
	ended := w.makeDump(w.alice, "dump shop shop_a --tables b,a --reason x")
	running := w.makeDump(w.alice, "dump shop shop_b --exclude z,y")
	w.report(ended, succeed)
	held := func() map[string]client.Object {
		all := map[string]client.Object{}
		for _, list := range []client.ObjectList{&v1alpha1.DatabaseSourceList{}, &v1alpha1.DumpAllowListList{}, &v1alpha1.DatabaseDumpList{}} {
			if err := w.informers.List(context.Background(), list, client.InNamespace(w.namespace)); err != nil {
				t.Fatal(err)
			}
			if err := meta.EachListItem(list, func(o runtime.Object) error {
				is := o.(client.Object)
				all[fmt.Sprintf("%T %s %s", o, is.GetName(), is.GetResourceVersion())] = is
				return nil
			}); err != nil {
				t.Fatal(err)
			}
		}
		return all
	}
	before := held()
	var all sync.WaitGroup
	for _, line := range []string{
		"list", "sources", "status", "status " + ended.Name, "status " + running.Name, "how " + ended.Name, "why shop", "why shop nothing", "dump shop shop_c",
		"dump shop shop_a --tables a,b", "dump shop shop_b --exclude y,z", "dumpdb shop_d", "again " + ended.Name, "again " + running.Name, "follow " + running.Name,
		"cancel nothing", "whoami", "dump nothing", "cancel shop",
	} {
		all.Go(func() { w.ask(line) })
		all.Go(func() { w.bot.Complete(context.Background(), w.place(chat.KindDirect), w.alice, line+" ") })
	}
	all.Wait()
	after := held()
	for what, was := range before {
		if diff := cmp.Diff(was, after[what]); after[what] != nil && diff != "" {
			t.Errorf("%s (-was +is)\n%s", what, diff)
		}
	}
}
