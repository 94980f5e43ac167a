// Package read is everything that the bot knows of the cluster: from informers where it serves, from the API server where
// it is a console. What a person must not see is gone here, before anything is looked up, so that it cannot be told from
// what does not exist, nor by the time that an answer takes.
package read

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

// Freshness of what is read.
type Freshness int

const (
	// Recent is what is in memory, here or in the API server, some milliseconds old. It serves to say yes, because the
	// manager judges again.
	Recent Freshness = iota
	// Newest is read anew. A no is said on nothing else.
	Newest
)

// timeout bounds the reads for one answer.
const timeout = 20 * time.Second

// Cluster reads sources, allow-lists and dumps.
type Cluster struct {
	api    client.Reader // past every cache
	cached client.Reader // of informers, or nil
	own    *own
	// lists of dumps that the API server is asked for at once. Each has it look through all dumps, and where its memory is
	// behind read them from etcd: a bot that reads many messages again must not keep it from all else.
	lists    chan struct{}
	messages messages
}

const listsAtOnce = 4

// Direct reads from the API server alone.
func Direct(api client.Reader) *Cluster { return Cached(nil, api) }

// Cached reads from informers that were made with CacheOptions and Index, and what must be fresh from the API server.
func Cached(cached, api client.Reader) *Cluster {
	c := &Cluster{api: api, cached: cached, own: &own{}, lists: make(chan struct{}, listsAtOnce)}
	if api != nil {
		c.messages.list = api.List
	}
	return c
}

// Wrote has reads see a dump that was created a moment ago, before the informers do.
func (c *Cluster) Wrote(d *v1alpha1.DatabaseDump) {
	if c.cached != nil {
		c.own.add(d, c.known)
	}
}

// list reads objects of a kind at once, with sources and allow-lists there are few of.
func (c *Cluster) list(ctx context.Context, how Freshness, into client.ObjectList, options ...client.ListOption) error {
	if c.cached != nil && how == Recent {
		return c.cached.List(ctx, into, append(options, client.UnsafeDisableDeepCopy)...)
	}
	version := "" // what the API server knows to be up to date
	if how == Recent {
		version = "0" // what it has in memory
	}
	return c.api.List(ctx, into, append(options, &client.ListOptions{Raw: &metav1.ListOptions{ResourceVersion: version}})...)
}

// rules are all sources, and the allow-lists by namespace.
type rules struct {
	sources []v1alpha1.DatabaseSource
	lists   map[string][]v1alpha1.DumpAllowList
}

func (c *Cluster) rules(ctx context.Context, how Freshness) (rules, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	var sources v1alpha1.DatabaseSourceList
	var lists v1alpha1.DumpAllowListList
	var sourcesErr, listsErr error
	var reads sync.WaitGroup
	reads.Go(func() { sourcesErr = c.list(ctx, how, &sources) })
	reads.Go(func() { listsErr = c.list(ctx, how, &lists) })
	reads.Wait()
	if err := errors.Join(sourcesErr, listsErr); err != nil {
		return rules{}, fmt.Errorf("read the sources and allow-lists: %w", err)
	}
	r := rules{sources: sources.Items, lists: map[string][]v1alpha1.DumpAllowList{}}
	for _, list := range lists.Items {
		r.lists[list.Namespace] = append(r.lists[list.Namespace], list)
	}
	return r, nil
}

// AllowLists reads those of a namespace. Recent ones are the cache's own: read them only.
func (c *Cluster) AllowLists(how Freshness) func(ctx context.Context, namespace string) ([]v1alpha1.DumpAllowList, error) {
	return func(ctx context.Context, namespace string) ([]v1alpha1.DumpAllowList, error) {
		ctx, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		var lists v1alpha1.DumpAllowListList
		if err := c.list(ctx, how, &lists, client.InNamespace(namespace)); err != nil {
			return nil, fmt.Errorf("read the allow-lists of %s: %w", namespace, err)
		}
		return lists.Items, nil
	}
}

// Groups gives the groups of one service that allow-lists name, in order. They are read anew, because whoever is in one that was
// left out would be told no. Where that cannot be done nobody is, and what is in memory serves.
func (c *Cluster) Groups(platform, workspace string) func(context.Context) ([]string, error) {
	return func(ctx context.Context) ([]string, error) {
		lists, err := c.AllowLists(Newest)(ctx, metav1.NamespaceAll)
		if err != nil {
			lists, err = c.AllowLists(Recent)(ctx, metav1.NamespaceAll)
		}
		if err != nil {
			return nil, err
		}
		named := map[string]bool{}
		for _, list := range lists {
			for _, subject := range list.Spec.Subjects {
				if string(subject.Platform) != platform || subject.Workspace != workspace {
					continue
				}
				for _, group := range subject.Groups {
					named[string(group)] = true
				}
			}
		}
		return slices.Sorted(maps.Keys(named)), nil
	}
}

// Dump reads one dump. NotFound is the API's own error. What is Recent may be the cache's own, and slim: read it only.
func (c *Cluster) Dump(ctx context.Context, key client.ObjectKey, how Freshness) (*v1alpha1.DatabaseDump, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	d := &v1alpha1.DatabaseDump{}
	from, options := c.api, []client.GetOption(nil)
	if c.cached != nil && how == Recent {
		from, options = c.cached, []client.GetOption{client.UnsafeDisableDeepCopy}
	}
	if err := from.Get(ctx, key, d, options...); err != nil {
		return nil, fmt.Errorf("read DatabaseDump %s: %w", key, err)
	}
	return d, nil
}
