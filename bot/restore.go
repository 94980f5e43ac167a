package bot

import (
	"fmt"
	"net/url"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/chat"
	loading "github.com/volcado-io/volcado/internal/restore"
)

// restore says how to fetch the artifact and load it, as commands to be copied: no credential is in them, and every
// name is quoted for the shell.
func restore(dump *v1alpha1.DatabaseDump, fetchImage string) []chat.Snippet {
	uri, err := url.Parse(dump.Status.Artifact.URI)
	if err != nil {
		return nil
	}
	file := path.Base(uri.Path)
	read := "cat " + shellQuote(file)
	if strings.HasSuffix(file, ".gz") {
		read = "gunzip -c " + shellQuote(file)
	}
	compare := fmt.Sprintf("echo %s | sha256sum -c", shellQuote(dump.Status.Artifact.SHA256+"  "+file))
	into := loaderOf(dump)
	switch uri.Scheme {
	case "s3":
		return []chat.Snippet{
			{
				Caption: "Load it into an empty database, compared on the way (dumper is in Volcado's dumper images, or: go build ./cmd/dumper in its repository; it reads with the credentials in your AWS environment):",
				Text:    into.create() + "\n" + catFromS3(dump) + into.load(),
			},
			{
				Caption: "Or fetch it with the AWS CLI, compare, and load it:",
				Text:    copyFromS3(dump, file) + " &&\n" + compare + " &&\n" + into.create() + " &&\n" + read + into.load(),
			},
		}
	case "pvc":
		return []chat.Snippet{
			{
				Caption: "Fetch it through a pod that mounts the volume, and compare (any image that has sleep and cat will do):",
				Text:    fetchFromVolume(uri, file, fetchImage) + " &&\n" + compare,
			},
			{
				Caption: "Load it into an empty database:",
				Text:    into.create() + "\n" + read + into.load(),
			},
		}
	}
	return nil
}

func catFromS3(dump *v1alpha1.DatabaseDump) string {
	command := "dumper cat " + shellQuote(dump.Status.Artifact.URI)
	if storage := dump.Status.Storage; storage != nil && storage.S3 != nil {
		if storage.S3.Region != "" {
			command += " --s3-region=" + shellQuote(storage.S3.Region)
		}
		if storage.S3.Endpoint != "" {
			command += " --s3-endpoint=" + shellQuote(storage.S3.Endpoint)
		}
		if storage.S3.PathStyle {
			command += " --s3-path-style"
		}
	}
	return command
}

func copyFromS3(dump *v1alpha1.DatabaseDump, file string) string {
	command := "aws s3 cp " + shellQuote(dump.Status.Artifact.URI) + " " + shellQuote(file)
	if storage := dump.Status.Storage; storage != nil && storage.S3 != nil {
		if storage.S3.Region != "" {
			command += " --region " + shellQuote(storage.S3.Region)
		}
		if storage.S3.Endpoint != "" {
			command += " --endpoint-url " + shellQuote(storage.S3.Endpoint)
		}
	}
	return command
}

// authority says what the commands need beside credentials, where the store's certificate is of an authority that not
// every machine trusts; or nothing. Few people who want a copy may read Secrets, and an authority is none.
func authority(dump *v1alpha1.DatabaseDump) []chat.Field {
	storage := dump.Status.Storage
	if storage == nil || storage.S3 == nil || storage.S3.CASecretRef == nil {
		return nil
	}
	ref := storage.S3.CASecretRef
	return []chat.Field{{Name: "authority", Value: fmt.Sprintf(
		"the store's certificate is of an authority of its own (key %s of the Secret %s/%s, nothing secret in it). Where your machine does not "+
			"trust it, get it from whoever runs the store, and add --s3-ca-file=FILE to dumper cat, or --ca-bundle FILE to aws.",
		ref.Key, dump.Namespace, ref.Name,
	)}}
}

// fetchFromVolume mounts the claim read-only in a pod that the strictest Pod Security level admits. It is one list of
// commands that stops at the first error: what was not fetched is not compared.
func fetchFromVolume(uri *url.URL, file, image string) string {
	namespace := uri.Host
	claim, key, _ := strings.Cut(strings.TrimPrefix(uri.Path, "/"), "/")
	in := "kubectl -n " + shellQuote(namespace) + " "
	pod := fmt.Sprintf(`{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "volcado-fetch"}, "spec": {
 "restartPolicy": "Never", "automountServiceAccountToken": false,
 "securityContext": {"runAsNonRoot": true, "runAsUser": 65532, "runAsGroup": 65532, "fsGroup": 65532, "seccompProfile": {"type": "RuntimeDefault"}},
 "containers": [{"name": "fetch", "image": %q, "command": ["sleep", "3600"],
  "securityContext": {"allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": {"drop": ["ALL"]}},
  "volumeMounts": [{"name": "dumps", "mountPath": "/dumps", "readOnly": true}]}],
 "volumes": [{"name": "dumps", "persistentVolumeClaim": {"claimName": %q, "readOnly": true}}]}}`, image, claim)
	return in + "apply -f - <<'END' &&\n" + pod + "\nEND\n" +
		in + "wait --for=condition=Ready pod/volcado-fetch --timeout=2m &&\n" +
		in + "exec volcado-fetch -- cat " + shellQuote("/dumps/"+key) + " > " + shellQuote(file) + " &&\n" +
		in + "delete pod volcado-fetch --now"
}

// loader loads a dump into a database of another name, so that nobody overwrites the original by copying a line.
type loader struct{ client, database string }

func loaderOf(dump *v1alpha1.DatabaseDump) loader {
	l := loader{client: "mysql", database: string(databaseOf(dump)) + "_copy"}
	if utf8.RuneCountInString(l.database) > maxName {
		l.database = "volcado_copy"
	}
	if s := dump.Status.Server; s != nil && s.Flavour == string(v1alpha1.EngineMariaDB) {
		// A dump begins with /*M!999999\- enable the sandbox mode */, at which clients older than May 2024 stop. It stays
		// there all the same: it keeps what a server may have smuggled into the text from running commands (CVE-2024-21096).
		l.client = "mariadb"
	}
	return l
}

func (l loader) create() string {
	// Without the character set, a terminal's locale decides what becomes of letters beyond ASCII in the name.
	return l.client + " --default-character-set=utf8mb4 -e " + shellQuote("CREATE DATABASE `"+l.database+"`")
}

func (l loader) load() string {
	return " | " + loading.Into(l.client, shellQuote(l.database))
}
