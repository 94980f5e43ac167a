package bot

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/internal/access"
)

// shelf is what this person may see of the dumps there are, the latest first.
type shelf struct {
	dumps []v1alpha1.DatabaseDump
	lists map[string][]v1alpha1.DumpAllowList
	by    v1alpha1.Requester
}

// dumps reads what this person may see and what keep picks from it.
func (c *conversation) dumps(ctx context.Context, keep func(*v1alpha1.DatabaseDump) bool) (shelf, error) {
	_, lists, err := c.catalogue(ctx, newest)
	if err != nil {
		return shelf{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, apiTimeout)
	defer cancel()
	s := shelf{lists: lists, by: c.by}
	err = eachPage(ctx, c.api, func(page *v1alpha1.DatabaseDumpList) {
		for i := range page.Items {
			if d := &page.Items[i]; keep(d) && s.maySee(d) {
				s.dumps = append(s.dumps, *d)
			}
		}
	})
	slices.SortFunc(s.dumps, func(a, b v1alpha1.DatabaseDump) int {
		return cmp.Or(b.CreationTimestamp.Compare(a.CreationTimestamp.Time), strings.Compare(a.Name, b.Name))
	})
	return s, err
}

// isMine: on the same platform and in the same workspace, by id.
func (s shelf) isMine(dump *v1alpha1.DatabaseDump) bool {
	by := dump.Spec.RequestedBy
	return by != nil && by.Platform == s.by.Platform && by.Workspace == s.by.Workspace && by.User == s.by.User
}

func (s shelf) may(dump *v1alpha1.DatabaseDump, permission v1alpha1.Permission) bool {
	return access.Judge(s.lists[dump.Namespace], access.Question{
		Requester: s.by, Source: dump.Spec.SourceRef.Name, Database: databaseOf(dump), Permission: permission,
	}).Allowed
}

// maySee: one's own, and those that one could have asked for oneself, or may cancel.
func (s shelf) maySee(dump *v1alpha1.DatabaseDump) bool {
	return s.isMine(dump) || s.may(dump, v1alpha1.PermissionRequest) || s.may(dump, v1alpha1.PermissionManage)
}

// named picks by the beginning of a name, with or without the namespace; a whole name is never ambiguous.
func named(typed string) func(*v1alpha1.DatabaseDump) bool {
	typed = strings.ToLower(typed)
	namespace, name, qualified := strings.Cut(typed, "/")
	if !qualified {
		namespace, name = "", typed
	}
	return func(d *v1alpha1.DatabaseDump) bool {
		return (!qualified || d.Namespace == namespace) && strings.HasPrefix(d.Name, name)
	}
}

// one finds the dump that was named. A dump that may not be seen reads like one that does not exist.
func (c *conversation) one(ctx context.Context, typed string) (*v1alpha1.DatabaseDump, shelf, *answer, error) {
	s, err := c.dumps(ctx, named(typed))
	if err != nil {
		return nil, shelf{}, nil, err
	}
	_, name, qualified := strings.Cut(strings.ToLower(typed), "/")
	if !qualified {
		name = strings.ToLower(typed)
	}
	whole := slices.DeleteFunc(slices.Clone(s.dumps), func(d v1alpha1.DatabaseDump) bool { return d.Name != name })
	switch {
	case len(whole) == 1:
		return &whole[0], s, nil, nil
	case len(s.dumps) == 1:
		return &s.dumps[0], s, nil, nil
	case len(s.dumps) == 0:
		return nil, s, &answer{outcome: chat.Refused, Reply: chat.Reply{
			Severity: chat.Bad, Private: true,
			Headline: fmt.Sprintf("There is no dump that you may see whose name begins with %s.", echo(typed)),
			Closing:  "list shows the latest.",
		}}, nil
	}
	return nil, s, &answer{outcome: chat.Misunderstood, Reply: chat.Reply{
		Severity: chat.Warning, Private: true,
		Headline: fmt.Sprintf("%d dumps begin with %s; type more of the name.", len(s.dumps), echo(typed)),
		Rows:     c.dumpRows(s),
	}}, nil
}
