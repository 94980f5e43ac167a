package s3test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// limited is a folder with the accounts of a server: one, that nothing is permitted.
func limited(t testing.TB) string {
	t.Helper()
	folder := t.TempDir()
	accounts := fmt.Sprintf(`{"accessAccounts": {%q: {"access": %q, "secret": %q, "role": "user"}}}`, LimitedKeyID, LimitedKeyID, SecretAccessKey)
	if err := os.WriteFile(filepath.Join(folder, "users.json"), []byte(accounts), 0o600); err != nil {
		t.Fatal(err)
	}
	return folder
}

// Limit gives LimitedKeyID these actions in the bucket, such as s3:GetObject, and no others.
func (s *Server) Limit(t testing.TB, actions ...string) {
	t.Helper()
	type statement struct {
		Effect, Principal, Action, Resource string
	}
	var statements []statement
	for _, action := range actions {
		resource := "arn:aws:s3:::" + Bucket
		if !slices.Contains(ofBucket, action) {
			resource += "/*"
		}
		statements = append(statements, statement{"Allow", LimitedKeyID, action, resource})
	}
	policy, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": statements})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Client.PutBucketPolicy(t.Context(), &s3.PutBucketPolicyInput{Bucket: aws.String(Bucket), Policy: aws.String(string(policy))}); err != nil {
		t.Fatal(err)
	}
}

// ofBucket are the actions whose resource is the bucket.
var ofBucket = []string{"s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads", "s3:GetBucketVersioning"}

// Versioning of the bucket from now on.
func (s *Server) Versioning(t testing.TB, status types.BucketVersioningStatus) {
	t.Helper()
	if _, err := s.Client.PutBucketVersioning(t.Context(), &s3.PutBucketVersioningInput{
		Bucket: aws.String(Bucket), VersioningConfiguration: &types.VersioningConfiguration{Status: status},
	}); err != nil {
		t.Fatal(err)
	}
}

// Everything that the server keeps: each version, each delete marker and each unfinished upload, a line for each.
func (s *Server) Everything(t testing.TB) []string {
	t.Helper()
	all := []string{}
	versions := s3.NewListObjectVersionsPaginator(s.Client, &s3.ListObjectVersionsInput{Bucket: aws.String(Bucket)})
	for versions.HasMorePages() {
		page, err := versions.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range page.Versions {
			all = append(all, fmt.Sprintf("%s version %s, %d bytes, %s", *v.Key, aws.ToString(v.VersionId), aws.ToInt64(v.Size), aws.ToString(v.ETag)))
		}
		for _, m := range page.DeleteMarkers {
			all = append(all, fmt.Sprintf("%s marker %s", *m.Key, aws.ToString(m.VersionId)))
		}
	}
	uploads := s3.NewListMultipartUploadsPaginator(s.Client, &s3.ListMultipartUploadsInput{Bucket: aws.String(Bucket)})
	for uploads.HasMorePages() {
		page, err := uploads.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, u := range page.Uploads {
			all = append(all, fmt.Sprintf("%s upload %s", *u.Key, *u.UploadId))
		}
	}
	slices.Sort(all)
	return all
}

// Put an object there, and return its version if the bucket keeps them.
func (s *Server) Put(t testing.TB, key, data string) string {
	t.Helper()
	put, err := s.Client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String(Bucket), Key: &key, Body: strings.NewReader(data)})
	if err != nil {
		t.Fatal(err)
	}
	return aws.ToString(put.VersionId)
}

// Delete an object as somebody does who knows nothing of versions.
func (s *Server) Delete(t testing.TB, key string) {
	t.Helper()
	if _, err := s.Client.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: aws.String(Bucket), Key: &key}); err != nil {
		t.Fatal(err)
	}
}

// Begin an upload and do not finish it.
func (s *Server) Begin(t testing.TB, key string) {
	t.Helper()
	if _, err := s.Client.CreateMultipartUpload(t.Context(), &s3.CreateMultipartUploadInput{Bucket: aws.String(Bucket), Key: &key}); err != nil {
		t.Fatal(err)
	}
}

// Abort all uploads that were begun.
func (s *Server) Abort(t testing.TB) {
	t.Helper()
	listing, err := s.Client.ListMultipartUploads(t.Context(), &s3.ListMultipartUploadsInput{Bucket: aws.String(Bucket)})
	if err != nil {
		t.Fatal(err)
	}
	for _, upload := range listing.Uploads {
		if _, err := s.Client.AbortMultipartUpload(t.Context(), &s3.AbortMultipartUploadInput{Bucket: aws.String(Bucket), Key: upload.Key, UploadId: upload.UploadId}); err != nil {
			t.Fatal(err)
		}
	}
}

// Lock lets objects of the bucket be locked. It has to keep versions.
func (s *Server) Lock(t testing.TB) {
	t.Helper()
	if _, err := s.Client.PutObjectLockConfiguration(t.Context(), &s3.PutObjectLockConfigurationInput{
		Bucket: aws.String(Bucket), ObjectLockConfiguration: &types.ObjectLockConfiguration{ObjectLockEnabled: types.ObjectLockEnabledEnabled},
	}); err != nil {
		t.Fatal(err)
	}
}

// PutLocked puts an object with a legal hold there, and returns its version.
func (s *Server) PutLocked(t testing.TB, key, data string) string {
	t.Helper()
	version := s.Put(t, key, data)
	if _, err := s.Client.PutObjectLegalHold(t.Context(), &s3.PutObjectLegalHoldInput{
		Bucket: aws.String(Bucket), Key: &key, VersionId: &version, LegalHold: &types.ObjectLockLegalHold{Status: types.ObjectLockLegalHoldStatusOn},
	}); err != nil {
		t.Fatal(err)
	}
	return version
}
