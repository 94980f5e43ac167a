package read

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

// informers that know some dumps, and learn of them between two questions.
type informers struct {
	client.Reader
	dumps []v1alpha1.DatabaseDump
	// asked is called before each question.
	asked func()
}

func (i *informers) List(_ context.Context, into client.ObjectList, _ ...client.ListOption) error {
	i.asked()
	into.(*v1alpha1.DatabaseDumpList).Items = append([]v1alpha1.DatabaseDump(nil), i.dumps...)
	return nil
}

func (i *informers) Get(_ context.Context, key client.ObjectKey, into client.Object, _ ...client.GetOption) error {
	i.asked()
	for _, d := range i.dumps {
		if client.ObjectKeyFromObject(&d) == key {
			d.DeepCopyInto(into.(*v1alpha1.DatabaseDump))
			return nil
		}
	}
	return apierrors.NewNotFound(schema.GroupResource{}, key.Name)
}

// Whenever the informers learn of a dump that this process has made, it is found, and once.
func TestADumpIsFoundWheneverTheInformersLearnOfIt(t *testing.T) {
	for learn := range 4 {
		asked, i := 0, &informers{}
		i.asked = func() {
			if asked++; asked == learn {
				i.dumps = append(i.dumps, *dumpOf())
			}
		}
		c := Cached(i, nil)
		c.Wrote(dumpOf())
		for range 3 {
			found, err := c.dumps(context.Background(), Recent, all(func(*v1alpha1.DatabaseDump) bool { return true }))
			if err != nil || len(found) != 1 {
				t.Errorf("where they learn of it at question %d: %d dumps, %v", learn, len(found), err)
			}
		}
	}
}

func TestOfWhatTheInformersKnowTheyTell(t *testing.T) {
	is := dumpOf(phase(v1alpha1.PhaseRunning))
	i := &informers{dumps: []v1alpha1.DatabaseDump{*is}, asked: func() {}}
	c := Cached(i, nil)
	everything := all(func(*v1alpha1.DatabaseDump) bool { return true })
	c.Wrote(dumpOf())
	found, err := c.dumps(context.Background(), Recent, everything)
	if err != nil || len(found) != 1 || found[0].Status.Phase != v1alpha1.PhaseRunning {
		t.Errorf("got %+v, %v", found, err)
	}
	// It was deleted: they know.
	i.dumps = nil
	if found, err := c.dumps(context.Background(), Recent, everything); err != nil || len(found) != 0 {
		t.Errorf("got %+v, %v", found, err)
	}
	// Another one of the same name is another one.
	again := dumpOf()
	again.UID = "2"
	i.dumps = []v1alpha1.DatabaseDump{*is}
	c.Wrote(again)
	if found, err := c.dumps(context.Background(), Recent, everything); err != nil || len(found) != 2 {
		t.Errorf("got %+v, %v", found, err)
	}
}

// In a burst the informers lag by hundreds of dumps. Whoever looks for one does not have them all looked for.
func TestOnlyWhatMayBeMeantIsLookedFor(t *testing.T) {
	asked, i := 0, &informers{}
	i.asked = func() { asked++ }
	c := Cached(i, nil)
	for n := range 100 {
		d := dumpOf()
		d.UID, d.Spec.SourceRef.Name = types.UID(fmt.Sprint(n)), fmt.Sprint("shop-", n)
		c.Wrote(d)
	}
	one := dumpOf()
	one.Spec.SourceRef.Name = "shop-7"
	asked = 0
	if found, err := c.dumps(context.Background(), Recent, unfinishedBeside(one)); err != nil || len(found) != 1 || asked != 2 {
		t.Errorf("%d dumps, %v; the informers were asked %d times", len(found), err, asked)
	}
}

// A dump that the informers never learn of was deleted before they could.
func TestWhatTheInformersNeverLearnOfIsForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := Cached(&informers{asked: func() {}}, nil)
		c.Wrote(dumpOf())
		count := func() int {
			found, err := c.dumps(context.Background(), Recent, all(func(*v1alpha1.DatabaseDump) bool { return true }))
			if err != nil {
				t.Fatal(err)
			}
			return len(found)
		}
		if n := count(); n != 1 {
			t.Errorf("at once: %d", n)
		}
		<-time.After(remembered + time.Second)
		if n := count(); n != 0 || len(c.own.dumps) > 0 {
			t.Errorf("after %s: %d", remembered, n)
		}
	})
}

// A console reads from the API server, which knows all: nothing is kept.
func TestAConsoleKeepsNothing(t *testing.T) {
	c := Direct(nil)
	c.Wrote(dumpOf())
	if len(c.own.dumps) > 0 {
		t.Error("it keeps a dump")
	}
}
