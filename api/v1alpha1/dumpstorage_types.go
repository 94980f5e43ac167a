package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// S3Storage is a bucket of Amazon S3 or of a server that speaks its protocol.
// +kubebuilder:validation:XValidation:rule="!has(self.caSecretRef) || (has(self.endpoint) && self.endpoint.startsWith('https://'))",message="caSecretRef is used only with an https:// endpoint"
type S3Storage struct {
	// bucket name.
	// +kubebuilder:validation:MinLength=3
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:Pattern=`^[a-z0-9][a-z0-9.-]*[a-z0-9]$`
	Bucket string `json:"bucket"`

	// prefix of every key, without slashes at its ends.
	// +optional
	// +kubebuilder:validation:MaxLength=256
	// +kubebuilder:validation:Pattern=`^([A-Za-z0-9_=][A-Za-z0-9_.=-]*(/[A-Za-z0-9_=][A-Za-z0-9_.=-]*)*)?$`
	Prefix string `json:"prefix,omitempty"`

	// region of the bucket.
	// +kubebuilder:default=us-east-1
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=64
	// +kubebuilder:validation:Pattern=`^[A-Za-z0-9][A-Za-z0-9_-]*$`
	Region string `json:"region,omitempty"`

	// endpoint of a server other than Amazon's: a URL with a scheme, a host, perhaps a port, and nothing else.
	// +optional
	// +kubebuilder:validation:MaxLength=512
	// +kubebuilder:validation:Pattern=`^https?://([A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?/?$`
	Endpoint string `json:"endpoint,omitempty"`

	// pathStyle puts the bucket into the path instead of the host name, as most servers other than Amazon's need.
	// +optional
	PathStyle bool `json:"pathStyle,omitempty"`

	// caSecretRef holds, in PEM, the authority that signed the endpoint's certificate.
	// +optional
	CASecretRef *SecretKeyReference `json:"caSecretRef,omitempty"`
}

// PersistentVolumeClaimStorage is a volume that the dump's pod mounts.
type PersistentVolumeClaimStorage struct {
	// claimName of a PersistentVolumeClaim in the same namespace.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:Pattern=`^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$`
	ClaimName string `json:"claimName"`

	// prefix is the folder in the volume below which everything is written, without slashes at its ends.
	// +optional
	// +kubebuilder:validation:MaxLength=256
	// +kubebuilder:validation:Pattern=`^([A-Za-z0-9_=][A-Za-z0-9_.=-]*(/[A-Za-z0-9_=][A-Za-z0-9_.=-]*)*)?$`
	Prefix string `json:"prefix,omitempty"`
}

// DumpStorageSpec says where artifacts go: to exactly one of s3 and persistentVolumeClaim.
// +kubebuilder:validation:XValidation:rule="has(self.s3) != has(self.persistentVolumeClaim)",message="set exactly one of s3 and persistentVolumeClaim"
// +kubebuilder:validation:XValidation:rule="!has(self.credentialsSecretRef) || has(self.s3)",message="credentialsSecretRef is used only with s3"
type DumpStorageSpec struct {
	// s3 is a bucket.
	// +optional
	S3 *S3Storage `json:"s3,omitempty"`

	// persistentVolumeClaim is a volume.
	// +optional
	PersistentVolumeClaim *PersistentVolumeClaimStorage `json:"persistentVolumeClaim,omitempty"`

	// credentialsSecretRef is a Secret with the keys AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and, if there is one,
	// AWS_SESSION_TOKEN. It is mounted as files, with every key that it has: keep nothing else in it.
	// Without it the pod's own identity is used.
	// +optional
	CredentialsSecretRef *SecretReference `json:"credentialsSecretRef,omitempty"`
}

// DumpStorage is a place for artifacts.
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:shortName=dstore,categories=volcado
// +kubebuilder:printcolumn:name="Bucket",type=string,JSONPath=`.spec.s3.bucket`
// +kubebuilder:printcolumn:name="Claim",type=string,JSONPath=`.spec.persistentVolumeClaim.claimName`
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:validation:XValidation:rule="self.metadata.name.matches('^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$')",message="the name of a DumpStorage is at most 63 lower-case letters, digits and dashes"
type DumpStorage struct {
	metav1.TypeMeta `json:",inline"`
	// +optional
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Spec DumpStorageSpec `json:"spec"`
	// +optional
	Status ReferenceStatus `json:"status,omitempty"`
}

// DumpStorageList is a list of DumpStorage.
// +kubebuilder:object:root=true
type DumpStorageList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []DumpStorage `json:"items"`
}
