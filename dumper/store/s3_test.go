package store

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/volcado-io/volcado/dumper/mounted"
	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/internal/contract"
)

const (
	accessKeyID     = "AKIAIOSFODNN7EXAMPLE"
	secretAccessKey = "a secret access key"
)

// keys are a mounted Secret.
func keys(t *testing.T, accessKeyID string) *mounted.Secret {
	t.Helper()
	dir := t.TempDir()
	for key, value := range map[string]string{KeyAccessKeyID: accessKeyID, KeySecretAccessKey: secretAccessKey} {
		if err := os.WriteFile(filepath.Join(dir, key), []byte(value), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return &mounted.Secret{Dir: dir, Name: "dumps-writer"}
}

// endpoint is a bucket at a server of the test's, in no region.
func endpoint(t *testing.T, handler http.HandlerFunc) (s *Store, secrets []string) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	s, secrets, err := OpenS3(t.Context(), S3{Bucket: "dumps", Endpoint: server.URL, PathStyle: true, Credentials: keys(t, accessKeyID)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s, secrets
}

func mustFail(t *testing.T, err error, reason contract.Reason, message, hint string) {
	t.Helper()
	failure, ok := errors.AsType[*result.Error](err)
	if !ok || failure.Reason != reason || !strings.Contains(failure.Message, message) || !strings.Contains(failure.Hint, hint) {
		t.Errorf("the error is %#v, want %s saying %q and hinting %q", err, reason, message, hint)
	}
}

func TestAKeyWithALineBreakIsNamed(t *testing.T) {
	_, _, err := OpenS3(t.Context(), S3{Bucket: "dumps", Credentials: keys(t, "AKIA\nEXAMPLE")})
	mustFail(t, err, contract.StorageCredentialsMissing, "the key AWS_ACCESS_KEY_ID of the Secret dumps-writer holds a line break", "on one line")
}

func TestAStoreWithoutRegionsIsReadWithoutNamingOne(t *testing.T) {
	t.Setenv("AWS_ACCESS_KEY_ID", accessKeyID)
	t.Setenv("AWS_SECRET_ACCESS_KEY", secretAccessKey)
	t.Setenv("AWS_REGION", "")
	t.Setenv("AWS_CONFIG_FILE", "/nonexistent")
	var signed atomic.Value
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		signed.Store(r.Header.Get("Authorization"))
		w.WriteHeader(http.StatusNotFound)
	}))
	t.Cleanup(server.Close)
	s, _, err := OpenS3(t.Context(), S3{Bucket: "dumps", Endpoint: server.URL, PathStyle: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	if _, _, err := s.ReadFile(t.Context(), "x", 1); err != nil {
		t.Error(err)
	}
	if header, _ := signed.Load().(string); !strings.Contains(header, "/us-east-1/s3/") {
		t.Errorf("the request was signed %q", header)
	}
}

func TestReclaimRemovesNothingThatIsNotBelowItsPrefixWhateverTheStoreLists(t *testing.T) {
	var removed []string
	var mu sync.Mutex
	s, _ := endpoint(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodDelete {
			mu.Lock()
			removed = append(removed, r.URL.Path)
			mu.Unlock()
			w.WriteHeader(http.StatusNoContent)
		} else {
			_, _ = w.Write([]byte("<ListMultipartUploadsResult><Upload><Key>other/running</Key><UploadId>1</UploadId></Upload>" +
				"<Upload><Key>shop/one/killed/dump.sql.gz</Key><UploadId>2</UploadId></Upload></ListMultipartUploadsResult>"))
		}
	})
	if err := s.Reclaim(t.Context(), "shop/one/", Attempts{"left": {"dump.sql.gz", "notes.txt"}, "..": {"dump.sql.gz"}, "": {"dump.sql.gz"}}); err != nil {
		t.Error(err)
	}
	slices.Sort(removed)
	want := []string{"/dumps/shop/one/killed/dump.sql.gz", "/dumps/shop/one/left/dump.sql.gz"}
	if got := slices.Compact(removed); !slices.Equal(got, want) {
		t.Errorf("removed %q, want %q", got, want)
	}
}

func TestReclaimEndsWithItsContextThoughTheStoreDoesNotAnswer(t *testing.T) {
	ended := make(chan struct{})
	ctx, stop := context.WithCancel(t.Context())
	s, _ := endpoint(t, func(_ http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodDelete {
			stop()
			<-ended
		}
	})
	t.Cleanup(func() { close(ended) })
	begun := time.Now()
	_ = s.Reclaim(ctx, "shop/one/", Attempts{"a": {"dump.sql.gz"}, "b": {"dump.sql.gz"}})
	if took := time.Since(begun); took >= cleanupTimeout {
		t.Errorf("it took %s", took)
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	var followed atomic.Bool
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { followed.Store(true) }))
	defer other.Close()
	for _, status := range []int{http.StatusMovedPermanently, http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect} {
		s, _ := endpoint(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other.URL+r.URL.Path, status) })
		mustFail(t, s.Probe(t.Context(), "x"), contract.StorageError, "redirect", "s3.endpoint")
		_, err := s.Verify(t.Context(), "x", Sum{})
		mustFail(t, err, contract.StorageError, "redirect", "s3.endpoint")
		mustFail(t, s.WriteFile(t.Context(), "x", []byte("text")), contract.StorageError, "redirect", "s3.endpoint")
	}
	if followed.Load() {
		t.Error("a redirect was followed")
	}
}

func TestTheAccessKeyIDIsKeptOutOfMessagesToo(t *testing.T) {
	_, secrets := endpoint(t, func(http.ResponseWriter, *http.Request) {})
	for _, value := range []string{accessKeyID, secretAccessKey} {
		if !slices.Contains(secrets, value) {
			t.Errorf("%q is not among what must not be said: %q", value, secrets)
		}
	}
}

func TestAStoreThatNeverAnswersIsUnreachable(t *testing.T) {
	for sentence, mute := range map[string]func(*http.Request) bool{
		"to anything":           func(*http.Request) bool { return true },
		"to the second request": func(r *http.Request) bool { return r.Method == http.MethodDelete },
	} {
		t.Run(sentence, func(t *testing.T) {
			ended := make(chan struct{})
			s, _ := endpoint(t, func(w http.ResponseWriter, r *http.Request) {
				if mute(r) {
					<-ended
				}
				_, _ = w.Write([]byte("<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>"))
			})
			t.Cleanup(func() { close(ended) })
			place := s.place.(*s3Place)
			if place.patience != 30*time.Second {
				t.Errorf("the probe is given %s", place.patience)
			}
			place.patience = 100 * time.Millisecond
			ctx, cancel := context.WithTimeoutCause(t.Context(), 20*time.Second, errors.New("the probe has no bound of its own"))
			defer cancel()
			mustFail(t, s.Probe(ctx, "x"), contract.StorageUnreachable, "the store does not answer within 100ms", "s3.endpoint")
		})
	}
}

func TestAProbeThatIsStoppedSaysWhy(t *testing.T) {
	ctx, stop := context.WithCancelCause(t.Context())
	ended := make(chan struct{})
	s, _ := endpoint(t, func(http.ResponseWriter, *http.Request) {
		stop(result.Errorf(contract.Interrupted, "", "told to stop"))
		<-ended
	})
	t.Cleanup(func() { close(ended) })
	mustFail(t, s.Probe(ctx, "x"), contract.Interrupted, "told to stop", "")
}
