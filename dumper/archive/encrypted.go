package archive

import (
	"errors"
	"io"

	"github.com/volcado-io/volcado/dumper/encrypt"
	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/dumper/store"
	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/recipients"
	"github.com/volcado-io/volcado/internal/text"
)

// locked says that there is no text without a private key.
func (e Entry) locked(s *store.Store) error {
	return result.Errorf(contract.InvalidRequest, "give --identity-file a file with the private key of one of them, or --raw for the files as they are stored",
		"%s is encrypted for %s", s.URI(e.Key(e.Manifest.Files[0])), e.readers())
}

// readers of an encrypted artifact, for a sentence.
func (e Entry) readers() string {
	var all []string
	for _, r := range e.Manifest.Encryption.Recipients {
		all = append(all, recipients.Short(r))
	}
	return text.Names(all, 3)
}

// decrypted is what the encrypted file at the key holds; the file itself where it is not encrypted.
func (e Entry) decrypted(s *store.Store, key string, stored io.Reader) (io.Reader, error) {
	if e.Manifest.Encryption == nil {
		return stored, nil
	}
	plain, err := e.Keys.NewReader(stored)
	switch {
	case errors.Is(err, encrypt.ErrOtherKey) && e.Keys.IsOneOf(e.Manifest.Encryption.Recipients):
		return nil, doubt(s, key, "its manifest says that it is encrypted for the key in %s, and that does not open it", e.Keys.File)
	case errors.Is(err, encrypt.ErrOtherKey):
		return nil, result.Errorf(contract.InvalidRequest, "give --identity-file a file with the private key of one of them",
			"no private key in %s opens %s, which is encrypted for %s", e.Keys.File, s.URI(key), e.readers())
	case err != nil:
		return nil, doubtUnlessExplained(s, key, err)
	}
	return plain, nil
}

// doubtUnlessExplained keeps the reason of an error of the store.
func doubtUnlessExplained(s *store.Store, key string, err error) error {
	if _, explained := errors.AsType[*result.Error](err); explained {
		return err
	}
	return doubt(s, key, "%w", err)
}
