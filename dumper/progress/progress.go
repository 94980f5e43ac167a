// Package progress tells how far a dump is.
package progress

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/text"
)

// Progress of one attempt. Its zero value, with an attempt, is ready.
type Progress struct {
	mu  sync.Mutex
	now contract.Progress
}

// New progress of an attempt.
func New(attempt string) *Progress { return &Progress{now: contract.Progress{Attempt: attempt}} }

// Expect says what is to come.
func (p *Progress) Expect(bytes int64, tables int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.now.EstimatedBytes, p.now.TablesTotal = bytes, tables
}

// Add bytes that were read.
func (p *Progress) Add(bytes int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.now.Bytes += int64(bytes)
}

// maxName of a table in characters. A server can call one anything.
const maxName = 64

// Table says that the definition of a table or a view begins.
func (p *Progress) Table(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.now.Table != "" {
		p.now.TablesDone++
	}
	p.now.Table = text.Cut(name, maxName)
}

// Done says that everything was copied.
func (p *Progress) Done() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.now.Table, p.now.TablesDone = "", p.now.TablesTotal
}

// Now is the progress at this moment.
func (p *Progress) Now() contract.Progress {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.now
}

// ServeHTTP answers GET contract.ProgressPath and nothing else.
func (p *Progress) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != contract.ProgressPath {
		http.NotFound(w, r)
		return
	}
	if r.Method != http.MethodGet {
		w.Header().Set("Allow", http.MethodGet)
		http.Error(w, "only GET", http.StatusMethodNotAllowed)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	// An error here means that the asker went away.
	_ = json.NewEncoder(w).Encode(p.Now())
}

// Serve progress at the address until ctx ends. It returns the address it listens on.
func (p *Progress) Serve(ctx context.Context, address string) (string, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return "", fmt.Errorf("listen for progress on %s: %w", address, err)
	}
	server := &http.Server{
		Handler: p, MaxHeaderBytes: 4 << 10,
		ReadTimeout: 5 * time.Second, ReadHeaderTimeout: 2 * time.Second, WriteTimeout: 5 * time.Second, IdleTimeout: 30 * time.Second,
	}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			// Nobody decides on progress, so a dump goes on without it.
			_ = listener.Close()
		}
	}()
	return listener.Addr().String(), nil
}
