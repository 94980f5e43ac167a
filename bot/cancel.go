package bot

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/internal/access"
)

func runCancel(ctx context.Context, c *conversation, a arguments) (answer, error) {
	if a.at(0) == "" {
		return answer{}, misused("Say which dump, by the beginning of its name; list shows them.")
	}
	dump, s, said, err := c.one(ctx, a.at(0))
	if err != nil {
		return answer{}, err
	}
	if said != nil {
		return *said, nil
	}
	if !s.isMine(dump) && !s.may(dump, v1alpha1.PermissionManage) {
		return c.mayNotCancel(dump, s), nil
	}
	if dump.Status.Finished() {
		return answer{outcome: chat.Failed, Reply: chat.Reply{
			Severity: chat.Warning, Headline: fmt.Sprintf("%s has ended already; there is nothing to cancel.", dump.Name),
		}}, nil
	}
	if err := c.cancel(ctx, dump); err != nil {
		return answer{}, err
	}
	return answer{Reply: chat.Reply{
		Headline: fmt.Sprintf("%s is being cancelled.", dump.Name), Closing: fmt.Sprintf("status %s shows when it has stopped.", dump.Name),
	}}, nil
}

func (c *conversation) mayNotCancel(dump *v1alpha1.DatabaseDump, s shelf) answer {
	r := chat.Reply{
		Severity: chat.Bad, Private: true,
		Headline: fmt.Sprintf("%s was asked for by %s, and you may not cancel what others asked for.", dump.Name, askedBy(dump, s)),
		Snippets: []chat.Snippet{c.ids()},
	}
	for _, miss := range access.Judge(s.lists[dump.Namespace], access.Question{
		Requester: c.by, Source: dump.Spec.SourceRef.Name, Database: databaseOf(dump), Permission: v1alpha1.PermissionManage,
	}).Misses {
		r.Lines = append(r.Lines, "It is not permitted by "+miss.String()+".")
	}
	return answer{Reply: r, outcome: chat.Refused}
}

// cancel writes one field of the very dump that was judged: had it been deleted and made again meanwhile, the UID in the
// patch would not fit.
func (c *conversation) cancel(ctx context.Context, dump *v1alpha1.DatabaseDump) error {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), apiTimeout)
	defer stop()
	patch := fmt.Sprintf(`{"metadata":{"uid":%q},"spec":{"cancel":true}}`, dump.UID)
	if err := c.api.Patch(ctx, dump.DeepCopy(), client.RawPatch(types.MergePatchType, []byte(patch))); err != nil {
		return fmt.Errorf("cancel DatabaseDump %s: %w", client.ObjectKeyFromObject(dump), err)
	}
	return nil
}
