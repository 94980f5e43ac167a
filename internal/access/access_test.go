package access_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/access"
)

func makeList(name string, edit func(*v1alpha1.DumpAllowListSpec)) v1alpha1.DumpAllowList {
	list := v1alpha1.DumpAllowList{ObjectMeta: metav1.ObjectMeta{Name: name, UID: "uid-of-" + "list", Generation: 3}}
	list.Spec = v1alpha1.DumpAllowListSpec{
		Sources:   []v1alpha1.AllowedSource{"shop"},
		Databases: []v1alpha1.NamePattern{"shop"},
		Subjects:  []v1alpha1.AllowedSubject{subject(nil)},
	}
	if edit != nil {
		edit(&list.Spec)
	}
	return list
}

func subject(edit func(*v1alpha1.AllowedSubject)) v1alpha1.AllowedSubject {
	s := v1alpha1.AllowedSubject{
		Platform: "slack", Workspace: "T1",
		Users: []v1alpha1.SubjectID{"U1"}, Channels: []v1alpha1.ChannelID{"C1"}, May: []v1alpha1.Permission{"Request"},
	}
	if edit != nil {
		edit(&s)
	}
	return s
}

func question(edit func(*access.Question)) access.Question {
	q := access.Question{
		Requester: v1alpha1.Requester{
			Platform: "slack", Workspace: "T1", User: "U1", Channel: "C1", ChannelKind: v1alpha1.ChannelKindPrivate, Message: "1",
		},
		Source: "shop", Database: "shop", Permission: v1alpha1.PermissionRequest,
	}
	if edit != nil {
		edit(&q)
	}
	return q
}

func TestJudgeOneRule(t *testing.T) {
	type edit = func(*v1alpha1.AllowedSubject, *access.Question)
	for name, tc := range map[string]struct {
		edit            edit
		allowed, hidden bool
	}{
		"the one who is named, in the channel that is named, may": {edit: nil, allowed: true},
		"another platform with the same ids may not": {edit: func(_ *v1alpha1.AllowedSubject, q *access.Question) {
			q.Requester.Platform = "mattermost"
		}, hidden: true},
		"another workspace with the same ids may not": {edit: func(_ *v1alpha1.AllowedSubject, q *access.Question) {
			q.Requester.Workspace = "T2"
		}, hidden: true},
		"a subject without a workspace is not in every workspace": {edit: func(s *v1alpha1.AllowedSubject, _ *access.Question) {
			s.Workspace = ""
		}, hidden: true},
		"no workspace does not match no workspace": {edit: func(s *v1alpha1.AllowedSubject, q *access.Question) {
			s.Workspace, q.Requester.Workspace = "", ""
		}, hidden: true},
		"on the console, which has no workspaces, it does": {edit: func(s *v1alpha1.AllowedSubject, q *access.Question) {
			s.Platform, s.Workspace, q.Requester.Platform, q.Requester.Workspace = "console", "", "console", ""
		}, allowed: true},
		"on the console a workspace matches nobody, though CEL refuses it already": {edit: func(s *v1alpha1.AllowedSubject, q *access.Question) {
			s.Platform, q.Requester.Platform = "console", "console"
		}, hidden: true},
		"a platform that nobody has heard of is judged like any other": {edit: func(s *v1alpha1.AllowedSubject, q *access.Question) {
			s.Platform, q.Requester.Platform = "smoke-signals", "smoke-signals"
		}, allowed: true},
		"another user may not": {edit: func(_ *v1alpha1.AllowedSubject, q *access.Question) {
			q.Requester.User = "U2"
		}, hidden: true},
		"a display name is nobody's id": {edit: func(_ *v1alpha1.AllowedSubject, q *access.Question) {
			q.Requester.User, q.Requester.DisplayName = "U2", "U1"
		}, hidden: true},
		"a member of a group that is named may": {edit: func(s *v1alpha1.AllowedSubject, q *access.Question) {
			s.Users, s.Groups, q.Requester.Groups = nil, []v1alpha1.SubjectID{"S1", "S2"}, []string{"S9", "S2"}
		}, allowed: true},
		"with users and groups, a group is enough": {edit: func(s *v1alpha1.AllowedSubject, q *access.Question) {
			s.Groups, q.Requester.User, q.Requester.Groups = []v1alpha1.SubjectID{"S1"}, "U2", []string{"S1"}
		}, allowed: true},
		"with users and groups, a user is enough": {edit: func(s *v1alpha1.AllowedSubject, _ *access.Question) {
			s.Groups = []v1alpha1.SubjectID{"S1"}
		}, allowed: true},
		"a user's id among groups is nobody": {edit: func(s *v1alpha1.AllowedSubject, _ *access.Question) {
			s.Users, s.Groups = nil, []v1alpha1.SubjectID{"U1"}
		}, hidden: true},
		"groups * is nobody": {edit: func(s *v1alpha1.AllowedSubject, q *access.Question) {
			s.Users, s.Groups, q.Requester.Groups = nil, []v1alpha1.SubjectID{"*"}, []string{"*", "S1"}
		}, hidden: true},
		"neither users nor groups is nobody": {edit: func(s *v1alpha1.AllowedSubject, _ *access.Question) {
			s.Users = nil
		}, hidden: true},
		"another channel may not": {edit: func(_ *v1alpha1.AllowedSubject, q *access.Question) {
			q.Requester.Channel = "C2"
		}, hidden: true},
		"no channels is nowhere": {edit: func(s *v1alpha1.AllowedSubject, _ *access.Question) {
			s.Channels = nil
		}, hidden: true},
		"channels * is every channel, public ones too": {edit: func(s *v1alpha1.AllowedSubject, q *access.Question) {
			s.Channels, q.Requester.ChannelKind = []v1alpha1.ChannelID{"*"}, v1alpha1.ChannelKindPublic
		}, allowed: true},
		"channels * is direct messages too": {edit: func(s *v1alpha1.AllowedSubject, q *access.Question) {
			s.Channels, q.Requester.ChannelKind = []v1alpha1.ChannelID{"*"}, v1alpha1.ChannelKindDirect
		}, allowed: true},
		"channel direct is a direct message, whatever its id": {edit: func(s *v1alpha1.AllowedSubject, q *access.Question) {
			s.Channels, q.Requester.Channel, q.Requester.ChannelKind = []v1alpha1.ChannelID{"direct"}, "D7", v1alpha1.ChannelKindDirect
		}, allowed: true},
		"a public channel whose id is direct is not a direct message": {edit: func(s *v1alpha1.AllowedSubject, q *access.Question) {
			s.Channels, q.Requester.Channel, q.Requester.ChannelKind = []v1alpha1.ChannelID{"direct"}, "direct", v1alpha1.ChannelKindPublic
		}, hidden: true},
		"a message from no channel is nowhere, even with channels *": {edit: func(s *v1alpha1.AllowedSubject, q *access.Question) {
			s.Channels, q.Requester.Channel = []v1alpha1.ChannelID{"*", ""}, ""
		}, hidden: true},
		"a direct message from no channel is nowhere": {edit: func(s *v1alpha1.AllowedSubject, q *access.Question) {
			s.Channels, q.Requester.Channel, q.Requester.ChannelKind = []v1alpha1.ChannelID{"direct"}, "", v1alpha1.ChannelKindDirect
		}, hidden: true},
		"users * in a private channel is whoever is in it": {edit: func(s *v1alpha1.AllowedSubject, q *access.Question) {
			s.Users, q.Requester.User = []v1alpha1.SubjectID{"*"}, "U9"
		}, allowed: true},
		"users * does not count in a public channel": {edit: func(s *v1alpha1.AllowedSubject, q *access.Question) {
			s.Users, q.Requester.ChannelKind = []v1alpha1.SubjectID{"*"}, v1alpha1.ChannelKindPublic
		}, hidden: true},
		"users * does not count in a channel shared with outsiders": {edit: func(s *v1alpha1.AllowedSubject, q *access.Question) {
			s.Users, q.Requester.ChannelKind = []v1alpha1.SubjectID{"*"}, v1alpha1.ChannelKindShared
		}, hidden: true},
		"the one who is named may not in a channel shared with outsiders": {edit: func(_ *v1alpha1.AllowedSubject, q *access.Question) {
			q.Requester.ChannelKind = v1alpha1.ChannelKindShared
		}, hidden: true},
		"channels * is not the channels shared with outsiders": {edit: func(s *v1alpha1.AllowedSubject, q *access.Question) {
			s.Channels, q.Requester.ChannelKind = []v1alpha1.ChannelID{"*"}, v1alpha1.ChannelKindShared
		}, hidden: true},
		"a member of a group may not in a channel shared with outsiders": {edit: func(s *v1alpha1.AllowedSubject, q *access.Question) {
			s.Groups, q.Requester.Groups, q.Requester.ChannelKind = []v1alpha1.SubjectID{"S1"}, []string{"S1"}, v1alpha1.ChannelKindShared
		}, hidden: true},
		"where nobody knows who can read the channel, outsiders may": {edit: func(_ *v1alpha1.AllowedSubject, q *access.Question) {
			q.Requester.ChannelKind = ""
		}, hidden: true},
		"a kind of channel yet to come is not trusted": {edit: func(_ *v1alpha1.AllowedSubject, q *access.Question) {
			q.Requester.ChannelKind = "Broadcast"
		}, hidden: true},
		"users * does not count in a direct message": {edit: func(s *v1alpha1.AllowedSubject, q *access.Question) {
			s.Users, q.Requester.ChannelKind = []v1alpha1.SubjectID{"*"}, v1alpha1.ChannelKindDirect
		}, hidden: true},
		"users * does not count in a channel of unknown kind": {edit: func(s *v1alpha1.AllowedSubject, q *access.Question) {
			s.Users, q.Requester.ChannelKind = []v1alpha1.SubjectID{"*"}, ""
		}, hidden: true},
		"users * with channels * is nobody, though CEL refuses it already": {edit: func(s *v1alpha1.AllowedSubject, _ *access.Question) {
			s.Users, s.Channels = []v1alpha1.SubjectID{"*"}, []v1alpha1.ChannelID{"*"}
		}, hidden: true},
		"a user whose id is * is not everyone": {edit: func(_ *v1alpha1.AllowedSubject, q *access.Question) {
			q.Requester.User = "*"
		}, hidden: true},
		"a requester without an id is nobody, even where everyone may": {edit: func(s *v1alpha1.AllowedSubject, q *access.Question) {
			s.Users, q.Requester.User = []v1alpha1.SubjectID{"*", ""}, ""
		}, hidden: true},
		"a requester without an id is nobody, in whichever groups": {edit: func(s *v1alpha1.AllowedSubject, q *access.Question) {
			s.Groups, q.Requester.User, q.Requester.Groups = []v1alpha1.SubjectID{"S1"}, "", []string{"S1"}
		}, hidden: true},
		"a requester without an id does not meet an empty entry": {edit: func(s *v1alpha1.AllowedSubject, q *access.Question) {
			s.Users, q.Requester.User = []v1alpha1.SubjectID{""}, ""
		}, hidden: true},
		"without may, a subject may ask": {edit: func(s *v1alpha1.AllowedSubject, _ *access.Question) {
			s.May = nil
		}, allowed: true},
		"without may, a subject may not manage, but may see": {edit: func(s *v1alpha1.AllowedSubject, q *access.Question) {
			s.May, q.Permission = nil, v1alpha1.PermissionManage
		}},
		"Manage does not hold Request": {edit: func(s *v1alpha1.AllowedSubject, _ *access.Question) {
			s.May = []v1alpha1.Permission{"Manage"}
		}},
		"no permission is never allowed": {edit: func(s *v1alpha1.AllowedSubject, q *access.Question) {
			s.May, q.Permission = []v1alpha1.Permission{""}, ""
		}},
		"another database may not be had, and its source may be seen": {edit: func(_ *v1alpha1.AllowedSubject, q *access.Question) {
			q.Database = "crm"
		}},
	} {
		t.Run(name, func(t *testing.T) {
			s, q := subject(nil), question(nil)
			if tc.edit != nil {
				tc.edit(&s, &q)
			}
			list := makeList("qa", func(spec *v1alpha1.DumpAllowListSpec) { spec.Subjects = []v1alpha1.AllowedSubject{s} })
			got := access.Judge([]v1alpha1.DumpAllowList{list}, q)
			if got.Allowed != tc.allowed || got.Visible != !tc.hidden {
				t.Errorf("allowed %v, visible %v; want %v, %v\n%v", got.Allowed, got.Visible, tc.allowed, !tc.hidden, got.Misses)
			}
			if got.Allowed != (got.By != nil) || got.Allowed != (len(got.Misses) == 0) {
				t.Errorf("allowed %v, by %v, misses %v do not fit together", got.Allowed, got.By, got.Misses)
			}
		})
	}
}

func TestJudgeWhatAListSpeaksOf(t *testing.T) {
	for name, tc := range map[string]struct {
		sources   []v1alpha1.AllowedSource
		databases []v1alpha1.NamePattern
		source    string
		database  v1alpha1.DatabaseName
		allowed   bool
	}{
		"source * is every source":                 {[]v1alpha1.AllowedSource{"*"}, []v1alpha1.NamePattern{"shop"}, "crm", "shop", true},
		"source * is not the source without name":  {[]v1alpha1.AllowedSource{"*"}, []v1alpha1.NamePattern{"shop"}, "", "shop", false},
		"source * is not a source called *":        {[]v1alpha1.AllowedSource{"*"}, []v1alpha1.NamePattern{"shop"}, "*", "shop", false},
		"another source":                           {[]v1alpha1.AllowedSource{"shop"}, []v1alpha1.NamePattern{"shop"}, "crm", "shop", false},
		"no sources":                               {nil, []v1alpha1.NamePattern{"*"}, "shop", "shop", false},
		"a source is no pattern":                   {[]v1alpha1.AllowedSource{"sh*"}, []v1alpha1.NamePattern{"shop"}, "shop", "shop", false},
		"no databases":                             {[]v1alpha1.AllowedSource{"*"}, nil, "shop", "shop", false},
		"an empty database pattern":                {[]v1alpha1.AllowedSource{"*"}, []v1alpha1.NamePattern{""}, "shop", "", false},
		"a pattern of databases":                   {[]v1alpha1.AllowedSource{"shop"}, []v1alpha1.NamePattern{"shop_*"}, "shop", "shop_eu", true},
		"a database in another case is another":    {[]v1alpha1.AllowedSource{"shop"}, []v1alpha1.NamePattern{"shop"}, "shop", "Shop", false},
		"* is no system database":                  {[]v1alpha1.AllowedSource{"shop"}, []v1alpha1.NamePattern{"*"}, "shop", "MySQL", false},
		"a system database by its name":            {[]v1alpha1.AllowedSource{"shop"}, []v1alpha1.NamePattern{"mysql"}, "shop", "mysql", false},
		"without a database nothing is allowed":    {[]v1alpha1.AllowedSource{"shop"}, []v1alpha1.NamePattern{"*"}, "shop", "", false},
		"the database of one entry among several":  {[]v1alpha1.AllowedSource{"a", "shop"}, []v1alpha1.NamePattern{"x", "shop"}, "shop", "shop", true},
		"a source whose name is * is not every":    {[]v1alpha1.AllowedSource{"shop"}, []v1alpha1.NamePattern{"*"}, "*", "shop", false},
		"a database of a list of another's source": {[]v1alpha1.AllowedSource{"crm"}, []v1alpha1.NamePattern{"*"}, "shop", "shop", false},
	} {
		t.Run(name, func(t *testing.T) {
			list := makeList("qa", func(s *v1alpha1.DumpAllowListSpec) { s.Sources, s.Databases = tc.sources, tc.databases })
			q := question(func(q *access.Question) { q.Source, q.Database = tc.source, tc.database })
			if got := access.Judge([]v1alpha1.DumpAllowList{list}, q); got.Allowed != tc.allowed {
				t.Errorf("allowed %v, want %v: %v", got.Allowed, tc.allowed, got.Misses)
			}
		})
	}
}

func TestListsAreNeverCombined(t *testing.T) {
	person := makeList("person", func(s *v1alpha1.DumpAllowListSpec) { s.Databases = []v1alpha1.NamePattern{"other"} })
	database := makeList("database", func(s *v1alpha1.DumpAllowListSpec) {
		s.Subjects = []v1alpha1.AllowedSubject{subject(func(s *v1alpha1.AllowedSubject) { s.Users = []v1alpha1.SubjectID{"U2"} })}
	})
	if got := access.Judge([]v1alpha1.DumpAllowList{person, database}, question(nil)); got.Allowed {
		t.Error("one list's subject and another's databases were put together")
	}
}

func TestSubjectsAreNeverCombined(t *testing.T) {
	list := makeList("qa", func(s *v1alpha1.DumpAllowListSpec) {
		s.Subjects = []v1alpha1.AllowedSubject{
			subject(func(s *v1alpha1.AllowedSubject) { s.Channels = []v1alpha1.ChannelID{"C2"} }),
			subject(func(s *v1alpha1.AllowedSubject) { s.Users = []v1alpha1.SubjectID{"U2"} }),
			subject(func(s *v1alpha1.AllowedSubject) { s.May = []v1alpha1.Permission{"Manage"} }),
		}
	})
	if got := access.Judge([]v1alpha1.DumpAllowList{list}, question(nil)); got.Allowed {
		t.Error("one subject's user and another's channel were put together")
	}
}

func TestTheListThatIsNamedIsTheFirstByName(t *testing.T) {
	lists := []v1alpha1.DumpAllowList{makeList("zeta", nil), makeList("beta", nil), makeList("alpha", func(s *v1alpha1.DumpAllowListSpec) {
		s.Databases = []v1alpha1.NamePattern{"crm"}
	})}
	want := &v1alpha1.AllowedBy{Name: "beta", UID: "uid-of-list", Generation: 3}
	if diff := cmp.Diff(want, access.Judge(lists, question(nil)).By); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestAListThatIsBeingDeletedAllowsNothing(t *testing.T) {
	list := makeList("qa", nil)
	now := metav1.Now()
	list.DeletionTimestamp = &now
	got := access.Judge([]v1alpha1.DumpAllowList{list}, question(nil))
	if got.Allowed || got.Visible || len(got.Misses) > 0 {
		t.Errorf("got %+v", got)
	}
	if got := access.Databases([]v1alpha1.DumpAllowList{list}, question(nil).Requester, "shop", "Request"); got != nil {
		t.Errorf("databases %v", got)
	}
}

func TestTheDatabasesOfAPersonAreThoseOfTheListsThatMatch(t *testing.T) {
	lists := []v1alpha1.DumpAllowList{
		makeList("b", func(s *v1alpha1.DumpAllowListSpec) { s.Databases = []v1alpha1.NamePattern{"shop", "shop_*"} }),
		makeList("a", func(s *v1alpha1.DumpAllowListSpec) {
			s.Databases = []v1alpha1.NamePattern{"crm", "shop"}
			s.Subjects = append(s.Subjects, s.Subjects...)
		}),
		makeList("elsewhere", func(s *v1alpha1.DumpAllowListSpec) {
			s.Databases = []v1alpha1.NamePattern{"secret"}
			s.Subjects = []v1alpha1.AllowedSubject{subject(func(s *v1alpha1.AllowedSubject) { s.Channels = []v1alpha1.ChannelID{"C2"} })}
		}),
	}
	got := access.Databases(lists, question(nil).Requester, "shop", v1alpha1.PermissionRequest)
	if diff := cmp.Diff([]v1alpha1.NamePattern{"crm", "shop", "shop_*"}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got := access.Databases(lists, question(nil).Requester, "shop", v1alpha1.PermissionManage); got != nil {
		t.Errorf("a permission that nobody has opens %v", got)
	}
}
