package access

import (
	"github.com/volcado-io/volcado/api/v1alpha1"
)

// weight orders subjects by how close they came: a rule for this person in another channel explains more than one for
// another person in this channel. Each is a bit of its own, but users and groups are one: both say that it is another person.
var weight = map[Part]int{
	PartPlatform: 16, PartWorkspace: 8, PartUsers: 4, PartGroups: 4, PartChannel: 2, PartPermission: 1,
}

// examine finds the subject of the list that came closest. No mismatch means that the list allows the whole.
func examine(list *v1alpha1.DumpAllowList, q Question) Miss {
	miss := Miss{List: list.Name, Subject: -1, Mismatches: []Mismatch{{Part: PartSubjects, Case: NoSubjects}}}
	closest := 0
	for i := range list.Spec.Subjects {
		mismatches := judgeSubject(&list.Spec.Subjects[i], q.Requester, q.Permission)
		distance := 0
		for _, m := range mismatches {
			distance |= weight[m.Part]
		}
		// Where only the permission is missing, it is this person, here.
		if distance <= weight[PartPermission] {
			miss.visible = true
		}
		if miss.Subject < 0 || distance < closest {
			miss.Subject, miss.Mismatches, closest = i, mismatches, distance
		}
	}
	if !listsDatabase(list, q.Database) {
		miss.Mismatches = append(miss.Mismatches, Mismatch{
			Part: PartDatabase, Case: NotListed, Have: plain(list.Spec.Databases), Want: string(q.Database),
		})
	}
	return miss
}

// judgeSubject lists what does not match. Nothing means that the subject is this person, here, and may do this.
func judgeSubject(s *v1alpha1.AllowedSubject, by v1alpha1.Requester, permission v1alpha1.Permission) []Mismatch {
	var found []Mismatch
	if s.Platform == "" || s.Platform != by.Platform {
		found = append(found, Mismatch{
			Part: PartPlatform, Case: NotListed, Have: []string{string(s.Platform)}, Want: string(by.Platform),
		})
	}
	if !matchesWorkspace(s, by) {
		found = append(found, workspaceMismatch(s, by))
	}
	person := isPerson(s, by)
	everyone := !person && isEveryone(s, by)
	if !person && !everyone {
		found = append(found, personMismatches(s, by)...)
	}
	if m, mismatched := channelMismatch(s, by, everyone); mismatched {
		found = append(found, m)
	}
	if !permits(s, permission) {
		found = append(found, Mismatch{Part: PartPermission, Case: NotListed, Have: plain(may(s)), Want: string(permission)})
	}
	return found
}

func workspaceMismatch(s *v1alpha1.AllowedSubject, by v1alpha1.Requester) Mismatch {
	m := Mismatch{Part: PartWorkspace, Case: NotListed, Have: []string{s.Workspace}, Want: by.Workspace}
	if s.Workspace == by.Workspace {
		m.Case = WorkspaceUnusable
	}
	return m
}

func personMismatches(s *v1alpha1.AllowedSubject, by v1alpha1.Requester) []Mismatch {
	var found []Mismatch
	if len(s.Users) > 0 {
		found = append(found, Mismatch{Part: PartUsers, Case: NotListed, Want: by.User})
	}
	if len(s.Groups) > 0 {
		m := Mismatch{Part: PartGroups, Case: NotAMember, Have: plain(s.Groups)}
		if len(by.Groups) == 0 {
			m.Case = GroupsUnknown
		}
		found = append(found, m)
	}
	if len(found) == 0 {
		return []Mismatch{{Part: PartUsers, Case: NobodyNamed, Want: by.User}}
	}
	return found
}

// channelMismatch asks first what holds for every rule. Where everyone is meant the channel is the credential; whoever is
// named needs only to be in it.
func channelMismatch(s *v1alpha1.AllowedSubject, by v1alpha1.Requester, everyone bool) (m Mismatch, mismatched bool) {
	if refused, ok := RefusedPlace(by); ok {
		return refused, true
	}
	m = Mismatch{Part: PartChannel, Case: NotListed, Have: plain(s.Channels), Want: by.Channel, ChannelKind: by.ChannelKind}
	switch {
	case !everyone:
		return m, !matchesChannel(s, by)
	case channelIsCredential(s, by):
		return m, false
	case !listsChannelByID(s, by):
		m.Case = EveryoneNeedsID
	default:
		m.Case = EveryoneNeedsPrivate
	}
	return m, true
}

func may(s *v1alpha1.AllowedSubject) []v1alpha1.Permission {
	if len(s.May) == 0 {
		return []v1alpha1.Permission{v1alpha1.PermissionRequest}
	}
	return s.May
}

func plain[T ~string](entries []T) []string {
	texts := make([]string, 0, len(entries))
	for _, entry := range entries {
		texts = append(texts, string(entry))
	}
	return texts
}
