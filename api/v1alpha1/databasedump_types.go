package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// DumpExclusions is what a request leaves out, in addition to the source's floor.
type DumpExclusions struct {
	// tables that are left out altogether.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=64
	Tables []NamePattern `json:"tables,omitempty"`

	// data lists tables whose definition is dumped and whose rows are not.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=64
	Data []NamePattern `json:"data,omitempty"`
}

// CompressionFormat of an artifact.
// +kubebuilder:validation:Enum=gzip;zstd;none
type CompressionFormat string

const (
	CompressionGzip CompressionFormat = "gzip"
	CompressionZstd CompressionFormat = "zstd"
	CompressionNone CompressionFormat = "none"
)

// Compression says how an artifact is compressed.
type Compression struct {
	// format of the artifact.
	// +kubebuilder:default=gzip
	Format CompressionFormat `json:"format,omitempty"`

	// level from 1 (fast) to 9 (small). Without it, the fastest of the format that makes copies no larger
	// than gzip -6 and zstd -3 do. It means nothing for none.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=9
	Level int32 `json:"level,omitempty"`
}

// Definers says what becomes of the accounts that views, triggers, routines and events were defined by.
// +kubebuilder:validation:Enum=Strip;Keep
// +kubebuilder:validation:MaxLength=16
type Definers string

const (
	// DefinersStrip leaves them out.
	DefinersStrip Definers = "Strip"
	// DefinersKeep keeps them.
	DefinersKeep Definers = "Keep"
)

// History says which rows of system-versioned tables are copied.
// +kubebuilder:validation:Enum=Current;All
// +kubebuilder:validation:MaxLength=16
type History string

const (
	// HistoryCurrent copies the rows as they are now.
	HistoryCurrent History = "Current"
	// HistoryAll copies past rows too.
	HistoryAll History = "All"
)

// DeletionPolicy says what becomes of a copy when its DatabaseDump is deleted.
// +kubebuilder:validation:Enum=Delete;Retain
type DeletionPolicy string

const (
	// DeletionPolicyDelete removes the copy before its DatabaseDump is gone.
	DeletionPolicyDelete DeletionPolicy = "Delete"
	// DeletionPolicyRetain keeps the copy until it expires.
	DeletionPolicyRetain DeletionPolicy = "Retain"
)

// ChannelKind says who can read a channel.
// +kubebuilder:validation:Enum=Direct;Private;Public;Shared
type ChannelKind string

const (
	// ChannelKindDirect is between one person and the bot.
	ChannelKindDirect ChannelKind = "Direct"
	// ChannelKindPrivate is seen by its members alone.
	ChannelKindPrivate ChannelKind = "Private"
	// ChannelKindPublic can be joined by anybody in the workspace.
	ChannelKindPublic ChannelKind = "Public"
	// ChannelKindShared has members of other organisations.
	ChannelKindShared ChannelKind = "Shared"
)

// Requester is who asked in chat, and where. Only the bot may write it: an admission policy sees to that.
// +kubebuilder:validation:XValidation:rule="self.platform == 'console' || has(self.workspace)",message="workspace is required on every platform but console: ids are unique only within a workspace"
// +kubebuilder:validation:XValidation:rule="self.platform != 'console' || !has(self.workspace)",message="platform console has no workspace: remove it, or no allow-list matches"
type Requester struct {
	// platform on which the message was written.
	Platform Platform `json:"platform"`

	// workspace is the chat service's tenant. Required, except for platform console, which has none.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:Pattern=`^[A-Za-z0-9][A-Za-z0-9_.-]*$`
	Workspace string `json:"workspace,omitempty"`

	// user id of the author.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=64
	User string `json:"user"`

	// displayName is for people to read; nothing is decided by it.
	// +optional
	// +kubebuilder:validation:MaxLength=80
	DisplayName string `json:"displayName,omitempty"`

	// groups of the author, by id, when the message was read.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=256
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=64
	Groups []string `json:"groups,omitempty"`

	// channel id in which the message was written.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=64
	Channel string `json:"channel"`

	// channelKind says who can read the channel.
	ChannelKind ChannelKind `json:"channelKind"`

	// locale of the author, such as en or es-MX. The bot answers in it, also after it was restarted.
	// +optional
	// +kubebuilder:validation:MaxLength=35
	// +kubebuilder:validation:Pattern=`^[A-Za-z]{2,3}([_-][A-Za-z0-9]{1,8})*$`
	Locale string `json:"locale,omitempty"`

	// thread id that the answers go to. Without it they go to the channel.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	Thread string `json:"thread,omitempty"`

	// message id. With platform, workspace and channel it makes the dump's name: one message, at most one dump.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	Message string `json:"message"`
}

// IsPerson reports whether both are the same person: by id, on the same platform and in the same workspace.
func (r Requester) IsPerson(other Requester) bool {
	return r.Platform == other.Platform && r.Workspace == other.Workspace && r.User == other.User
}

// DatabaseDumpSpec is one request for one copy of one database.
//
// The rules on oldSelf stand here and not on the fields because a field's own transition rule is skipped when the field
// is absent on one side, so it could be added or removed. They say has() rather than self.?f == oldSelf.?f, because the
// API server takes an optional's size as unknown and refuses such a rule for its estimated cost.
//
// +kubebuilder:validation:XValidation:rule="self.sourceRef == oldSelf.sourceRef",message="sourceRef is immutable; create another DatabaseDump"
// +kubebuilder:validation:XValidation:rule="has(self.database) == has(oldSelf.database) && (!has(self.database) || self.database == oldSelf.database)",message="database is immutable; create another DatabaseDump"
// +kubebuilder:validation:XValidation:rule="has(self.tables) == has(oldSelf.tables) && (!has(self.tables) || self.tables == oldSelf.tables)",message="tables is immutable; create another DatabaseDump"
// +kubebuilder:validation:XValidation:rule="has(self.exclude) == has(oldSelf.exclude) && (!has(self.exclude) || self.exclude == oldSelf.exclude)",message="exclude is immutable; create another DatabaseDump"
// +kubebuilder:validation:XValidation:rule="self.?schemaOnly.orValue(false) == oldSelf.?schemaOnly.orValue(false)",message="schemaOnly is immutable; create another DatabaseDump"
// +kubebuilder:validation:XValidation:rule="has(self.compression) == has(oldSelf.compression) && (!has(self.compression) || self.compression == oldSelf.compression)",message="compression is immutable; create another DatabaseDump"
// +kubebuilder:validation:XValidation:rule="self.definers == oldSelf.definers",message="definers is immutable; create another DatabaseDump"
// +kubebuilder:validation:XValidation:rule="self.history == oldSelf.history",message="history is immutable; create another DatabaseDump"
// +kubebuilder:validation:XValidation:rule="has(self.encryption) == has(oldSelf.encryption) && (!has(self.encryption) || self.encryption == oldSelf.encryption)",message="encryption is immutable; create another DatabaseDump"
// +kubebuilder:validation:XValidation:rule="has(self.reason) == has(oldSelf.reason) && (!has(self.reason) || self.reason == oldSelf.reason)",message="reason is immutable; create another DatabaseDump"
// +kubebuilder:validation:XValidation:rule="has(self.requestedBy) == has(oldSelf.requestedBy) && (!has(self.requestedBy) || self.requestedBy == oldSelf.requestedBy)",message="requestedBy is immutable"
// +kubebuilder:validation:XValidation:rule="!oldSelf.?cancel.orValue(false) || self.?cancel.orValue(false)",message="cancel is latched: a cancelled dump cannot be revived; create another DatabaseDump"
// +kubebuilder:validation:XValidation:rule="!has(self.tables) || !has(self.exclude) || !has(self.exclude.tables)",message="set tables or exclude.tables, not both"
type DatabaseDumpSpec struct {
	// sourceRef is the DatabaseSource to copy from.
	SourceRef ObjectReference `json:"sourceRef"`

	// database to copy. Without it, the first entry without * of the source's databases.
	// +optional
	Database DatabaseName `json:"database,omitempty"`

	// tables to copy, by name; without it, all of the database. An empty list is refused, so that a template that comes
	// out empty does not copy everything.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=256
	Tables []DatabaseName `json:"tables,omitempty"`

	// exclude is left out, in addition to the source's floor.
	// +optional
	Exclude *DumpExclusions `json:"exclude,omitempty"`

	// schemaOnly copies definitions and no rows.
	// +optional
	SchemaOnly bool `json:"schemaOnly,omitempty"`

	// compression of the artifact.
	// +kubebuilder:default={}
	Compression Compression `json:"compression,omitempty"`

	// definers of views, triggers, routines and events. Strip leaves them out, so that whoever loads the copy owns what it
	// defines, and needs no privilege to make things in the name of others. Keep keeps them.
	// +kubebuilder:default=Strip
	Definers Definers `json:"definers,omitempty"`

	// history of system-versioned tables (MariaDB). Current copies the rows as they are now. All copies past rows too, with
	// their timestamps.
	// +kubebuilder:default=Current
	History History `json:"history,omitempty"`

	// encryption of the copy, in addition to the source's. With neither, the copy is not encrypted.
	// +optional
	Encryption *Encryption `json:"encryption,omitempty"`

	// reason why the copy is wanted, for people: one line, without control characters.
	// +optional
	// +kubebuilder:validation:MaxLength=500
	// +kubebuilder:validation:Pattern=`^\P{Cc}*$`
	Reason string `json:"reason,omitempty"`

	// requestedBy is who asked in chat; such a request needs a DumpAllowList. Without it Kubernetes RBAC has decided.
	// +optional
	RequestedBy *Requester `json:"requestedBy,omitempty"`

	// ttl is how long the copy is kept after the dump has finished: 1s to 8760h. What the source and the allow-list allow
	// bounds it. Without it, the copy is kept for as long as they allow, or, where neither says, for the manager's default.
	// status.artifact.expiresAt is the result. It can be changed until the copy is being deleted.
	// +optional
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:Pattern=`^([0-9]{1,5}(\.[0-9]{1,9})?(ms|s|m|h))+$`
	// +kubebuilder:validation:XValidation:rule="duration(self) >= duration('1s') && duration(self) <= duration('8760h')",message="ttl must be between 1s and 8760h"
	TTL *metav1.Duration `json:"ttl,omitempty"`

	// deletionPolicy says what becomes of the copy when this object is deleted. Delete removes the copy first. Retain keeps
	// the copy until it expires, and this object with it; a copy without an end stays where it is. It never changes when the
	// copy expires.
	// +kubebuilder:default=Delete
	DeletionPolicy DeletionPolicy `json:"deletionPolicy,omitempty"`

	// cancel stops the dump. Once true it stays true.
	// +optional
	Cancel bool `json:"cancel,omitempty"`
}

// DatabaseDump is one request for one copy of one database, and everything known of it. It is also the tombstone: it is
// never run again, whatever becomes of its Job.
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:shortName=dbdump,categories=volcado
// +kubebuilder:printcolumn:name="Source",type=string,JSONPath=`.spec.sourceRef.name`
// +kubebuilder:printcolumn:name="Database",type=string,JSONPath=`.status.database`
// +kubebuilder:printcolumn:name="Phase",type=string,JSONPath=`.status.phase`
// +kubebuilder:printcolumn:name="Progress",type=integer,JSONPath=`.status.progress.percent`
// +kubebuilder:printcolumn:name="Size",type=integer,JSONPath=`.status.artifact.sizeBytes`
// +kubebuilder:printcolumn:name="Expires",type=string,JSONPath=`.status.artifact.expiresAt`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:printcolumn:name="Location",type=string,priority=1,JSONPath=`.status.artifact.uri`
// +kubebuilder:printcolumn:name="Encrypted-For",type=integer,priority=1,JSONPath=`.status.encryptedFor`
// +kubebuilder:printcolumn:name="Requested-By",type=string,priority=1,JSONPath=`.spec.requestedBy.user`
// +kubebuilder:printcolumn:name="Failure",type=string,priority=1,JSONPath=`.status.failure.reason`
// +kubebuilder:validation:XValidation:rule="self.metadata.name.size() <= 63",message="the name of a DatabaseDump has at most 63 characters"
type DatabaseDump struct {
	metav1.TypeMeta `json:",inline"`
	// +optional
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Spec DatabaseDumpSpec `json:"spec"`
	// +optional
	Status DatabaseDumpStatus `json:"status,omitempty"`
}

// DatabaseDumpList is a list of DatabaseDump.
// +kubebuilder:object:root=true
type DatabaseDumpList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []DatabaseDump `json:"items"`
}
