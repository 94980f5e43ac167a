package lifecycle

// sourceThere waits for the source.
func sourceThere(f Facts, _ *grant) *obstacle {
	if f.Source == nil {
		return &obstacle{Failure: sourceNotFound(f.Dump), waits: true}
	}
	return nil
}
