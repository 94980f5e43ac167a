package recipients

import (
	"fmt"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/text"
)

// Of a dump: the source's floor and the dump's own. A request adds to the floor and never takes from it. The list is empty
// where neither demands encryption. The failure says which object to mend.
func Of(source *v1alpha1.DatabaseSource, dump *v1alpha1.DatabaseDump) (List, *v1alpha1.Failure) {
	if failure := Refuse(source); failure != nil {
		return nil, failure
	}
	own, failure := parsed("DatabaseDump "+dump.Name, "dump", dump.Spec.Encryption)
	if failure != nil {
		return nil, failure
	}
	floor, _ := Parse(listed(source.Spec.Encryption))
	all, problem := Parse(append(floor.Strings(), own.Strings()...))
	if problem != nil {
		// Each list is in order, so it is only together that they are not, and the floor stays.
		return nil, &v1alpha1.Failure{
			Reason:  v1alpha1.ReasonRecipientInvalid,
			Message: message("encryption.recipients of DatabaseSource %s and DatabaseDump %s cannot be used together: %s", source.Name, dump.Name, problem.Message),
			Hint:    "In spec.encryption.recipients of the dump, use keys of the kind that the source has, or leave encryption out: the source's recipients hold in any case.",
		}
	}
	return all, nil
}

// Refuse a source whose recipients cannot be used: no dump of it can be made. It is nil for any other.
func Refuse(source *v1alpha1.DatabaseSource) *v1alpha1.Failure {
	_, failure := parsed("DatabaseSource "+source.Name, "source", source.Spec.Encryption)
	return failure
}

// parsed recipients of one object, of this kind.
func parsed(object, kind string, demanded *v1alpha1.Encryption) (List, *v1alpha1.Failure) {
	list, problem := Parse(listed(demanded))
	if problem != nil {
		return nil, &v1alpha1.Failure{
			Reason:  v1alpha1.ReasonRecipientInvalid,
			Message: message("encryption.recipients of %s: %s", object, problem.Message),
			Hint:    message("In spec.encryption.recipients of the %s, %s.", kind, problem.Hint),
		}
	}
	if demanded != nil && len(list) == 0 {
		// The API server refuses it; an object that was stored by other rules is held to it here.
		return nil, &v1alpha1.Failure{
			Reason:  v1alpha1.ReasonRecipientInvalid,
			Message: message("encryption of %s names no recipient", object),
			Hint:    message("Name one in spec.encryption.recipients of the %s, or remove encryption.", kind),
		}
	}
	return list, nil
}

func listed(demanded *v1alpha1.Encryption) []v1alpha1.Recipient {
	if demanded == nil {
		return nil
	}
	return demanded.Recipients
}

func message(format string, args ...any) string {
	return text.OneLine(fmt.Sprintf(format, args...), contract.MaxMessage)
}
