package lifecycle

// metadataAllowed refuses labels and annotations that a source cannot set on its Jobs.
func metadataAllowed(f Facts, _ *grant) *obstacle {
	if refusal := f.Settings.JobMetadata.Refuse(f.Source); refusal != nil {
		return &obstacle{Failure: *refusal}
	}
	return nil
}
