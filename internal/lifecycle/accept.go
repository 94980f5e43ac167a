package lifecycle

import "github.com/volcado-io/volcado/api/v1alpha1"

// obstacle is why a dump is not accepted.
type obstacle struct {
	v1alpha1.Failure
	// waits: what is missing may still be applied, because GitOps applies in any order. Otherwise it is a refusal.
	waits bool
	// detail is for those who may read the namespace, and not for whoever asked: it names rules.
	detail string
}

// grant is what an accepted dump has.
type grant struct {
	database  v1alpha1.DatabaseName
	allowedBy *v1alpha1.AllowedBy
	// limits of that list, nil where no list had to allow it.
	limits *v1alpha1.ListLimits
	// encryptedFor is how many recipients the copy will have.
	encryptedFor int32
}

// rule finds what stands against a dump, or adds to what it is given.
type rule func(f Facts, given *grant) *obstacle

// rules in the order in which they are asked. The storage stands last: waiting for it would not mend what the owner forbids.
var rules = []rule{consoleAllowed, placeAllowed, sourceThere, databasePermitted, listAllows, aboveFloor, metadataAllowed, recipientsUsable, storageThere}

// accept judges whether the dump may be. It is asked at first and again before the Job is made, because a list may have
// changed while the dump stood in the queue.
func accept(f Facts) (grant, *obstacle) {
	var given grant
	for _, r := range rules {
		if o := r(f, &given); o != nil {
			return grant{}, o
		}
	}
	return given, nil
}
