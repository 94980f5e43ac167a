// Package agetest gives tests keys of every kind that age takes, and age's own program.
package agetest

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"
	"golang.org/x/crypto/ssh"
)

// Key is a pair of keys.
type Key struct {
	// Recipient is the public key.
	Recipient string
	// Identity is the private key, as a file has it.
	Identity string
}

// File with the private key.
func (k Key) File(t testing.TB) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(file, []byte(k.Identity), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// X25519 is age's classic key.
func X25519(t testing.TB) Key {
	t.Helper()
	key, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	return Key{key.Recipient().String(), "# a comment\n" + key.String() + "\n"}
}

// PostQuantum is age's post-quantum key.
func PostQuantum(t testing.TB) Key {
	t.Helper()
	key, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	return Key{key.Recipient().String(), key.String() + "\n"}
}

// Ed25519 is a key of SSH.
func Ed25519(t testing.TB) Key {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return sshKey(t, key, "")
}

// RSA is a key of SSH, of so many bits.
func RSA(t testing.TB, bits int) Key {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	return sshKey(t, key, "")
}

// Protected is a key of SSH with a passphrase.
func Protected(t testing.TB, passphrase string) Key {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return sshKey(t, key, passphrase)
}

func sshKey(t testing.TB, key crypto.Signer, passphrase string) Key {
	t.Helper()
	public, err := ssh.NewPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(key, "ana@example.com")
	if passphrase != "" {
		block, err = ssh.MarshalPrivateKeyWithPassphrase(key, "ana@example.com", []byte(passphrase))
	}
	if err != nil {
		t.Fatal(err)
	}
	return Key{strings.TrimSpace(string(ssh.MarshalAuthorizedKey(public))), string(pem.EncodeToMemory(block))}
}

// Folder with the program age, of the version that go.mod names, to be put into PATH.
func Folder(t testing.TB) string {
	t.Helper()
	folder := t.TempDir()
	build := exec.Command("go", "build", "-o", filepath.Join(folder, "age"), "filippo.io/age/cmd/age")
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build age: %v\n%s", err, output)
	}
	return folder
}
