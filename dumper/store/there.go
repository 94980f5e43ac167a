package store

import (
	"context"

	"gocloud.dev/gcerrors"

	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/internal/contract"
)

// StillThere fails where an object is gone, or has another size than it had. Until its attempt has a manifest, another
// attempt of the same dump takes it for what one that was killed had left, and removes it.
func (s *Store) StillThere(ctx context.Context, key string, size int64) error {
	attributes, err := s.bucket.Attributes(ctx, key)
	switch {
	case err == nil && attributes.Size == size:
		return nil
	case err == nil || gcerrors.Code(err) == gcerrors.NotFound && !isBucketMissing(err):
		return result.Errorf(contract.ArtifactDoubted, "look at the other attempts of this dump: one that begins removes what the others have not finished",
			"%s is not what it was before the manifest was written", s.URI(key))
	}
	return s.explain(ctx, err, key)
}
