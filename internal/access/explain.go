package access

import (
	"fmt"
	"strings"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

// Part is one part of a rule.
type Part string

const (
	PartPlatform   Part = "platform"
	PartWorkspace  Part = "workspace"
	PartPerson     Part = "users and groups"
	PartChannel    Part = "channels"
	PartPermission Part = "may"
	PartDatabase   Part = "databases"
	// PartSubjects: the list has no subject at all.
	PartSubjects Part = "subjects"
)

// Mismatch is one part of a rule that did not match.
type Mismatch struct {
	Part Part
	// Why is a clause for people: `channels lists C1 and not C2`. What came from the request is quoted.
	Why string
}

// Miss is a list that names the source and does not allow the whole.
type Miss struct {
	// List is the DumpAllowList's name.
	List string
	// Subject is the index in the list of the subject that came closest, or -1 when the list has none.
	Subject int
	// Mismatches of that subject, and of the list's databases. Never empty.
	Mismatches []Mismatch

	visible bool
}

// String is the miss as one clause: `allow-list qa, subjects[0]: channels lists "C1" and not "C2"`.
func (m Miss) String() string {
	whys := make([]string, 0, len(m.Mismatches))
	for _, mismatch := range m.Mismatches {
		whys = append(whys, mismatch.Why)
	}
	where := "allow-list " + m.List
	if m.Subject >= 0 {
		where += fmt.Sprintf(", subjects[%d]", m.Subject)
	}
	return where + ": " + strings.Join(whys, "; ")
}

// weight orders subjects by how close they came: a rule for this person in another channel explains more than one for
// another person in this channel.
var weight = map[Part]int{PartPlatform: 16, PartWorkspace: 8, PartPerson: 4, PartChannel: 2, PartPermission: 1}

// examine finds the subject of the list that came closest. No mismatch means that the list allows the whole.
func examine(list *v1alpha1.DumpAllowList, q Question) Miss {
	miss := Miss{List: list.Name, Subject: -1, Mismatches: []Mismatch{{PartSubjects, "it has no subjects"}}}
	closest := 0
	for i := range list.Spec.Subjects {
		mismatches := judgeSubject(&list.Spec.Subjects[i], q.Requester, q.Permission)
		distance := 0
		for _, m := range mismatches {
			distance += weight[m.Part]
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
		miss.Mismatches = append(miss.Mismatches, Mismatch{PartDatabase, whyDatabase(list, q.Database)})
	}
	return miss
}

// judgeSubject lists what does not match. Nothing means that the subject is this person, here, and may do this.
func judgeSubject(s *v1alpha1.AllowedSubject, by v1alpha1.Requester, permission v1alpha1.Permission) []Mismatch {
	var found []Mismatch
	add := func(part Part, why string) { found = append(found, Mismatch{part, why}) }
	if s.Platform == "" || s.Platform != by.Platform {
		add(PartPlatform, fmt.Sprintf("platform is %s and not %s", quote(s.Platform), quote(by.Platform)))
	}
	if !matchesWorkspace(s, by) {
		add(PartWorkspace, fmt.Sprintf("workspace is %s and not %s", quote(s.Workspace), quote(by.Workspace)))
	}
	switch {
	case isPerson(s, by):
		if !matchesChannel(s, by) {
			add(PartChannel, fmt.Sprintf("channels has %s and not %s", enumerate(s.Channels), channel(by)))
		}
	case isEveryone(s, by):
		if why := whyNotCredential(s, by); why != "" {
			add(PartChannel, why)
		}
	default:
		add(PartPerson, whyPerson(s, by))
		if !matchesChannel(s, by) {
			add(PartChannel, fmt.Sprintf("channels has %s and not %s", enumerate(s.Channels), channel(by)))
		}
	}
	if !permits(s, permission) {
		add(PartPermission, fmt.Sprintf("may has %s and not %s", enumerate(may(s)), quote(permission)))
	}
	return found
}

func whyNotCredential(s *v1alpha1.AllowedSubject, by v1alpha1.Requester) string {
	switch {
	case channelIsCredential(s, by):
		return ""
	case !listsChannelByID(s, by):
		return fmt.Sprintf(`users is "*", and channels has %s and not %s by its id`, enumerate(s.Channels), quote(by.Channel))
	default:
		return fmt.Sprintf(`users is "*", which counts only in a channel of kind Private, and this one is %s`, quote(by.ChannelKind))
	}
}

func whyPerson(s *v1alpha1.AllowedSubject, by v1alpha1.Requester) string {
	var whys []string
	if len(s.Users) > 0 {
		whys = append(whys, "users does not have "+quote(by.User))
	}
	if len(s.Groups) > 0 {
		if len(by.Groups) == 0 {
			whys = append(whys, "groups are asked for, and the person is in none that is known")
		} else {
			whys = append(whys, "groups has none of "+enumerate(by.Groups))
		}
	}
	if len(whys) == 0 {
		return "it has neither users nor groups"
	}
	return strings.Join(whys, " and ")
}

func whyDatabase(list *v1alpha1.DumpAllowList, database v1alpha1.DatabaseName) string {
	return fmt.Sprintf("databases has %s and not %s", enumerate(list.Spec.Databases), quote(database))
}

func channel(by v1alpha1.Requester) string {
	return fmt.Sprintf("%s (a channel of kind %s)", quote(by.Channel), quote(by.ChannelKind))
}

func may(s *v1alpha1.AllowedSubject) []v1alpha1.Permission {
	if len(s.May) == 0 {
		return []v1alpha1.Permission{v1alpha1.PermissionRequest}
	}
	return s.May
}

// quote never lets a control character or a change of writing direction through: ids come from elsewhere.
func quote[T ~string](s T) string { return fmt.Sprintf("%q", string(s)) }

// enumerated entries are at most these many, so that an explanation stays a sentence.
const enumerated = 6

func enumerate[T ~string](entries []T) string {
	if len(entries) == 0 {
		return "nothing"
	}
	quoted := make([]string, 0, enumerated+1)
	for _, entry := range entries[:min(len(entries), enumerated)] {
		quoted = append(quoted, quote(entry))
	}
	if more := len(entries) - enumerated; more > 0 {
		quoted = append(quoted, fmt.Sprintf("%d more", more))
	}
	return strings.Join(quoted, ", ")
}
