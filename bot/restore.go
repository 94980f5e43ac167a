package bot

import (
	"fmt"
	"net/url"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/chat"
)

// restore says how to fetch the artifact and load it, as commands to be copied: no credential is in them, and every
// name is quoted for the shell.
func restore(dump *v1alpha1.DatabaseDump) []chat.Snippet {
	uri, err := url.Parse(dump.Status.Artifact.URI)
	if err != nil {
		return nil
	}
	file := path.Base(uri.Path)
	var fetch chat.Snippet
	switch {
	case uri.Scheme == "s3":
		fetch = fetchFromS3(dump, file)
	case uri.Scheme == "pvc":
		fetch = fetchFromVolume(uri, file)
	default:
		return nil
	}
	fetch.Text += fmt.Sprintf("\necho %s | sha256sum -c", shellQuote(dump.Status.Artifact.SHA256+"  "+file))
	return []chat.Snippet{fetch, load(dump, file)}
}

func fetchFromS3(dump *v1alpha1.DatabaseDump, file string) chat.Snippet {
	command := "aws s3 cp " + shellQuote(dump.Status.Artifact.URI) + " " + shellQuote(file)
	if storage := dump.Status.Storage; storage != nil && storage.S3 != nil {
		if storage.S3.Region != "" {
			command += " --region " + shellQuote(storage.S3.Region)
		}
		if storage.S3.Endpoint != "" {
			command += " --endpoint-url " + shellQuote(storage.S3.Endpoint)
		}
	}
	return chat.Snippet{Caption: "Fetch it, with credentials of your own that may read the bucket:", Text: command}
}

// fetchFromVolume mounts the claim read-only in a pod that the strictest Pod Security level admits.
func fetchFromVolume(uri *url.URL, file string) chat.Snippet {
	namespace := uri.Host
	claim, key, _ := strings.Cut(strings.TrimPrefix(uri.Path, "/"), "/")
	in := "kubectl -n " + shellQuote(namespace) + " "
	pod := fmt.Sprintf(`{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "volcado-fetch"}, "spec": {
 "restartPolicy": "Never", "automountServiceAccountToken": false,
 "securityContext": {"runAsNonRoot": true, "runAsUser": 65532, "runAsGroup": 65532, "fsGroup": 65532, "seccompProfile": {"type": "RuntimeDefault"}},
 "containers": [{"name": "fetch", "image": "busybox:stable", "command": ["sleep", "3600"],
  "securityContext": {"allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": {"drop": ["ALL"]}},
  "volumeMounts": [{"name": "dumps", "mountPath": "/dumps", "readOnly": true}]}],
 "volumes": [{"name": "dumps", "persistentVolumeClaim": {"claimName": %q, "readOnly": true}}]}}`, claim)
	return chat.Snippet{
		Caption: "Fetch it through a pod that mounts the volume:",
		Text: in + "apply -f - <<'END'\n" + pod + "\nEND\n" +
			in + "wait --for=condition=Ready pod/volcado-fetch --timeout=2m\n" +
			in + "exec volcado-fetch -- cat " + shellQuote("/dumps/"+key) + " > " + shellQuote(file) + "\n" +
			in + "delete pod volcado-fetch --now",
	}
}

// load goes into a database of another name, so that nobody overwrites the original by copying a line.
func load(dump *v1alpha1.DatabaseDump, file string) chat.Snippet {
	target := string(databaseOf(dump)) + "_copy"
	if utf8.RuneCountInString(target) > maxName {
		target = "volcado_copy"
	}
	client := "mysql"
	if s := dump.Status.Server; s != nil && s.Flavour == string(v1alpha1.EngineMariaDB) {
		client = "mariadb"
	}
	read := "cat "
	if strings.HasSuffix(file, ".gz") {
		read = "gunzip -c "
	}
	caption := "Load it into an empty database:"
	filter := ""
	if client == "mariadb" {
		// Newer MariaDB begins a dump with /*M!999999\- enable the sandbox mode */, which MySQL's and older clients stop at.
		caption = "Load it into an empty database (the sed leaves out MariaDB's sandbox line, at which older clients stop):"
		filter = ` | sed '1{/^\/\*M!999999/d}'`
	}
	return chat.Snippet{
		Caption: caption,
		Text: fmt.Sprintf("%s -e %s\n%s%s%s | %s %s", client, shellQuote("CREATE DATABASE `"+target+"`"),
			read, shellQuote(file), filter, client, shellQuote(target)),
	}
}
