package bot_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/chat"
)

// moving is a source that moves from the world's namespace to another one.
type moving struct {
	*world
	name, to string
	before   []client.Object
}

func newMoving(t *testing.T) *moving {
	w := newWorld(t)
	m := &moving{world: w, name: "shop-" + w.namespace, to: w.env.Namespace(t)}
	m.before = m.inNamespace(w.namespace)
	w.create(m.before...)
	return m
}

func (m *moving) inNamespace(namespace string) []client.Object {
	s, l := source(m.name, "db-"+v1alpha1.NamePattern(m.namespace)), allow("qa", m.alice, []v1alpha1.AllowedSource{"*"}, "*")
	s.Namespace, l.Namespace = namespace, namespace
	return []client.Object{s, l}
}

func (m *moving) move() {
	m.Helper()
	for _, o := range m.before {
		if err := m.admin.Delete(context.Background(), o); err != nil {
			m.Fatal(err)
		}
	}
	m.create(m.inNamespace(m.to)...)
}

// mustHaveOne dump, in both namespaces together.
func (m *moving) mustHaveOne() {
	m.Helper()
	var list v1alpha1.DatabaseDumpList
	if err := m.admin.List(context.Background(), &list, client.InNamespace(m.to)); err != nil {
		m.Fatal(err)
	}
	if all := slices.Concat(m.dumps(), list.Items); len(all) != 1 {
		m.Fatalf("one message has made %d dumps", len(all))
	}
}

func TestAMessageThatIsDeliveredAgainMakesNoDumpOfAnotherSource(t *testing.T) {
	for _, line := range []string{"dump shop-%s", "dumpdb db-%s"} {
		t.Run(line, func(t *testing.T) {
			m := newMoving(t)
			message := m.message(m.alice, line[:len(line)-2]+m.namespace)
			first := m.begin(message)
			dump := m.theDump()
			m.move()
			message.Groups, message.DisplayName = nil, "Alice B."
			second := m.begin(message)
			m.eventually("the second is answered", func() bool {
				return m.chat.everSaid(": already on its way.") || m.chat.everSaid("a copy of \"db-"+m.namespace+"\" from "+m.to)
			})
			m.mustHaveOne()
			m.report(dump, succeed)
			first.ended()
			second.stop()
			second.ended()
			if r, outcome := m.begin(message).ended(); outcome != chat.Succeeded {
				t.Errorf("after its end: outcome %v\n%s", outcome, text(r))
			}
			m.mustHaveOne()
		})
	}
}

func TestTwoDeliveriesAtOnceMakeNoDumpOfAnotherSource(t *testing.T) {
	m := newMoving(t)
	begun, moved, another := make(chan struct{}), make(chan struct{}), make(chan struct{})
	m.createsWith(func(_ context.Context, before int, really func() error) error {
		if before > 0 {
			err := really()
			close(another)
			return err
		}
		close(begun)
		<-moved
		// As long as the second would need to get this far.
		select {
		case <-another:
		case <-time.After(time.Second):
		}
		return really()
	})
	m.bot.SetPatience(deadline)
	message := m.message(m.alice, "dump "+m.name)
	first := m.begin(message)
	<-begun
	m.move()
	second := m.begin(message)
	close(moved)
	m.eventually("the second is answered", func() bool { return m.chat.everSaid(": already on its way.") || m.chat.everSaid("from "+m.to) })
	m.mustHaveOne()
	m.report(m.theDump(), succeed)
	for _, asked := range []*running{first, second} {
		if _, outcome := asked.ended(); outcome != chat.Succeeded {
			t.Errorf("outcome %v", outcome)
		}
	}
}
