package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// Permission is something that a subject may do.
// +kubebuilder:validation:Enum=Request;Manage
type Permission string

const (
	// PermissionRequest is to ask for dumps and to cancel one's own.
	PermissionRequest Permission = "Request"
	// PermissionManage is to cancel the dumps of others, and to set how long their copies are kept.
	PermissionManage Permission = "Manage"
)

// SubjectID is the id of a user or a group as the chat service knows it (never a display name), or for users "*".
// +kubebuilder:validation:MinLength=1
// +kubebuilder:validation:MaxLength=64
// +kubebuilder:validation:Pattern=`^(\*|[A-Za-z0-9][A-Za-z0-9_.@-]*)$`
type SubjectID string

// ChannelID is the id of a channel as the chat service knows it, "direct" for direct messages to the bot, or "*".
// +kubebuilder:validation:MinLength=1
// +kubebuilder:validation:MaxLength=64
// +kubebuilder:validation:Pattern=`^(\*|[A-Za-z0-9][A-Za-z0-9_.@-]*)$`
type ChannelID string

// AllowedSubject is somebody who may, somewhere. Where users and groups are both there, either is enough. A channel that
// other organisations share never counts, whoever is named.
//
// users ["*"] makes the channel the credential: it counts only in a private channel that is not shared with other
// organisations, and is refused with channels "*" or "direct".
// +kubebuilder:validation:XValidation:rule="has(self.users) || has(self.groups)",message="a subject needs users or groups (or both); everyone in a private channel is written users: [\"*\"]"
// +kubebuilder:validation:XValidation:rule="!has(self.users) || !self.users.exists(u, u == '*') || !self.channels.exists(c, c == '*' || c == 'direct')",message="users [\"*\"] needs private channels by id: with channels \"*\" or \"direct\" everybody would be allowed"
// +kubebuilder:validation:XValidation:rule="self.platform == 'console' || has(self.workspace)",message="workspace is required on every platform but console: ids are unique only within a workspace"
// +kubebuilder:validation:XValidation:rule="self.platform != 'console' || !has(self.workspace)",message="platform console has no workspace: remove it, or the subject matches nobody"
type AllowedSubject struct {
	// platform on which the subject is known.
	Platform Platform `json:"platform"`

	// workspace is the chat service's tenant, such as T024BE7LD or chat.example.com. It must equal the request's. Required,
	// except for platform console, which has none.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:Pattern=`^[A-Za-z0-9][A-Za-z0-9_.-]*$`
	Workspace string `json:"workspace,omitempty"`

	// users by id, or "*".
	// +optional
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=64
	Users []SubjectID `json:"users,omitempty"`

	// groups by id: the subject is any of their members.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=64
	// +kubebuilder:validation:XValidation:rule="!self.exists(g, g == '*')",message="groups are named one by one; everyone in a private channel is written users: [\"*\"]"
	Groups []SubjectID `json:"groups,omitempty"`

	// channels in which the subject may ask: ids, "direct", or "*" for all.
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=64
	Channels []ChannelID `json:"channels"`

	// may says what the subject may do.
	// +kubebuilder:default={Request}
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=2
	May []Permission `json:"may,omitempty"`
}

// AllowedSource is the name of a DatabaseSource in the same namespace, or "*".
// +kubebuilder:validation:MinLength=1
// +kubebuilder:validation:MaxLength=63
// +kubebuilder:validation:Pattern=`^(\*|[a-z0-9]([-a-z0-9]*[a-z0-9])?)$`
type AllowedSource string

// ListLimits hold for every dump that a list allows.
type ListLimits struct {
	// maxTTL is the longest time that a copy is kept after its dump has finished: 1s to 8760h. The source's maxTTL holds too.
	// +optional
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:Pattern=`^([0-9]{1,5}(\.[0-9]{1,9})?(ms|s|m|h))+$`
	// +kubebuilder:validation:XValidation:rule="duration(self) >= duration('1s') && duration(self) <= duration('8760h')",message="maxTTL must be between 1s and 8760h"
	MaxTTL *metav1.Duration `json:"maxTTL,omitempty"`

	// perUserPerDay is how many dumps this list allows one person in any 24 hours. Those that never started do not count.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=10000
	PerUserPerDay int32 `json:"perUserPerDay,omitempty"`
}

// DumpAllowListSpec says who may ask for what. One list must allow a request as a whole; lists are never combined.
type DumpAllowListSpec struct {
	// sources that this list speaks of, or "*".
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=64
	Sources []AllowedSource `json:"sources"`

	// databases of those sources, with * as in a source; "*" is all that the source permits.
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=64
	Databases []NamePattern `json:"databases"`

	// subjects who may.
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=64
	Subjects []AllowedSubject `json:"subjects"`

	// limits for every dump that this list allows.
	// +optional
	Limits ListLimits `json:"limits,omitzero"`
}

// DumpAllowList says which chat users, groups and channels may ask for which sources of its namespace.
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:shortName=dallow,categories=volcado
// +kubebuilder:printcolumn:name="Sources",type=string,JSONPath=`.spec.sources`
// +kubebuilder:printcolumn:name="Databases",type=string,JSONPath=`.spec.databases`
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:validation:XValidation:rule="self.metadata.name.matches('^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$')",message="the name of a DumpAllowList is at most 63 lower-case letters, digits and dashes"
type DumpAllowList struct {
	metav1.TypeMeta `json:",inline"`
	// +optional
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Spec DumpAllowListSpec `json:"spec"`
	// +optional
	Status ReferenceStatus `json:"status,omitempty"`
}

// DumpAllowListList is a list of DumpAllowList.
// +kubebuilder:object:root=true
type DumpAllowListList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []DumpAllowList `json:"items"`
}
