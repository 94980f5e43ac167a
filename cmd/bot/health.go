package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/manager"

	"github.com/volcado-io/volcado/bot/listen"
)

// probeTimeout bounds one request of a probe.
const probeTimeout = 5 * time.Second

// serveHealth has the manager serve /healthz and /readyz. controller-runtime's own handlers withhold why something is not
// ready, which is what people want to know.
func serveHealth(mgr ctrl.Manager, address string, supervisor *listen.Supervisor) error {
	if address == "0" {
		return nil
	}
	synced := &afterSync{}
	if err := mgr.Add(synced); err != nil {
		return fmt.Errorf("serve health: %w", err)
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("serve health on %s: %w", address, err)
	}
	timeout := time.Second
	err = mgr.Add(&manager.Server{
		Name: "health", Listener: listener, ShutdownTimeout: &timeout,
		Server: &http.Server{
			Handler:     healthHandler(synced.done.Load, supervisor.Status),
			ReadTimeout: probeTimeout, WriteTimeout: probeTimeout, IdleTimeout: time.Minute, MaxHeaderBytes: 8 << 10,
		},
	})
	if err != nil {
		return fmt.Errorf("serve health: %w", err)
	}
	return nil
}

// healthHandler answers probes. Liveness depends on nothing but the process: restarting the bot mends neither a chat
// service nor the API server. Readiness is the replica's cache and its services; its body says what was last heard.
func healthHandler(synced func() bool, status func() listen.Status) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok\n") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		now := status()
		err := now.Ready()
		if !synced() {
			err = errors.New("the cache has not been filled from the API server yet")
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		switch {
		case err != nil:
			w.WriteHeader(http.StatusServiceUnavailable)
			_, _ = fmt.Fprintf(w, "not ready: %v\n%s", err, now)
		case r.URL.Query().Has("verbose"):
			_, _ = fmt.Fprintf(w, "ready\n%s", now)
		default:
			_, _ = io.WriteString(w, "ok\n")
		}
	})
	return mux
}

// afterSync is started by the manager when the cache is filled, on the leader and on standbys.
type afterSync struct{ done atomic.Bool }

func (*afterSync) NeedLeaderElection() bool { return false }

func (a *afterSync) Start(ctx context.Context) error {
	a.done.Store(true)
	<-ctx.Done()
	return nil
}
