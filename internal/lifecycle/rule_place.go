package lifecycle

import "github.com/volcado-io/volcado/internal/access"

// placeAllowed refuses places in a chat from which nobody can ask. No list that is yet to be applied could allow it, so it is not
// waited for.
func placeAllowed(f Facts, _ *grant) *obstacle {
	by := f.Dump.Spec.RequestedBy
	if by == nil {
		return nil
	}
	if why, refused := access.RefusedPlace(*by); refused {
		return &obstacle{Failure: placeRefused(f.Dump, *by), detail: why.String()}
	}
	return nil
}
