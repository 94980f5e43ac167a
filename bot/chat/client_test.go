package chat_test

import (
	"crypto/tls"
	"errors"
	"io"
	"io/fs"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/internal/certtest"
)

// proxied are the hosts that the proxy of this test binary was asked for, and where it leads instead. Go reads HTTPS_PROXY
// once in a process, so there is one proxy for all tests.
var proxied struct {
	sync.Mutex
	asked []string
	leads map[string]string
}

func TestMain(m *testing.M) {
	proxy := httptest.NewServer(http.HandlerFunc(connect))
	for name, value := range map[string]string{"HTTPS_PROXY": proxy.URL, "NO_PROXY": "", "no_proxy": ""} {
		if err := os.Setenv(name, value); err != nil {
			panic(err)
		}
	}
	code := m.Run()
	proxy.Close()
	os.Exit(code)
}

// connect is a proxy that leads every name to a server of the tests.
func connect(w http.ResponseWriter, r *http.Request) {
	proxied.Lock()
	proxied.asked = append(proxied.asked, r.Method+" "+r.Host)
	target := proxied.leads[r.Host]
	proxied.Unlock()
	server, err := net.Dial("tcp", target)
	if err != nil || r.Method != http.MethodConnect {
		http.Error(w, "no such host", http.StatusBadGateway)
		return
	}
	defer server.Close()
	// The answer is written to the connection itself: what the client sends after one that net/http writes can be read by
	// net/http before the connection is taken over, and would be lost.
	client, buffered, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	defer client.Close()
	if _, err := io.WriteString(client, "HTTP/1.1 200 OK\r\n\r\n"); err != nil {
		return
	}
	go io.Copy(server, buffered) //nolint:errcheck // it ends with the connection
	io.Copy(client, server)      //nolint:errcheck // it ends with the connection
}

// private serves with a certificate for chat.example.com and 127.0.0.1 that an authority of the test's own signed.
func private(t *testing.T, handler http.HandlerFunc) (server *httptest.Server, caFile string) {
	t.Helper()
	authority, err := certtest.NewAuthority(t.TempDir(), "private")
	if err != nil {
		t.Fatal(err)
	}
	certificate, key, err := authority.Issue("server", "chat.example.com", "127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	pair, err := tls.LoadX509KeyPair(certificate, key)
	if err != nil {
		t.Fatal(err)
	}
	server = httptest.NewUnstartedServer(handler)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{pair}}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	return server, authority.File
}

func get(t *testing.T, caFile, url string) (string, error) {
	t.Helper()
	client, err := chat.HTTPClient(caFile)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdleConnections)
	answer, err := client.Get(url)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	return string(body), err
}

func hello(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") }

func TestAPrivateAuthorityIsTrustedWhereItIsNamed(t *testing.T) {
	server, caFile := private(t, hello)
	if got, err := get(t, caFile, server.URL); err != nil || got != "hello" {
		t.Errorf("with the authority: got %q, %v", got, err)
	}
	if got, err := get(t, "", server.URL); err == nil {
		t.Errorf("without the authority: got %q", got)
	}
}

func TestTheProxyOfTheEnvironmentIsUsed(t *testing.T) {
	server, caFile := private(t, hello)
	proxied.Lock()
	proxied.leads = map[string]string{"chat.example.com:443": server.Listener.Addr().String()}
	proxied.asked = nil
	proxied.Unlock()
	if got, err := get(t, caFile, "https://chat.example.com/"); err != nil || got != "hello" {
		t.Errorf("got %q, %v", got, err)
	}
	// The certificate is the server's and not the proxy's word.
	if got, err := get(t, "", "https://chat.example.com/"); err == nil {
		t.Errorf("through the proxy, any certificate will do: got %q", got)
	}
	proxied.Lock()
	defer proxied.Unlock()
	if got := strings.Join(proxied.asked, ", "); got != "CONNECT chat.example.com:443, CONNECT chat.example.com:443" {
		t.Errorf("the proxy was asked for %q", got)
	}
}

func TestARedirectToAnotherServerIsNotFollowed(t *testing.T) {
	for name, tc := range map[string]struct{ location, want string }{
		"another server":         {"https://elsewhere.example.com/", "redirects to https://elsewhere.example.com,"},
		"plain HTTP":             {"http://127.0.0.1:1/", "redirects to http://127.0.0.1:1,"},
		"another port":           {"https://127.0.0.1:1/", "redirects to https://127.0.0.1:1,"},
		"itself, without an end": {"/again", "more than 5 times"},
	} {
		t.Run(name, func(t *testing.T) {
			server, caFile := private(t, func(w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, tc.location, http.StatusTemporaryRedirect)
			})
			if _, err := get(t, caFile, server.URL); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v", err)
			}
		})
	}
	server, caFile := private(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" {
			http.Redirect(w, r, "/home", http.StatusFound)
			return
		}
		hello(w, r)
	})
	if got, err := get(t, caFile, server.URL); err != nil || got != "hello" {
		t.Errorf("within the server: got %q, %v", got, err)
	}
}

func TestAFileOfAuthoritiesThatIsNoneIsNamed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ca.crt")
	if _, err := chat.HTTPClient(path); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), path) {
		t.Errorf("a file that is not there: %v", err)
	}
	write(t, path, "not a certificate", 0o644)
	if _, err := chat.HTTPClient(path); err == nil || !strings.Contains(err.Error(), path+" holds no certificate") {
		t.Errorf("a file of something else: %v", err)
	}
}
