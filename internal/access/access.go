// Package access answers whether this person may have this, here: by allow-lists, which are denied by default.
//
// Matching is equality: of platform, of workspace, and of an id or what stands for all. Where outsiders can read along,
// nobody is allowed anything, whoever is named.
//
// It is pure, and it relies on no validation of the API server: an empty entry, a wildcard where none may stand, or a
// misspelt key that left a list empty never lets anybody in. The bot asks it to answer at once, the manager asks it
// again because the bot may be wrong.
package access

import (
	"slices"
	"strconv"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/pattern"
)

// Question is one wish of one person.
type Question struct {
	// Requester says who asks, and where.
	Requester v1alpha1.Requester
	// Source is the name of a DatabaseSource. "" and "*" name none.
	Source string
	// Database that is wished for. "" is never allowed: ask for the default by its name.
	Database v1alpha1.DatabaseName
	// Permission that the wish takes. "" is never allowed.
	Permission v1alpha1.Permission
	// Now, and Taken: the dumps that this person has had in the namespace before, of the last day at least. The quotas of lists
	// are held against them. Who does not know them asks without, and the manager asks again.
	Now   time.Time
	Taken []Taken
}

// Decision answers a Question.
type Decision struct {
	// Allowed: one single list allows the whole.
	Allowed bool
	// By is that list, when Allowed: of several, the one under which a copy is kept longest, then the first by name, so that the
	// answer does not depend on the order of a listing.
	By *v1alpha1.AllowedBy
	// Limits of that list.
	Limits v1alpha1.ListLimits
	// Visible: the person may know that the source exists, because some list names it and one of that list's subjects
	// is this person, here. Whoever is Allowed may.
	Visible bool
	// Misses, when not Allowed, say for each list that names the source what did not match, by the lists' names.
	// They name rules, so they are for someone to whom the source is Visible, and for logs.
	Misses []Miss
	// NextAt, when not Allowed, is when the person is allowed the whole again, because nothing but a quota of a list stands against
	// it. Zero where more does.
	NextAt time.Time
}

// Judge answers from the allow-lists of the source's namespace. One single list must allow the whole; lists are never
// combined. A list that is being deleted allows nothing.
func Judge(lists []v1alpha1.DumpAllowList, q Question) Decision {
	var d Decision
	var best *v1alpha1.DumpAllowList
	for _, list := range byName(lists) {
		if !namesSource(list, q.Source) {
			continue
		}
		miss := examine(list, q)
		if miss.visible {
			d.Visible = true
		}
		if len(miss.Mismatches) == 0 {
			if next, used := quotaUsed(list, q); used {
				miss.Mismatches = []Mismatch{{Part: PartQuota, Case: QuotaUsed, Have: []string{strconv.Itoa(int(list.Spec.Limits.PerUserPerDay))}, Want: next.UTC().Format(time.RFC3339)}}
				if d.NextAt.IsZero() || next.Before(d.NextAt) {
					d.NextAt = next
				}
			}
		}
		if len(miss.Mismatches) > 0 {
			d.Misses = append(d.Misses, miss)
			continue
		}
		if best == nil || longer(list.Spec.Limits.MaxTTL, best.Spec.Limits.MaxTTL) {
			best = list
		}
	}
	if best == nil {
		return d
	}
	return Decision{Allowed: true, Visible: true, Limits: best.Spec.Limits, By: &v1alpha1.AllowedBy{
		Name: best.Name, UID: best.UID, Generation: best.Generation,
	}}
}

// longer reports whether a copy is kept longer under a than under b, of which each is no bound where it is nil.
func longer(a, b *metav1.Duration) bool {
	return b != nil && (a == nil || a.Duration > b.Duration)
}

// Databases are the patterns of the databases of the source that the person may have with this permission, each once,
// in the order of the lists' names. The source's own patterns narrow them further.
func Databases(
	lists []v1alpha1.DumpAllowList, by v1alpha1.Requester, source string, permission v1alpha1.Permission,
) []v1alpha1.NamePattern {
	var found []v1alpha1.NamePattern
	for _, list := range byName(lists) {
		if !namesSource(list, source) {
			continue
		}
		for i := range list.Spec.Subjects {
			if len(judgeSubject(&list.Spec.Subjects[i], by, permission)) == 0 {
				found = append(found, list.Spec.Databases...)
				break
			}
		}
	}
	return distinct(found)
}

func byName(lists []v1alpha1.DumpAllowList) []*v1alpha1.DumpAllowList {
	sorted := make([]*v1alpha1.DumpAllowList, 0, len(lists))
	for i := range lists {
		if lists[i].DeletionTimestamp.IsZero() {
			sorted = append(sorted, &lists[i])
		}
	}
	slices.SortStableFunc(sorted, func(a, b *v1alpha1.DumpAllowList) int { return strings.Compare(a.Name, b.Name) })
	return sorted
}

func distinct(patterns []v1alpha1.NamePattern) []v1alpha1.NamePattern {
	var once []v1alpha1.NamePattern
	for _, p := range patterns {
		if p != "" && !slices.Contains(once, p) {
			once = append(once, p)
		}
	}
	return once
}

func namesSource(list *v1alpha1.DumpAllowList, source string) bool {
	if source == "" || source == v1alpha1.Wildcard {
		return false
	}
	return lists(list.Spec.Sources, source) || slices.Contains(list.Spec.Sources, v1alpha1.Wildcard)
}

// lists reports whether the id stands in the entries. "" and "*" are nobody's id: an empty id in a request must not meet
// an empty entry, nor a user who calls himself * the entry that means everyone.
func lists[T ~string](entries []T, id string) bool {
	return id != "" && id != v1alpha1.Wildcard && slices.Contains(entries, T(id))
}

// isPerson reports whether the subject is this person by a user's or a group's id. Whoever has no id is nobody, in
// whichever groups.
func isPerson(s *v1alpha1.AllowedSubject, by v1alpha1.Requester) bool {
	return lists(s.Users, by.User) || by.User != "" &&
		slices.ContainsFunc(by.Groups, func(group string) bool { return lists(s.Groups, group) })
}

// isEveryone reports whether the subject makes the channel the credential.
func isEveryone(s *v1alpha1.AllowedSubject, by v1alpha1.Requester) bool {
	return by.User != "" && slices.Contains(s.Users, v1alpha1.Wildcard)
}

// listsChannelByID does not count a channel that happens to have the id "direct": that entry means something else.
func listsChannelByID(s *v1alpha1.AllowedSubject, by v1alpha1.Requester) bool {
	return by.Channel != v1alpha1.ChannelDirect && lists(s.Channels, by.Channel)
}

// matchesChannel holds for somebody who is named. Where everyone is meant, see channelIsCredential. A message from no
// channel is from nowhere.
func matchesChannel(s *v1alpha1.AllowedSubject, by v1alpha1.Requester) bool {
	if by.Channel == "" {
		return false
	}
	return listsChannelByID(s, by) || slices.Contains(s.Channels, v1alpha1.Wildcard) ||
		(by.ChannelKind == v1alpha1.ChannelKindDirect && slices.Contains(s.Channels, v1alpha1.ChannelDirect))
}

// channelIsCredential: only what its members alone can read, and only by its id. Membership of anything wider proves
// nothing about who is asking.
func channelIsCredential(s *v1alpha1.AllowedSubject, by v1alpha1.Requester) bool {
	return by.ChannelKind == v1alpha1.ChannelKindPrivate && listsChannelByID(s, by)
}

// matchesWorkspace is equality on every platform: ids are unique only within a workspace. Without one on both sides a
// request is matched on the console alone, which has none.
func matchesWorkspace(s *v1alpha1.AllowedSubject, by v1alpha1.Requester) bool {
	return s.Workspace == by.Workspace && (s.Workspace == "") == (s.Platform == v1alpha1.PlatformConsole)
}

// permits: without an entry, may is Request alone (the API server's own default). Manage does not hold Request: a subject may be let to cancel what it
// may not have.
func permits(s *v1alpha1.AllowedSubject, permission v1alpha1.Permission) bool {
	if len(s.May) == 0 {
		return permission == v1alpha1.PermissionRequest
	}
	return permission != "" && slices.Contains(s.May, permission)
}

func listsDatabase(list *v1alpha1.DumpAllowList, database v1alpha1.DatabaseName) bool {
	return pattern.Permits(list.Spec.Databases, database)
}
