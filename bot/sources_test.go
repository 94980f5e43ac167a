package bot_test

import (
	"fmt"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/view"
)

// What a line is answered with: the view, and what stands in it. Its words are in bot/lang's golden files.
func TestWhatIsSaidAboutSources(t *testing.T) {
	w := newWorld(t, serve)
	list := w.allow("qa", w.alice, []v1alpha1.AllowedSource{"shop", "crm"}, "shop", "shop_*", "people")
	list.Spec.Subjects = append(list.Spec.Subjects, w.subject(v1alpha1.PermissionRequest, w.person("nobody")))
	w.create(source("shop", "shop", "shop_*", "secret"), source("crm", "people"), source("bare", "x_*"), list,
		w.allow("bare", w.alice, []v1alpha1.AllowedSource{"bare"}, "x_1"))
	shop, crm, bare := w.namespace+"/shop", w.namespace+"/crm", w.namespace+"/bare"
	for line, want := range map[string]struct {
		outcome chat.Outcome
		view    view.View
		has     []string // in the view
		hides   string   // from the reply
	}{
		"sources": {chat.Succeeded, view.Sources{}, []string{
			"{Name:" + shop + " Engine:MariaDB Databases:[shop shop_*] Default:shop}",
			"{Name:" + crm + " Engine:MariaDB Databases:[people] Default:people}", "{Name:" + bare + " Engine:MariaDB Databases:[x_1] Default:}",
		}, "secret"},
		"dump shp":                         {chat.Refused, view.NoSource{}, []string{"Typed:shp Near:shop Have:[" + bare + " " + crm + " " + shop + "]"}, "secret"},
		"dump shop shp":                    {chat.Refused, view.NotAllowed{}, []string{"Database:shp", "Near:shop", "Have:[shop shop_*]", "SourceForbids:true"}, "secret"},
		"dump shop secret":                 {chat.Refused, view.NotAllowed{}, []string{"SourceForbids:false", "allow-list qa", "secret", "User:" + w.alice.User}, ""},
		"dump shop people":                 {chat.Refused, view.NotAllowed{}, []string{"SourceForbids:true"}, ""},
		"dump shop mysql":                  {chat.Misunderstood, view.Usage{}, []string{"Kind:SystemDatabase"}, ""},
		"dump shop -- -x":                  {chat.Misunderstood, view.Usage{}, []string{"Kind:BadDatabase", "Name:Dash"}, ""},
		"dump bare":                        {chat.Misunderstood, view.NoDefault{}, []string{"Source:" + bare + " Have:[x_1]"}, ""},
		"dump":                             {chat.Misunderstood, view.Usage{}, []string{"Kind:MissingSource"}, ""},
		"dumpdb":                           {chat.Misunderstood, view.Usage{}, []string{"Kind:MissingDatabase"}, ""},
		"dumpdb peple":                     {chat.Refused, view.NoDatabase{}, []string{"Typed:peple Near:people"}, "secret"},
		"why shop":                         {chat.Succeeded, view.Allowed{}, []string{"Database:shop Source:" + shop + " List:qa ManageList: Have:[shop shop_*]"}, "secret"},
		"why shop secret":                  {chat.Succeeded, view.NotAllowed{}, []string{"Database:secret", "allow-list qa"}, ""},
		"why shop mysql":                   {chat.Succeeded, view.Never{}, []string{"Database:mysql", "Kind:SystemDatabase", "Have:[shop shop_*]"}, "secret"},
		"why shop MySQL":                   {chat.Succeeded, view.Never{}, []string{"Database:MySQL", "Kind:SystemDatabase"}, ""},
		"why shop a/b":                     {chat.Succeeded, view.Never{}, []string{"Name:Characters"}, ""},
		"why shop -- -x":                   {chat.Succeeded, view.Never{}, []string{"Name:Dash"}, ""},
		"why shp":                          {chat.Refused, view.NoSource{}, []string{"Near:shop"}, ""},
		"why":                              {chat.Misunderstood, view.Usage{}, []string{"Kind:MissingSource"}, ""},
		"cancel nothing":                   {chat.Refused, view.NoDump{}, []string{"Typed:nothing"}, ""},
		"cancel":                           {chat.Misunderstood, view.Usage{}, []string{"Kind:MissingDump"}, ""},
		"status":                           {chat.Succeeded, view.NoDumps{}, []string{"Yours:true"}, ""},
		"list":                             {chat.Succeeded, view.NoDumps{}, []string{"Yours:false"}, ""},
		"dmup shop":                        {chat.Misunderstood, view.UnknownCommand{}, []string{"Typed:dmup Near:dump"}, ""},
		"!HELLO":                           {chat.Succeeded, view.Hello{}, []string{w.alice.User}, ""},
		"help":                             {chat.Succeeded, view.Overview{}, []string{"Name:dump ", "Name:whoami"}, ""},
		"help dump":                        {chat.Succeeded, view.Help{}, []string{"Name:dump ", "schema-only"}, ""},
		"help nothing":                     {chat.Misunderstood, view.UnknownCommand{}, []string{"Typed:nothing"}, ""},
		"help dmup":                        {chat.Misunderstood, view.UnknownCommand{}, []string{"Near:dump"}, ""},
		"whoami":                           {chat.Succeeded, view.Whoami{}, []string{"User:" + w.alice.User, "Channel:direct", "Groups:[qa-", "ChannelKind:Direct"}, ""},
		"; rm -rf /":                       {chat.Misunderstood, view.UnknownCommand{}, []string{"Typed:;"}, ""},
		"--result-file=x":                  {chat.Misunderstood, view.UnknownCommand{}, []string{"Typed:--result-file=x"}, ""},
		"dump shop --result-file=x":        {chat.Misunderstood, view.Usage{}, []string{"Kind:UnknownOption"}, ""},
		"":                                 {chat.Misunderstood, view.Unreadable{}, []string{"Empty:true"}, ""},
		"dump 'shop":                       {chat.Misunderstood, view.Unreadable{}, []string{"Unclosed:true"}, ""},
		"dump shop \x1b[2J":                {chat.Misunderstood, view.Unreadable{}, []string{"Control:U+001B"}, "\x1b"},
		"dump \u202eshop":                  {chat.Refused, view.NoSource{}, nil, "\u202e"},
		"dump shop --tables a --exclude b": {chat.Misunderstood, view.Usage{}, []string{"Kind:OptionsConflict"}, ""},
		"dump shop --tables 'a.b'":         {chat.Misunderstood, view.Usage{}, []string{"Kind:BadTable", "Name:Dot"}, ""},
		"dump shop --reason " + strings.Repeat("x", 501): {chat.Misunderstood, view.Usage{}, []string{"Kind:TooLong", "Most:500"}, ""},
		"dump " + strings.Repeat("x", 10000):             {chat.Misunderstood, view.Unreadable{}, []string{"TooLong:4000"}, ""},
	} {
		t.Run(fmt.Sprintf("%.40q", line), func(t *testing.T) {
			w.T = t
			said := w.ask(line)
			if got, want := fmt.Sprintf("%T", said.View), fmt.Sprintf("%T", want.view); got != want {
				t.Errorf("answered with %s, want %s", got, want)
			}
			if said.Outcome != want.outcome || said.err != nil || said.Said.Headline == "" {
				t.Errorf("outcome %v, want %v; error %v; %q", said.Outcome, want.outcome, said.err, said.Said.Headline)
			}
			for _, part := range want.has {
				if got := fmt.Sprintf("%+v", said.View); !strings.Contains(got, part) {
					t.Errorf("it does not say %q:\n%s", part, got)
				}
			}
			if want.hides != "" && strings.Contains(text(said.Said), want.hides) {
				t.Errorf("it says %q:\n%s", want.hides, text(said.Said))
			}
			// Which sources alice can have is nobody else's business.
			if strings.Contains(text(said.Said), w.namespace+"/") && said.View.Audience() != view.Asker {
				t.Errorf("everybody in a channel could read it:\n%s", text(said.Said))
			}
		})
	}
	w.T = t
	w.mustHave(0)
}

// Whoever asks for the default without a name does not learn it by being refused.
func TestADefaultThatSomebodyCannotHaveIsNotNamed(t *testing.T) {
	w := newWorld(t, serve)
	manager := w.allow("managed", w.alice, []v1alpha1.AllowedSource{"managed"}, "secret")
	manager.Spec.Subjects[0].May = []v1alpha1.Permission{v1alpha1.PermissionManage}
	w.create(source("part", "secret", "part_*"), w.allow("part", w.alice, []v1alpha1.AllowedSource{"part"}, "part_1"),
		source("managed", "secret"), manager)
	for line, want := range map[string]string{
		"dump part":    "Have:[part_1] SourceForbids:false Misses:[]",
		"why part":     "Have:[part_1] SourceForbids:false Misses:[]",
		"dump managed": "Have:[] SourceForbids:false Misses:[allow-list managed",
	} {
		said := w.ask(line)
		v := viewOf[view.NotAllowed](w, said)
		if got := fmt.Sprintf("%+v", v); strings.Contains(got, "secret") || !strings.Contains(got, want) {
			t.Errorf("%q: %s, want %s and no name", line, got, want)
		}
		if strings.Contains(text(said.Said), "secret") {
			t.Errorf("%q names it:\n%s", line, text(said.Said))
		}
	}
	w.mustHave(0)
}

func TestASourceInTwoNamespacesMustBeNamedInFull(t *testing.T) {
	inBoth(t, func(w *world) {
		other := w.env.Namespace(w)
		name := "shop-" + w.namespace
		for _, namespace := range []string{w.namespace, other} {
			s, l := source(name, "shop"), w.allow("qa", w.alice, []v1alpha1.AllowedSource{v1alpha1.AllowedSource(name)}, "shop")
			s.Namespace, l.Namespace = namespace, namespace
			w.create(s, l)
		}
		both := []string{w.namespace + "/" + name, other + "/" + name}
		for _, line := range []string{"dump " + name, "why " + name} {
			said := w.ask(line)
			v := viewOf[view.WhichSource](w, said)
			if said.Outcome != chat.Misunderstood || len(v.Sources) != 2 || v.Typed != name {
				w.Errorf("%q: outcome %v, %+v", line, said.Outcome, v)
			}
		}
		said := w.ask("dumpdb shop --schema-only")
		v := viewOf[view.WhichDatabase](w, said)
		if said.Outcome != chat.Misunderstood || len(v.Lines) != 2 {
			w.Errorf("outcome %v, %+v", said.Outcome, v)
		}
		w.mustHave(0)
		for i, line := range v.Lines {
			if !strings.Contains(line, "--schema-only") || !strings.Contains(strings.Join(v.Lines, " "), both[i]) {
				w.Errorf("to be typed instead: %q", line)
			}
			if made := w.ask(line); made.Follows == "" {
				w.Errorf("what it says is to be typed is answered %+v", made)
			}
		}
		w.mustHave(1)
	})
}

// A source that one can know of but not have anything of does not stand in the way of one that one can.
func TestOfTwoSourcesOfANameTheOneThatCanBeHadIsMeant(t *testing.T) {
	inBoth(t, func(w *world) {
		other := w.env.Namespace(w)
		name := "shop-" + w.namespace
		visible, list := source(name, "payroll"), w.allow("qa", w.alice, []v1alpha1.AllowedSource{"*"}, "shop")
		visible.Namespace, list.Namespace = other, other
		w.create(visible, list, source(name, "shop"), w.allow("qa", w.alice, []v1alpha1.AllowedSource{"*"}, "shop"))
		if said := w.ask("dump " + name); said.Follows == "" {
			w.Errorf("answered %+v", said)
		}
		w.mustHave(1)
	})
}

// What whoami prints is pasted into a list, accepted by the API server, and lets exactly this person in.
func TestIDsCanBePasted(t *testing.T) {
	inBoth(t, func(w *world) {
		w.alice.User = "007" // would be a number without quotes
		w.create(source("shop", "shop"))
		said := w.ask("whoami")
		viewOf[view.Whoami](w, said)
		if len(said.Said.Snippets) != 2 {
			w.Fatalf("%d snippets\n%s", len(said.Said.Snippets), text(said.Said))
		}
		for i, snippet := range said.Said.Snippets {
			var subjects []v1alpha1.AllowedSubject
			if err := yaml.UnmarshalStrict([]byte(snippet.Text), &subjects); err != nil {
				w.Fatalf("%v\n%s", err, snippet.Text)
			}
			list := w.allow(fmt.Sprintf("pasted-%d", i), w.alice, []v1alpha1.AllowedSource{"shop"}, "shop")
			list.Spec.Subjects = subjects
			w.create(list)
			if said := w.ask("why " + w.namespace + "/shop"); said.Outcome != chat.Succeeded {
				w.Errorf("pasting this changed nothing:\n%s\n%s", snippet.Text, text(said.Said))
			}
			stranger := w.alice
			stranger.User, stranger.Groups = "008", nil
			if said := w.askAs(stranger, "why "+w.namespace+"/shop"); said.Outcome != chat.Refused {
				w.Errorf("pasting this let somebody else in:\n%s\n%s", snippet.Text, text(said.Said))
			}
			w.remove(list)
		}
	})
}

func TestARevokedPermissionIsSeenAtTheNextQuestion(t *testing.T) {
	inBoth(t, func(w *world) {
		list := w.allow("qa", w.alice, []v1alpha1.AllowedSource{"shop"}, "shop")
		w.create(source("shop", "shop"), list)
		if said := w.ask("why shop"); said.Outcome != chat.Succeeded {
			w.Fatalf("answered %+v", said)
		}
		w.remove(list)
		if said := w.ask("dump shop"); said.Outcome != chat.Refused {
			w.Errorf("answered %+v", said)
		}
		w.mustHave(0)
	})
}

// A list that was made a moment ago counts, even if the informers have not heard of it: a no is read anew.
func TestAPermissionCountsBeforeTheInformersHeardOfIt(t *testing.T) {
	w := newWorld(t, serve)
	w.cached = blind{w.cached}
	w.restart()
	w.create(source("shop", "shop"), w.allow("qa", w.alice, []v1alpha1.AllowedSource{"shop"}, "shop"))
	if said := w.ask("dump shop"); said.Follows == "" {
		t.Errorf("answered %+v", said)
	}
	w.mustHave(1)
}
