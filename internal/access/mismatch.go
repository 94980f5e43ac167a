package access

import (
	"fmt"
	"strings"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/text"
)

// Part is one part of a rule.
type Part string

const (
	PartPlatform   Part = "platform"
	PartWorkspace  Part = "workspace"
	PartUsers      Part = "users"
	PartGroups     Part = "groups"
	PartChannel    Part = "channels"
	PartPermission Part = "may"
	PartDatabase   Part = "databases"
	// PartSubjects: the list has no subject at all.
	PartSubjects Part = "subjects"
	// PartQuota: limits.perUserPerDay.
	PartQuota Part = "limits.perUserPerDay"
)

// Case is how a part did not match. Part and Case together choose the words; a catalogue of another language needs one
// entry for each Case, and for each Part of NotListed.
type Case string

const (
	// NotListed: the rule has Have there, the request Want. Have is empty for users: who else is let in is not said.
	NotListed Case = "NotListed"
	// WorkspaceUnusable: rule and request have the same workspace, which cannot be one: none where the platform has
	// workspaces, or some on the console, which has none.
	WorkspaceUnusable Case = "WorkspaceUnusable"
	// NotAMember: the person is in groups, and in none of Have.
	NotAMember Case = "NotAMember"
	// GroupsUnknown: the rule has groups, and no group of the person is known.
	GroupsUnknown Case = "GroupsUnknown"
	// NobodyNamed: the subject has neither users nor groups.
	NobodyNamed Case = "NobodyNamed"
	// NoSubjects: the list has none.
	NoSubjects Case = "NoSubjects"
	// ChannelShared: people of other organisations are in the channel. Whoever is named, nobody may anything there.
	ChannelShared Case = "ChannelShared"
	// ChannelKindUnknown: nobody knows who can read the channel, so outsiders may.
	ChannelKindUnknown Case = "ChannelKindUnknown"
	// EveryoneNeedsID: users is "*", and the channel is not in Have by its id.
	EveryoneNeedsID Case = "EveryoneNeedsID"
	// EveryoneNeedsPrivate: users is "*", which counts only in a private channel.
	EveryoneNeedsPrivate Case = "EveryoneNeedsPrivate"
	// QuotaUsed: the person has had Have dumps in a day, as many as the list allows. Want is when the next is possible.
	QuotaUsed Case = "QuotaUsed"
)

// Mismatch is one part of a rule that did not match. It has no words, so that each language can have its own.
type Mismatch struct {
	Part Part
	Case Case
	// Have is what the rule has in this part. It may be long.
	Have []string
	// Want is what the request has in this part. It came from elsewhere: quote it.
	Want string
	// ChannelKind of the request's channel, with PartChannel.
	ChannelKind v1alpha1.ChannelKind
}

// RefusedPlace says why nobody is allowed anything where the request was written, whatever the lists say; ok is false
// where lists decide. What it says names no rule, so it is for everybody.
func RefusedPlace(by v1alpha1.Requester) (m Mismatch, ok bool) {
	m = Mismatch{Part: PartChannel, Want: by.Channel, ChannelKind: by.ChannelKind}
	switch by.ChannelKind {
	case v1alpha1.ChannelKindDirect, v1alpha1.ChannelKindPrivate, v1alpha1.ChannelKindPublic:
		return Mismatch{}, false
	case v1alpha1.ChannelKindShared:
		m.Case = ChannelShared
	default:
		m.Case = ChannelKindUnknown
	}
	return m, true
}

// String is a clause in English, for logs and conditions: `channels has "C1" and not "C2"`. What came from the request
// is quoted.
func (m Mismatch) String() string {
	switch m.Case {
	case NotListed:
		return m.notListed()
	case WorkspaceUnusable:
		return fmt.Sprintf("workspace %s matches nobody on this platform", quote(m.Want))
	case NotAMember:
		return fmt.Sprintf("groups has %s, and the person is in none of them", enumerate(m.Have))
	case GroupsUnknown:
		return fmt.Sprintf("groups has %s, and no group of the person is known", enumerate(m.Have))
	case NobodyNamed:
		return "it has neither users nor groups"
	case NoSubjects:
		return "it has no subjects"
	case ChannelShared:
		return fmt.Sprintf("channel %s is shared with other organisations, and nobody is allowed anything there", quote(m.Want))
	case ChannelKindUnknown:
		return fmt.Sprintf("channel %s is of kind %s, and nobody is allowed anything where it is unknown who can read it", quote(m.Want), quote(m.ChannelKind))
	case EveryoneNeedsID:
		return fmt.Sprintf(`users is "*", and channels has %s and not %s by its id`, enumerate(m.Have), quote(m.Want))
	case EveryoneNeedsPrivate:
		return fmt.Sprintf(`users is "*", which counts only in a channel of kind Private, and this one is %s`, quote(m.ChannelKind))
	case QuotaUsed:
		return fmt.Sprintf("%s is %s, and all of them are used; the next is possible at %s", m.Part, enumerate(m.Have), m.Want)
	}
	return fmt.Sprintf("%s does not match", m.Part)
}

func (m Mismatch) notListed() string {
	switch m.Part {
	case PartPlatform, PartWorkspace:
		return fmt.Sprintf("%s is %s and not %s", m.Part, enumerate(m.Have), quote(m.Want))
	case PartUsers:
		return fmt.Sprintf("users does not have %s", quote(m.Want))
	case PartChannel:
		return fmt.Sprintf("channels has %s and not %s (a channel of kind %s)", enumerate(m.Have), quote(m.Want), quote(m.ChannelKind))
	}
	return fmt.Sprintf("%s has %s and not %s", m.Part, enumerate(m.Have), quote(m.Want))
}

// Miss is a list that names the source and does not allow the whole.
type Miss struct {
	// List is the DumpAllowList's name.
	List string
	// Subject is the index in the list of the subject that came closest, or -1 when the list has none.
	Subject int
	// Mismatches of that subject, and of the list's databases. Never empty. All have to be mended, but of users and
	// groups, which stand next to each other, either.
	Mismatches []Mismatch

	visible bool
}

// String is the miss as one clause: `allow-list qa, subjects[0]: channels has "C1" and not "C2"`.
func (m Miss) String() string {
	var b strings.Builder
	b.WriteString("allow-list " + m.List)
	if m.Subject >= 0 {
		fmt.Fprintf(&b, ", subjects[%d]", m.Subject)
	}
	for i, mismatch := range m.Mismatches {
		switch {
		case i == 0:
			b.WriteString(": ")
		case mismatch.Part == PartGroups && m.Mismatches[i-1].Part == PartUsers:
			b.WriteString(" and ")
		default:
			b.WriteString("; ")
		}
		b.WriteString(mismatch.String())
	}
	return b.String()
}

// quote never lets a control character or a change of writing direction through: ids come from elsewhere.
func quote[T ~string](s T) string { return fmt.Sprintf("%q", string(s)) }

// enumerated entries are at most these many, so that an explanation stays a sentence.
const enumerated = 6

func enumerate(entries []string) string {
	if len(entries) == 0 {
		return "nothing"
	}
	return text.Names(entries, enumerated)
}
