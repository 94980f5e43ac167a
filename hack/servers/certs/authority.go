package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"

	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// The cluster may be stopped for long between two uses, and nothing renews these.
const lifetime = 10 * 365 * 24 * time.Hour

type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

type request struct {
	user   string
	groups []string
	hosts  []string
}

func newAuthority(name string) (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := newTemplate(pkix.Name{CommonName: name})
	template.IsCA = true
	template.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature
	raw, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(raw)
	if err != nil {
		return nil, err
	}
	return &authority{cert, key}, nil
}

func newTemplate(subject pkix.Name) *x509.Certificate {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		panic(err) // crypto/rand does not fail
	}
	// An hour back, for a clock that is set right after the certificates were made.
	from := time.Now().Add(-time.Hour)
	return &x509.Certificate{
		SerialNumber: serial, Subject: subject, NotBefore: from, NotAfter: from.Add(lifetime),
		BasicConstraintsValid: true,
	}
}

// sign makes a key and a certificate for it, good for a server (if it has hosts) and a client.
func (a *authority) sign(r request) (certPEM, keyPEM []byte, err error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	template := newTemplate(pkix.Name{CommonName: r.user, Organization: r.groups})
	template.KeyUsage = x509.KeyUsageDigitalSignature
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	for _, host := range r.hosts {
		if ip := net.ParseIP(host); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
			continue
		}
		template.DNSNames = append(template.DNSNames, host)
	}
	if len(r.hosts) > 0 {
		template.ExtKeyUsage = append(template.ExtKeyUsage, x509.ExtKeyUsageServerAuth)
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, a.cert, key.Public(), a.key)
	if err != nil {
		return nil, nil, err
	}
	keyPEM, err = encodeKey(key)
	if err != nil {
		return nil, nil, err
	}
	return encodeCert(raw), keyPEM, nil
}

func (a *authority) write(dir, name string) error {
	key, err := encodeKey(a.key)
	if err != nil {
		return err
	}
	return writePair(dir, name, encodeCert(a.cert.Raw), key)
}

func (a *authority) issue(dir, name string, r request) error {
	cert, key, err := a.sign(r)
	if err != nil {
		return err
	}
	return writePair(dir, name, cert, key)
}

func (a *authority) writeKubeconfig(dir string, who identity, address, cluster string) error {
	cert, key, err := a.sign(request{user: who.user, groups: who.groups})
	if err != nil {
		return err
	}
	config := clientcmdapi.NewConfig()
	config.Clusters[cluster] = &clientcmdapi.Cluster{
		Server: "https://" + net.JoinHostPort(address, "6443"), CertificateAuthorityData: encodeCert(a.cert.Raw),
	}
	config.AuthInfos[who.user] = &clientcmdapi.AuthInfo{ClientCertificateData: cert, ClientKeyData: key}
	config.Contexts[cluster] = &clientcmdapi.Context{Cluster: cluster, AuthInfo: who.user}
	config.CurrentContext = cluster
	return clientcmd.WriteToFile(*config, filepath.Join(dir, who.file+".kubeconfig"))
}

func writeServiceAccountKey(dir string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	data, err := encodeKey(key)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "service-accounts.key"), data, 0o600)
}

func writePair(dir, name string, cert, key []byte) error {
	if err := os.WriteFile(filepath.Join(dir, name+".crt"), cert, 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, name+".key"), key, 0o600)
}

func encodeCert(raw []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw})
}

// encodeKey keeps to the form that the API server takes for the keys of service accounts too (PKCS #8 is not).
func encodeKey(key *ecdsa.PrivateKey) ([]byte, error) {
	raw, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: raw}), nil
}
