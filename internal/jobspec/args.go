package jobspec

import (
	"path"
	"strconv"
	"strings"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/pattern"
)

// arguments of the dumper. Each is one entry `--flag=value`, so that nothing that a person typed can begin one.
type arguments []string

// set adds --flag=value. kubelet expands $(NAME) and turns $$ into $; a database may be called a$$b, so every $ is doubled.
func (a *arguments) set(flag, value string) {
	*a = append(*a, "--"+flag+"="+strings.ReplaceAll(value, "$", "$$"))
}

// setIfAny adds --flag=value unless the value is empty.
func (a *arguments) setIfAny(flag, value string) {
	if value != "" {
		a.set(flag, value)
	}
}

// on adds --flag.
func (a *arguments) on(flag string) { *a = append(*a, "--"+flag) }

func args(r Request) []string {
	var a arguments
	sourceArgs(&a, r.Source.Spec)
	selectionArgs(&a, r)
	storageArgs(&a, r)
	a.set("dump", r.Dump.Namespace+"/"+r.Dump.Name)
	// Not through set: this one is for kubelet to expand.
	a = append(a, "--attempt=$(POD_UID)")
	a.set("run-deadline", r.Source.Spec.Limits.RunDeadline.Duration.String())
	a.set("work-dir", workDirectory)
	a.set("progress-address", ":"+strconv.Itoa(ProgressPort))
	a.set("result-file", terminationMessagePath)
	return append([]string{"dump"}, a...)
}

func sourceArgs(a *arguments, source v1alpha1.DatabaseSourceSpec) {
	a.set("engine", string(source.Engine))
	a.set("host", source.Host)
	a.set("port", strconv.Itoa(int(source.Port)))
	a.set("credentials-dir", sourceDirectory)
	a.set("source-secret", source.CredentialsSecretRef.Name)
	a.set("tls-mode", string(source.TLS.Mode))
	if ca := source.TLS.CASecretRef; ca != nil {
		a.set("tls-ca-file", path.Join(sourceCADirectory, caFile))
		a.set("source-ca-secret", ca.Name+"/"+ca.Key)
	}
}

func selectionArgs(a *arguments, r Request) {
	spec := r.Dump.Spec
	a.set("database", string(r.Database))
	for _, table := range spec.Tables {
		a.set("table", string(table))
	}
	tables, data := exclusions(r)
	for _, p := range tables {
		a.set("exclude-table", p)
	}
	for _, p := range data {
		a.set("exclude-data", p)
	}
	if spec.SchemaOnly {
		a.on("schema-only")
	}
	a.set("compression", string(spec.Compression.Format))
	if spec.Compression.Level != 0 {
		a.set("compression-level", strconv.Itoa(int(spec.Compression.Level)))
	}
}

// exclusions are the source's floor for this database, then the request's own: a request adds to the floor and never
// takes from it.
func exclusions(r Request) (tables, data []string) {
	if floor := r.Source.Spec.Exclude; floor != nil {
		tables = pattern.TablesOf(floor.Tables, r.Database)
		data = pattern.TablesOf(floor.Data, r.Database)
	}
	if more := r.Dump.Spec.Exclude; more != nil {
		for _, p := range more.Tables {
			tables = append(tables, string(p))
		}
		for _, p := range more.Data {
			data = append(data, string(p))
		}
	}
	return tables, data
}

func storageArgs(a *arguments, r Request) {
	switch {
	case r.Storage.S3 != nil:
		s3 := r.Storage.S3
		a.set("storage", "s3")
		a.set("s3-bucket", s3.Bucket)
		a.setIfAny("s3-region", s3.Region)
		a.setIfAny("s3-endpoint", s3.Endpoint)
		if s3.PathStyle {
			a.on("s3-path-style")
		}
		if ca := s3.CASecretRef; ca != nil {
			a.set("s3-ca-file", path.Join(storageCADirectory, caFile))
			a.set("storage-ca-secret", ca.Name+"/"+ca.Key)
		}
		if secret := r.Storage.CredentialsSecretRef; secret != nil {
			a.set("storage-credentials-dir", storageDirectory)
			a.set("storage-secret", secret.Name)
		}
	case r.Storage.PersistentVolumeClaim != nil:
		a.set("storage", "file")
		a.set("storage-directory", artifactsDirectory)
	}
	a.set("key-prefix", KeyPrefix(r.Storage, r.Dump))
}
