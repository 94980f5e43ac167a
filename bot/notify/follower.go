package notify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/access"
)

var (
	// ErrFollowing says that the person is told there already.
	ErrFollowing = errors.New("the person is told already")
	// ErrFull says that the dump has MaxFollowers.
	ErrFull = errors.New("the dump has as many followers as it can have")
)

// AddFollower has one person more be told of a dump that was asked for by requestedBy. Whoever asked, or follows, in the
// same channel is ErrFollowing.
func AddFollower(s State, requestedBy *v1alpha1.Requester, follower v1alpha1.Requester) (State, error) {
	if tells(s, requestedBy, follower) {
		return s, ErrFollowing
	}
	if len(s.Places) > MaxFollowers {
		return s, ErrFull
	}
	follower.Groups = slices.Clone(follower.Groups[:min(len(follower.Groups), maxGroups)])
	s = s.clone()
	s.Places = append(s.Places, Place{Follower: &follower})
	return s, nil
}

// tells reports whether a person is told where they are. A place of somebody who was dropped, because the lists no longer
// allowed it, does not count.
func tells(s State, requestedBy *v1alpha1.Requester, person v1alpha1.Requester) bool {
	return slices.ContainsFunc(s.Places, func(p Place) bool {
		is := p.Follower
		if is == nil {
			is = requestedBy
		}
		return is != nil && p.End.GaveUp == "" && is.IsPerson(person) && is.Channel == person.Channel
	})
}

// Delivery is how a conversation has people told of a dump.
type Delivery struct {
	Ledger Ledger
	// By is the incarnation whose notifier will tell of it, if that is this process.
	By string
	// Now is the clock. It goes with By.
	Now func() time.Time
}

// Delivery of this notifier.
func (n *Notifier) Delivery() Delivery { return Delivery{Ledger: n.Ledger, By: n.By, Now: n.Now} }

// Begin marks a dump, before it is created, as one that is told of. This process intends to say so at once, which saves it a
// write of its own.
func (l Delivery) Begin(d *v1alpha1.DatabaseDump) {
	s := begun()
	if l.By != "" {
		s.Places[0].Status.Intent = intent(l.Now(), l.By, ToThread)
	}
	record, err := s.encode()
	if err != nil {
		panic(err) // it is no longer than any first intent
	}
	if d.Annotations == nil {
		d.Annotations = map[string]string{}
	}
	d.Annotations[v1alpha1.AnnotationDelivery] = record
}

// mostConflicts that one change of a record survives.
const mostConflicts = 20

// Follow has one person more told of it. full: it has as many followers as it can have.
func (l Delivery) Follow(ctx context.Context, d *v1alpha1.DatabaseDump, by v1alpha1.Requester) (already, full bool, err error) {
	for range mostConflicts {
		var said State
		if said, err = l.Ledger.Load(ctx, d); err != nil {
			break
		}
		said, err = AddFollower(said, d.Spec.RequestedBy, by)
		switch {
		case errors.Is(err, ErrFollowing):
			return true, false, nil
		case errors.Is(err, ErrFull):
			return false, true, nil
		}
		if err = l.Ledger.Save(ctx, d, said); !errors.Is(err, ErrConflict) {
			break
		}
	}
	if err != nil {
		return false, false, fmt.Errorf("follow DatabaseDump %s: %w", client.ObjectKeyFromObject(d), err)
	}
	return false, false, nil
}

// Follows reports whether the person is told of it, as far as d says.
func (Delivery) Follows(d *v1alpha1.DatabaseDump, by v1alpha1.Requester) bool {
	said, err := parse(d.Annotations[v1alpha1.AnnotationDelivery])
	return err == nil && tells(said, d.Spec.RequestedBy, by)
}

// Lists are Access by the allow-lists of the dump's namespace.
type Lists struct {
	// Recent allow-lists serve to say yes, and Newest, which are read past every cache, to say no.
	Recent, Newest func(ctx context.Context, namespace string) ([]v1alpha1.DumpAllowList, error)
}

// Allowed reports whether a person could ask for the dump themselves.
func (l Lists) Allowed(ctx context.Context, d *v1alpha1.DatabaseDump, person v1alpha1.Requester) (bool, error) {
	database := d.Status.Database
	if database == "" {
		database = d.Spec.Database
	}
	for _, read := range []func(context.Context, string) ([]v1alpha1.DumpAllowList, error){l.Recent, l.Newest} {
		lists, err := read(ctx, d.Namespace)
		if err != nil {
			return false, fmt.Errorf("judge by the allow-lists: %w", err)
		}
		if access.Judge(lists, access.Question{
			Requester: person, Source: d.Spec.SourceRef.Name, Database: database, Permission: v1alpha1.PermissionRequest,
		}).Allowed {
			return true, nil
		}
	}
	return false, nil
}
