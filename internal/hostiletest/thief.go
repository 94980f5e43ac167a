package hostiletest

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/x509"
	"encoding/pem"
)

// salt that the thief sends, and that a password is mixed with before it is encrypted.
const salt = "12345678901234567890"

// AskingForPassword asks whoever logs in for the password itself, as a plugin does: in clear text, or under a key of the
// server's own. What comes of it, it hears.
func AskingForPassword(plugin string) func(*Conn) bool {
	return func(c *Conn) bool {
		c.Write([]byte("\xfe" + plugin + "\x00" + salt + "\x00"))
		answer, err := c.Read()
		if err == nil && plugin == "caching_sha2_password" {
			// It has sent a proof. That is not believed.
			c.Write([]byte{1, 4})
			answer, err = c.Read()
		}
		if err == nil && len(answer) == 1 {
			c.decrypt()
		}
		c.OK()
		return true
	}
}

// GreetingForPassword greets as a MariaDB does whose accounts prove themselves by that plugin.
func GreetingForPassword(plugin string) func(*Conn) bool {
	return func(c *Conn) bool {
		c.Write(greetingOf(Version, plugin, c.server.tls != nil))
		return true
	}
}

// decrypt sends a key, in place of the server's whose password this is, and hears what is encrypted with it.
func (c *Conn) decrypt() {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return
	}
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return
	}
	c.Write(append([]byte{1}, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})...))
	encrypted, err := c.Read()
	if err != nil {
		return
	}
	password, err := rsa.DecryptOAEP(sha1.New(), nil, key, encrypted, nil)
	if err != nil {
		return
	}
	for i := range password {
		password[i] ^= salt[i%len(salt)]
	}
	c.server.hear(password)
}
