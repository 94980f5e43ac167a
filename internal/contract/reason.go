package contract

import "slices"

// Reason is one word for why a dump has no artifact: what stands in status.failure.reason. docs/failures.md explains each
// to people. Those that the dumper says have an exit code of their own, so that a Job's podFailurePolicy can tell what
// trying again cannot mend.
type Reason string

// Reasons of the dumper's that trying again cannot mend.
const (
	// InvalidRequest: the dumper's own arguments do not fit together, or do not fit what they ask for.
	InvalidRequest Reason = "InvalidRequest"
	// SecretNotFound: the Secret with the database credentials does not exist.
	SecretNotFound Reason = "SecretNotFound"
	// CredentialsMissing: the Secret with the database credentials lacks a key, or holds a value that cannot be used.
	CredentialsMissing Reason = "CredentialsMissing"
	// HostNotBound: the Secret with the password does not say that it can be sent to this server like this.
	HostNotBound Reason = "HostNotBound"
	// StorageNotBound: the Secret with the storage credentials names another endpoint or bucket.
	StorageNotBound Reason = "StorageNotBound"
	// AccessDenied: the database server refuses the user or the password.
	AccessDenied Reason = "AccessDenied"
	// InsufficientPrivileges: the user lacks a privilege that a whole dump needs.
	InsufficientPrivileges Reason = "InsufficientPrivileges"
	// DatabaseNotFound: the server has no such database.
	DatabaseNotFound Reason = "DatabaseNotFound"
	// TableNotFound: the database has no such table.
	TableNotFound Reason = "TableNotFound"
	// NothingToDump: every table is excluded, or the database has none.
	NothingToDump Reason = "NothingToDump"
	// TLSUnavailable: the server does not offer TLS and the source demands it.
	TLSUnavailable Reason = "TLSUnavailable"
	// TLSAuthorityMissing: the Secret with the source's authority, or the key in it, does not exist or holds no certificate.
	TLSAuthorityMissing Reason = "TLSAuthorityMissing"
	// TLSVerificationFailed: the database server's certificate does not prove what the source demands.
	TLSVerificationFailed Reason = "TLSVerificationFailed"
	// EngineMismatch: the server is of another flavour than the source says.
	EngineMismatch Reason = "EngineMismatch"
	// BrokenView: a view refers to something that is gone.
	BrokenView Reason = "BrokenView"
	// StorageSecretNotFound: the Secret with the storage credentials does not exist.
	StorageSecretNotFound Reason = "StorageSecretNotFound"
	// StorageCredentialsMissing: the Secret with the storage credentials lacks a key, or the pod has no identity of its own.
	StorageCredentialsMissing Reason = "StorageCredentialsMissing"
	// StorageAccessDenied: the storage refuses the credentials.
	StorageAccessDenied Reason = "StorageAccessDenied"
	// BucketNotFound: the bucket does not exist.
	BucketNotFound Reason = "BucketNotFound"
	// StorageTLSAuthorityMissing: the Secret with the storage's authority, or the key in it, does not exist or holds no certificate.
	StorageTLSAuthorityMissing Reason = "StorageTLSAuthorityMissing"
	// StorageTLSVerificationFailed: the storage endpoint's certificate is not trusted.
	StorageTLSVerificationFailed Reason = "StorageTLSVerificationFailed"
	// StorageFull: no space is left on the volume or in the bucket's quota.
	StorageFull Reason = "StorageFull"
	// VolumeNotWritable: the volume is read-only or belongs to another user.
	VolumeNotWritable Reason = "VolumeNotWritable"
	// RunDeadlineExceeded: the copy took longer than the source allows.
	RunDeadlineExceeded Reason = "RunDeadlineExceeded"
)

// Reasons of the dumper's that trying again may mend.
const (
	// ServerUnreachable: no connection to the database server.
	ServerUnreachable Reason = "ServerUnreachable"
	// ConnectionLost: the server ended the connection in the middle.
	ConnectionLost Reason = "ConnectionLost"
	// TableDefinitionChanged: DDL ran during the dump (error 1412).
	TableDefinitionChanged Reason = "TableDefinitionChanged"
	// ServerError: the server reported an error that has no reason of its own here.
	ServerError Reason = "ServerError"
	// ClientFailed: mysqldump failed, or wrote something to its error stream that is not known to be harmless.
	ClientFailed Reason = "ClientFailed"
	// Truncated: mysqldump ended without its completion trailer.
	Truncated Reason = "Truncated"
	// StorageUnreachable: no connection to the storage.
	StorageUnreachable Reason = "StorageUnreachable"
	// StorageError: the storage reported an error that has no reason of its own here.
	StorageError Reason = "StorageError"
	// ArtifactDoubted: what is in storage is not what was sent.
	ArtifactDoubted Reason = "ArtifactDoubted"
	// Interrupted: the pod was told to stop.
	Interrupted Reason = "Interrupted"
	// Internal: a defect of the dumper.
	Internal Reason = "Internal"
)

// The exit codes start above those that shells, Go's runtime (2) and container runtimes (125 to 128 and above) use.
var exitCodes = map[Reason]int32{
	InvalidRequest: 10, CredentialsMissing: 11, AccessDenied: 12, InsufficientPrivileges: 13, DatabaseNotFound: 14,
	TableNotFound: 15, NothingToDump: 16, TLSUnavailable: 17, TLSVerificationFailed: 18, EngineMismatch: 19,
	BrokenView: 20, StorageCredentialsMissing: 21, StorageAccessDenied: 22, BucketNotFound: 23,
	StorageTLSVerificationFailed: 24, StorageFull: 25, VolumeNotWritable: 26, RunDeadlineExceeded: 27,
	SecretNotFound: 28, TLSAuthorityMissing: 29, StorageSecretNotFound: 30, StorageTLSAuthorityMissing: 31,
	HostNotBound: 32, StorageNotBound: 33,

	ServerUnreachable: 40, ConnectionLost: 41, TableDefinitionChanged: 42, ServerError: 43, ClientFailed: 44,
	Truncated: 45, StorageUnreachable: 46, StorageError: 47, ArtifactDoubted: 48, Interrupted: 49, Internal: 50,
}

// firstRetryable is the smallest exit code of a reason that trying again may mend.
const firstRetryable = 40

// ExitCode of a reason of the dumper's: 10 to 39 when trying again cannot mend it, 40 to 59 when it may. Any other has
// Internal's.
func (r Reason) ExitCode() int32 {
	if code, ok := exitCodes[r]; ok {
		return code
	}
	return exitCodes[Internal]
}

// Final reports whether trying again cannot mend it, of a reason of the dumper's.
func (r Reason) Final() bool { return r.ExitCode() < firstRetryable }

// FinalExitCodes are the exit codes that fail a Job at once, in ascending order.
func FinalExitCodes() []int32 {
	var codes []int32
	for reason, code := range exitCodes {
		if reason.Final() {
			codes = append(codes, code)
		}
	}
	slices.Sort(codes)
	return codes
}
