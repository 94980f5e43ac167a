package read

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/api/meta"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

// CacheOptions bound the bot's memory: of everything the informers hold only what is said or decided by. What would start
// an informer on another kind is an error. delivered reports whether a delivery record says that all is said: those of
// finished dumps, of which there are thousands, are not kept.
func CacheOptions(delivered func(record string) bool) cache.Options {
	shared := newShared()
	return cache.Options{
		ReaderFailOnMissingInformer: true,
		// For DumpAllowList, which cannot stand below: controller-runtime takes the List off the kind of an object as well,
		// and so would make one cache's informer and read from another.
		DefaultTransform: cache.TransformStripManagedFields(),
		ByObject: map[client.Object]cache.ByObject{
			&v1alpha1.DatabaseSource{}: {Transform: slimSource},
			&v1alpha1.DatabaseDump{}:   {Transform: func(o any) (any, error) { return slimDump(o, delivered, shared), nil }},
		},
	}
}

// slimSource leaves of a source what people are told of it.
func slimSource(object any) (any, error) {
	source, ok := object.(*v1alpha1.DatabaseSource)
	if !ok {
		return object, nil
	}
	source.ManagedFields, source.Annotations = nil, nil
	source.Spec = v1alpha1.DatabaseSourceSpec{Engine: source.Spec.Engine, Databases: source.Spec.Databases}
	source.Status = v1alpha1.ReferenceStatus{}
	return source, nil
}

// slimDump leaves of a dump what it is found, listed and followed by. Of a finished one the rest is read anew when
// somebody asks for it, or while its last word is still to be said.
func slimDump(object any, delivered func(record string) bool, shared *shared) any {
	d, ok := object.(*v1alpha1.DatabaseDump)
	if !ok {
		return object
	}
	record, has := d.Annotations[v1alpha1.AnnotationDelivery]
	d.ManagedFields, d.Annotations, d.OwnerReferences, d.Finalizers = nil, nil, nil, nil
	d.Status.Storage, d.Status.AllowedBy, d.Status.Client = nil, nil, nil
	if has && (!d.Status.Finished() || !delivered(record)) {
		d.Annotations = map[string]string{v1alpha1.AnnotationDelivery: record}
		return d
	}
	if !d.Status.Finished() {
		return d
	}
	d.Labels, d.Spec.Reason, d.Spec.TTL = nil, "", nil
	if d.Spec.RequestedBy != nil {
		d.Spec.RequestedBy.Groups = nil
	}
	slim := v1alpha1.DatabaseDumpStatus{
		Phase: d.Status.Phase, Database: d.Status.Database, CompletionTime: d.Status.CompletionTime,
		Conditions: shared.ends(d.Status.Conditions),
	}
	if a := d.Status.Artifact; a != nil {
		slim.Artifact = &v1alpha1.Artifact{SizeBytes: a.SizeBytes}
	}
	d.Status = slim
	shared.texts(d)
	return d
}

// dumpIndex finds dumps without walking over all of them.
const dumpIndex = "volcado.io/found-by"

// Index has the informers find dumps. It is called before they start.
func Index(ctx context.Context, indexer client.FieldIndexer) error {
	err := indexer.IndexField(ctx, &v1alpha1.DatabaseDump{}, dumpIndex, func(object client.Object) []string {
		d, ok := object.(*v1alpha1.DatabaseDump)
		if !ok {
			return nil
		}
		return entriesOf(d)
	})
	if err != nil {
		return fmt.Errorf("index the dumps: %w", err)
	}
	return nil
}

func entriesOf(d *v1alpha1.DatabaseDump) []string {
	var entries []string
	if by := d.Spec.RequestedBy; by != nil {
		entries = append(entries, ofMessage(*by).entry, entryBy(personOf(by)))
	}
	if !d.Status.Finished() {
		entries = append(entries, entryUnfinished(d.Spec.SourceRef.Name))
	}
	if !d.Status.Finished() || succeeded(d) {
		entries = append(entries, entryEqual(equality(d)))
	}
	return entries
}

func succeeded(d *v1alpha1.DatabaseDump) bool {
	return meta.IsStatusConditionTrue(d.Status.Conditions, v1alpha1.ConditionComplete) && d.Status.Artifact != nil
}
