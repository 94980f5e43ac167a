package read

import (
	"fmt"
	"net/url"
	"path"
	"strings"
	"time"
	"unicode/utf8"

	"al.essio.dev/pkg/shellescape"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/view"
	"github.com/volcado-io/volcado/internal/contract"
	loading "github.com/volcado-io/volcado/internal/restore"
)

// DefaultFetchImage is of a public registry, which not every cluster reaches.
const DefaultFetchImage = "busybox:stable"

// How says how to fetch a dump's artifact and load it, as commands to be copied: no credential is in them, and every name
// is quoted for the shell. Copies on a volume are fetched with fetchImage, one with sleep and cat that the cluster can pull.
func How(d *v1alpha1.DatabaseDump, reader v1alpha1.Requester, now time.Time, fetchImage string) view.How {
	a := d.Status.Artifact
	h := view.How{Dump: d.Name, URI: a.URI, SHA256: a.SHA256, Bytes: a.SizeBytes, Authority: authority(d)}
	h.Copy = copyOf(d, Facts(d, reader, now).By.You, now)
	if s := d.Status.Server; s != nil {
		h.Server = s.Flavour + " " + s.Version
	}
	uri, err := url.Parse(a.URI)
	if err != nil {
		return h // the location is there; commands cannot be made of it
	}
	file := path.Base(uri.Path)
	format, _ := contract.FormatOfFile(file) // a name of no format is written out as it is
	if format.Encrypted {
		h.EncryptedFor, h.KeyFile = int(d.Status.EncryptedFor), contract.KeyFile
	}
	fetched := format.DecodeFile(shellescape.Quote(file))
	compare := fmt.Sprintf("echo %s | sha256sum -c", shellescape.Quote(a.SHA256+"  "+file))
	into := loaderOf(d)
	switch uri.Scheme {
	case "s3":
		h.Steps = []view.HowStep{
			{Kind: view.HowStream, Commands: into.create() + "\n" + catFromS3(d, into, format) + into.load()},
			{Kind: view.HowAWS, Commands: copyFromS3(d, file) + " &&\n" + compare + " &&\n" + into.create() + " &&\n" + fetched + into.load()},
		}
	case "pvc":
		h.Steps = []view.HowStep{
			{Kind: view.HowPod, Commands: fetchFromVolume(uri, file, fetchImage) + " &&\n" + compare},
			{Kind: view.HowLoad, Commands: into.create() + "\n" + fetched + into.load()},
		}
	}
	return h
}

// authority of the store's certificate, where it is one that not every machine trusts; or nil. Few people who want a copy
// can read Secrets, and an authority is none.
func authority(d *v1alpha1.DatabaseDump) *view.Authority {
	storage := d.Status.Storage
	if storage == nil || storage.S3 == nil || storage.S3.CASecretRef == nil {
		return nil
	}
	return &view.Authority{Namespace: d.Namespace, Secret: storage.S3.CASecretRef.Name, Key: storage.S3.CASecretRef.Key}
}

func catFromS3(dump *v1alpha1.DatabaseDump, into loader, format contract.Format) string {
	command := "dumper cat "
	if format.Encrypted {
		command += "--identity-file " + contract.KeyFile + " "
	}
	command += into.named() + shellescape.Quote(dump.Status.Artifact.URI)
	if storage := dump.Status.Storage; storage != nil && storage.S3 != nil {
		if storage.S3.Region != "" {
			command += " --s3-region=" + shellescape.Quote(storage.S3.Region)
		}
		if storage.S3.Endpoint != "" {
			command += " --s3-endpoint=" + shellescape.Quote(storage.S3.Endpoint)
		}
		if storage.S3.PathStyle {
			command += " --s3-path-style"
		}
	}
	return command
}

func copyFromS3(dump *v1alpha1.DatabaseDump, file string) string {
	command := "aws s3 cp " + shellescape.Quote(dump.Status.Artifact.URI) + " " + shellescape.Quote(file)
	if storage := dump.Status.Storage; storage != nil && storage.S3 != nil {
		if storage.S3.Region != "" {
			command += " --region " + shellescape.Quote(storage.S3.Region)
		}
		if storage.S3.Endpoint != "" {
			command += " --endpoint-url " + shellescape.Quote(storage.S3.Endpoint)
		}
	}
	return command
}

// fetchFromVolume mounts the claim read-only in a pod that the strictest Pod Security level admits. It is one list of
// commands that stops at the first error: what was not fetched is not compared.
func fetchFromVolume(uri *url.URL, file, image string) string {
	namespace := uri.Host
	claim, key, _ := strings.Cut(strings.TrimPrefix(uri.Path, "/"), "/")
	in := "kubectl -n " + shellescape.Quote(namespace) + " "
	pod := fmt.Sprintf(`{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "volcado-fetch"}, "spec": {
 "restartPolicy": "Never", "automountServiceAccountToken": false,
 "securityContext": {"runAsNonRoot": true, "runAsUser": 65532, "runAsGroup": 65532, "fsGroup": 65532, "seccompProfile": {"type": "RuntimeDefault"}},
 "containers": [{"name": "fetch", "image": %q, "command": ["sleep", "3600"],
  "securityContext": {"allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": {"drop": ["ALL"]}},
  "volumeMounts": [{"name": "dumps", "mountPath": "/dumps", "readOnly": true}]}],
 "volumes": [{"name": "dumps", "persistentVolumeClaim": {"claimName": %q, "readOnly": true}}]}}`, image, claim)
	return in + "apply -f - <<'END' &&\n" + pod + "\nEND\n" +
		in + "wait --for=condition=Ready pod/volcado-fetch --timeout=2m &&\n" +
		in + "exec volcado-fetch -- cat " + shellescape.Quote("/dumps/"+key) + " > " + shellescape.Quote(file) + " &&\n" +
		in + "delete pod volcado-fetch --now"
}

// loader loads a dump into a database of another name, so that nobody overwrites the original by copying a line.
type loader struct {
	client, database string
	// known: it is the client of the server that was copied.
	known bool
}

func loaderOf(dump *v1alpha1.DatabaseDump) loader {
	l := loader{client: "mysql", database: string(DatabaseOf(dump)) + "_copy"}
	if utf8.RuneCountInString(l.database) > 64 { // the longest name that a server takes
		l.database = "volcado_copy"
	}
	l.known = dump.Status.Server != nil
	if s := dump.Status.Server; s != nil && s.Flavour == string(v1alpha1.EngineMariaDB) {
		// A dump begins with /*M!999999\- enable the sandbox mode */, at which clients older than May 2024 stop. It stays
		// there all the same: it keeps what a server may have smuggled into the text from running commands (CVE-2024-21096).
		l.client = "mariadb"
	}
	return l
}

func (l loader) create() string {
	// Without the character set, a terminal's locale decides what becomes of letters beyond ASCII in the name.
	return l.client + " --default-character-set=utf8mb4 -e " + shellescape.Quote("CREATE DATABASE `"+l.database+"`")
}

// named is the client as dumper cat is told of it, which refuses a copy that it does not load.
func (l loader) named() string {
	if !l.known {
		return ""
	}
	return "--for " + l.client + " "
}

func (l loader) load() string {
	return " | " + loading.Into(l.client, shellescape.Quote(l.database))
}
