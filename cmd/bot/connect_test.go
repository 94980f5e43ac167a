package main

import (
	"context"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	authenticationv1client "k8s.io/client-go/kubernetes/typed/authentication/v1"
	"k8s.io/client-go/rest"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/envtestenv"
)

// The caller's certificate opens everything. Nothing but the token may be used after it was made.
func TestTheBotActsWithItsTokenAlone(t *testing.T) {
	env := envtestenv.Get(t)
	env.Install(t)
	config, err := actAs(context.Background(), env.Config, defaultServiceAccount)
	if err != nil {
		t.Fatal(err)
	}
	if len(config.CertData) > 0 || config.CertFile != "" || config.BearerToken != "" || config.Username != "" || config.ExecProvider != nil {
		t.Error("the caller's credentials are still there")
	}
	// The API server says who it takes the bot for.
	reviews, err := authenticationv1client.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	review, err := reviews.SelfSubjectReviews().Create(context.Background(), &authenticationv1.SelfSubjectReview{}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if got := review.Status.UserInfo.Username; got != "system:serviceaccount:volcado-system:volcado-bot" {
		t.Errorf("the API server takes the bot for %q", got)
	}
}

// A played API server, because a real one grants ten minutes at least.
func TestATokenIsRenewedBeforeItsEnd(t *testing.T) {
	server := &tokenServer{lifetimes: []time.Duration{time.Minute, time.Hour}}
	played := httptest.NewTLSServer(server)
	t.Cleanup(played.Close)
	caller := &rest.Config{Host: played.URL, TLSClientConfig: rest.TLSClientConfig{Insecure: true}, Username: "caller", Password: "pw"}
	config, err := actAs(context.Background(), caller, defaultServiceAccount)
	if err != nil {
		t.Fatal(err)
	}
	transport, err := rest.TransportFor(config)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, config.Host+"/version", nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := transport.RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
	}
	server.mu.Lock()
	defer server.mu.Unlock()
	// The first token ends within the leeway, so it is not used at all; the second one lasts.
	if got, want := strings.Join(server.seen, ", "), "Bearer token-2, Bearer token-2, Bearer token-2"; got != want {
		t.Errorf("requests carried %s, want %s", got, want)
	}
	if server.minted != 2 {
		t.Errorf("%d tokens were made", server.minted)
	}
}

type tokenServer struct {
	mu        sync.Mutex
	lifetimes []time.Duration
	minted    int
	seen      []string
}

func (s *tokenServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !strings.HasSuffix(r.URL.Path, "/serviceaccounts/volcado-bot/token") {
		s.seen = append(s.seen, r.Header.Get("Authorization"))
		return
	}
	request := authenticationv1.TokenRequest{
		TypeMeta: metav1.TypeMeta{APIVersion: "authentication.k8s.io/v1", Kind: "TokenRequest"},
	}
	request.Status.ExpirationTimestamp = metav1.NewTime(time.Now().Add(s.lifetimes[min(s.minted, len(s.lifetimes)-1)]))
	s.minted++
	request.Status.Token = "token-" + string(rune('0'+s.minted))
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusCreated)
	_ = json.NewEncoder(w).Encode(request)
}

func TestNoAPIServerIsASentence(t *testing.T) {
	w := newWorld(t)
	w.kubeconfig = writeKubeconfig(t, &rest.Config{Host: "https://127.0.0.1:1"})
	out, errs, code := w.piped("", "-c", "sources")
	if code != exitUnavailable || !strings.Contains(errs, "The API server cannot be reached: 127.0.0.1:1: connect: connection refused.") || out != "" {
		t.Errorf("exit code %d\n%s\n%s", code, out, errs)
	}
}

// What a person has read and pasted as the kubeconfig of another cluster gets a sentence, too.
func TestAnUnknownAuthorityIsASentence(t *testing.T) {
	w := newWorld(t)
	played := httptest.NewUnstartedServer(http.NotFoundHandler())
	played.Config.ErrorLog = log.New(io.Discard, "", 0)
	played.StartTLS()
	t.Cleanup(played.Close)
	w.kubeconfig = writeKubeconfig(t, &rest.Config{Host: played.URL, TLSClientConfig: rest.TLSClientConfig{CAData: w.env.Config.CAData}})
	_, errs, code := w.piped("", "-c", "sources")
	if code != exitUnavailable || !strings.Contains(errs, "certificate") || strings.Contains(errs, "goroutine") {
		t.Errorf("exit code %d\n%s", code, errs)
	}
}

func TestTheKindsAreKnownWithoutAskingTheServer(t *testing.T) {
	for _, kind := range []string{"DatabaseSource", "DumpAllowList", "DatabaseDump"} {
		mapping, err := mapper().RESTMapping(v1alpha1.GroupVersion.WithKind(kind).GroupKind(), v1alpha1.GroupVersion.Version)
		if err != nil {
			t.Fatal(err)
		}
		if want := strings.ToLower(kind) + "s"; mapping.Resource.Resource != want {
			t.Errorf("%s: %s, want %s", kind, mapping.Resource.Resource, want)
		}
	}
}
