package progress_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volcado-io/volcado/dumper/progress"
	"github.com/volcado-io/volcado/internal/contract"
)

func TestOnlyProgressIsServed(t *testing.T) {
	for name, test := range map[string]struct {
		method, path string
		status       int
	}{
		"progress":        {http.MethodGet, "/v1/progress", http.StatusOK},
		"another path":    {http.MethodGet, "/", http.StatusNotFound},
		"a path below it": {http.MethodGet, "/v1/progress/x", http.StatusNotFound},
		"a profile":       {http.MethodGet, "/debug/pprof/", http.StatusNotFound},
		"POST":            {http.MethodPost, "/v1/progress", http.StatusMethodNotAllowed},
		"DELETE":          {http.MethodDelete, "/v1/progress", http.StatusMethodNotAllowed},
	} {
		t.Run(name, func(t *testing.T) {
			answer := httptest.NewRecorder()
			progress.New("uid").ServeHTTP(answer, httptest.NewRequest(test.method, test.path, nil))
			if answer.Code != test.status {
				t.Errorf("status %d, want %d", answer.Code, test.status)
			}
		})
	}
}

func TestProgressCountsTablesAndViewsAsTheyCome(t *testing.T) {
	p := progress.New("uid")
	p.Expect(1000, 3)
	var got []contract.Progress
	for _, name := range []string{"a", "b", "v"} {
		p.Table(name)
		p.Add(10)
		got = append(got, p.Now())
	}
	p.Done()
	got = append(got, p.Now())
	want := []contract.Progress{
		{Attempt: "uid", EstimatedBytes: 1000, TablesTotal: 3, Bytes: 10, Table: "a"},
		{Attempt: "uid", EstimatedBytes: 1000, TablesTotal: 3, Bytes: 20, Table: "b", TablesDone: 1},
		{Attempt: "uid", EstimatedBytes: 1000, TablesTotal: 3, Bytes: 30, Table: "v", TablesDone: 2},
		{Attempt: "uid", EstimatedBytes: 1000, TablesTotal: 3, Bytes: 30, TablesDone: 3},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("progress (-want +got):\n%s", diff)
	}
}

func TestItIsServedUntilTheContextEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	p := progress.New("uid")
	address, err := p.Serve(ctx, "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.Get("http://" + address + contract.ProgressPath)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var now map[string]any
	if err := json.NewDecoder(response.Body).Decode(&now); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"attempt": "uid", "bytes": 0.0, "estimatedBytes": 0.0, "table": "", "tablesDone": 0.0, "tablesTotal": 0.0}
	if diff := cmp.Diff(want, now); diff != "" {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
	cancel()
	for err == nil {
		var again *http.Response
		if again, err = http.Get("http://" + address + contract.ProgressPath); err == nil {
			_ = again.Body.Close()
		}
	}
}
