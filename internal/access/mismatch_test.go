package access_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/access"
)

func TestTheSubjectThatCameClosestIsTheOneExplained(t *testing.T) {
	list := makeList("qa", func(s *v1alpha1.DumpAllowListSpec) {
		s.Databases = []v1alpha1.NamePattern{"crm", "crm_*"}
		s.Subjects = []v1alpha1.AllowedSubject{
			subject(func(s *v1alpha1.AllowedSubject) { s.Platform, s.Workspace = "console", "" }),
			subject(func(s *v1alpha1.AllowedSubject) { s.Users = []v1alpha1.SubjectID{"U2"} }),
			subject(func(s *v1alpha1.AllowedSubject) { s.Channels = []v1alpha1.ChannelID{"C8", "C9"} }),
		}
	})
	got := access.Judge([]v1alpha1.DumpAllowList{list, makeList("other", func(s *v1alpha1.DumpAllowListSpec) {
		s.Sources = []v1alpha1.AllowedSource{"crm"}
	})}, question(nil))
	if len(got.Misses) != 1 {
		t.Fatalf("a list that does not speak of the source is explained: %v", got.Misses)
	}
	want := `allow-list qa, subjects[2]: channels has "C8", "C9" and not "C1" (a channel of kind "Private"); databases has "crm", "crm_*" and not "shop"`
	if diff := cmp.Diff(want, got.Misses[0].String()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// A mismatch is told by its parts, so that each language can word it, and in English for logs and conditions.
func TestEveryKindOfMismatch(t *testing.T) {
	type edit = func(*v1alpha1.AllowedSubject, *access.Question)
	for name, tc := range map[string]struct {
		edit edit
		want []access.Mismatch
		text string
	}{
		"another platform": {
			edit: func(_ *v1alpha1.AllowedSubject, q *access.Question) {
				q.Requester.Platform, q.Requester.Workspace = "console", ""
			},
			want: []access.Mismatch{{Part: access.PartPlatform, Case: access.NotListed, Have: []string{"slack"}, Want: "console"},
				{Part: access.PartWorkspace, Case: access.NotListed, Have: []string{"T1"}}},
			text: `platform is "slack" and not "console"; workspace is "T1" and not ""`,
		},
		"another workspace": {
			edit: func(_ *v1alpha1.AllowedSubject, q *access.Question) { q.Requester.Workspace = "T2" },
			want: []access.Mismatch{{Part: access.PartWorkspace, Case: access.NotListed, Have: []string{"T1"}, Want: "T2"}},
			text: `workspace is "T1" and not "T2"`,
		},
		"no workspace on either side": {
			edit: func(s *v1alpha1.AllowedSubject, q *access.Question) { s.Workspace, q.Requester.Workspace = "", "" },
			want: []access.Mismatch{{Part: access.PartWorkspace, Case: access.WorkspaceUnusable, Have: []string{""}}},
			text: `workspace "" matches nobody on this platform`,
		},
		"another user, and who may is not said": {
			edit: func(_ *v1alpha1.AllowedSubject, q *access.Question) { q.Requester.User = "U2" },
			want: []access.Mismatch{{Part: access.PartUsers, Case: access.NotListed, Want: "U2"}},
			text: `users does not have "U2"`,
		},
		"another user who is in other groups": {
			edit: func(s *v1alpha1.AllowedSubject, q *access.Question) {
				s.Groups, q.Requester.User, q.Requester.Groups = []v1alpha1.SubjectID{"S1"}, "U2", []string{"S2", "S3"}
			},
			want: []access.Mismatch{{Part: access.PartUsers, Case: access.NotListed, Want: "U2"},
				{Part: access.PartGroups, Case: access.NotAMember, Have: []string{"S1"}}},
			text: `users does not have "U2" and groups has "S1", and the person is in none of them`,
		},
		"somebody of whom no group is known": {
			edit: func(s *v1alpha1.AllowedSubject, _ *access.Question) {
				s.Users, s.Groups = nil, []v1alpha1.SubjectID{"S1"}
			},
			want: []access.Mismatch{{Part: access.PartGroups, Case: access.GroupsUnknown, Have: []string{"S1"}}},
			text: `groups has "S1", and no group of the person is known`,
		},
		"a rule for nobody": {
			edit: func(s *v1alpha1.AllowedSubject, _ *access.Question) { s.Users = nil },
			want: []access.Mismatch{{Part: access.PartUsers, Case: access.NobodyNamed, Want: "U1"}},
			text: `it has neither users nor groups`,
		},
		"another channel": {
			edit: func(_ *v1alpha1.AllowedSubject, q *access.Question) { q.Requester.Channel = "C2" },
			want: []access.Mismatch{{Part: access.PartChannel, Case: access.NotListed, Have: []string{"C1"}, Want: "C2", ChannelKind: "Private"}},
			text: `channels has "C1" and not "C2" (a channel of kind "Private")`,
		},
		"no channels": {
			edit: func(s *v1alpha1.AllowedSubject, _ *access.Question) { s.Channels = nil },
			want: []access.Mismatch{{Part: access.PartChannel, Case: access.NotListed, Have: []string{}, Want: "C1", ChannelKind: "Private"}},
			text: `channels has nothing and not "C1" (a channel of kind "Private")`,
		},
		"a channel that outsiders share": {
			edit: func(_ *v1alpha1.AllowedSubject, q *access.Question) { q.Requester.ChannelKind = "Shared" },
			want: []access.Mismatch{{Part: access.PartChannel, Case: access.ChannelShared, Want: "C1", ChannelKind: "Shared"}},
			text: `channel "C1" is shared with other organisations, and nobody is allowed anything there`,
		},
		"a channel of which nothing is known": {
			edit: func(_ *v1alpha1.AllowedSubject, q *access.Question) { q.Requester.ChannelKind = "" },
			want: []access.Mismatch{{Part: access.PartChannel, Case: access.ChannelKindUnknown, Want: "C1"}},
			text: `channel "C1" is of kind "", and nobody is allowed anything where it is unknown who can read it`,
		},
		"everyone in every channel": {
			edit: func(s *v1alpha1.AllowedSubject, _ *access.Question) {
				s.Users, s.Channels = []v1alpha1.SubjectID{"*"}, []v1alpha1.ChannelID{"*"}
			},
			want: []access.Mismatch{{Part: access.PartChannel, Case: access.EveryoneNeedsID, Have: []string{"*"}, Want: "C1", ChannelKind: "Private"}},
			text: `users is "*", and channels has "*" and not "C1" by its id`,
		},
		"everyone in a public channel": {
			edit: func(s *v1alpha1.AllowedSubject, q *access.Question) {
				s.Users, q.Requester.ChannelKind = []v1alpha1.SubjectID{"*"}, v1alpha1.ChannelKindPublic
			},
			want: []access.Mismatch{{Part: access.PartChannel, Case: access.EveryoneNeedsPrivate, Have: []string{"C1"}, Want: "C1", ChannelKind: "Public"}},
			text: `users is "*", which counts only in a channel of kind Private, and this one is "Public"`,
		},
		"another permission": {
			edit: func(s *v1alpha1.AllowedSubject, q *access.Question) { s.May, q.Permission = nil, "Manage" },
			want: []access.Mismatch{{Part: access.PartPermission, Case: access.NotListed, Have: []string{"Request"}, Want: "Manage"}},
			text: `may has "Request" and not "Manage"`,
		},
		"another database, of many": {
			edit: func(_ *v1alpha1.AllowedSubject, q *access.Question) { q.Database = "crm" },
			want: []access.Mismatch{{Part: access.PartDatabase, Case: access.NotListed, Have: []string{"shop", "2", "3", "4", "5", "6", "7", "8"}, Want: "crm"}},
			text: `databases has "shop", "2", "3", "4", "5", "6" and 2 more and not "crm"`,
		},
		"an id that would turn the line around": {
			edit: func(_ *v1alpha1.AllowedSubject, q *access.Question) { q.Requester.User = "\u202eU1" },
			want: []access.Mismatch{{Part: access.PartUsers, Case: access.NotListed, Want: "\u202eU1"}},
			text: `users does not have "\u202eU1"`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, q := subject(nil), question(nil)
			tc.edit(&s, &q)
			list := makeList("qa", func(spec *v1alpha1.DumpAllowListSpec) {
				spec.Subjects = []v1alpha1.AllowedSubject{s}
				spec.Databases = []v1alpha1.NamePattern{"shop", "2", "3", "4", "5", "6", "7", "8"}
			})
			got := access.Judge([]v1alpha1.DumpAllowList{list}, q).Misses[0]
			if diff := cmp.Diff(tc.want, got.Mismatches); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if diff := cmp.Diff("allow-list qa, subjects[0]: "+tc.text, got.String()); diff != "" {
				t.Errorf("in English (-want +got)\n%s", diff)
			}
		})
	}
}

func TestAListWithoutSubjectsIsExplained(t *testing.T) {
	list := makeList("qa", func(s *v1alpha1.DumpAllowListSpec) { s.Subjects = nil })
	got := access.Judge([]v1alpha1.DumpAllowList{list}, question(nil)).Misses[0]
	if want := "allow-list qa: it has no subjects"; got.String() != want || got.Mismatches[0].Case != access.NoSubjects {
		t.Errorf("got %q, %v", got, got.Mismatches)
	}
}

func TestWhereNobodyIsAllowedAnythingIsKnownWithoutLists(t *testing.T) {
	for kind, want := range map[v1alpha1.ChannelKind]access.Case{
		v1alpha1.ChannelKindDirect: "", v1alpha1.ChannelKindPrivate: "", v1alpha1.ChannelKindPublic: "",
		v1alpha1.ChannelKindShared: access.ChannelShared, "": access.ChannelKindUnknown, "Broadcast": access.ChannelKindUnknown,
	} {
		by := question(nil).Requester
		by.ChannelKind = kind
		if got, refused := access.RefusedPlace(by); got.Case != want || refused != (want != "") {
			t.Errorf("a channel of kind %q: %v, %v", kind, got, refused)
		}
	}
}
