package bot

import (
	"context"
	"errors"
	"fmt"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/answer"
	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/grammar"
	"github.com/volcado-io/volcado/bot/notify"
	"github.com/volcado-io/volcado/bot/read"
	"github.com/volcado-io/volcado/bot/view"
)

// perform does what a request asks for.
func (c *conversation) perform(ctx context.Context, effect answer.Effect) (chat.Answer, error) {
	switch e := effect.(type) {
	case answer.Create:
		return c.start(ctx, e)
	case answer.Cancel:
		if err := c.cancel(ctx, e.Dump); err != nil {
			return c.trouble(ctx, err, true)
		}
		return c.say(ctx, view.Cancelling{Dump: e.Dump.Name}, chat.Succeeded), nil
	case answer.Keep:
		return c.keep(ctx, e)
	case answer.Follow:
		return c.follow(ctx, e.Dump)
	default:
		return c.trouble(ctx, fmt.Errorf("no way to perform %T", effect), false)
	}
}

// start makes the message's one dump, or finds it. What becomes of it is told by the delivery; of one that is there
// already nothing is said again.
func (c *conversation) start(ctx context.Context, e answer.Create) (chat.Answer, error) {
	if earlier, err := c.person.Made(ctx, read.Recent); err != nil {
		return c.trouble(ctx, err, true)
	} else if earlier != nil {
		return c.madeBefore(ctx, earlier)
	}
	dump, equal, err := c.createUnlessEqual(ctx, e)
	switch {
	case errors.Is(err, errNameConflict):
		return c.say(ctx, view.NameTaken{Dump: e.Dump.Namespace + "/" + e.Dump.Name}, chat.Refused), nil
	case err != nil:
		return c.trouble(ctx, err, true)
	case equal != nil:
		return c.offer(ctx, equal)
	}
	return follows(dump), nil
}

// madeBefore is a message that made its dump before. Of one that comes once more nothing is said: the dump speaks for itself. Somebody
// who clicks a button long after it did what it does is told how the dump of that time is.
func (c *conversation) madeBefore(ctx context.Context, d *v1alpha1.DatabaseDump) (chat.Answer, error) {
	if c.message.Again || c.message.Written.Sub(d.CreationTimestamp.Time) <= oneAct {
		return follows(d), nil
	}
	status := grammar.Request{Command: "status", Arguments: []string{d.Namespace + "/" + d.Name}}
	result, err := answer.Run(ctx, answer.Asked{Request: status, Person: c.person, Cluster: c.Cluster, Now: c.Now(), FetchImage: c.FetchImage})
	if err != nil {
		return c.trouble(ctx, err, false)
	}
	return c.say(ctx, result.View, chat.Offered), nil
}

// createUnlessEqual makes the dump, or finds one that will do as well. Equal requests take turns at it, but nobody waits
// until another has been answered.
func (c *conversation) createUnlessEqual(ctx context.Context, e answer.Create) (dump, equal *v1alpha1.DatabaseDump, err error) {
	over, _, err := c.turns.Take(ctx, read.EqualKey(e.Dump))
	if err != nil {
		return nil, nil, err
	}
	defer over()
	if !e.Insist {
		if equal, err = c.person.Equal(ctx, e.Dump, c.Now()); err != nil || equal != nil {
			return nil, equal, err
		}
	}
	if c.Delivery != nil {
		c.Delivery.Begin(e.Dump)
	}
	if dump, err = c.create(ctx, e.Dump); err != nil {
		return nil, nil, err
	}
	c.Cluster.Wrote(dump)
	return dump, nil, nil
}

// offer an equal dump instead of another one.
func (c *conversation) offer(ctx context.Context, d *v1alpha1.DatabaseDump) (chat.Answer, error) {
	now := c.Now()
	v := view.Equal{Dump: read.Facts(d, c.person.By, now)}
	if d.Status.Finished() {
		v.Ended, v.Bytes = now.Sub(d.Status.CompletionTime.Time), d.Status.Artifact.SizeBytes
	} else {
		if c.Delivery != nil {
			v.Following, v.Untold = v.Dump.By.You || c.Delivery.Follows(d, c.person.By), !told(d)
		}
		v.Stage = read.StageOf(d, now)
		var err error
		if v.Before, err = c.Cluster.Before(ctx, d); err != nil {
			return c.trouble(ctx, err, true)
		}
	}
	return c.say(ctx, v, chat.Offered), nil
}

func (c *conversation) follow(ctx context.Context, d *v1alpha1.DatabaseDump) (chat.Answer, error) {
	if c.Delivery == nil {
		return follows(d), nil
	}
	if !told(d) {
		return c.say(ctx, view.CannotFollow{Dump: d.Name}, chat.Refused), nil
	}
	already, full, err := c.Delivery.Follow(ctx, d, c.person.By)
	switch {
	case err != nil:
		return c.trouble(ctx, err, true)
	case full:
		return c.say(ctx, view.CannotFollow{Dump: d.Name, Most: notify.MaxFollowers}, chat.Refused), nil
	}
	return c.say(ctx, view.Following{Dump: d.Name, Already: already}, chat.Succeeded), nil
}

// told reports whether the delivery tells of a dump. Of one that was asked for with kubectl, or on a console, it does not.
func told(d *v1alpha1.DatabaseDump) bool {
	_, told := d.Annotations[v1alpha1.AnnotationDelivery]
	return told
}

func (c *conversation) cancel(ctx context.Context, dump *v1alpha1.DatabaseDump) error {
	if _, err := c.patchSpec(ctx, dump, `{"cancel":true}`); err != nil {
		return fmt.Errorf("cancel DatabaseDump %s: %w", client.ObjectKeyFromObject(dump), err)
	}
	return nil
}

// keep says what is true after the write: its deletion may have begun after the dump was read.
func (c *conversation) keep(ctx context.Context, e answer.Keep) (chat.Answer, error) {
	is, err := c.patchSpec(ctx, e.Dump, fmt.Sprintf(`{"ttl":%q}`, e.TTL))
	if err != nil {
		return c.trouble(ctx, fmt.Errorf("keep the copy of DatabaseDump %s: %w", client.ObjectKeyFromObject(e.Dump), err), true)
	}
	if life := read.LifeOf(is, c.Now()); life.Gone() {
		return c.say(ctx, view.CopyGone{Dump: is.Name, Life: life}, chat.Failed), nil
	}
	return c.say(ctx, e.Said, chat.Succeeded), nil
}

// patchSpec writes fields of the very dump that was judged: had it been deleted and made again meanwhile, the UID in the
// patch would not fit. It returns the dump as it is then.
func (c *conversation) patchSpec(ctx context.Context, dump *v1alpha1.DatabaseDump, fields string) (*v1alpha1.DatabaseDump, error) {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), apiTimeout)
	defer stop()
	is := dump.DeepCopy()
	patch := fmt.Sprintf(`{"metadata":{"uid":%q},"spec":%s}`, dump.UID, fields)
	err := c.API.Patch(ctx, is, client.RawPatch(types.MergePatchType, []byte(patch)))
	return is, err
}
