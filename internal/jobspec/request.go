package jobspec

import (
	"errors"
	"fmt"
	"path"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/pattern"
	"github.com/volcado-io/volcado/internal/recipients"
)

// request of the dumper. The error is of recipients that nothing can be encrypted for: a copy that its owner wants encrypted is
// encrypted, or not made.
func request(r Request) (contract.Request, error) {
	spec := r.Dump.Spec
	tables, data := exclusions(r)
	encryption, err := encryption(r)
	if err != nil {
		return contract.Request{}, err
	}
	return contract.Request{
		Source: source(r.Source.Spec),
		Copy: contract.Copy{
			Database: string(r.Database), Tables: texts(spec.Tables), SchemaOnly: spec.SchemaOnly,
			Definers: spec.Definers, History: spec.History,
			Exclude: contract.Exclusion{Tables: tables, Data: data},
		},
		Compression: contract.Compression{Format: string(spec.Compression.Format), Level: int(spec.Compression.Level)},
		Encryption:  encryption,
		Storage:     storage(r.Storage),
		KeyPrefix:   KeyPrefix(r.Storage, r.Dump),
		Dump:        r.Dump.Namespace + "/" + r.Dump.Name,
		RunDeadline: r.Source.Spec.Limits.RunDeadline,
	}, nil
}

// encryption for the source's recipients and the dump's own; nil where neither demands it. It is as the status says, which was
// written before, or the word of a dumper that does as it is told would not be believed.
func encryption(r Request) (*contract.Encryption, error) {
	list, failure := recipients.Of(r.Source, r.Dump)
	switch {
	case failure != nil:
		return nil, errors.New(failure.Message)
	case len(list) != int(r.Dump.Status.EncryptedFor):
		return nil, fmt.Errorf("the copy is to be encrypted for %d recipients, and status.encryptedFor says %d", len(list), r.Dump.Status.EncryptedFor)
	case len(list) == 0:
		return nil, nil
	}
	return &contract.Encryption{Recipients: list.Strings()}, nil
}

func source(spec v1alpha1.DatabaseSourceSpec) contract.Source {
	s := contract.Source{
		Engine: spec.Engine, Host: spec.Host, Port: int(spec.Port), TLS: contract.TLS{Mode: spec.TLS.Mode},
		CredentialsDir: sourceDirectory, Secret: spec.CredentialsSecretRef.Name,
	}
	if ca := spec.TLS.CASecretRef; ca != nil {
		s.TLS.CAFile, s.TLS.CASecret = path.Join(sourceCADirectory, caFile), ca.Name+"/"+ca.Key
	}
	return s
}

// exclusions are the source's floor for this database, then the request's own: a request adds to the floor and never
// takes from it.
func exclusions(r Request) (tables, data []string) {
	if floor := r.Source.Spec.Exclude; floor != nil {
		tables = pattern.TablesOf(floor.Tables, r.Database)
		data = pattern.TablesOf(floor.Data, r.Database)
	}
	if more := r.Dump.Spec.Exclude; more != nil {
		tables, data = append(tables, texts(more.Tables)...), append(data, texts(more.Data)...)
	}
	return tables, data
}

func storage(spec v1alpha1.DumpStorageSpec) contract.Storage {
	if spec.S3 == nil {
		return contract.Storage{Directory: artifactsDirectory}
	}
	s3 := &contract.S3{Bucket: spec.S3.Bucket, Region: spec.S3.Region, Endpoint: spec.S3.Endpoint, PathStyle: spec.S3.PathStyle}
	if ca := spec.S3.CASecretRef; ca != nil {
		s3.CAFile, s3.CASecret = path.Join(storageCADirectory, caFile), ca.Name+"/"+ca.Key
	}
	if secret := spec.CredentialsSecretRef; secret != nil {
		s3.CredentialsDir, s3.Secret = storageDirectory, secret.Name
	}
	return contract.Storage{S3: s3}
}

// texts of names that have a type only for their validation.
func texts[T ~string](typed []T) []string {
	var all []string
	for _, s := range typed {
		all = append(all, string(s))
	}
	return all
}
