package chat

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"
)

const (
	// dialTimeout bounds one connection, and one TLS handshake.
	dialTimeout = 10 * time.Second
	// answerTimeout bounds the wait for the beginning of an answer.
	answerTimeout = 30 * time.Second
	// callTimeout bounds a whole call.
	callTimeout = time.Minute
	// maxHeader of an answer, in bytes.
	maxHeader = 64 << 10
	// maxRedirects within one server.
	maxRedirects = 5
)

// HTTPClient makes the client with which every driver speaks to its service. It goes through the proxy of HTTPS_PROXY and
// NO_PROXY, and trusts the system's authorities and those of caFile (PEM), which may be empty. Nothing that it does waits
// for ever. caFile is read now; the error names it, and is fs.ErrNotExist where it does not exist.
func HTTPClient(caFile string) (*http.Client, error) {
	config, err := TLSConfig(caFile)
	if err != nil {
		return nil, err
	}
	dialer := &net.Dialer{Timeout: dialTimeout, KeepAlive: answerTimeout}
	return &http.Client{
		Timeout:       callTimeout,
		CheckRedirect: sameServer,
		Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, DialContext: dialer.DialContext, TLSClientConfig: config,
			TLSHandshakeTimeout: dialTimeout, ResponseHeaderTimeout: answerTimeout, IdleConnTimeout: 90 * time.Second,
			MaxIdleConnsPerHost: 8, MaxResponseHeaderBytes: maxHeader, ForceAttemptHTTP2: true,
		},
	}, nil
}

// TLSConfig trusts what HTTPClient trusts, for drivers that dial websockets.
func TLSConfig(caFile string) (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if caFile == "" {
		return config, nil
	}
	pem, err := os.ReadFile(caFile)
	if err != nil {
		return nil, fmt.Errorf("read the certificate authorities: %w", err)
	}
	// An image without authorities of its own still has those of the file.
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s holds no certificate in PEM; put the authority's there", caFile)
	}
	config.RootCAs = pool
	return config, nil
}

// sameServer keeps a token, and what people wrote, from following a redirect to another server or to plain HTTP.
func sameServer(next *http.Request, before []*http.Request) error {
	first := before[0].URL
	switch {
	case next.URL.Scheme != first.Scheme || next.URL.Host != first.Host:
		return fmt.Errorf("%s redirects to %s://%s, which is not followed; set that as the url if it is right",
			first.Host, next.URL.Scheme, next.URL.Host)
	case len(before) >= maxRedirects:
		return fmt.Errorf("%s redirects more than %d times", first.Host, maxRedirects)
	}
	return nil
}
