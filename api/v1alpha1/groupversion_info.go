// Package v1alpha1 holds Volcado's kinds: DatabaseSource, DumpStorage, DumpAllowList and DatabaseDump.
//
// Everything that one dump touches lives in one namespace, the data owner's. No kind refers to an object of another
// namespace, so a dump can never borrow another team's credentials.
//
// +kubebuilder:object:generate=true
// +groupName=volcado.io
package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

var (
	// GroupVersion is the API group and version of every kind in this package.
	GroupVersion = schema.GroupVersion{Group: "volcado.io", Version: "v1alpha1"}

	// SchemeBuilder collects the functions that register this package's kinds.
	SchemeBuilder = runtime.NewSchemeBuilder(addKnownTypes)

	// AddToScheme registers this package's kinds with a scheme.
	AddToScheme = SchemeBuilder.AddToScheme
)

func addKnownTypes(scheme *runtime.Scheme) error {
	scheme.AddKnownTypes(GroupVersion,
		&DatabaseSource{}, &DatabaseSourceList{},
		&DumpStorage{}, &DumpStorageList{},
		&DumpAllowList{}, &DumpAllowListList{},
		&DatabaseDump{}, &DatabaseDumpList{},
	)
	metav1.AddToGroupVersion(scheme, GroupVersion)
	return nil
}
