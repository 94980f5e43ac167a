package recipients_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/crypto/ssh"

	"github.com/volcado-io/volcado/internal/agetest"
	"github.com/volcado-io/volcado/internal/recipients"
)

// zeros is a text that is whole, of a key with which nothing is secret.
const zeros = "age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq5cu47z"

// yubikey is a recipient of a plugin.
const yubikey = "age1yubikey1qwt50d05nh5vutpdzmlg5wn80xq5negm4uj9ghv0snvdd3yysf5yw3rhl3t"

func TestWhatIsARecipient(t *testing.T) {
	x, pq, ed, rsa := agetest.X25519(t).Recipient, agetest.PostQuantum(t).Recipient, agetest.Ed25519(t).Recipient, agetest.RSA(t, 2048).Recipient
	for sentence, tc := range map[string]struct{ given, want []string }{
		"none":                               {nil, nil},
		"age's own":                          {[]string{x}, []string{x}},
		"age's post-quantum":                 {[]string{pq}, []string{pq}},
		"SSH's":                              {[]string{ed, rsa}, []string{ed, rsa}},
		"age's classic with SSH's":           {[]string{x, ed, rsa}, []string{x, ed, rsa}},
		"SSH's without its comment":          {[]string{ed + " ana@example.com"}, []string{ed}},
		"the same key twice":                 {[]string{x, ed, x}, []string{x, ed}},
		"the same key with another comment":  {[]string{ed + " ana", ed + " ana's laptop"}, []string{ed}},
		"a key with spaces around it":        {[]string{" " + x + " "}, []string{x}},
		"several post-quantum keys":          {[]string{pq, agetest.PostQuantum(t).Recipient}, nil},
		"an SSH key whose comment says much": {[]string{ed + " my key, not the one at home"}, []string{ed}},
	} {
		t.Run(sentence, func(t *testing.T) {
			list, problem := recipients.Parse(tc.given)
			if problem != nil {
				t.Fatal(problem.Message)
			}
			if diff := cmp.Diff(tc.want, list.Strings()); tc.want != nil && diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if len(list.Keys()) != len(list) || len(list) > len(tc.given) {
				t.Errorf("%d keys of %d", len(list.Keys()), len(tc.given))
			}
		})
	}
}

func TestWhatIsNoRecipientIsNamedWithWhatToDo(t *testing.T) {
	x, ed, private, protected := agetest.X25519(t), agetest.Ed25519(t), agetest.X25519(t).Identity, agetest.Protected(t, "secret")
	blob := strings.Fields(ed.Recipient)[1]
	for sentence, tc := range map[string]struct{ given, says, hint string }{
		"nothing":                            {"", "recipient 2 is empty", "give a public key"},
		"a character too few":                {x.Recipient[:len(x.Recipient)-1], "recipient 2 (" + x.Recipient[:12] + "...) is not a whole public key of age", "copy the whole public key again"},
		"a character wrong":                  {x.Recipient[:20] + swapped(x.Recipient[20:21]) + x.Recipient[21:], "is not a whole public key of age", "copy"},
		"two keys in one":                    {x.Recipient + "," + x.Recipient, "is not a whole public key of age", "copy"},
		"a post-quantum key that was cut":    {agetest.PostQuantum(t).Recipient[:1000], "is not a whole public key of age", "copy"},
		"a key of a plugin":                  {yubikey, "is of the age plugin yubikey, and plugins are not supported", "give a key that needs no plugin"},
		"a key for which all is readable":    {zeros, "is a key for which nothing can be encrypted", "make another key"},
		"age's private key":                  {strings.Fields(private)[3], "is a private key, or names one; it is not repeated here", "give the public key"},
		"age's private key in small":         {strings.ToLower(strings.Fields(private)[3]), "is a private key", "do not use this private key any more"},
		"age's post-quantum private key":     {strings.TrimSpace(agetest.PostQuantum(t).Identity), "is a private key", "give the public key"},
		"an identity of a plugin":            {"AGE-PLUGIN-YUBIKEY-17NF5GQVZLHLQ3HCGNL0N4", "is a private key, or names one", "give the public key"},
		"SSH's private key":                  {ed.Identity, "is a private key", "give the public key"},
		"SSH's private key, protected":       {protected.Identity, "is a private key", "give the public key"},
		"the middle of SSH's private key":    {strings.Split(ed.Identity, "\n")[1], "is a private key", "give the public key"},
		"an SSH key that was cut":            {ed.Recipient[:40], "recipient 2 (ssh-ed25519) is not a whole public key of SSH", "copy"},
		"an SSH key on two lines":            {ed.Recipient[:40] + "\n" + ed.Recipient[40:], "has a control character", "copy"},
		"an SSH key with options":            {`command="rm" ` + ed.Recipient, "is not a public key that age knows", "give one of these"},
		"a short RSA key":                    {agetest.RSA(t, 1024).Recipient, "is an RSA key of 1024 bits, and age takes 2048 or more", "make a longer key"},
		"an ECDSA key":                       {"ecdsa-sha2-nistp256 " + blob, "is an SSH key of type ecdsa-sha2-nistp256, for which age cannot encrypt", "give a key of another type"},
		"a key on a token":                   {"sk-ssh-ed25519@openssh.com " + blob, "is an SSH key of type sk-ssh-ed25519@openssh.com", "another type"},
		"an ECDSA key that says it is RSA":   {"ssh-rsa " + ecdsaText(t), "is not a whole public key of SSH", "copy"},
		"an SSH key of a type to come":       {"ssh-mldsa44 " + blob, "is an SSH key of another type", "another type"},
		"somebody's address":                 {"ana@example.com", "is not a public key that age knows", "age1..."},
		"a fingerprint":                      {"SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU", "is not a public key that age knows", "ssh-ed25519"},
		"bytes that are no text":             {"age1\xff", "has a control character", "copy"},
		"a key in capital letters":           {strings.ToUpper(x.Recipient), "is not a public key that age knows", "age1..."},
		"a key whose name is not allowed":    {"age1" + strings.Repeat("x1", 1000), "is not a whole public key of age", "copy"},
		"an age key with a comment after it": {x.Recipient + " ana", "is not a whole public key of age", "copy"},
	} {
		t.Run(sentence, func(t *testing.T) {
			_, problem := recipients.Parse([]string{agetest.X25519(t).Recipient, tc.given})
			if problem == nil {
				t.Fatal("it was taken")
			}
			if !strings.Contains(problem.Message, tc.says) || !strings.Contains(problem.Hint, tc.hint) {
				t.Errorf("%s | %s", problem.Message, problem.Hint)
			}
		})
	}
}

// swapped is another character that age's texts can have.
func swapped(s string) string {
	if s == "q" {
		return "p"
	}
	return "q"
}

// ecdsaText of a public key of another type than ssh-rsa.
func ecdsaText(t *testing.T) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	public, err := ssh.NewPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(public.Marshal())
}

func TestPostQuantumAndClassicKeysAreRefusedTogetherAndBothAreNamed(t *testing.T) {
	pq := agetest.PostQuantum(t).Recipient
	for sentence, classic := range map[string]string{
		"age's": agetest.X25519(t).Recipient, "SSH's": agetest.Ed25519(t).Recipient, "SSH's RSA": agetest.RSA(t, 2048).Recipient,
	} {
		t.Run(sentence, func(t *testing.T) {
			for _, list := range [][]string{{pq, classic}, {classic, pq}, {classic, classic, pq}} {
				_, problem := recipients.Parse(list)
				if problem == nil {
					t.Fatal("they were taken together")
				}
				for _, key := range []string{pq, classic} {
					if !strings.Contains(problem.Message, key[len(key)-6:]) || !strings.Contains(problem.Message, key[:7]) {
						t.Errorf("it does not name %.40s: %s", key, problem.Message)
					}
				}
			}
		})
	}
}
