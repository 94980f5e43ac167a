// Package naming makes the names that are locks: one message has one dump name, one dump has one Job name.
package naming

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"strings"

	"k8s.io/apimachinery/pkg/types"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

// Lower-case base32 without the letters that read like digits (Crockford's alphabet), so that names can be typed.
var base32Crockford = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// hashLength is 16 characters of 5 bits: 80 bits of SHA-256.
const hashLength = 16

// MessageHash is the hash of the message that a request was written in. Each part is preceded by its length, so that no
// two messages share an input.
func MessageHash(by v1alpha1.Requester) string {
	return hash(string(by.Platform), by.Workspace, by.Channel, by.Message)
}

// DumpName is the name of the one dump that a message may make: the source's name, cut to 25 characters, and the
// message's hash.
func DumpName(source string, by v1alpha1.Requester) string {
	return cut(source, 25) + "-" + MessageHash(by)
}

// JobName is the name of the one Job that a dump may make: the dump's name, cut to 46 characters, and a hash of its name
// and UID. A dump that is deleted and made again under the same name has another Job.
func JobName(dump string, uid types.UID) string {
	// A dump's name may hold dots; a pod's host name, which is made of the Job's, may not.
	return cut(strings.ReplaceAll(dump, ".", "-"), 46) + "-" + hash(dump, string(uid))
}

// SettleJobName is the name of the one Job that settles a dump whose attempts were not heard.
func SettleJobName(dump string, uid types.UID) string {
	return cut(strings.ReplaceAll(dump, ".", "-"), 39) + "-settle-" + hash(dump, string(uid))
}

func cut(name string, length int) string {
	if len(name) > length {
		name = name[:length]
	}
	return strings.TrimRight(name, "-")
}

func hash(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(p))))
		h.Write([]byte(p))
	}
	return base32Crockford.EncodeToString(h.Sum(nil))[:hashLength]
}
