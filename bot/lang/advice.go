package lang

import (
	"cmp"
	"strings"

	"github.com/volcado-io/volcado/bot/view"
	"github.com/volcado-io/volcado/internal/contract"
)

// Who can follow an advice, where it is not whoever asked for the dump. The keys of the catalogue are advice.<who>.
const (
	byOwner    = "owner"    // of the source
	byOperator = "operator" // of Volcado and the cluster
)

// fixers of what whoever asked cannot fix. Where there is anything that they can do, such as to try again, they are told
// that, and the advice says itself when to ask somebody (asking).
var fixers = map[contract.Reason]string{
	contract.SecretNotFound: byOwner, contract.CredentialsMissing: byOwner, contract.AccessDenied: byOwner,
	contract.InsufficientPrivileges: byOwner, contract.TLSUnavailable: byOwner, contract.TLSAuthorityMissing: byOwner,
	contract.TLSVerificationFailed: byOwner, contract.EngineMismatch: byOwner, contract.ServerUnreachable: byOwner,
	contract.HostNotBound: byOwner, contract.StorageNotBound: byOwner, contract.StorageSecretNotFound: byOwner, contract.StorageCredentialsMissing: byOwner, contract.StorageAccessDenied: byOwner,
	contract.BucketNotFound: byOwner, contract.StorageTLSAuthorityMissing: byOwner, contract.StorageTLSVerificationFailed: byOwner,
	contract.StorageFull: byOwner, contract.VolumeNotWritable: byOwner, contract.StorageUnreachable: byOwner,
	contract.ClientFailed: byOwner, contract.Internal: byOperator,

	// The manager's.
	"StorageNotFound": byOwner, "VolumeNotFound": byOwner, "JobRejected": byOwner, "OutOfMemory": byOwner, "JobMetadataNotAllowed": byOwner, "RecipientInvalid": byOwner, "QuotaExceeded": byOwner,
	"NamespaceNotEnrolled": byOperator, "NameConflict": byOperator, "ImagePullFailed": byOperator, "Unschedulable": byOperator,
	"PodNotCreated": byOperator, "StartDeadlineExceeded": byOperator, "DumperFailed": byOperator,
}

// needsFix reports whether something has to be changed before the same request can succeed.
func needsFix(reason string) bool {
	_, others := fixers[contract.Reason(reason)]
	return others || reason != "" && contract.Reason(reason).Final()
}

// asking are the advices that say themselves when to ask somebody. No hint stands for one of them. general is where the hint
// comes from the reason alone and so has nothing that the advice lacks.
var asking = map[contract.Reason]struct{ general bool }{
	contract.RunDeadlineExceeded: {general: true}, "SourceNotFound": {general: true}, "Evicted": {general: true},
	contract.NothingToDump: {}, contract.ConnectionLost: {}, contract.ServerError: {}, contract.StorageError: {}, contract.Interrupted: {},
}

// whereabouts of a dump, for the commands in an advice.
type whereabouts struct{ Namespace, Job string }

// anywhere stands for any dump, in the documentation.
var anywhere = whereabouts{Namespace: "NAMESPACE", Job: "JOB"}

func whereaboutsOf(d view.Dump) whereabouts {
	namespace, _, _ := strings.Cut(d.Source, "/")
	return whereabouts{Namespace: cmp.Or(namespace, anywhere.Namespace), Job: cmp.Or(d.Job, anywhere.Job)}
}

// advice by reason, or nothing for a reason that is not known.
func (c *catalogue) advice(reason string, w whereabouts) string {
	return c.sayIf("reason."+reason+".advice", w)
}

// addressed says whose work it is to follow an advice, which may be empty.
func (c *catalogue) addressed(reason, advice string) string {
	who, ok := fixers[contract.Reason(reason)]
	if !ok {
		return advice
	}
	return c.say("advice."+who, markup(advice))
}

// hintLanguage is the one in which the manager and the dumper write status.failure.
const hintLanguage = "en"

// advised is what to do about a dump, and the hint if it is to be said besides. A hint may hold what no catalogue can: a
// GRANT, or the nearest name. Where the catalogue speaks its language, it stands for the advice, unless that says whom to ask
// or the hint is a command: the advice has it with the names in it.
func (c *catalogue) advised(d view.Dump, reason, hint string) (advice, besides string) {
	advice = c.advice(reason, whereaboutsOf(d))
	asks, isAsking := asking[contract.Reason(reason)]
	switch {
	case asks.general, strings.Contains(hint, "kubectl ") && strings.Contains(advice, "kubectl "):
		hint = ""
	case hint != "" && c.tag == hintLanguage && !isAsking:
		advice = ""
	}
	return c.addressed(reason, advice), begun(hint)
}

// begun writes a hint as a sentence begins. Only a plain word can be: not the name of a key or a program.
func begun(hint string) string {
	word, _, _ := strings.Cut(hint, " ")
	if word == "" || word == "kubectl" || strings.Trim(strings.TrimRight(word, ":,"), "abcdefghijklmnopqrstuvwxyz") != "" {
		return hint
	}
	return strings.ToUpper(hint[:1]) + hint[1:]
}
