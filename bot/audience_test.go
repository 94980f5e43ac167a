package bot_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/view"
)

// Who reads what, in a direct, a private, a public and a shared channel, and in one of which nothing is known: p is the
// place, a the asker alone.
const (
	anyone  = "p p p p p"
	members = "p p p a a"
	asker   = "p a a a a"
)

// routes of every view. Whatever names a database, a location or a dump stays with members; whatever says what somebody can
// have, or was refused, is for the asker alone.
var routes = []struct {
	goes  string
	views []view.View
}{
	{anyone, []view.View{
		view.Hello{}, view.Overview{}, view.Help{}, view.Unreadable{}, view.UnknownCommand{}, view.Usage{}, view.TooOld{}, view.Edited{}, view.InDirect{}, view.NotInDirect{}, view.Outsiders{},
	}},
	{members, []view.View{
		view.Status{}, view.Progress{}, view.Blocked{}, view.Succeeded{}, view.Failed{End: view.EndFailed}, view.Failed{End: view.EndCancelled},
		view.How{}, view.NoCopy{}, view.Equal{}, view.Following{}, view.CannotFollow{}, view.Cancelling{}, view.EndedAlready{}, view.Deleted{}, view.Unfollowed{},
		view.Kept{}, view.KeepsNoLonger{}, view.KeptForever{}, view.CopyGone{},
		view.Ended{}, view.MayHaveStarted{}, view.Trouble{},
	}},
	{asker, []view.View{
		view.Sources{}, view.NoSources{}, view.NoSource{}, view.WhichSource{}, view.NoDefault{}, view.NotAllowed{}, view.Never{}, view.NoDatabase{},
		view.WhichDatabase{}, view.Allowed{}, view.Dumps{}, view.NoDumps{}, view.NoDump{}, view.WhichDump{}, view.CannotCancel{}, view.CannotKeep{}, view.NameTaken{},
		view.Whoami{}, view.Failed{End: view.EndRefused}, view.Leaving{}, view.Prompt{}, view.Detached{}, view.Stopped{}, view.AskedInChannel{}, view.NotMember{},
	}},
}

func TestWhoReadsWhat(t *testing.T) {
	tested := map[string]bool{}
	for _, r := range routes {
		for _, v := range r.views {
			name := typeName(v)
			tested[name] = true
			var got []string
			for _, kind := range []chat.Kind{chat.KindDirect, chat.KindPrivate, chat.KindPublic, chat.KindShared, "Unheard-of"} {
				got = append(got, map[view.Route]string{view.ToPlace: "p", view.ToAsker: "a"}[view.Goes(v.Audience(), kind)])
			}
			if diff := cmp.Diff(r.goes, strings.Join(got, " ")); diff != "" {
				t.Errorf("%+v (-want +got)\n%s", v, diff)
			}
			if view.Goes(v.Audience(), "") != view.Goes(v.Audience(), chat.KindShared) {
				t.Errorf("%s: a channel of no kind is not taken for one that outsiders share", name)
			}
		}
	}
	if diff := cmp.Diff(everyView(t), slices.Sorted(maps.Keys(tested))); diff != "" {
		t.Errorf("the table has not every view (-there are +tested)\n%s", diff)
	}
}

// everyView that bot/view has: every type with an Audience.
func everyView(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("view/*.go")
	if err != nil || len(files) == 0 {
		t.Fatal("no views: ", err)
	}
	var names []string
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Name.Name == "Audience" && f.Recv != nil {
				names = append(names, f.Recv.List[0].Type.(*ast.Ident).Name)
			}
		}
	}
	slices.Sort(names)
	return names
}

// What is asked in a channel, and where the answer goes: pa is to the asker with a pointer in the thread.
func TestWhereAnAnswerGoes(t *testing.T) {
	w := newWorld(t, serve)
	w.shop()
	dump := w.makeDump(w.alice, "dump shop")
	for line, want := range map[string]map[chat.Kind]string{
		"hello":                 {chat.KindDirect: "place", chat.KindPrivate: "place", chat.KindPublic: "place", chat.KindShared: "place", "": "place"},
		"help":                  {chat.KindDirect: "place", chat.KindPublic: "place", chat.KindShared: "place"},
		"nonsense":              {chat.KindDirect: "place", chat.KindPublic: "place", chat.KindShared: "place"},
		"status " + dump.Name:   {chat.KindDirect: "place", chat.KindPrivate: "place", chat.KindPublic: "place"},
		"dump shop":             {chat.KindDirect: "place", chat.KindPrivate: "place", chat.KindPublic: "place"},
		"dump nothing":          {chat.KindDirect: "place", chat.KindPrivate: "asker, pointer", chat.KindPublic: "asker, pointer"},
		"sources":               {chat.KindDirect: "place", chat.KindPrivate: "asker, pointer", chat.KindPublic: "asker, pointer"},
		"list":                  {chat.KindDirect: "place", chat.KindPrivate: "asker, pointer", chat.KindPublic: "asker, pointer"},
		"whoami":                {chat.KindDirect: "place", chat.KindPrivate: "asker, pointer", chat.KindPublic: "asker, pointer"},
		"why shop":              {chat.KindDirect: "place", chat.KindPrivate: "asker, pointer", chat.KindPublic: "asker, pointer"},
		"status nothing":        {chat.KindDirect: "place", chat.KindPrivate: "asker, pointer", chat.KindPublic: "asker, pointer"},
		"cancel " + "nothing-x": {chat.KindDirect: "place", chat.KindPrivate: "asker, pointer", chat.KindPublic: "asker, pointer"},
	} {
		for kind, goes := range want {
			t.Run(line+" in "+string(kind), func(t *testing.T) {
				w.T = t
				said := w.handle(in(w.place(kind), w.message(w.alice, line)))
				if got := w.goes(said); got != goes {
					t.Errorf("it goes to %s, want %s", got, goes)
				}
			})
		}
	}
}

// A command that is copied from an answer in direct messages is often refused there: the channel is what gives access.
func TestAnAnswerInADirectMessageSaysWhereItsCommandsCount(t *testing.T) {
	w := newWorld(t, serve)
	w.shop()
	hint := w.speaker.Lang.Say("", view.AskedInChannel{}).Headline
	for name, tc := range map[string]struct {
		kind chat.Kind
		line string
		want bool
	}{
		"it has a command":                 {chat.KindPrivate, "sources", true},
		"in a public channel":              {chat.KindPublic, "why shop", true},
		"it has none":                      {chat.KindPrivate, "whoami", false},
		"it was asked in a direct message": {chat.KindDirect, "sources", false},
		"it is said where it was asked":    {chat.KindPrivate, "nonsense", false},
	} {
		said := w.handle(in(w.place(tc.kind), w.message(w.alice, tc.line)))
		if got := strings.HasSuffix(said.Said.Closing, hint); got != tc.want {
			t.Errorf("%s: %t, want %t: %s", name, got, tc.want, said.Said.Closing)
		}
	}
	w.chat.limits.Ephemeral = true
	said := w.handle(in(w.place(chat.KindPrivate), w.message(w.alice, "sources")))
	if strings.Contains(said.Said.Closing, hint) {
		t.Errorf("it is seen in the channel by its asker: %s", said.Said.Closing)
	}
}

func (w *world) goes(a answered) string { w.Helper(); return goes(w, w.alice.User, a.Posts) }

// goes says to whom the answer to a user's message went.
func goes(t testing.TB, user string, posts []post) string {
	t.Helper()
	var got []string
	for _, p := range posts {
		switch {
		case typeName(p.View) == "InDirect" && p.To.Only == "":
			got = append(got, "pointer")
		case p.To.Only == user:
			got = append(got, "asker")
		case p.To.Only == "":
			got = append(got, "place")
		default:
			t.Errorf("to somebody else: %+v", p.To)
		}
		if p.To.Mention != "" {
			t.Errorf("an answer notifies %q", p.To.Mention)
		}
		if p.To.Thread == "" {
			t.Errorf("it is not in the thread: %+v", p.To)
		}
	}
	return strings.Join(got, ", ")
}

// A channel may have been shared since the message was written, and a service may not know.
func TestWhatNamesADatabaseLeavesAChannelThatWasShared(t *testing.T) {
	for name, tc := range map[string]struct {
		written chat.Kind
		now     chat.Kind
		err     error
		want    string
	}{
		"nothing changed":                       {chat.KindPrivate, chat.KindPrivate, nil, "place"},
		"it was made public":                    {chat.KindPrivate, chat.KindPublic, nil, "place"},
		"outsiders were let in":                 {chat.KindPrivate, chat.KindShared, nil, "asker, pointer"},
		"the service does not say":              {chat.KindPublic, chat.KindPublic, &chat.Error{Kind: chat.NotDone}, "asker, pointer"},
		"the service says what nobody knows of": {chat.KindPublic, "Federated", nil, "asker, pointer"},
		"direct messages stay what they are":    {chat.KindDirect, chat.KindShared, nil, "place"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, serve)
			w.shop()
			w.makeDump(w.alice, "dump shop")
			place := w.place(tc.written)
			w.chat.kinds[place.Channel], w.chat.kindErr = tc.now, tc.err
			said := w.handle(in(place, w.message(w.alice, "status shop")))
			viewOf[view.Status](t, said)
			if got := w.goes(said); got != tc.want {
				t.Errorf("it goes to %s, want %s", got, tc.want)
			}
		})
	}
}

// Where outsiders read along nothing is begun, and nothing is named, whoever is allowed what.
func TestNothingCanBeAskedForWhereOutsidersReadAlong(t *testing.T) {
	inBoth(t, func(w *world) {
		w.shop()
		dump := w.makeDump(w.alice, "dump shop")
		w.chat.limits.Forms = true
		for _, kind := range []chat.Kind{chat.KindShared, "", "Federated"} {
			place := w.place(kind)
			place.Thread = "thread-1"
			for _, line := range []string{
				"dump shop", "dump shop shop_eu", "dump nothing", "dumpdb shop", "sources", "list", "status", "status " + dump.Name, "how", "why shop", "whoami",
				"cancel " + dump.Name, "follow " + dump.Name, "again " + dump.Name, "dump",
			} {
				m := in(place, w.message(w.alice, line))
				m.CanOpenForm = true
				said := w.handle(m)
				viewOf[view.Outsiders](w, said)
				if said.Outcome != chat.Refused || said.Form != nil || len(said.Posts) != 1 || said.Posts[0].To.Only != "" || strings.Contains(text(said.Said), "shop") {
					w.Errorf("%q: %+v", line, said)
				}
			}
		}
		w.mustHave(1)
		if w.read(dump.Name).Spec.Cancel {
			w.Error("it was cancelled")
		}
	})
}

// What nobody else can see that it was asked is answered to its author alone, whoever can read the channel.
func TestWhatOnlyItsAuthorSeesIsAnsweredToThemAlone(t *testing.T) {
	w := newWorld(t, serve)
	w.chat.limits.Ephemeral = true
	w.shop()
	dump := w.makeDump(w.alice, "dump shop")
	for _, kind := range []chat.Kind{chat.KindDirect, chat.KindPrivate, chat.KindPublic, chat.KindShared} {
		for _, line := range []string{"help", "nonsense", "sources", "status " + dump.Name, "dump shop"} {
			m := in(w.place(kind), w.message(w.alice, line))
			m.Unseen = true
			if said := w.handle(m); said.err != nil || said.Reply == nil || len(said.Posts) > 0 {
				t.Errorf("%s in %s: %+v", line, kind, said)
			}
		}
	}
}

// A slash command works in channels that the bot is not in. Whatever it said there would not arrive.
func TestWhereTheBotIsNotAMemberItAsksToBeInvited(t *testing.T) {
	w := newWorld(t, serve)
	w.chat.limits.Ephemeral, w.chat.limits.Forms = true, true
	w.shop()
	dump := w.makeDump(w.alice, "dump shop")
	ask := func(kind chat.Kind, line string) answered {
		m := in(w.place(kind), w.message(w.alice, line))
		m.Unseen, m.Absent, m.CanOpenForm = true, true, true
		return w.handle(m)
	}
	for _, kind := range []chat.Kind{chat.KindPrivate, chat.KindPublic, ""} {
		for _, line := range []string{"dump shop --tables orders", "dump", "again " + dump.Name, "cancel " + dump.Name, "sources", "whoami", "nonsense"} {
			said := ask(kind, line)
			viewOf[view.NotMember](w, said)
			if said.Outcome != chat.Refused || said.Form != nil || said.Reply == nil || len(said.Posts) > 0 {
				t.Errorf("%s in %q: %+v", line, kind, said)
			}
		}
		viewOf[view.Overview](w, ask(kind, "help"))
	}
	viewOf[view.Outsiders](w, ask(chat.KindShared, "dump shop --tables orders")) // an invitation would not help
	w.mustHave(1)
}

// A private channel can be allowed as a whole: whoever is in it can have the source there, and nowhere else.
func TestAChannelCanBeAllowed(t *testing.T) {
	w := newWorld(t, serve)
	list := w.allow("team", chat.Author{User: "*"}, []v1alpha1.AllowedSource{"shop"}, "shop")
	team := w.place(chat.KindPrivate)
	list.Spec.Subjects[0].Channels = []v1alpha1.ChannelID{v1alpha1.ChannelID(team.Channel)}
	w.create(source("shop", "shop"), list)
	if said := w.ask("dump shop"); said.Outcome != chat.Refused {
		t.Errorf("in direct messages: %+v", said)
	}
	public := team
	public.Kind = chat.KindPublic
	if said := w.handle(in(public, w.message(w.alice, "dump shop"))); said.Outcome != chat.Refused {
		t.Errorf("in a channel that was made public: %+v", said)
	}
	if said := w.handle(in(team, w.message(w.alice, "dump shop"))); said.Follows == "" {
		t.Errorf("in the channel: %+v", said)
	}
}
