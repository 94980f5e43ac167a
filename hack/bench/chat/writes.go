package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

// writes counts what the bot wrote of each dump, by namespace/name: what the API server accepted, whether or not the bot
// learned of it.
type writes struct {
	countMu sync.Mutex
	counts  map[string]int
	// created is told of each dump that is created.
	created func(*v1alpha1.DatabaseDump)
}

// tell of each dump that is created from now on.
func (w *writes) tell(created func(*v1alpha1.DatabaseDump)) {
	w.countMu.Lock()
	defer w.countMu.Unlock()
	w.created = created
}

// dumpKey in a request's context is the dump that it writes.
type dumpKey struct{}

// name puts the dump that a request writes into its context. The request is read for that, where its path does not tell.
func (*writes) name(r *http.Request) (*http.Request, error) {
	_, path, is := strings.Cut(r.URL.Path, "/apis/volcado.io/v1alpha1/namespaces/")
	namespace, path, _ := strings.Cut(path, "/")
	kind, name, _ := strings.Cut(path, "/")
	if !is || kind != "databasedumps" || r.Method == http.MethodGet {
		return r, nil
	}
	if name == "" {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, fmt.Errorf("read what is to be created: %w", err)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		var object struct {
			Metadata struct {
				Name string `json:"name"`
			} `json:"metadata"`
		}
		if err := json.Unmarshal(body, &object); err != nil {
			return nil, fmt.Errorf("read what is to be created: %w", err)
		}
		name = object.Metadata.Name
	}
	return r.WithContext(context.WithValue(r.Context(), dumpKey{}, namespace+"/"+name)), nil
}

// answered takes in what the API server did, and leaves the answer as it is.
func (w *writes) answered(answer *http.Response) error {
	dump, is := answer.Request.Context().Value(dumpKey{}).(string)
	if !is || answer.StatusCode >= http.StatusMultipleChoices {
		return nil
	}
	w.countMu.Lock()
	if w.counts == nil {
		w.counts = map[string]int{}
	}
	w.counts[dump]++
	created := w.created
	w.countMu.Unlock()
	if created == nil || answer.StatusCode != http.StatusCreated {
		return nil
	}
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return fmt.Errorf("read what was created: %w", err)
	}
	answer.Body = io.NopCloser(bytes.NewReader(body))
	var object v1alpha1.DatabaseDump
	if err := json.Unmarshal(body, &object); err != nil {
		return fmt.Errorf("read what was created: %w", err)
	}
	created(&object)
	return nil
}

// of a namespace's dumps, the most that one was written, and the mean. Each has one place: nobody follows.
func (w *writes) of(namespace string) (most int, mean float64) {
	w.countMu.Lock()
	defer w.countMu.Unlock()
	sum, dumps := 0, 0
	for dump, n := range w.counts {
		if strings.HasPrefix(dump, namespace+"/") {
			most, sum, dumps = max(most, n), sum+n, dumps+1
		}
	}
	return most, float64(sum) / float64(max(1, dumps))
}

// sum of all.
func (w *writes) sum() int {
	w.countMu.Lock()
	defer w.countMu.Unlock()
	sum := 0
	for _, n := range w.counts {
		sum += n
	}
	return sum
}
