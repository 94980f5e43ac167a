package notify

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/resourceversion"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

// Annotations is the ledger of a bot that serves: the annotation v1alpha1.AnnotationDelivery of the dump.
//
// A write is a JSON patch that tests the annotation's old value and the dump's UID. It does not test the resource version,
// because the manager writes the status all the time, and each of its writes would be a conflict. Two bots that both take
// themselves for the leader can so never both record an intent.
type Annotations struct {
	api client.Client // past every cache

	mu sync.Mutex
	// written holds what this ledger has written, or read anew, until the cache has caught up with it.
	written map[types.UID]written
}

type written struct {
	record string
	// version of the dump that has the record.
	version string
	// doubt: a write's answer was lost, and so was the answer to what came of it.
	doubt bool
}

// NewAnnotations makes a ledger. The client must not cache.
func NewAnnotations(api client.Client) *Annotations {
	return &Annotations{api: api, written: map[types.UID]written{}}
}

// answerTimeout bounds a request to the API server.
const answerTimeout = 10 * time.Second

// Load reads the record that d carries, or the newer one that was written since d was read. A cache may have left it out
// of a dump of which all was said.
func (l *Annotations) Load(ctx context.Context, d *v1alpha1.DatabaseDump) (State, error) {
	w, newer := l.newer(d)
	record, has := d.Annotations[v1alpha1.AnnotationDelivery]
	if newer {
		record, has = w.record, !w.doubt
	}
	if !has {
		var err error
		if w, err = l.anew(context.WithoutCancel(ctx), d); err != nil {
			return State{}, err
		}
		record = w.record
	}
	return parse(record)
}

// newer is what was written since d was read.
func (l *Annotations) newer(d *v1alpha1.DatabaseDump) (written, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	w, ok := l.written[d.UID]
	if !ok || w.doubt {
		return w, ok
	}
	// Where versions cannot be compared, the record itself tells.
	order, err := resourceversion.CompareResourceVersion(d.ResourceVersion, w.version)
	if err == nil && order >= 0 || err != nil && d.Annotations[v1alpha1.AnnotationDelivery] == w.record {
		delete(l.written, d.UID)
		return written{}, false
	}
	return w, true
}

// Save writes the record.
func (l *Annotations) Save(ctx context.Context, d *v1alpha1.DatabaseDump, s State) error {
	record, err := s.encode()
	if err != nil {
		return err
	}
	patch, err := patchOf(d.UID, s.stored, record)
	if err != nil {
		return err
	}
	object := metadataOf(d)
	err = l.patch(ctx, object, patch)
	if err == nil {
		l.remember(d.UID, written{record: record, version: object.ResourceVersion})
		return nil
	}
	return l.afterFailure(ctx, d, s.stored, record, err)
}

func (l *Annotations) patch(ctx context.Context, object *metav1.PartialObjectMetadata, patch []byte) error {
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	return l.api.Patch(ctx, object, client.RawPatch(types.JSONPatchType, patch))
}

// afterFailure finds out what became of a write. A test that fails comes back as 422 like other refusals, and an answer
// may be lost after the write: what is recorded now tells.
func (l *Annotations) afterFailure(ctx context.Context, d *v1alpha1.DatabaseDump, before, wanted string, failure error) error {
	failure = fmt.Errorf("record what was said of DatabaseDump %s: %w", client.ObjectKeyFromObject(d), failure)
	l.remember(d.UID, written{doubt: true})
	// What is not known after a lost answer is worth an answer although nobody waits any more.
	is, err := l.anew(context.WithoutCancel(ctx), d)
	switch {
	case err != nil:
		return fmt.Errorf("%w; %w", failure, err)
	case is.record == wanted:
		return nil
	case is.record != before:
		return ErrConflict
	default:
		return failure
	}
}

// anew reads the record from the API server.
func (l *Annotations) anew(ctx context.Context, d *v1alpha1.DatabaseDump) (written, error) {
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	object := metadataOf(d)
	err := l.api.Get(ctx, client.ObjectKeyFromObject(d), object)
	if apierrors.IsNotFound(err) || err == nil && object.UID != d.UID {
		l.Forget(d.UID)
		return written{}, ErrGone
	}
	if err != nil {
		return written{}, fmt.Errorf("read what was said of DatabaseDump %s: %w", client.ObjectKeyFromObject(d), err)
	}
	w := written{record: object.Annotations[v1alpha1.AnnotationDelivery], version: object.ResourceVersion}
	l.remember(d.UID, w)
	return w, nil
}

func (l *Annotations) remember(uid types.UID, w written) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.written[uid] = w
}

// Forget a dump that is gone.
func (l *Annotations) Forget(uid types.UID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.written, uid)
}

// metadataOf asks for a dump's metadata alone, which is all that is written and read here.
func metadataOf(d *v1alpha1.DatabaseDump) *metav1.PartialObjectMetadata {
	object := &metav1.PartialObjectMetadata{ObjectMeta: metav1.ObjectMeta{Namespace: d.Namespace, Name: d.Name}}
	object.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind("DatabaseDump"))
	return object
}

// recordPath is the annotation in a JSON pointer.
var recordPath = "/metadata/annotations/" + strings.ReplaceAll(v1alpha1.AnnotationDelivery, "/", "~1")

func patchOf(uid types.UID, before, after string) ([]byte, error) {
	type operation struct {
		Op    string `json:"op"`
		Path  string `json:"path"`
		Value string `json:"value"`
	}
	patch, err := json.Marshal([]operation{
		{"test", "/metadata/uid", string(uid)}, {"test", recordPath, before}, {"replace", recordPath, after},
	})
	if err != nil {
		return nil, fmt.Errorf("encode a patch: %w", err)
	}
	return patch, nil
}
