package read

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/naming"
)

// which dumps are looked for: an entry of the informers' index, and what the API server can select by. Of what that
// returns, match picks.
type which struct {
	namespace string
	entry     string
	// message's hash, where it is the dumps of one.
	message string
	match   func(*v1alpha1.DatabaseDump) bool
}

// Entries of the index. Those of messages and of equal dumps have only the beginning of a hash: an entry of its own for every
// dump takes more memory than the dump. The few others that are found, match leaves out.
func entryMessage(hash string) string      { return "message/" + hash[:min(len(hash), 2)] }
func entryEqual(e string) string           { return "equal/" + e[:min(len(e), 3)] }
func entryUnfinished(source string) string { return "unfinished/" + source }
func entryBy(p person) string              { return "by/" + p.String() }

// person in chat, by id.
type person struct{ platform, workspace, user string }

func (p person) String() string { return strings.Join([]string{p.platform, p.workspace, p.user}, "/") }

func personOf(by *v1alpha1.Requester) person {
	return person{string(by.Platform), by.Workspace, by.User}
}

func all(match func(*v1alpha1.DatabaseDump) bool) which { return which{match: match} }

// ofMessage are the dumps that a message made. Name and label hold only a hash, and the name may have been taken with
// kubectl: what counts is what stands in requestedBy.
func ofMessage(by v1alpha1.Requester) which {
	hash := naming.MessageHash(by)
	return which{
		entry: entryMessage(hash), message: hash,
		match: func(d *v1alpha1.DatabaseDump) bool { return IsOf(d, by) },
	}
}

// IsOf reports whether a message made a dump. Groups and display names may change between two deliveries of one message.
func IsOf(d *v1alpha1.DatabaseDump, by v1alpha1.Requester) bool {
	is := d.Spec.RequestedBy
	return is != nil && is.IsPerson(by) && is.Channel == by.Channel && is.Message == by.Message
}

func by(p person) which {
	return which{entry: entryBy(p), match: func(d *v1alpha1.DatabaseDump) bool {
		return d.Spec.RequestedBy != nil && personOf(d.Spec.RequestedBy) == p
	}}
}

// unfinishedBeside are what a dump's place in the queue depends on.
func unfinishedBeside(dump *v1alpha1.DatabaseDump) which {
	source := dump.Spec.SourceRef.Name
	return which{
		namespace: dump.Namespace, entry: entryUnfinished(source),
		match: func(d *v1alpha1.DatabaseDump) bool { return d.Spec.SourceRef.Name == source && !d.Status.Finished() },
	}
}

// dumps that are looked for, in no order. Those of the cache are its own: read them only.
func (c *Cluster) dumps(ctx context.Context, how Freshness, w which) ([]v1alpha1.DatabaseDump, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	var found []v1alpha1.DatabaseDump
	keep := func(items []v1alpha1.DatabaseDump) {
		for i := range items {
			if (w.namespace == "" || w.namespace == items[i].Namespace) && w.match(&items[i]) {
				found = append(found, items[i])
			}
		}
	}
	if c.cached == nil || how == Newest {
		if w.message == "" {
			return found, c.eachPage(ctx, how, keep, client.InNamespace(w.namespace))
		}
		dumps, err := c.messages.of(ctx, w.message)
		keep(dumps)
		return found, err
	}
	// Before the list: what the informers learn of in between is then in both, and not in neither.
	own := c.own.unknown(w.entry, c.known)
	options := []client.ListOption{client.InNamespace(w.namespace), client.UnsafeDisableDeepCopy}
	if w.entry != "" {
		options = append(options, client.MatchingFields{dumpIndex: w.entry})
	}
	var list v1alpha1.DatabaseDumpList
	if err := c.cached.List(ctx, &list, options...); err != nil {
		return nil, fmt.Errorf("list cached dumps: %w", err)
	}
	keep(list.Items)
	keep(slices.DeleteFunc(own, func(d v1alpha1.DatabaseDump) bool {
		return slices.ContainsFunc(found, func(is v1alpha1.DatabaseDump) bool { return is.UID == d.UID })
	}))
	return found, nil
}

// known reports whether the informers have a dump.
func (c *Cluster) known(d *v1alpha1.DatabaseDump) bool {
	is := &v1alpha1.DatabaseDump{}
	err := c.cached.Get(context.Background(), client.ObjectKeyFromObject(d), is, client.UnsafeDisableDeepCopy)
	return err == nil && is.UID == d.UID
}

// pageSize bounds what one answer of the API server holds.
const pageSize = 500

// eachPage lists dumps page by page. What the API server has in memory it gives in one page.
func (c *Cluster) eachPage(ctx context.Context, how Freshness, page func([]v1alpha1.DatabaseDump), options ...client.ListOption) error {
	select {
	case c.lists <- struct{}{}:
		defer func() { <-c.lists }()
	case <-ctx.Done():
		return fmt.Errorf("list the dumps: %w", ctx.Err())
	}
	var next string
	for {
		var list v1alpha1.DatabaseDumpList
		if err := c.list(ctx, how, &list, append(options, client.Limit(pageSize), client.Continue(next))...); err != nil {
			return fmt.Errorf("list the dumps: %w", err)
		}
		page(list.Items)
		if next = list.Continue; next == "" {
			return nil
		}
		how = Newest // the token says which version
	}
}
