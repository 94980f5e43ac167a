package recipients_test

import (
	"encoding/base64"
	"io"
	"strings"
	"testing"
	"unicode"

	"filippo.io/age"
	"pgregory.net/rapid"

	"github.com/volcado-io/volcado/internal/agetest"
	"github.com/volcado-io/volcado/internal/recipients"
)

// shownAtMost is how many characters in a row can be repeated of a secret: too few to be of use.
const shownAtMost = 12

// Whatever somebody does to a private key before pasting it, no part of it that is of use comes back.
func TestNothingOfAPrivateKeyIsRepeated(t *testing.T) {
	x, pq, ed := agetest.X25519(t), agetest.PostQuantum(t), agetest.Ed25519(t)
	plain := strings.Fields(x.Identity)[3]
	lines := strings.Split(ed.Identity, "\n")
	secrets := []string{
		plain, strings.TrimPrefix(plain, "AGE-SECRET-KEY-1"), strings.TrimSpace(pq.Identity), ed.Identity, strings.Join(lines[1:len(lines)-2], ""), lines[2],
	}
	disguises := []func(string) string{
		func(s string) string { return s }, strings.ToLower, strings.ToUpper, strings.TrimSpace,
		func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
	}
	before := []string{"", " ", "# a comment\n", "age1", "age1pq1", "age1yubikey1", "ssh-rsa ", "ssh-ed25519 ", "ssh-ed25519 AAAA", "ecdsa-", "sk-", "ssh-", x.Recipient, x.Recipient + " ", ed.Recipient + "x"}
	rapid.Check(t, func(t *rapid.T) {
		secret := rapid.SampledFrom(disguises).Draw(t, "disguise")(rapid.SampledFrom(secrets).Draw(t, "secret"))
		from := rapid.IntRange(0, min(len(secret)-shownAtMost, 40)).Draw(t, "from")
		secret = secret[from:]
		text := rapid.SampledFrom(before).Draw(t, "before") + secret + rapid.SampledFrom([]string{"", " ", "\n", " ana"}).Draw(t, "after")
		list, problem := recipients.Parse([]string{x.Recipient, text, pq.Recipient})
		said := strings.Join(list.Strings(), " ")
		if problem != nil {
			said = problem.Message + " " + problem.Hint
		}
		for i := range len(secret) - shownAtMost {
			if part := secret[i : i+shownAtMost+1]; strings.Contains(said, part) && !strings.Contains(x.Recipient+ed.Recipient, part) {
				t.Fatalf("of %q it repeats %q: %s", text, part, said)
			}
		}
	})
}

// Any text gets a list that can be used, or a problem that can be read.
func FuzzRecipients(f *testing.F) {
	f.Add(zeros)
	f.Add(yubikey)
	f.Add("ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQDh")
	f.Add("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB01FKmOU8b9mmIv2pUlxn7mM0wYiLh6lYXlhYRRcVhw ana")
	f.Add("age137vvwd69g8rsyc0d6pw3pvrdf3kg30w4xmkesjgjwqrxeygt2gdsqpte28\x00")
	f.Fuzz(func(t *testing.T, text string) {
		list, problem := recipients.Parse([]string{text})
		if problem != nil {
			if len(problem.Message) > 400 || problem.Hint == "" || strings.ContainsFunc(problem.Message, unicode.IsControl) {
				t.Errorf("%q | %q", problem.Message, problem.Hint)
			}
			return
		}
		if _, err := age.Encrypt(io.Discard, list.Keys()...); err != nil {
			t.Errorf("%q was taken, and cannot be used: %v", text, err)
		}
		again, problem := recipients.Parse(list.Strings())
		if problem != nil || len(again) != 1 || again[0].String() != list[0].String() {
			t.Errorf("%q is read as %q, and that as %v", text, list.Strings(), again)
		}
	})
}
