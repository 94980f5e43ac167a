package main

import (
	"crypto/tls"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"

	"k8s.io/client-go/rest"

	"github.com/volcado-io/volcado/bot/chat"
)

// proxy stands between the bot and the API server: it delays requests, spoils some, and counts what the bot writes. The
// bot's credentials pass through it, and it has none of its own.
type proxy struct {
	*httptest.Server
	onward *httputil.ReverseProxy
	trials
	writes
}

// streams of one connection that are open at once, as kube-apiserver permits.
const streams = 100

func newProxy(api *rest.Config) (*proxy, error) {
	target, err := url.Parse(api.Host)
	if err != nil {
		return nil, fmt.Errorf("read the API server's address: %w", err)
	}
	transport, err := rest.TransportFor(rest.AnonymousClientConfig(api))
	if err != nil {
		return nil, fmt.Errorf("reach the API server: %w", err)
	}
	p := &proxy{onward: &httputil.ReverseProxy{
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(target) },
		Transport: transport,
		// Watches stream.
		FlushInterval: -1,
		ErrorLog:      log.New(io.Discard, "", 0),
	}}
	p.onward.ModifyResponse = p.answered
	p.Server = httptest.NewUnstartedServer(p)
	p.EnableHTTP2 = true
	p.Config.HTTP2 = &http.HTTP2Config{MaxConcurrentStreams: streams}
	p.Config.ErrorLog = log.New(io.Discard, "", 0)
	p.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	p.StartTLS()
	return p, nil
}

// authority that the proxy's certificate is trusted by.
func (p *proxy) authority() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: p.Certificate().Raw})
}

func (p *proxy) close() {
	p.CloseClientConnections() // watches would keep it
	p.Close()
}

func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	// In a cluster the kubelet gets the bot's token, so this is no request of the bot's.
	if strings.HasSuffix(r.URL.Path, "/token") {
		p.onward.ServeHTTP(w, r)
		return
	}
	delay, f := p.next()
	if !chat.Wait(r.Context(), delay) {
		return
	}
	if f.comesAfter() && r.URL.Query().Has("watch") {
		f = requestLost // of a watch the answer never ends
	}
	r, err := p.name(r)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if f.comesAfter() {
		p.onward.ServeHTTP(&nowhere{header: http.Header{}}, r)
	}
	switch f {
	case none:
		p.onward.ServeHTTP(w, r)
	case requestLost, answerLost:
		panic(http.ErrAbortHandler)
	default:
		f.answer(w)
	}
}

// nowhere takes an answer that the bot does not get.
type nowhere struct{ header http.Header }

func (n *nowhere) Header() http.Header         { return n.header }
func (n *nowhere) Write(p []byte) (int, error) { return len(p), nil }
func (n *nowhere) WriteHeader(int)             {}
