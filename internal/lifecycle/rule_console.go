package lifecycle

import "github.com/volcado-io/volcado/api/v1alpha1"

// consoleAllowed refuses identities of a console, which are self-asserted, unless the manager is told to allow them.
func consoleAllowed(f Facts, _ *grant) *obstacle {
	if by := f.Dump.Spec.RequestedBy; by != nil && by.Platform == v1alpha1.PlatformConsole && !f.Settings.AllowConsole {
		return &obstacle{Failure: consoleNotAllowed()}
	}
	return nil
}
