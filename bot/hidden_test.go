package bot_test

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"
	"sigs.k8s.io/yaml"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/chat"
)

// A source that a person may not see reads like one that does not exist: to the byte, and after the same requests to the
// API server, so that not even the time that it takes tells.
func TestAHiddenSourceReadsLikeNone(t *testing.T) {
	w := newWorld(t)
	mallory := chat.Author{Platform: "console", User: "mallory-" + w.namespace, Channel: "console", Kind: chat.KindDirect}
	w.create(
		source("shop", "shop"), allow("mallory", mallory, []v1alpha1.AllowedSource{"shop"}, "shop"),
		allow("others", w.alice, []v1alpha1.AllowedSource{"payroll"}, "payroll"),
	)
	requests := &requestLog{}
	w.with(interceptor.NewClient(w.api, requests.funcs()))
	lines := []string{
		"dump payroll", "dump payroll payroll", "dump " + w.namespace + "/payroll", "dump payrol", "dump PAYROLL --schema-only",
		"why payroll", "why " + w.namespace + "/payroll payroll", "dumpdb payroll", "dump payroll mysql", "dump payroll -- -x",
	}
	type said struct {
		Outcome  chat.Outcome
		Text     string
		Requests []string
	}
	ask := func() []said {
		var all []said
		for _, line := range lines {
			requests.clear()
			r, outcome := w.askAs(mallory, line)
			if !r.Private {
				t.Errorf("%q: the refusal is not for the asker alone", line)
			}
			all = append(all, said{outcome, fmt.Sprintf("%+v", r), requests.sorted()})
		}
		return all
	}
	without := ask()
	w.create(source("payroll", "payroll", "payroll_*"))
	with := ask()
	if diff := cmp.Diff(without, with); diff != "" {
		t.Errorf("mallory can tell whether payroll exists (-without +with)\n%s", diff)
	}
	for i, s := range with {
		if s.Outcome != chat.Refused || len(s.Requests) == 0 {
			t.Errorf("%q: %+v", lines[i], s)
		}
	}
	// The test would say nothing if alice could not see it either.
	if r, _ := w.ask("why payroll"); !strings.Contains(r.Headline, "You may have") {
		t.Errorf("alice: %s", text(r))
	}
}

type requestLog struct {
	mu  sync.Mutex
	all []string
}

func (l *requestLog) note(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, fmt.Sprintf(format, args...))
}

func (l *requestLog) clear() { l.mu.Lock(); defer l.mu.Unlock(); l.all = nil }

func (l *requestLog) sorted() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Sorted(slices.Values(l.all))
}

var messageHash = regexp.MustCompile(v1alpha1.LabelMessage + `=\w+`)

func (l *requestLog) funcs() interceptor.Funcs {
	return interceptor.Funcs{
		List: func(ctx context.Context, c client.WithWatch, list client.ObjectList, opts ...client.ListOption) error {
			options := (&client.ListOptions{}).ApplyOptions(opts).AsListOptions()
			// Every message has a hash of its own.
			l.note("list %T %s", list, messageHash.ReplaceAllString(fmt.Sprintf("%+v", *options), v1alpha1.LabelMessage))
			return c.List(ctx, list, opts...)
		},
		Get: func(ctx context.Context, c client.WithWatch, key client.ObjectKey, o client.Object, opts ...client.GetOption) error {
			l.note("get %T %v", o, key)
			return c.Get(ctx, key, o, opts...)
		},
	}
}

func TestWhatIsSaidAboutSources(t *testing.T) {
	w := newWorld(t)
	list := allow("qa", w.alice, []v1alpha1.AllowedSource{"shop", "crm"}, "shop", "shop_*", "people")
	list.Spec.Subjects = append(list.Spec.Subjects, v1alpha1.AllowedSubject{
		Platform: "console", Users: []v1alpha1.SubjectID{"nobody"}, Channels: []v1alpha1.ChannelID{"C1"},
	})
	w.create(source("shop", "shop", "shop_*", "secret"), source("crm", "people"), source("bare", "x_*"), list,
		allow("bare", w.alice, []v1alpha1.AllowedSource{"bare"}, "x_1"))
	for line, want := range map[string]struct {
		outcome chat.Outcome
		says    []string
		hides   string
	}{
		"sources":                          {chat.Succeeded, []string{w.namespace + "/shop | MariaDB | shop, shop_* | shop", "/crm | MariaDB | people | people", "/bare | MariaDB | x_1 | none"}, "secret"},
		"dump shp":                         {chat.Refused, []string{`no source "shp"`, "Did you mean shop?", "You may use"}, "secret"},
		"dump shop shp":                    {chat.Refused, []string{`You may not have "shp"`, "Did you mean shop?", "you may have shop, shop_*", "does not permit it to anybody"}, "secret"},
		"dump shop secret":                 {chat.Refused, []string{`databases has "shop", "shop_*", "people" and not "secret"`, "allow-list qa, subjects[0]", "users: [\"" + w.alice.User}, ""},
		"dump shop people":                 {chat.Refused, []string{"does not permit it to anybody"}, ""},
		"dump shop mysql":                  {chat.Misunderstood, []string{"never copied"}, ""},
		"dump shop -- -x":                  {chat.Misunderstood, []string{"it begins with a dash"}, ""},
		"dump bare":                        {chat.Misunderstood, []string{"has no default database", "you may have x_1"}, ""},
		"dump":                             {chat.Misunderstood, []string{"Say of which source", "usage: dump [namespace/]source"}, ""},
		"dumpdb peple":                     {chat.Refused, []string{"Did you mean people?"}, "secret"},
		"why shop":                         {chat.Succeeded, []string{`You may have "shop"`, "The allow-list qa permits it"}, "secret"},
		"why shop secret":                  {chat.Succeeded, []string{`You may not have "secret"`, "allow-list qa"}, ""},
		"why shop mysql":                   {chat.Succeeded, []string{`You may not have "mysql"`, "never copied", "you may have shop, shop_*"}, "usage"},
		"why shop MySQL":                   {chat.Succeeded, []string{`You may not have "MySQL"`, "never copied"}, "Nothing was done"},
		"why shop a/b":                     {chat.Succeeded, []string{`You may not have "a/b"`, "it may have letters, digits"}, "usage"},
		"why shop -- -x":                   {chat.Succeeded, []string{`You may not have "-x"`, "it begins with a dash"}, "usage"},
		"why":                              {chat.Misunderstood, []string{"Say of which source", "usage: why"}, ""},
		"cancel nothing":                   {chat.Refused, []string{`no dump that you may see whose name begins with "nothing"`}, ""},
		"status":                           {chat.Succeeded, []string{"You have asked for no dump yet"}, ""},
		"list":                             {chat.Succeeded, []string{"no dump that you may see"}, ""},
		"dmup shop":                        {chat.Misunderstood, []string{`no command "dmup"`, "Did you mean dump?"}, ""},
		"!HELLO":                           {chat.Succeeded, []string{"Hello alice"}, ""},
		"help dump":                        {chat.Succeeded, []string{"--schema-only", "dump shop shop_eu"}, ""},
		"help nothing":                     {chat.Misunderstood, []string{"no command"}, ""},
		"; rm -rf /":                       {chat.Misunderstood, []string{`no command ";"`}, ""},
		"--result-file=x":                  {chat.Misunderstood, []string{`no command "--result-file=x"`}, ""},
		"":                                 {chat.Misunderstood, []string{"nothing in that line"}, ""},
		"dump shop \x1b[2J":                {chat.Misunderstood, []string{"control character U+001B"}, "\x1b"},
		"dump \u202eshop":                  {chat.Refused, []string{`no source "\u202eshop"`}, "\u202e"},
		"dump shop --tables a --exclude b": {chat.Misunderstood, []string{"use one of them"}, ""},
		"dump shop --tables 'a.b'":         {chat.Misunderstood, []string{"it has a dot"}, ""},
		"dump shop --reason " + strings.Repeat("x", 501): {chat.Misunderstood, []string{"at most 500 characters"}, ""},
		"dump " + strings.Repeat("x", 10000):             {chat.Misunderstood, []string{"it has more than 4000 characters"}, ""},
	} {
		t.Run(fmt.Sprintf("%.40q", line), func(t *testing.T) {
			r, outcome := w.ask(line)
			if outcome != want.outcome {
				t.Errorf("outcome %v, want %v", outcome, want.outcome)
			}
			for _, part := range want.says {
				if !strings.Contains(text(r), part) {
					t.Errorf("it does not say %q:\n%s", part, text(r))
				}
			}
			if strings.Contains(text(r), w.namespace+"/") && !r.Private {
				t.Errorf("it tells everybody in the channel which sources alice may use:\n%s", text(r))
			}
			if want.hides != "" && strings.Contains(text(r), want.hides) {
				t.Errorf("it says %q:\n%s", want.hides, text(r))
			}
		})
	}
	if found := w.dumps(); len(found) > 0 {
		t.Errorf("a dump was made: %v", found[0].Spec)
	}
}

func TestASourceInTwoNamespacesMustBeNamedInFull(t *testing.T) {
	w := newWorld(t)
	other := w.env.Namespace(t)
	name := "shop-" + w.namespace
	for _, namespace := range []string{w.namespace, other} {
		s, l := source(name, "shop"), allow("qa", w.alice, []v1alpha1.AllowedSource{v1alpha1.AllowedSource(name)}, "shop")
		s.Namespace, l.Namespace = namespace, namespace
		w.create(s, l)
	}
	for line, ends := range map[string]string{"dump " + name: "Which one?", "why " + name: "Which one?", "dumpdb shop": "Nothing was started."} {
		r, outcome := w.ask(line)
		if outcome != chat.Misunderstood || !strings.Contains(text(r), w.namespace+"/"+name) || !strings.Contains(text(r), other+"/"+name) ||
			!strings.HasSuffix(r.Headline, ends) || !r.Private {
			t.Errorf("%q: outcome %v, private %v\n%s", line, outcome, r.Private, text(r))
		}
	}
	if found := w.dumps(); len(found) > 0 {
		t.Errorf("%d dumps were made", len(found))
	}
	asked := w.begin(w.message(w.alice, "dump "+w.namespace+"/"+name))
	w.report(w.theDump(), succeed)
	if _, outcome := asked.ended(); outcome != chat.Succeeded {
		t.Errorf("in full: outcome %v", outcome)
	}
}

// What whoami prints is pasted into a list, accepted by the API server, and lets exactly this person in.
func TestIDsCanBePasted(t *testing.T) {
	w := newWorld(t)
	w.alice.User = "007" // would be a number without quotes
	w.create(source("shop", "shop"))
	r, _ := w.ask("whoami")
	for i, snippet := range r.Snippets {
		var subjects []v1alpha1.AllowedSubject
		if err := yaml.UnmarshalStrict([]byte(snippet.Text), &subjects); err != nil {
			t.Fatalf("%v\n%s", err, snippet.Text)
		}
		list := allow(fmt.Sprintf("pasted-%d", i), w.alice, []v1alpha1.AllowedSource{"shop"}, "shop")
		list.Spec.Subjects = subjects
		w.create(list)
		if r, _ := w.ask("why shop"); !strings.Contains(r.Headline, "You may have") {
			t.Errorf("pasting this changed nothing:\n%s\n%s", snippet.Text, text(r))
		}
		stranger := w.alice
		stranger.User, stranger.Groups = "008", nil
		if r, _ := w.askAs(stranger, "why shop"); !strings.Contains(r.Headline, "There is no source") {
			t.Errorf("pasting this let somebody else in:\n%s\n%s", snippet.Text, text(r))
		}
		if err := w.admin.Delete(context.Background(), list); err != nil {
			t.Fatal(err)
		}
	}
	if len(r.Snippets) != 2 {
		t.Errorf("%d snippets", len(r.Snippets))
	}
}
