package main_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/volcado-io/volcado/internal/dbtest"
	"github.com/volcado-io/volcado/internal/s3test"
)

// paused is a client that writes so many MiB of the real one's text and waits for a file, or for its own end: killed with
// the dumper, it must not leave a shell that waits for ever.
func paused(gate string, mebibytes int) string {
	return fmt.Sprintf(`"$REAL" "$@" | { head -c %d; while [ ! -e %s ] && [ -e /proc/$$/exe ]; do sleep 0.01; done; cat; }; exit ${PIPESTATUS[0]}`, mebibytes<<20, gate)
}

// Where a paused client stops.
const (
	// early is long before the client has the rest of the first table, which loopback's buffers could hold.
	early = 4
	// late is after a part was uploaded, and before the end of the first table.
	late = 20
)

// start the dumper and wait until so many MiB have been read from the client.
func start(t *testing.T, e *execution, mebibytes int) {
	t.Helper()
	port := closedPort(t)
	e.Args = append(e.Args, "--progress-address=127.0.0.1:"+strconv.Itoa(port))
	if err := e.Start(); err != nil {
		t.Fatal(err)
	}
	wait(t, func() bool {
		response, err := http.Get(fmt.Sprintf("http://127.0.0.1:%d/v1/progress", port))
		if err != nil {
			return false
		}
		defer response.Body.Close()
		var progress struct{ Bytes int }
		return json.NewDecoder(response.Body).Decode(&progress) == nil && progress.Bytes >= mebibytes<<20
	})
}

func open(t *testing.T, gate string) {
	t.Helper()
	if err := os.WriteFile(gate, nil, 0o600); err != nil {
		t.Fatal(err)
	}
}

// wait for a condition.
func wait(t *testing.T, condition func() bool) {
	t.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !condition() {
		select {
		case <-deadline:
			t.Fatal("waited in vain")
		case <-tick.C:
		}
	}
}

// childOf a process, which has one.
func childOf(t *testing.T, pid int) int {
	t.Helper()
	children := childrenOf(t, pid)
	if len(children) != 1 {
		t.Fatalf("the process has the children %v, want one", children)
	}
	return children[0]
}

// childrenOf a process, whichever of its threads made them.
func childrenOf(t *testing.T, pid int) []int {
	t.Helper()
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	if err != nil {
		t.Fatal(err)
	}
	if len(threads) == 0 {
		t.Fatalf("process %d has ended, or the kernel lists no children in /proc (CONFIG_PROC_CHILDREN)", pid)
	}
	var children []int
	for _, thread := range threads {
		data, err := os.ReadFile(thread)
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH) {
			continue // a thread that has ended has none
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, field := range strings.Fields(string(data)) {
			child, err := strconv.Atoi(field)
			if err != nil {
				t.Fatal(err)
			}
			children = append(children, child)
		}
	}
	return children
}

func killConnections(t *testing.T, server *dbtest.Server, user string) string {
	t.Helper()
	rows, err := server.DB().Query("SELECT GROUP_CONCAT(CONCAT('KILL ', ID) SEPARATOR ';') FROM information_schema.PROCESSLIST WHERE USER = ?", user)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var statements string
	if !rows.Next() {
		t.Fatal("there is no connection to kill")
	}
	if err := rows.Scan(&statements); err != nil {
		t.Fatal(err)
	}
	return statements
}

func nothingInBucket(t *testing.T, s3 *s3test.Server) {
	t.Helper()
	if diff := cmp.Diff([]string{}, s3.Keys(t)); diff != "" {
		t.Errorf("keys in the bucket (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{}, s3.Uploads(t)); diff != "" {
		t.Errorf("uploads in the bucket (-want +got):\n%s", diff)
	}
}

// faulty is the URL of a proxy before the store. The fault sees each request with the number of requests of its kind so
// far.
func faulty(t *testing.T, s3 *s3test.Server, fault func(http.ResponseWriter, *http.Request, int32) bool) string {
	t.Helper()
	proxy := direct(t, s3)
	var parts atomic.Int32
	return s3test.Listen(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := int32(0)
		if isPart(r) {
			n = parts.Add(1)
		}
		if !fault(w, r, n) {
			proxy.ServeHTTP(w, r)
		}
	}))
}

// direct is the way to a store that does nothing wrong. The signature covers the host that the dumper sees, and the proxy leaves
// it as it is.
func direct(t *testing.T, s3 *s3test.Server) http.Handler {
	t.Helper()
	target, err := url.Parse(s3.Endpoint)
	if err != nil {
		t.Fatal(err)
	}
	return httputil.NewSingleHostReverseProxy(target)
}

func isPart(r *http.Request) bool {
	return r.Method == http.MethodPut && r.URL.Query().Has("partNumber")
}

func answer(w http.ResponseWriter, r *http.Request, status int) bool {
	// An answer before the end of the request would look like a broken connection.
	_, _ = io.Copy(io.Discard, r.Body)
	w.WriteHeader(status)
	return true
}

// reset the connection in the middle of the request.
func reset(w http.ResponseWriter) bool {
	connection, _, err := http.NewResponseController(w).Hijack()
	if err == nil {
		_ = connection.Close()
	}
	return true
}
