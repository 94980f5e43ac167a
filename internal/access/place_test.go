package access_test

import (
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/access"
)

// ids are of a small alphabet, so that the ids of one platform, workspace, group or channel are also those of another.
var ids = rapid.SampledFrom([]string{"a", "b", "c", "d", "e"})

// drawValidSubject draws what the API server accepts, but for channels "*", which are of no place.
func drawValidSubject(t *rapid.T) v1alpha1.AllowedSubject {
	s := v1alpha1.AllowedSubject{Platform: "console"}
	if platform := rapid.StringMatching(`[a-z][a-z0-9-]{0,3}`).Draw(t, "platform"); rapid.Bool().Draw(t, "a chat service") && platform != "console" {
		s.Platform = v1alpha1.Platform(platform)
		s.Workspace = drawWorkspace(t)
	}
	users := rapid.SliceOfNDistinct(ids, 0, 2, rapid.ID).Draw(t, "users")
	groups := rapid.SliceOfNDistinct(ids, 0, 2, rapid.ID).Draw(t, "groups")
	channels := rapid.SliceOfNDistinct(ids, 1, 2, rapid.ID).Draw(t, "channels")
	if len(users)+len(groups) == 0 {
		users = []string{"*"}
	} else if rapid.Bool().Draw(t, "direct messages too") {
		channels = append(channels, "direct")
	}
	for _, id := range users {
		s.Users = append(s.Users, v1alpha1.SubjectID(id))
	}
	for _, id := range groups {
		s.Groups = append(s.Groups, v1alpha1.SubjectID(id))
	}
	for _, id := range channels {
		s.Channels = append(s.Channels, v1alpha1.ChannelID(id))
	}
	return s
}

func drawWorkspace(t *rapid.T) string {
	return rapid.SampledFrom([]string{"T024BE7LD", "T024BE7LE", "chat.example.com", "chat.example.org"}).Draw(t, "workspace")
}

func isForEveryone(s v1alpha1.AllowedSubject) bool { return slices.Contains(s.Users, "*") }

// drawOwnPlace draws somebody whom the subject means, in a place that it means.
func drawOwnPlace(t *rapid.T, s v1alpha1.AllowedSubject) v1alpha1.Requester {
	by := v1alpha1.Requester{Platform: s.Platform, Workspace: s.Workspace, User: "somebody else", Message: "1"}
	if who := rapid.IntRange(0, len(s.Users)+len(s.Groups)-1).Draw(t, "who"); who < len(s.Users) {
		by.User = string(s.Users[who])
	} else {
		by.Groups = []string{"another group", string(s.Groups[who-len(s.Users)])}
	}
	by.Channel = string(rapid.SampledFrom(s.Channels).Draw(t, "channel"))
	kinds := []v1alpha1.ChannelKind{v1alpha1.ChannelKindPrivate, v1alpha1.ChannelKindPublic, v1alpha1.ChannelKindDirect}
	switch {
	case isForEveryone(s):
		by.User, by.ChannelKind = "anybody", v1alpha1.ChannelKindPrivate
	case by.Channel == "direct":
		by.Channel, by.ChannelKind = "the id of a direct message", v1alpha1.ChannelKindDirect
	default:
		by.ChannelKind = rapid.SampledFrom(kinds).Draw(t, "kind")
	}
	return by
}

// elsewhere has one step away from a place for each coordinate, with nothing else changed.
var elsewhere = map[string]func(t *rapid.T, s v1alpha1.AllowedSubject, by *v1alpha1.Requester){
	"on another platform": func(t *rapid.T, s v1alpha1.AllowedSubject, by *v1alpha1.Requester) {
		by.Platform = v1alpha1.Platform(rapid.SampledFrom([]string{"", "console", "another", string(s.Platform) + "x"}).
			Filter(func(p string) bool { return p != string(s.Platform) }).Draw(t, "another platform"))
	},
	"in another workspace": func(t *rapid.T, s v1alpha1.AllowedSubject, by *v1alpha1.Requester) {
		by.Workspace = rapid.SampledFrom([]string{"", "*", "T024BE7LD", "chat.example.com", s.Workspace + "x"}).
			Filter(func(w string) bool { return w != s.Workspace }).Draw(t, "another workspace")
	},
	"in another channel": func(_ *rapid.T, _ v1alpha1.AllowedSubject, by *v1alpha1.Requester) {
		by.Channel = "another channel"
		if by.ChannelKind == v1alpha1.ChannelKindDirect {
			by.ChannelKind = v1alpha1.ChannelKindPrivate
		}
	},
	"in a channel that outsiders share": func(_ *rapid.T, _ v1alpha1.AllowedSubject, by *v1alpha1.Requester) {
		by.ChannelKind = v1alpha1.ChannelKindShared
	},
	"in a channel of which nothing is known": func(_ *rapid.T, _ v1alpha1.AllowedSubject, by *v1alpha1.Requester) {
		by.ChannelKind = ""
	},
	"as another person": func(_ *rapid.T, s v1alpha1.AllowedSubject, by *v1alpha1.Requester) {
		by.User, by.Groups = "another person", []string{"another group"}
		if isForEveryone(s) {
			by.User = "" // whoever is there is meant, so only nobody is another person
		}
	},
	"with user and groups changed over": func(_ *rapid.T, s v1alpha1.AllowedSubject, by *v1alpha1.Requester) {
		by.User, by.Groups = "another person", nil
		for _, group := range s.Groups {
			if !slices.Contains(s.Users, group) {
				by.User = string(group)
			}
		}
		for _, user := range s.Users {
			if !slices.Contains(s.Groups, user) {
				by.Groups = append(by.Groups, string(user))
			}
		}
		if isForEveryone(s) {
			by.User = ""
		}
	},
	"where only members can be trusted, in a channel that others read": func(t *rapid.T, s v1alpha1.AllowedSubject, by *v1alpha1.Requester) {
		by.ChannelKind = rapid.SampledFrom([]v1alpha1.ChannelKind{
			v1alpha1.ChannelKindPublic, v1alpha1.ChannelKindDirect, v1alpha1.ChannelKindShared,
		}).Draw(t, "another kind")
		if !isForEveryone(s) {
			by.User, by.Groups = "another person", nil
		}
	},
}

func asks(s v1alpha1.AllowedSubject, by v1alpha1.Requester) access.Decision {
	list := v1alpha1.DumpAllowList{Spec: v1alpha1.DumpAllowListSpec{
		Sources: []v1alpha1.AllowedSource{"*"}, Databases: []v1alpha1.NamePattern{"*"}, Subjects: []v1alpha1.AllowedSubject{s},
	}}
	return access.Judge([]v1alpha1.DumpAllowList{list}, access.Question{
		Requester: by, Source: "shop", Database: "shop", Permission: v1alpha1.PermissionRequest,
	})
}

// Each subject matches its own place and no other: not one that differs in a single coordinate.
func TestEachSubjectMatchesItsOwnPlaceAndNoOther(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawValidSubject(t)
		own := drawOwnPlace(t, s)
		if d := asks(s, own); !d.Allowed {
			t.Fatalf("%+v\ndoes not match its own %+v: %v", s, own, d.Misses)
		}
		for _, step := range slices.Sorted(maps.Keys(elsewhere)) {
			by := *own.DeepCopy()
			elsewhere[step](t, s, &by)
			if d := asks(s, by); d.Allowed || d.Visible {
				t.Fatalf("%+v\nmatches %+v, %s", s, by, step)
			}
		}
	})
}

// Two subjects meet only where they mean the same: whoever is let in by another's rule has that rule's platform and workspace.
func TestNoSubjectMatchesThePlaceOfAnotherServer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		one, other := drawValidSubject(t), drawValidSubject(t)
		by := drawOwnPlace(t, other)
		if asks(one, by).Allowed && (one.Platform != other.Platform || one.Workspace != other.Workspace) {
			t.Fatalf("%+v\nmatches %+v", one, by)
		}
	})
}

func TestWhereOutsidersShareTheChannelNothingIsAllowed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lists, q := drawLists(t), drawQuestion(t)
		q.Requester.ChannelKind = v1alpha1.ChannelKindShared
		d := access.Judge(lists, q)
		if d.Allowed || d.Visible || len(access.Databases(lists, q.Requester, q.Source, q.Permission)) > 0 {
			t.Fatalf("%+v", d)
		}
		for _, miss := range d.Misses {
			if miss.Subject >= 0 && !slices.ContainsFunc(miss.Mismatches, func(m access.Mismatch) bool { return m.Case == access.ChannelShared }) {
				t.Fatalf("%s does not say why", miss)
			}
		}
	})
}
