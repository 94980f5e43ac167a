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
	kind           string
	s3             store.S3
	credentialsDir string
	secret         string
	directory      string
}

func (l *location) flags(command *cobra.Command) {
	f := command.Flags()
	f.StringVar(&l.kind, "storage", "", "kind of storage: s3 or file (default: s3 with --s3-bucket, else file)")
	f.StringVar(&l.s3.Bucket, "s3-bucket", "", "bucket")
	f.StringVar(&l.s3.Region, "s3-region", "", "region of the bucket (default: us-east-1, or what the AWS configuration says)")
	f.StringVar(&l.s3.Endpoint, "s3-endpoint", "", "URL of a server other than Amazon's, as in https://s3.example.com")
	f.BoolVar(&l.s3.PathStyle, "s3-path-style", false, "put the bucket into the path, as most servers other than Amazon's need")
	f.StringVar(&l.s3.CA.Path, "s3-ca-file", "", "authority of the endpoint's certificate, in PEM")
	f.StringVar(&l.credentialsDir, "storage-credentials-dir", "", "folder with the files AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and perhaps AWS_SESSION_TOKEN (default: the usual AWS environment)")
	f.StringVar(&l.secret, "storage-secret", "", "name of the Secret mounted there, for messages")
	f.StringVar(&l.s3.CA.Secret, "storage-ca-secret", "", "NAME/KEY of the Secret with the authority, for messages")
	f.StringVar(&l.directory, "storage-directory", "", "folder of --storage=file")
}

// check completes what the flags leave open.
func (l *location) check() error {
	if l.kind == "" {
		l.kind = storageFile
		if l.s3.Bucket != "" {
			l.kind = storageS3
		}
	}
	switch l.kind {
	case storageS3:
		if l.s3.Bucket == "" {
			return result.Errorf(contract.InvalidRequest, "give --s3-bucket", "no bucket was given")
		}
		if l.s3.Endpoint != "" && !strings.HasPrefix(l.s3.Endpoint, "https://") && !strings.HasPrefix(l.s3.Endpoint, "http://") {
			return result.Errorf(contract.InvalidRequest, "write it as in https://s3.example.com", "the endpoint %q is not a URL", l.s3.Endpoint)
		}
		if l.credentialsDir != "" {
			l.s3.Credentials = &mounted.Secret{Dir: l.credentialsDir, Name: l.secret}
			if l.s3.Region == "" {
				l.s3.Region = "us-east-1"
			}
		}
	case storageFile:
		if l.directory == "" {
			return result.Errorf(contract.InvalidRequest, "give --storage-directory, or --s3-bucket", "no place for artifacts was given")
		}
	default:
		return result.Errorf(contract.InvalidRequest, "use s3 or file", "unknown storage %q", l.kind)
	}
	return nil
}

// open the storage; create makes a folder that does not exist. The second result must not appear in messages.
func (l *location) open(ctx context.Context, create bool) (*store.Store, []string, error) {
	if l.kind == storageS3 {
		return store.OpenS3(ctx, l.s3)
	}
	s, err := store.OpenFolder(l.directory, create)
	return s, nil, err
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
