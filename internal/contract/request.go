package contract

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

// RequestAnnotation of the dumper's pod holds the Request. kubelet writes it into a file.
const RequestAnnotation = "volcado.io/request"

// RequestVersion of a Request. A reader refuses another.
const RequestVersion = 1

// MaxRequestBytes of an encoded Request. Kubernetes lets an object have 256 KiB of annotations in all; the rest is for those
// that a data owner adds to the pod.
const MaxRequestBytes = 212 << 10

// Request is what the manager asks of the dumper: one copy of one database. It holds no credential, only where kubelet mounts
// each. A person who runs the dumper says the same with flags.
type Request struct {
	Version     int         `json:"version"`
	Source      Source      `json:"source"`
	Copy        Copy        `json:"copy"`
	Compression Compression `json:"compression"`
	// Encryption of the artifact; nil for none.
	Encryption *Encryption `json:"encryption,omitempty"`
	Storage    Storage     `json:"storage"`
	// KeyPrefix below which the attempt writes, without slashes at its ends.
	KeyPrefix string `json:"keyPrefix"`
	// Dump is namespace/name of the DatabaseDump, which the manifest records. With it KeyPrefix is that dump's alone: what a
	// killed attempt of it left there is removed, and what one completed is adopted. Empty outside Kubernetes.
	Dump string `json:"dump,omitempty"`
	// RunDeadline is the longest time that the attempt can take; 0 for no limit.
	RunDeadline metav1.Duration `json:"runDeadline,omitzero"`
}

// Source is the database server, and the account that reads it.
type Source struct {
	Engine v1alpha1.Engine `json:"engine"`
	// Host name or IP address, without a port.
	Host string `json:"host"`
	Port int    `json:"port"`
	TLS  TLS    `json:"tls"`
	// CredentialsDir is a folder with the files username and password.
	CredentialsDir string `json:"credentialsDir"`
	// Secret that is mounted there, for messages; empty outside Kubernetes.
	Secret string `json:"secret,omitempty"`
}

// TLS says what the connection to the database server must prove.
type TLS struct {
	Mode v1alpha1.TLSMode `json:"mode"`
	// CAFile has the authority of the server's certificate, in PEM. Without it, the system's authorities are trusted.
	CAFile string `json:"caFile,omitempty"`
	// CASecret is NAME/KEY of the Secret with the authority, for messages; empty outside Kubernetes.
	CASecret string `json:"caSecret,omitempty"`
}

// Copy is what is copied of the server.
type Copy struct {
	Database string `json:"database"`
	// Tables and views by name; all when empty.
	Tables  []string  `json:"tables,omitempty"`
	Exclude Exclusion `json:"exclude,omitzero"`
	// SchemaOnly copies definitions and no rows.
	SchemaOnly bool `json:"schemaOnly,omitempty"`
	// Definers of views, triggers, routines and events; empty means Strip.
	Definers v1alpha1.Definers `json:"definers,omitempty"`
	// History of system-versioned tables; empty means Current.
	History v1alpha1.History `json:"history,omitempty"`
}

// Exclusion is what is left out, by patterns in which * is special.
type Exclusion struct {
	// Tables and views that are left out altogether.
	Tables []string `json:"tables,omitempty"`
	// Data are tables whose rows are left out.
	Data []string `json:"data,omitempty"`
}

// Compression of the artifact.
type Compression struct {
	// Format by its name.
	Format string `json:"format"`
	// Level is FastestLevel to SmallestLevel, or 0 for the format's own.
	Level int `json:"level,omitempty"`
}

// MaxRecipients that a copy can be encrypted for: as many as a source and a dump can name.
const MaxRecipients = 32

// Encryption of the artifact with age.
type Encryption struct {
	// Recipients are public keys. The private key of one is enough to read the artifact.
	Recipients []string `json:"recipients"`
}

// Storage is where the artifact goes: exactly one of S3 and Directory.
type Storage struct {
	S3 *S3 `json:"s3,omitempty"`
	// Directory is a folder, such as one on a volume.
	Directory string `json:"directory,omitempty"`
}

// S3 is a bucket, and how it is reached.
type S3 struct {
	Bucket string `json:"bucket"`
	Region string `json:"region,omitempty"`
	// Endpoint is the URL of a server other than Amazon's.
	Endpoint string `json:"endpoint,omitempty"`
	// PathStyle puts the bucket into the path instead of the host name.
	PathStyle bool `json:"pathStyle,omitempty"`
	// CAFile has the authority of the endpoint's certificate, in PEM. Without it, the authorities of the web are trusted.
	CAFile string `json:"caFile,omitempty"`
	// CASecret is NAME/KEY of the Secret with the authority, for messages; empty outside Kubernetes.
	CASecret string `json:"caSecret,omitempty"`
	// CredentialsDir is a folder with the files AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and perhaps AWS_SESSION_TOKEN. Without
	// it, the pod's own identity is used.
	CredentialsDir string `json:"credentialsDir,omitempty"`
	// Secret that is mounted there, for messages; empty outside Kubernetes.
	Secret string `json:"secret,omitempty"`
}

// Encode renders the request in at most MaxRequestBytes. The error of one that is larger says what to shorten.
func (r Request) Encode() ([]byte, error) {
	r.Version = RequestVersion
	data, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("encode the request: %w", err)
	}
	if len(data) > MaxRequestBytes {
		return nil, fmt.Errorf("the request has %d bytes, and the dumper can be told %d: shorten tables, exclude.tables or exclude.data "+
			"of the dump or of its source, where one pattern with * stands for many names", len(data), MaxRequestBytes)
	}
	return data, nil
}

// DecodeRequest reads a request and refuses one that is not exactly of this version's form: what a dumper does not know, such
// as an exclusion of a later release, it cannot do.
func DecodeRequest(data []byte) (*Request, error) { return decodeRequest[Request](data) }

// decodeRequest of any kind.
func decodeRequest[T any](data []byte) (*T, error) {
	if len(data) > MaxRequestBytes {
		return nil, fmt.Errorf("the request has more than %d bytes", MaxRequestBytes)
	}
	var head struct {
		Version int `json:"version"`
	}
	// This refuses, too, what has something behind it.
	if err := json.Unmarshal(data, &head); err != nil {
		return nil, fmt.Errorf("the request is not JSON of the expected form: %s", plainly(err))
	}
	if head.Version != RequestVersion {
		return nil, fmt.Errorf("the request has version %d, this program reads %d: manager and dumper are of different releases", head.Version, RequestVersion)
	}
	r := new(T)
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(r); err != nil {
		return nil, fmt.Errorf("the request is not of version %d's form: %s", RequestVersion, plainly(err))
	}
	return r, nil
}

// plainly is the error of encoding/json without the name of a Go package before it.
func plainly(err error) string { return strings.TrimPrefix(err.Error(), "json: ") }
