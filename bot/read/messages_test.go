package read

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"k8s.io/apimachinery/pkg/labels"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

// labelled is an API server that finds dumps by their labels, and takes a second for it.
type labelled struct {
	client.Reader
	mu    sync.Mutex
	dumps []v1alpha1.DatabaseDump
	lists []labels.Selector
	err   error
}

func (l *labelled) List(_ context.Context, into client.ObjectList, options ...client.ListOption) error {
	asked := (&client.ListOptions{}).ApplyOptions(options)
	if asked.Limit != 0 {
		return errors.New("a page has the API server read all dumps from etcd")
	}
	l.mu.Lock()
	l.lists = append(l.lists, asked.LabelSelector)
	for _, d := range l.dumps {
		if asked.LabelSelector.Matches(labels.Set(d.Labels)) {
			into.(*v1alpha1.DatabaseDumpList).Items = append(into.(*v1alpha1.DatabaseDumpList).Items, d)
		}
	}
	l.mu.Unlock()
	<-time.After(time.Second)
	return l.err
}

func (l *labelled) add(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.dumps = append(l.dumps, *dumpOf(func(d *v1alpha1.DatabaseDump) {
		d.Name, d.Labels = fmt.Sprint("dump-", n), map[string]string{v1alpha1.LabelMessage: fmt.Sprint("m", n)}
	}))
}

func TestMessagesThatAreAskedForTogetherShareAList(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := &labelled{}
		for n := range 250 {
			if n%2 == 0 {
				api.add(n)
			}
		}
		m := &messages{list: api.List}
		for n := range 250 {
			go func() {
				found, err := m.of(t.Context(), fmt.Sprint("m", n))
				if has := slices.ContainsFunc(found, func(d v1alpha1.DatabaseDump) bool { return d.Name == fmt.Sprint("dump-", n) }); err != nil ||
					len(found) > 1 || has != (n%2 == 0) {
					t.Errorf("of message %d: %d dumps, %v", n, len(found), err)
				}
			}()
		}
		<-time.After(time.Minute)
		synctest.Wait()
		if n := len(api.lists); n > 4 {
			t.Errorf("%d lists", n)
		}
	})
}

// What was asked while a list was under way is not answered by it: it may be older than the question.
func TestAQuestionIsNotAnsweredByAnEarlierList(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := &labelled{}
		m := &messages{list: api.List}
		go func() { _, _ = m.of(t.Context(), "m1") }()
		synctest.Wait()
		api.add(1)
		if found, err := m.of(t.Context(), "m1"); err != nil || len(found) != 1 {
			t.Errorf("%d dumps, %v", len(found), err)
		}
	})
}

func TestAListThatFailsAnswersAllWhoShareIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := &labelled{err: errors.New("etcdserver: leader changed")}
		m := &messages{list: api.List}
		var all sync.WaitGroup
		for n := range 3 {
			all.Go(func() {
				if _, err := m.of(t.Context(), fmt.Sprint("m", n)); !errors.Is(err, api.err) {
					t.Errorf("error %v", err)
				}
			})
		}
		all.Wait()
		// The next question is asked anew.
		api.err = nil
		if _, err := m.of(t.Context(), "m"); err != nil {
			t.Error(err)
		}
	})
}

func TestNobodyWaitsForLongerThanTheyWant(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &messages{list: (&labelled{}).List}
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		if _, err := m.of(ctx, "m"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v", err)
		}
		<-time.After(time.Second) // the list ends all the same
	})
}
