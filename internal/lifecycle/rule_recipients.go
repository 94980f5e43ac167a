package lifecycle

import "github.com/volcado-io/volcado/internal/recipients"

// recipientsUsable refuses a dump that cannot be encrypted for all whom its source and itself name. Otherwise the dumper would
// say so, after a Job was made for nothing.
func recipientsUsable(f Facts, given *grant) *obstacle {
	list, refusal := recipients.Of(f.Source, f.Dump)
	if refusal != nil {
		return &obstacle{Failure: *refusal}
	}
	given.encryptedFor = int32(len(list))
	return nil
}
