package main

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/listen"
)

func TestLivenessDependsOnNothingAndReadinessSaysWhy(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	deaf := listen.Status{
		Now: now, Leading: now.Add(-time.Hour), Connected: now.Add(-10 * time.Minute),
		Services: []listen.ServiceStatus{{Name: "talk/one", Health: chat.Health{Heard: now.Add(-10 * time.Minute), Why: "no route to host"}}},
	}
	for name, tc := range map[string]struct {
		path   string
		synced bool
		status listen.Status
		code   int
		body   string
	}{
		"a standby is ready":         {"/readyz", true, listen.Status{Now: now}, http.StatusOK, "ok\n"},
		"and says what it is":        {"/readyz?verbose", true, listen.Status{Now: now}, http.StatusOK, "ready\nstandby: another replica leads, or none yet\n"},
		"it is alive in any case":    {"/healthz", false, deaf, http.StatusOK, "ok\n"},
		"it is not ready at first":   {"/readyz", false, listen.Status{Now: now}, http.StatusServiceUnavailable, "not ready: the cache has not been filled from the API server yet\nstandby: another replica leads, or none yet\n"},
		"nor when nobody can ask it": {"/readyz", true, deaf, http.StatusServiceUnavailable, "not ready: no chat service has been connected for 10m0s\nleader for 1h0m0s\ntalk/one: not connected, last heard 10m0s ago (2026-01-02T02:54:05Z), 0 reconnects: no route to host\n"},
		"it serves nothing else":     {"/", true, listen.Status{Now: now}, http.StatusNotFound, "404 page not found\n"},
	} {
		t.Run(name, func(t *testing.T) {
			w := httptest.NewRecorder()
			healthHandler(func() bool { return tc.synced }, func() listen.Status { return tc.status }).
				ServeHTTP(w, httptest.NewRequest(http.MethodGet, tc.path, http.NoBody))
			if w.Code != tc.code || w.Body.String() != tc.body {
				t.Errorf("got %d %q, want %d %q", w.Code, w.Body, tc.code, tc.body)
			}
		})
	}
}
