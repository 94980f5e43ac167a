package v1alpha1

// ObjectReference names an object of a known kind in the same namespace.
type ObjectReference struct {
	// name of the object.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:Pattern=`^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`
	Name string `json:"name"`
}

// SecretReference names a Secret in the same namespace. Which keys it must hold is said where it is used.
type SecretReference struct {
	// name of the Secret.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:Pattern=`^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$`
	Name string `json:"name"`
}

// SecretKeyReference names one key of a Secret in the same namespace.
type SecretKeyReference struct {
	SecretReference `json:",inline"`

	// key in the Secret.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:Pattern=`^[-._a-zA-Z0-9]+$`
	Key string `json:"key"`
}

// DatabaseName is the name of one database or table as the server knows it: 1 to 64 characters; letters and digits of
// any script, and _ $ - @ # + and space. It never begins with a dash, and has neither a dot, a quote, a slash nor a
// control character, so that it can stand in an argument vector and in a pattern without being mistaken.
// +kubebuilder:validation:MinLength=1
// +kubebuilder:validation:MaxLength=64
// +kubebuilder:validation:Pattern=`^[\p{L}\p{N}_$@#+]([\p{L}\p{N}_$@#+ -]*[\p{L}\p{N}_$@#+-])?$`
type DatabaseName string

// NamePattern is a DatabaseName in which every * stands for any run of characters, the empty run too. Nothing else is
// special.
// +kubebuilder:validation:MinLength=1
// +kubebuilder:validation:MaxLength=64
// +kubebuilder:validation:Pattern=`^[\p{L}\p{N}_$@#+*]([\p{L}\p{N}_$@#+* -]*[\p{L}\p{N}_$@#+*-])?$`
type NamePattern string

// QualifiedPattern is <database pattern>.<table pattern>, each a NamePattern.
// +kubebuilder:validation:MinLength=3
// +kubebuilder:validation:MaxLength=129
// +kubebuilder:validation:Pattern=`^[\p{L}\p{N}_$@#+*]([\p{L}\p{N}_$@#+* -]*[\p{L}\p{N}_$@#+*-])?\.[\p{L}\p{N}_$@#+*]([\p{L}\p{N}_$@#+* -]*[\p{L}\p{N}_$@#+*-])?$`
type QualifiedPattern string

// Recipient is a public key that a copy is encrypted for, as age writes it (age1..., age1pq1...) or as SSH does (ssh-ed25519 or
// ssh-rsa). The manager reads it, and refuses dumps with one that is none.
// +kubebuilder:validation:MinLength=1
// +kubebuilder:validation:MaxLength=2048
type Recipient string

// Encryption says for whom copies are encrypted. The private key of one recipient is enough to read them.
//
// What a recipient cannot be is said here and not at Recipient: the API server repeats a text that it refuses, and of an object
// only that it is one. A private key that was pasted by mistake is neither stored nor in its answer.
// +kubebuilder:validation:XValidation:rule="self.recipients.all(r, !r.startsWith('AGE-SECRET-KEY-') && !r.startsWith('-----BEGIN'))",message="a recipient is a public key, and one of recipients is a private key: give the public key, and do not use this private key any more"
// +kubebuilder:validation:XValidation:rule="self.recipients.all(r, !r.matches('[[:cntrl:]]'))",message="a recipient is one line without control characters"
type Encryption struct {
	// recipients are public keys: age1..., age1pq1..., ssh-ed25519 or ssh-rsa. Post-quantum keys (age1pq1...) cannot be
	// together with others. An empty list is refused, so that a template that comes out empty does not copy in the clear.
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=16
	Recipients []Recipient `json:"recipients"`
}

// Platform is the name of a chat service's driver, or of the text console. The API knows none of the services by name, so
// that another driver changes nothing here.
// +kubebuilder:validation:MinLength=1
// +kubebuilder:validation:MaxLength=32
// +kubebuilder:validation:Pattern=`^[a-z][a-z0-9-]*$`
type Platform string

// PlatformConsole identities are self-asserted: the manager refuses them unless it runs with --allow-console. It is the
// one platform without workspaces.
const PlatformConsole Platform = "console"

// Wildcard as an entry of an allow-list, stands for all.
const Wildcard = "*"

// ChannelDirect as a channel of an allow-list, stands for direct messages to the bot.
const ChannelDirect = "direct"
