package main

import (
	"context"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/volcado-io/volcado/dumper/archive"
	"github.com/volcado-io/volcado/dumper/mounted"
	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/dumper/store"
	"github.com/volcado-io/volcado/internal/contract"
)

// Kinds of storage.
const (
	storageS3   = "s3"
	storageFile = "file"
)

// location is where artifacts are, as flags say it.
type location struct {
	kind      string
	s3        contract.S3
	directory string
}

func (l *location) flags(command *cobra.Command) {
	f := command.Flags()
	f.StringVar(&l.kind, "storage", "", "kind of storage: s3 or file (default: s3 with --s3-bucket, else file)")
	f.StringVar(&l.s3.Bucket, "s3-bucket", "", "bucket")
	f.StringVar(&l.s3.Region, "s3-region", "", "region of the bucket (default: us-east-1, or what the AWS configuration says)")
	f.StringVar(&l.s3.Endpoint, "s3-endpoint", "", "URL of a server other than Amazon's, as in https://s3.example.com")
	f.BoolVar(&l.s3.PathStyle, "s3-path-style", false, "put the bucket into the path, as most servers other than Amazon's need")
	f.StringVar(&l.s3.CAFile, "s3-ca-file", "", "authority of the endpoint's certificate, in PEM")
	f.StringVar(&l.s3.CredentialsDir, "storage-credentials-dir", "", "folder with the files AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and perhaps AWS_SESSION_TOKEN (default: the usual AWS environment)")
	f.StringVar(&l.s3.Secret, "storage-secret", "", "name of the Secret mounted there, for messages")
	f.StringVar(&l.s3.CASecret, "storage-ca-secret", "", "NAME/KEY of the Secret with the authority, for messages")
	f.StringVar(&l.directory, "storage-directory", "", "folder of --storage=file")
}

// storage that the flags mean. Of what is said of both kinds, only the chosen kind's counts.
func (l *location) storage() (contract.Storage, error) {
	kind := l.kind
	if kind == "" {
		kind = storageFile
		if l.s3.Bucket != "" {
			kind = storageS3
		}
	}
	switch kind {
	case storageS3:
		return contract.Storage{S3: &l.s3}, nil
	case storageFile:
		return contract.Storage{Directory: l.directory}, nil
	}
	return contract.Storage{}, result.Errorf(contract.InvalidRequest, "use s3 or file", "unknown storage %q", kind)
}

// checkStorage, whoever said it. Its errors have reason InvalidRequest.
func checkStorage(s contract.Storage) error {
	switch {
	case s.S3 == nil && s.Directory == "":
		return result.Errorf(contract.InvalidRequest, "give --storage-directory, or --s3-bucket", "no place for artifacts was given")
	case s.S3 == nil:
		return nil
	case s.Directory != "":
		return result.Errorf(contract.InvalidRequest, "give one of them", "both a bucket and a folder were given")
	case s.S3.Bucket == "":
		return result.Errorf(contract.InvalidRequest, "give --s3-bucket", "no bucket was given")
	}
	if e := s.S3.Endpoint; e != "" && !strings.HasPrefix(e, "https://") && !strings.HasPrefix(e, "http://") {
		return result.Errorf(contract.InvalidRequest, "write it as in https://s3.example.com", "the endpoint %q is not a URL", e)
	}
	return nil
}

// openStorage that was checked. The second result must not appear in messages.
func openStorage(ctx context.Context, s contract.Storage, purpose store.Purpose) (*store.Store, []string, error) {
	if s.S3 == nil {
		opened, err := store.OpenFolder(s.Directory, purpose)
		return opened, nil, err
	}
	bucket := store.S3{
		Bucket: s.S3.Bucket, Region: s.S3.Region, Endpoint: s.S3.Endpoint, PathStyle: s.S3.PathStyle,
		CA: mounted.Authority{Path: s.S3.CAFile, Secret: s.S3.CASecret},
	}
	if s.S3.CredentialsDir != "" {
		bucket.Credentials = &mounted.Secret{Dir: s.S3.CredentialsDir, Name: s.S3.Secret}
		if bucket.Region == "" {
			bucket.Region = "us-east-1"
		}
	}
	return store.OpenS3(ctx, bucket)
}

// point takes what a person has of an artifact, s3://bucket/key or a path, and returns the key.
//
// The URL is taken apart here: as a URL of gocloud's it could name roles and profiles.
func (l *location) point(where string) (key string, err error) {
	rest, isS3 := strings.CutPrefix(where, "s3://")
	if !isS3 {
		if strings.Contains(where, "://") {
			return "", result.Errorf(contract.InvalidRequest, "use s3://bucket/key or the path of a file or folder", "%q is not a place that artifacts can be in", where)
		}
		l.kind = storageFile
		if base := filepath.Base(where); archive.IsAttemptFile(base) {
			l.directory = filepath.Dir(where)
			return base, nil
		}
		l.directory = where
		return "", nil
	}
	bucket, key, _ := strings.Cut(rest, "/")
	if bucket == "" || strings.ContainsAny(bucket, "@?#:") || strings.ContainsAny(key, "?#") {
		return "", result.Errorf(contract.InvalidRequest, "write it as s3://bucket/key, without a query; endpoint and credentials are flags",
			"%q is not the place of an artifact", strings.SplitN(where, "?", 2)[0])
	}
	l.kind, l.s3.Bucket = storageS3, bucket
	return key, nil
}
