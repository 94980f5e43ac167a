package lifecycle

// storageThere waits for the storage.
func storageThere(f Facts, _ *grant) *obstacle {
	if f.Storage == nil {
		return &obstacle{Failure: storageNotFound(f.Source), waits: true}
	}
	return nil
}
