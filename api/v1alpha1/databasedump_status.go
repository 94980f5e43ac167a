package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// AllowedBy is the allow-list that permitted a request.
type AllowedBy struct {
	// name of the DumpAllowList.
	// +kubebuilder:validation:MaxLength=253
	Name string `json:"name"`
	// uid of the DumpAllowList.
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:MaxLength=64
	UID types.UID `json:"uid"`
	// generation of the DumpAllowList that was judged.
	Generation int64 `json:"generation"`
}

// SoftwareVersion names a database program and its version.
type SoftwareVersion struct {
	// flavour: MySQL or MariaDB.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	Flavour string `json:"flavour,omitempty"`
	// version as the program states it.
	// +optional
	// +kubebuilder:validation:MaxLength=128
	Version string `json:"version,omitempty"`
}

// Progress of a running dump. It is an estimate for people; nothing decides on it.
type Progress struct {
	// bytes of SQL text read so far.
	Bytes int64 `json:"bytes"`
	// estimatedBytes of SQL text in all, from the server's statistics; 0 when unknown.
	// +optional
	EstimatedBytes int64 `json:"estimatedBytes,omitempty"`
	// table being copied.
	// +optional
	// +kubebuilder:validation:MaxLength=256
	Table string `json:"table,omitempty"`
	// tablesDone so far.
	// +optional
	TablesDone int32 `json:"tablesDone,omitempty"`
	// tablesTotal to copy.
	// +optional
	TablesTotal int32 `json:"tablesTotal,omitempty"`
	// percent is bytes of estimatedBytes, at most 99 until the dump has ended.
	// +optional
	Percent int32 `json:"percent,omitempty"`
	// updatedAt is when the pod was last heard.
	UpdatedAt metav1.Time `json:"updatedAt"`
}

// Artifact is what a successful dump left in storage.
type Artifact struct {
	// uri of the artifact: s3://bucket/key or pvc://namespace/claim/path. It carries no credential.
	// +kubebuilder:validation:MaxLength=2048
	URI string `json:"uri"`
	// manifestURI of the manifest, which was written last and makes the artifact exist.
	// +kubebuilder:validation:MaxLength=2048
	ManifestURI string `json:"manifestURI"`
	// sizeBytes of the artifact.
	SizeBytes int64 `json:"sizeBytes"`
	// uncompressedBytes of SQL text in it.
	UncompressedBytes int64 `json:"uncompressedBytes"`
	// sha256 of the artifact's bytes, 64 hexadecimal digits.
	// +kubebuilder:validation:MaxLength=64
	SHA256 string `json:"sha256"`
	// expiresAt is when the artifact is deleted. Without it, the artifact has no end.
	// +optional
	ExpiresAt *metav1.Time `json:"expiresAt,omitempty"`
}

// Lifetime is how long a copy can be kept, as the source and the allow-list said when the dump was accepted.
type Lifetime struct {
	// max that spec.ttl can make of it. Without it there is no bound.
	// +optional
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:MaxLength=32
	Max *metav1.Duration `json:"max,omitempty"`
	// default that holds without spec.ttl. Without it, such a copy has no end.
	// +optional
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:MaxLength=32
	Default *metav1.Duration `json:"default,omitempty"`
}

// Deletion of what the dump left in storage.
type Deletion struct {
	// attempts that failed.
	// +optional
	Attempts int32 `json:"attempts,omitempty"`
	// triedAt is when the last of them failed.
	// +optional
	TriedAt *metav1.Time `json:"triedAt,omitempty"`
}

// Failure says why there is no artifact.
type Failure struct {
	// reason is one word of the vocabulary in docs/failures.md.
	// +kubebuilder:validation:MaxLength=64
	Reason string `json:"reason"`
	// message says what happened, to which thing, in one sentence.
	// +kubebuilder:validation:MaxLength=1024
	Message string `json:"message"`
	// hint says what to do about it.
	// +optional
	// +kubebuilder:validation:MaxLength=1024
	Hint string `json:"hint,omitempty"`
}

// Warning of something that a successful copy does not have, or that loading it needs.
type Warning struct {
	// name is one word, of a fixed list.
	// +kubebuilder:validation:MaxLength=64
	Name string `json:"name"`
	// count of the tables or definitions that it is about.
	// +optional
	// +kubebuilder:validation:Minimum=0
	Count int32 `json:"count,omitempty"`
	// names of the first few; the manifest has the rest.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=3
	// +kubebuilder:validation:items:MaxLength=64
	Names []string `json:"names,omitempty"`
}

// Phase is one word for people, derived from the conditions. Nothing decides on it.
type Phase string

const (
	PhasePending   Phase = "Pending"
	PhaseQueued    Phase = "Queued"
	PhaseStarting  Phase = "Starting"
	PhaseRunning   Phase = "Running"
	PhaseSucceeded Phase = "Succeeded"
	PhaseFailed    Phase = "Failed"
	PhaseCancelled Phase = "Cancelled"
	PhaseRefused   Phase = "Refused"
)

// DatabaseDumpStatus is all that is known of one dump. It outlives the Job.
type DatabaseDumpStatus struct {
	// observedGeneration is the generation that the conditions speak of.
	// +optional
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	// conditions: Accepted, Admitted, Complete, Failed, ArtifactAvailable, Finished, Reconciling and Stalled.
	// +optional
	// +listType=map
	// +listMapKey=type
	// +kubebuilder:validation:MaxItems=16
	Conditions []metav1.Condition `json:"conditions,omitempty"`

	// phase is one word for people.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	Phase Phase `json:"phase,omitempty"`

	// database that is copied: spec.database, or the source's default when the dump was accepted.
	// +optional
	Database DatabaseName `json:"database,omitempty"`

	// allowedBy is the allow-list that permitted the request, when it came from chat.
	// +optional
	AllowedBy *AllowedBy `json:"allowedBy,omitempty"`

	// lifetime is how long the copy can be kept. Copies of releases without it are never deleted by the manager.
	// +optional
	Lifetime *Lifetime `json:"lifetime,omitempty"`

	// storage is the DumpStorage's spec as it was when the Job was made.
	// +optional
	Storage *DumpStorageSpec `json:"storage,omitempty"`

	// job is the source's job as it was when the Job was made. It shapes the pods that delete the copy when the source is
	// gone.
	// +optional
	Job *JobTemplate `json:"job,omitempty"`
	// encryptedFor is how many recipients the copy is encrypted for: the source's, as they were when the Job was made, and
	// the dump's. Without it the copy is not encrypted. The manifest names them.
	// +optional
	// +kubebuilder:validation:Minimum=0
	EncryptedFor int32 `json:"encryptedFor,omitempty"`

	// jobName of the Job that copies.
	// +optional
	// +kubebuilder:validation:MaxLength=63
	JobName string `json:"jobName,omitempty"`

	// startTime is when a pod of the Job was first seen running.
	// +optional
	StartTime *metav1.Time `json:"startTime,omitempty"`

	// completionTime is when the dump finished, however it ended.
	// +optional
	CompletionTime *metav1.Time `json:"completionTime,omitempty"`

	// server that was copied.
	// +optional
	Server *SoftwareVersion `json:"server,omitempty"`

	// client that copied.
	// +optional
	Client *SoftwareVersion `json:"client,omitempty"`

	// progress while it runs.
	// +optional
	Progress *Progress `json:"progress,omitempty"`

	// artifact of a successful dump.
	// +optional
	Artifact *Artifact `json:"artifact,omitempty"`

	// warnings name what the copy does not have, or what loading it needs. docs/warnings.md explains each.
	// +optional
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MaxItems=32
	Warnings []Warning `json:"warnings,omitempty"`

	// failure of a dump that failed, was refused or was cancelled.
	// +optional
	Failure *Failure `json:"failure,omitempty"`

	// deletion of the artifact, where it failed. Condition ArtifactAvailable says why.
	// +optional
	Deletion *Deletion `json:"deletion,omitempty"`
}
