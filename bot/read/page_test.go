package read

import (
	"context"
	"fmt"
	"strconv"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

// pages of dumps, as an API server gives them: two at a time where it reads its storage, and all at once from its memory.
type pages struct {
	client.Reader
	dumps   []v1alpha1.DatabaseDump
	expired bool // the second page is asked for too late
}

func (p *pages) List(_ context.Context, into client.ObjectList, options ...client.ListOption) error {
	asked := (&client.ListOptions{}).ApplyOptions(options).AsListOptions()
	list := into.(*v1alpha1.DatabaseDumpList)
	switch {
	case asked.Continue != "" && asked.ResourceVersion != "":
		return apierrors.NewBadRequest("a page is of the version that its token says")
	case asked.Continue != "" && p.expired:
		return apierrors.NewResourceExpired("the token has expired")
	case asked.Limit == 0:
		return apierrors.NewBadRequest("an answer without a bound")
	case asked.ResourceVersion == "0":
		list.Items = p.dumps
		return nil
	}
	from, _ := strconv.Atoi(asked.Continue)
	to := min(from+2, len(p.dumps))
	list.Items = p.dumps[from:to]
	if to < len(p.dumps) {
		list.Continue = strconv.Itoa(to)
	}
	return nil
}

func TestEveryPageIsRead(t *testing.T) {
	for name, how := range map[string]Freshness{"from its storage": Newest, "from its memory": Recent} {
		for n := range 6 {
			t.Run(fmt.Sprint(n, " ", name), func(t *testing.T) {
				p := &pages{}
				for i := range n {
					p.dumps = append(p.dumps, *dumpOf(func(d *v1alpha1.DatabaseDump) { d.Name = fmt.Sprint("dump-", i) }))
				}
				found, err := Direct(p).dumps(context.Background(), how, all(func(*v1alpha1.DatabaseDump) bool { return true }))
				if err != nil || len(found) != n {
					t.Errorf("%d dumps, %v", len(found), err)
				}
			})
		}
	}
}

// Half of the dumps is not an answer.
func TestAListThatBreaksOffIsAnError(t *testing.T) {
	p := &pages{dumps: make([]v1alpha1.DatabaseDump, 3), expired: true}
	if _, err := Direct(p).dumps(context.Background(), Newest, all(func(*v1alpha1.DatabaseDump) bool { return true })); err == nil {
		t.Error("no error")
	}
}
