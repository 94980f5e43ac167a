package bot

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

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

// listed is how many dumps a list shows.
const listed = 20

func (c *conversation) dumpRows(s shelf) [][]string {
	rows := [][]string{{"DUMP", "SOURCE", "DATABASE", "PHASE", "SIZE", "AGE", "ASKED BY"}}
	for i := range s.dumps[:min(len(s.dumps), listed)] {
		d := &s.dumps[i]
		size := ""
		if d.Status.Artifact != nil {
			size = humanBytes(d.Status.Artifact.SizeBytes)
		}
		rows = append(rows, []string{
			d.Name, d.Namespace + "/" + d.Spec.SourceRef.Name, string(databaseOf(d)), phase(d), size,
			age(c.now().Sub(d.CreationTimestamp.Time)), askedBy(d, s),
		})
	}
	return rows
}

func phase(d *v1alpha1.DatabaseDump) string {
	if d.Status.Phase == "" {
		return string(v1alpha1.PhasePending)
	}
	return string(d.Status.Phase)
}

func askedBy(d *v1alpha1.DatabaseDump, s shelf) string {
	switch by := d.Spec.RequestedBy; {
	case s.isMine(d):
		return "you"
	case by == nil:
		return "kubectl"
	case by.DisplayName != "":
		return fmt.Sprintf("%s (%s)", by.DisplayName, by.User)
	default:
		return by.User
	}
}

func runList(ctx context.Context, c *conversation, _ arguments) (answer, error) {
	s, err := c.dumps(ctx, func(*v1alpha1.DatabaseDump) bool { return true })
	if err != nil {
		return answer{}, err
	}
	if len(s.dumps) == 0 {
		return answer{Reply: chat.Reply{
			Headline: "There is no dump that you may see here.", Closing: "sources lists what you may have.", Private: true,
		}}, nil
	}
	r := chat.Reply{Headline: "These are the latest dumps:", Rows: c.dumpRows(s), Private: true}
	if more := len(s.dumps) - listed; more > 0 {
		r.Closing = fmt.Sprintf("There are %d older ones.", more)
	}
	return answer{Reply: r}, nil
}

func runStatus(ctx context.Context, c *conversation, a arguments) (answer, error) {
	if typed := a.at(0); typed != "" {
		dump, s, said, err := c.one(ctx, typed)
		if err != nil {
			return answer{}, err
		}
		if said != nil {
			return *said, nil
		}
		return c.status(dump, s), nil
	}
	mine := shelf{by: c.by}
	s, err := c.dumps(ctx, mine.isMine)
	if err != nil {
		return answer{}, err
	}
	if len(s.dumps) == 0 {
		return answer{Reply: chat.Reply{Headline: "You have asked for no dump yet.", Closing: "sources lists what you may have.", Private: true}}, nil
	}
	return c.status(&s.dumps[0], s), nil
}

// status tells how a dump is doing. It was asked for and is told, so it succeeds even where the dump did not.
func (c *conversation) status(dump *v1alpha1.DatabaseDump, s shelf) answer {
	about := []chat.Field{
		{Name: "source", Value: dump.Namespace + "/" + dump.Spec.SourceRef.Name},
		{Name: "database", Value: string(databaseOf(dump))},
		{Name: "asked by", Value: fmt.Sprintf("%s, %s ago", askedBy(dump, s), age(c.now().Sub(dump.CreationTimestamp.Time)))},
	}
	if dump.Spec.Reason != "" {
		about = append(about, chat.Field{Name: "because", Value: dump.Spec.Reason})
	}
	if finished(dump) {
		r := c.ended(dump).Reply
		r.Fields = append(about, r.Fields...)
		return answer{Reply: r}
	}
	f := &following{conversation: c, dump: dump, began: dump.CreationTimestamp.Time}
	doing, far, severity := f.stage(c.now().Sub(f.began))
	r := chat.Reply{Severity: severity, Headline: fmt.Sprintf("%s is %s.", dump.Name, doing), Fields: about}
	if severity != chat.Info {
		r.Headline = fmt.Sprintf("%s: %s", dump.Name, doing)
	}
	if waiting := stalled(dump); waiting != nil {
		r.Fields = append(r.Fields, obstacle(waiting)...)
	}
	if far != "" {
		r.Fields = append(r.Fields, chat.Field{Name: "progress", Value: far})
	}
	r.Closing = fmt.Sprintf("cancel %s stops it.", dump.Name)
	return answer{Reply: r}
}

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
	if finished(dump) {
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

// Unfinished names the dumps of an author whose messages' ids begin with the prefix and that still run.
func (b *Bot) Unfinished(ctx context.Context, author chat.Author, prefix string) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	mine := shelf{by: requester(chat.Message{Author: author})}
	var names []string
	err := eachPage(ctx, b.api, func(page *v1alpha1.DatabaseDumpList) {
		for i := range page.Items {
			d := &page.Items[i]
			if mine.isMine(d) && strings.HasPrefix(d.Spec.RequestedBy.Message, prefix) && !finished(d) {
				names = append(names, d.Name)
			}
		}
	})
	return names, err
}
