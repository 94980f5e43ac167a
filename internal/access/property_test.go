package access_test

import (
	"slices"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"pgregory.net/rapid"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/access"
	"github.com/volcado-io/volcado/internal/pattern"
)

// Small alphabets, with everything that is special in them, so that matches and near misses are common.
func drawList(t *rapid.T, name string) v1alpha1.DumpAllowList {
	return v1alpha1.DumpAllowList{
		ObjectMeta: metav1.ObjectMeta{Name: name, UID: types.UID("uid-" + name)},
		Spec: v1alpha1.DumpAllowListSpec{
			Sources:   drawSome[v1alpha1.AllowedSource](t, "sources", "shop", "crm", "*", ""),
			Databases: drawSome[v1alpha1.NamePattern](t, "databases", "shop", "sh*", "*", "mysql", ""),
			Subjects:  rapid.SliceOfN(rapid.Custom(drawSubject), 0, 3).Draw(t, "subjects"),
		},
	}
}

func drawSubject(t *rapid.T) v1alpha1.AllowedSubject {
	return v1alpha1.AllowedSubject{
		Platform:  v1alpha1.Platform(drawOne(t, "platform", "slack", "slack", "console", "")),
		Workspace: drawOne(t, "workspace", "T1", "T1", "T2", ""),
		Users:     drawSome[v1alpha1.SubjectID](t, "users", "U1", "U2", "*", ""),
		Groups:    drawSome[v1alpha1.SubjectID](t, "groups", "S1", "S2", "*", ""),
		Channels:  drawSome[v1alpha1.ChannelID](t, "channels", "C1", "C2", "direct", "*", ""),
		May:       drawSome[v1alpha1.Permission](t, "may", "Request", "Manage", ""),
	}
}

func drawQuestion(t *rapid.T) access.Question {
	return access.Question{
		Requester: v1alpha1.Requester{
			Platform:    v1alpha1.Platform(drawOne(t, "by platform", "slack", "slack", "console", "")),
			Workspace:   drawOne(t, "by workspace", "T1", "T1", "T2", ""),
			User:        drawOne(t, "by user", "U1", "U2", "U3", "*", ""),
			Groups:      drawSome[string](t, "by groups", "S1", "S3", "*", ""),
			Channel:     drawOne(t, "by channel", "C1", "C2", "C3", "direct", "*", ""),
			ChannelKind: v1alpha1.ChannelKind(drawOne(t, "by channel kind", "Private", "Private", "Direct", "Public", "Shared", "")),
		},
		Source:     drawOne(t, "source", "shop", "crm", "*", ""),
		Database:   v1alpha1.DatabaseName(drawOne(t, "database", "shop", "crm", "mysql", "*", "")),
		Permission: v1alpha1.Permission(drawOne(t, "permission", "Request", "Request", "Manage", "")),
	}
}

func drawOne(t *rapid.T, label string, from ...string) string {
	return rapid.SampledFrom(from).Draw(t, label)
}

func drawSome[T ~string](t *rapid.T, label string, from ...T) []T {
	return rapid.SliceOfN(rapid.SampledFrom(from), 0, 3).Draw(t, label)
}

func drawLists(t *rapid.T) []v1alpha1.DumpAllowList {
	var lists []v1alpha1.DumpAllowList
	for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "b", "c"}), 0, 3, rapid.ID).Draw(t, "names") {
		lists = append(lists, drawList(t, name))
	}
	return lists
}

// grant is one wish that an allow-list grants, with nothing left to interpret but the database's pattern.
type grant struct {
	list                string
	platform, workspace string
	who, where, what    string // "user U1", "group S1", "everyone" / "id C1", "direct", "any" / a source or "any"
	database, may       string
}

// grants multiplies a list out into everything that it grants. It is the oracle: it shares no code and no shape with
// Judge, which asks a question of a rule and never looks at what a rule could mean as a whole.
func grants(list v1alpha1.DumpAllowList) []grant {
	var all []grant
	for _, s := range list.Spec.Subjects {
		if s.Platform == "" || (s.Platform == "console") != (s.Workspace == "") {
			continue
		}
		var who []string
		for _, u := range s.Users {
			if u == "*" {
				who = append(who, "everyone")
			} else if u != "" {
				who = append(who, "user "+string(u))
			}
		}
		for _, g := range s.Groups {
			if g != "*" && g != "" {
				who = append(who, "group "+string(g))
			}
		}
		may := s.May
		if len(may) == 0 {
			may = []v1alpha1.Permission{"Request"}
		}
		for _, w := range who {
			for _, c := range s.Channels {
				where := map[v1alpha1.ChannelID]string{"": "nowhere", "*": "any", "direct": "direct"}[c]
				if where == "" {
					where = "id " + string(c)
				}
				if where == "nowhere" || (w == "everyone" && !strings.HasPrefix(where, "id ")) {
					continue
				}
				for _, source := range list.Spec.Sources {
					what := string(source)
					if source == "*" {
						what = "any"
					}
					for _, db := range list.Spec.Databases {
						for _, m := range may {
							if what != "" && db != "" && m != "" {
								all = append(all, grant{list.Name, string(s.Platform), s.Workspace, w, where, what, string(db), string(m)})
							}
						}
					}
				}
			}
		}
	}
	return all
}

// covers lists the ways in which a request can be spelt in a grant, and looks for the grant among them.
func (g grant) covers(q access.Question) bool {
	by := q.Requester
	if by.User == "" || by.Channel == "" || q.Source == "" || q.Source == "*" {
		return false
	}
	if by.ChannelKind == "Shared" || by.ChannelKind == "" {
		return false
	}
	who := []string{"user " + by.User}
	for _, group := range by.Groups {
		who = append(who, "group "+group)
	}
	if by.ChannelKind == "Private" {
		who = append(who, "everyone")
	}
	where := []string{"any"}
	if by.Channel != "*" && by.Channel != "direct" {
		where = append(where, "id "+by.Channel)
	}
	if by.ChannelKind == "Direct" {
		where = append(where, "direct")
	}
	system := slices.Contains([]string{"mysql", "sys", "information_schema", "performance_schema"}, string(q.Database))
	return g.platform == string(by.Platform) && g.workspace == by.Workspace &&
		slices.Contains(who, g.who) && slices.Contains(where, g.where) && (g.what == "any" || g.what == q.Source) &&
		q.Database != "" && !system && pattern.Match(g.database, string(q.Database)) && g.may == string(q.Permission)
}

func oracle(lists []v1alpha1.DumpAllowList, q access.Question) (allowed bool, by string) {
	for _, list := range lists {
		if slices.ContainsFunc(grants(list), func(g grant) bool { return g.covers(q) }) && (!allowed || list.Name < by) {
			allowed, by = true, list.Name
		}
	}
	return allowed, by
}

func judgesAsTheOracle(t *rapid.T) {
	lists, q := drawLists(t), drawQuestion(t)
	got := access.Judge(lists, q)
	want, by := oracle(lists, q)
	if got.Allowed != want || (want && got.By.Name != by) {
		t.Fatalf("allowed %v by %v, want %v by %q\nmisses %v", got.Allowed, got.By, want, by, got.Misses)
	}
	if got.Allowed && !got.Visible {
		t.Fatal("allowed, and not visible")
	}
}

func TestJudgeAgreesWithMultiplyingOut(t *testing.T) { rapid.Check(t, judgesAsTheOracle) }

func FuzzJudgeAgreesWithMultiplyingOut(f *testing.F) {
	f.Fuzz(rapid.MakeFuzz(judgesAsTheOracle))
}

// A person sees a source exactly when there is some wish about it that would be granted, or would be had the list named
// a database or another permission.
func TestVisibleIsAllowedForSomeDatabaseAndPermission(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lists, q := drawLists(t), drawQuestion(t)
		opened := make([]v1alpha1.DumpAllowList, len(lists))
		for i, list := range lists {
			list = *list.DeepCopy()
			list.Spec.Databases = []v1alpha1.NamePattern{"*"}
			for j := range list.Spec.Subjects {
				list.Spec.Subjects[j].May = []v1alpha1.Permission{"Request"}
			}
			opened[i] = list
		}
		asked := q
		asked.Database, asked.Permission = "anything", "Request"
		want, _ := oracle(opened, asked)
		if got := access.Judge(lists, q).Visible; got != want {
			t.Fatalf("visible %v, want %v", got, want)
		}
	})
}

func TestRemovingAnEntryNeverWidens(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lists, q := drawLists(t), drawQuestion(t)
		before := access.Judge(lists, q)
		i := rapid.IntRange(0, max(0, len(lists)-1)).Draw(t, "list")
		if len(lists) == 0 {
			return
		}
		fewer := slices.Clone(lists)
		fewer[i] = *lists[i].DeepCopy()
		what, lost := removeOne(t, &fewer[i].Spec)
		after := access.Judge(fewer, q)
		// may is the one exception, and only to its own default: without an entry it is Request.
		if lost && what == "may" && q.Permission == v1alpha1.PermissionRequest {
			return
		}
		if (after.Allowed && !before.Allowed) || (after.Visible && !before.Visible) {
			t.Fatalf("removing from %s turned %+v into %+v", what, before, after)
		}
	})
}

// removeOne takes one entry away, and says from what and whether that left it empty.
func removeOne(t *rapid.T, spec *v1alpha1.DumpAllowListSpec) (what string, emptied bool) {
	kinds := []string{"sources", "databases", "subjects"}
	if len(spec.Subjects) > 0 {
		kinds = append(kinds, "users", "groups", "channels", "may")
	}
	what = drawOne(t, "what", kinds...)
	s := &v1alpha1.AllowedSubject{}
	if len(spec.Subjects) > 0 {
		s = &spec.Subjects[rapid.IntRange(0, len(spec.Subjects)-1).Draw(t, "subject")]
	}
	switch what {
	case "sources":
		emptied = without(t, &spec.Sources)
	case "databases":
		emptied = without(t, &spec.Databases)
	case "subjects":
		emptied = without(t, &spec.Subjects)
	case "users":
		emptied = without(t, &s.Users)
	case "groups":
		emptied = without(t, &s.Groups)
	case "channels":
		emptied = without(t, &s.Channels)
	case "may":
		emptied = without(t, &s.May)
	}
	return what, emptied
}

func without[T any](t *rapid.T, entries *[]T) bool {
	if len(*entries) > 0 {
		i := rapid.IntRange(0, len(*entries)-1).Draw(t, "entry")
		*entries = slices.Delete(slices.Clone(*entries), i, i+1)
	}
	return len(*entries) == 0
}

func TestAddingAListNeverNarrows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lists, q := drawLists(t), drawQuestion(t)
		before := access.Judge(lists, q)
		after := access.Judge(append(slices.Clone(lists), drawList(t, "0 first of all")), q)
		if (before.Allowed && !after.Allowed) || (before.Visible && !after.Visible) {
			t.Fatalf("%+v became %+v", before, after)
		}
	})
}

// What all lists allow together is exactly what they allow one at a time.
func TestListsTogetherAllowWhatTheyAllowAlone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lists, q := drawLists(t), drawQuestion(t)
		alone := slices.ContainsFunc(lists, func(l v1alpha1.DumpAllowList) bool {
			return access.Judge([]v1alpha1.DumpAllowList{l}, q).Allowed
		})
		if got := access.Judge(lists, q).Allowed; got != alone {
			t.Fatalf("together %v, alone %v", got, alone)
		}
	})
}

// Whoever may have a database has it among the patterns that are shown to him, and nothing else is shown.
func TestDatabasesAreThoseThatJudgeAllows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lists, q := drawLists(t), drawQuestion(t)
		shown := pattern.Permits(access.Databases(lists, q.Requester, q.Source, q.Permission), q.Database)
		if got := access.Judge(lists, q).Allowed; got != shown {
			t.Fatalf("Judge says %v, Databases %v", got, shown)
		}
	})
}
