package v1alpha1

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Engine is the kind of database server. It picks the dumper image with the matching client.
// +kubebuilder:validation:Enum=MySQL;MariaDB
type Engine string

const (
	EngineMySQL   Engine = "MySQL"
	EngineMariaDB Engine = "MariaDB"
)

// TLSMode says what a connection to the database must prove. It is never weakened to make a connection succeed.
// +kubebuilder:validation:Enum=Disabled;Required;VerifyCA;VerifyIdentity
type TLSMode string

const (
	// TLSDisabled sends the password and the data in the clear.
	TLSDisabled TLSMode = "Disabled"
	// TLSRequired encrypts, and accepts any certificate.
	TLSRequired TLSMode = "Required"
	// TLSVerifyCA encrypts, and the certificate must come from the authority in caSecretRef.
	TLSVerifyCA TLSMode = "VerifyCA"
	// TLSVerifyIdentity is TLSVerifyCA, and the certificate must name the host.
	TLSVerifyIdentity TLSMode = "VerifyIdentity"
)

// SourceTLS says how the connection to the database is protected.
// +kubebuilder:validation:XValidation:rule="self.mode in ['VerifyCA', 'VerifyIdentity'] || !has(self.caSecretRef)",message="caSecretRef is used only with mode VerifyCA or VerifyIdentity; remove it or set such a mode"
// +kubebuilder:validation:XValidation:rule="self.mode != 'VerifyCA' || has(self.caSecretRef)",message="mode VerifyCA needs caSecretRef, the authority to verify against"
type SourceTLS struct {
	// mode says what the connection must prove.
	// +kubebuilder:default=VerifyIdentity
	Mode TLSMode `json:"mode,omitempty"`

	// caSecretRef holds the authority's certificates in PEM. Without it, VerifyIdentity trusts the authorities of the
	// dumper image.
	// +optional
	CASecretRef *SecretKeyReference `json:"caSecretRef,omitempty"`
}

// SourceExclusions is the floor of a source: what no dump of it ever holds, whoever asks.
// +kubebuilder:validation:XValidation:rule="has(self.tables) || has(self.data)",message="exclude needs tables or data: is a key misspelt? Remove exclude if nothing is to be left out"
type SourceExclusions struct {
	// tables that are left out altogether.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=64
	Tables []QualifiedPattern `json:"tables,omitempty"`

	// data lists tables whose definition is dumped and whose rows are not.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=64
	Data []QualifiedPattern `json:"data,omitempty"`
}

// SourceLimits bounds every dump of a source, from chat or not.
//
// Durations have a pattern and no format: the format "duration" also lets "1 day" through, which Go cannot read, and one
// such object would stop every program that lists this kind.
// +kubebuilder:validation:XValidation:rule="!has(self.maxTTL) || !self.?unlimited.orValue(false)",message="set maxTTL or unlimited, not both"
type SourceLimits struct {
	// maxConcurrent is how many dumps of this source may have a Job at once; more wait in a queue, oldest first.
	// +kubebuilder:default=1
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=1000
	MaxConcurrent int32 `json:"maxConcurrent,omitempty"`

	// startDeadline bounds each of two waits: from the dump's creation until everything that it refers to exists, and
	// from its admission until its pod runs. 1s to 24h.
	// +kubebuilder:default="10m"
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:Pattern=`^([0-9]{1,5}(\.[0-9]{1,9})?(ms|s|m|h))+$`
	// +kubebuilder:validation:XValidation:rule="duration(self) >= duration('1s') && duration(self) <= duration('24h')",message="startDeadline must be between 1s and 24h"
	StartDeadline metav1.Duration `json:"startDeadline,omitzero"`

	// runDeadline bounds one attempt to copy the database, and with startDeadline the Job as a whole. 1s to 168h.
	// +kubebuilder:default="2h"
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:Pattern=`^([0-9]{1,5}(\.[0-9]{1,9})?(ms|s|m|h))+$`
	// +kubebuilder:validation:XValidation:rule="duration(self) >= duration('1s') && duration(self) <= duration('168h')",message="runDeadline must be between 1s and 168h"
	RunDeadline metav1.Duration `json:"runDeadline,omitzero"`

	// maxTTL is the longest time that a copy of this source is kept after its dump has finished: 1s to 8760h. Without it,
	// the allow-list's limits.maxTTL or the dump's ttl holds, or the manager's default.
	// +optional
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:Pattern=`^([0-9]{1,5}(\.[0-9]{1,9})?(ms|s|m|h))+$`
	// +kubebuilder:validation:XValidation:rule="duration(self) >= duration('1s') && duration(self) <= duration('8760h')",message="maxTTL must be between 1s and 8760h"
	MaxTTL *metav1.Duration `json:"maxTTL,omitempty"`

	// unlimited lets copies of this source have no end: those for which neither the dump's ttl nor an allow-list's
	// limits.maxTTL sets one. It excludes maxTTL.
	// +optional
	Unlimited bool `json:"unlimited,omitempty"`
}

// JobTemplate is what a data owner may say of the dumper's pod. What makes the pod safe is not here and cannot be
// changed.
type JobTemplate struct {
	// resources of the dumper's container.
	// +optional
	Resources *JobResources `json:"resources,omitempty"`

	// nodeSelector picks the nodes on which the pod may run.
	// +optional
	// +kubebuilder:validation:MaxProperties=32
	// +kubebuilder:validation:XValidation:rule="self.all(k, k.matches('^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$'))",message="the keys of nodeSelector are label keys: an optional DNS prefix and /, then at most 63 of letters, digits, - _ and ."
	NodeSelector map[string]JobLabelValue `json:"nodeSelector,omitempty"`

	// tolerations of the pod.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=32
	Tolerations []corev1.Toleration `json:"tolerations,omitempty"`

	// labels are added to the Job and its pod. Only plain keys (contact, cost-center, department, description, environment,
	// owner, project, team) are allowed, and those that the manager was started with: --allow-job-labels.
	// +optional
	// +kubebuilder:validation:MaxProperties=32
	// +kubebuilder:validation:XValidation:rule="self.all(k, k.matches('^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$'))",message="the keys of labels are an optional DNS prefix and /, then at most 63 of letters, digits, - _ and ."
	// +kubebuilder:validation:XValidation:rule="self.all(k, k == 'cluster-autoscaler.kubernetes.io/safe-to-evict' || !k.matches('^(controller-uid$|job-name$|([^/]+[.])?(kubernetes|k8s|volcado)[.]io/)'))",message="controller-uid, job-name and labels of the domains kubernetes.io, k8s.io and volcado.io, and of those below them, are set by Kubernetes and the manager; remove them"
	Labels map[string]JobLabelValue `json:"labels,omitempty"`

	// annotations are added to the Job and its pod. Only the plain keys of labels are allowed, and those that the manager
	// was started with: --allow-job-annotations.
	// +optional
	// +kubebuilder:validation:MaxProperties=32
	// +kubebuilder:validation:XValidation:rule="self.all(k, k.matches('^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$'))",message="the keys of annotations are an optional DNS prefix and /, then at most 63 of letters, digits, - _ and ."
	// +kubebuilder:validation:XValidation:rule="self.all(k, k == 'cluster-autoscaler.kubernetes.io/safe-to-evict' || !k.matches('^(controller-uid$|job-name$|([^/]+[.])?(kubernetes|k8s|volcado)[.]io/)'))",message="controller-uid, job-name and annotations of the domains kubernetes.io, k8s.io and volcado.io, and of those below them, are set by Kubernetes and the manager; remove them"
	Annotations map[string]JobAnnotationValue `json:"annotations,omitempty"`

	// serviceAccountName is the identity with which the pod reaches object storage where DumpStorage has no
	// credentialsSecretRef. No Kubernetes token is mounted in any case.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:Pattern=`^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$`
	ServiceAccountName string `json:"serviceAccountName,omitempty"`

	// imagePullSecrets for the dumper image.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=16
	ImagePullSecrets []SecretReference `json:"imagePullSecrets,omitempty"`
}

// JobAnnotationValue is the value of an annotation.
// +kubebuilder:validation:MaxLength=4096
type JobAnnotationValue string

// JobLabelValue is the value of a label.
// +kubebuilder:validation:MaxLength=63
// +kubebuilder:validation:Pattern=`^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$`
type JobLabelValue string

// JobResources are the compute resources of the dumper's container.
type JobResources struct {
	// limits that the container may not exceed.
	// +optional
	// +kubebuilder:validation:MaxProperties=6
	// +kubebuilder:validation:XValidation:rule="self.all(k, isQuantity(string(self[k])) && !quantity(string(self[k])).isLessThan(quantity('0')))",message="limits must be quantities such as 500m or 1Gi, and not negative"
	Limits corev1.ResourceList `json:"limits,omitempty"`

	// requests that the scheduler reserves.
	// +optional
	// +kubebuilder:validation:MaxProperties=6
	// +kubebuilder:validation:XValidation:rule="self.all(k, isQuantity(string(self[k])) && !quantity(string(self[k])).isLessThan(quantity('0')))",message="requests must be quantities such as 500m or 1Gi, and not negative"
	Requests corev1.ResourceList `json:"requests,omitempty"`
}

// DatabaseSourceSpec says how to reach one server and what may be copied from it.
type DatabaseSourceSpec struct {
	// engine of the server.
	Engine Engine `json:"engine"`

	// host name or IP address of the server, as the dump's pod reaches it. The port has a field of its own.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:Pattern=`^([A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?|[0-9A-Fa-f]*:[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*)$`
	Host string `json:"host"`

	// port of the server.
	// +kubebuilder:default=3306
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=65535
	Port int32 `json:"port,omitempty"`

	// credentialsSecretRef is a Secret with the keys username, password and host. host names the server that the password
	// is sent to, or several, each on a line of its own, and must name the source's host. The optional keys port, tls-mode
	// (the weakest mode) and ca.crt bind the source as well. kubelet mounts the Secret, with every key that it has, into the
	// dump's pod: keep nothing else in it. No program of Volcado's reads it through the API.
	CredentialsSecretRef SecretReference `json:"credentialsSecretRef"`

	// tls of the connection.
	// +kubebuilder:default={mode: VerifyIdentity}
	TLS SourceTLS `json:"tls,omitempty"`

	// databases that may be copied. The first entry without * is the one meant when a request names none. mysql, sys,
	// performance_schema and information_schema never match.
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=64
	// +kubebuilder:validation:XValidation:rule="self.all(d, !(d.lowerAscii() in ['mysql', 'sys', 'performance_schema', 'information_schema']))",message="mysql, sys, performance_schema and information_schema are never copied; remove them from databases"
	Databases []NamePattern `json:"databases"`

	// storageRef is the DumpStorage that receives the artifacts.
	StorageRef ObjectReference `json:"storageRef"`

	// exclude is the floor: what no dump of this source ever holds, whoever asks.
	// +optional
	Exclude *SourceExclusions `json:"exclude,omitempty"`

	// encryption of every copy of this source. A dump can add recipients, and cannot remove any.
	// +optional
	Encryption *Encryption `json:"encryption,omitempty"`

	// limits for every dump of this source.
	// +kubebuilder:default={}
	Limits SourceLimits `json:"limits,omitempty"`

	// job shapes the pods that copy this source.
	// +optional
	Job *JobTemplate `json:"job,omitempty"`
}

// ReferenceStatus is the status of a kind that others refer to.
type ReferenceStatus struct {
	// observedGeneration is the generation that the conditions speak of.
	// +optional
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	// conditions: Ready, which says which reference does not resolve.
	// +optional
	// +listType=map
	// +listMapKey=type
	// +kubebuilder:validation:MaxItems=8
	Conditions []metav1.Condition `json:"conditions,omitempty"`
}

// DatabaseSource says how to reach one MySQL or MariaDB server, what may be copied from it, and what every copy of it
// leaves out.
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:shortName=dbsrc,categories=volcado
// +kubebuilder:printcolumn:name="Engine",type=string,JSONPath=`.spec.engine`
// +kubebuilder:printcolumn:name="Host",type=string,JSONPath=`.spec.host`
// +kubebuilder:printcolumn:name="Databases",type=string,JSONPath=`.spec.databases`
// +kubebuilder:printcolumn:name="Storage",type=string,JSONPath=`.spec.storageRef.name`
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:printcolumn:name="Excluded-Tables",type=string,priority=1,JSONPath=`.spec.exclude.tables`
// +kubebuilder:printcolumn:name="Excluded-Data",type=string,priority=1,JSONPath=`.spec.exclude.data`
// +kubebuilder:validation:XValidation:rule="self.metadata.name.matches('^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$')",message="the name of a DatabaseSource is at most 63 lower-case letters, digits and dashes"
type DatabaseSource struct {
	metav1.TypeMeta `json:",inline"`
	// +optional
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Spec DatabaseSourceSpec `json:"spec"`
	// +optional
	Status ReferenceStatus `json:"status,omitempty"`
}

// DatabaseSourceList is a list of DatabaseSource.
// +kubebuilder:object:root=true
type DatabaseSourceList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []DatabaseSource `json:"items"`
}
