package notify

import (
	"context"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

// observation is what is known of some dumps at a moment.
type observation struct {
	// dumps that are kept, in no order.
	dumps []v1alpha1.DatabaseDump
	// trouble is why nothing newer is known; nil while the API server answers.
	trouble error
}

// observe lists dumps and watches them until ctx ends, and sends what is known after every change. It never polls, and
// it survives disconnects, restarts of the API server and expired versions by listing anew. A reader that is slow gets
// the newest alone. The channel is never closed.
func observe(
	ctx context.Context, api client.WithWatch, keep func(*v1alpha1.DatabaseDump) bool, which ...client.ListOption,
) <-chan observation {
	o := &observer{api: api, keep: keep, which: which, seen: make(chan observation, 1)}
	go o.run(ctx)
	return o.seen
}

type observer struct {
	api   client.WithWatch
	keep  func(*v1alpha1.DatabaseDump) bool
	which []client.ListOption
	seen  chan observation
	known map[types.UID]v1alpha1.DatabaseDump
}

// The wait before listing again doubles from the first to the last.
const (
	firstList = 250 * time.Millisecond
	lastList  = 8 * time.Second
	// listTimeout bounds a list.
	listTimeout = 20 * time.Second
)

func (o *observer) run(ctx context.Context) {
	wait := firstList
	for ctx.Err() == nil {
		// API servers end every watch after some minutes, and that is no trouble.
		err := o.listAndWatch(ctx)
		if err == nil {
			wait = firstList
		} else if ctx.Err() == nil {
			o.send(err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
		if err != nil {
			wait = min(2*wait, lastList)
		}
	}
}

func (o *observer) listAndWatch(ctx context.Context) error {
	version, err := o.list(ctx)
	if err != nil {
		return err
	}
	watching, err := o.api.Watch(ctx, &v1alpha1.DatabaseDumpList{}, append([]client.ListOption{
		&client.ListOptions{Raw: &metav1.ListOptions{ResourceVersion: version}},
	}, o.which...)...)
	if err != nil {
		return fmt.Errorf("watch the dumps: %w", err)
	}
	defer watching.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case event, open := <-watching.ResultChan():
			if !open {
				return nil
			}
			if event.Type == watch.Error {
				err := apierrors.FromObject(event.Object)
				if apierrors.IsGone(err) || apierrors.IsResourceExpired(err) {
					return nil // the version is too old by now; the next list has another
				}
				return fmt.Errorf("watch the dumps: %w", err)
			}
			if dump, ok := event.Object.(*v1alpha1.DatabaseDump); ok {
				o.note(event.Type, dump)
			}
		}
	}
}

// list reads everything anew, page by page, and returns the version to watch from.
func (o *observer) list(ctx context.Context) (version string, err error) {
	ctx, cancel := context.WithTimeout(ctx, listTimeout)
	defer cancel()
	known := map[types.UID]v1alpha1.DatabaseDump{}
	err = eachPage(ctx, o.api, func(page *v1alpha1.DatabaseDumpList) {
		// All pages are of one moment; each carries its version.
		version = page.ResourceVersion
		for _, dump := range page.Items {
			if o.keep(&dump) {
				known[dump.UID] = dump
			}
		}
	}, o.which...)
	if err != nil {
		return "", err
	}
	o.known = known
	o.send(nil)
	return version, nil
}

func (o *observer) note(event watch.EventType, dump *v1alpha1.DatabaseDump) {
	_, before := o.known[dump.UID]
	if event == watch.Deleted || !o.keep(dump) {
		delete(o.known, dump.UID)
		if !before {
			return
		}
	} else {
		o.known[dump.UID] = *dump
	}
	o.send(nil)
}

// send replaces what nobody has taken yet.
func (o *observer) send(trouble error) {
	v := observation{trouble: trouble}
	for _, dump := range o.known {
		v.dumps = append(v.dumps, dump)
	}
	select {
	case <-o.seen:
	default:
	}
	o.seen <- v
}

// pageSize bounds what one answer of the API server holds.
const pageSize = 500

// eachPage lists dumps page by page.
func eachPage(
	ctx context.Context, api client.Client, page func(*v1alpha1.DatabaseDumpList), which ...client.ListOption,
) error {
	var next string
	for {
		var list v1alpha1.DatabaseDumpList
		options := append([]client.ListOption{client.Limit(pageSize), client.Continue(next)}, which...)
		if err := api.List(ctx, &list, options...); err != nil {
			return fmt.Errorf("list the dumps: %w", err)
		}
		page(&list)
		if next = list.Continue; next == "" {
			return nil
		}
	}
}
