package store

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/volcado-io/volcado/internal/contract"
)

// answering is a transport whose store says the same to everything.
type answering struct {
	status int
	body   string
}

func (a answering) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: a.status, ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(a.body)), Request: r}, nil
}

// Whatever a store answers, lists and uploads end, and an error has a reason and holds nothing of the text.
func FuzzAnswers(f *testing.F) {
	for _, body := range []string{
		"", "<Error><Code>NoSuchBucket</Code></Error>", "<Error><Code>Xx</Code><Message>\u2603</Message></Error>", "<ListBucketResult><Contents></Contents></ListBucketResult>",
		"<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>a</NextContinuationToken><Contents><Key>a/x</Key></Contents></ListBucketResult>",
		"<ListMultipartUploadsResult><Upload></Upload></ListMultipartUploadsResult>", "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>",
		"<ListVersionsResult><IsTruncated>true</IsTruncated><NextKeyMarker>a</NextKeyMarker><Version><Key>a/x</Key></Version><DeleteMarker></DeleteMarker></ListVersionsResult>", "<InitiateMultipartUploadResult/>", "<a", "\xff",
	} {
		f.Add(200, body)
		f.Add(403, body)
		f.Add(503, body)
	}
	f.Fuzz(func(t *testing.T, status int, body string) {
		if status < 200 || status > 999 {
			return
		}
		settings := S3{Bucket: "dumps", Endpoint: "http://store"}
		place := &s3Place{S3: settings, quote: settings.quoting(nil), client: s3.New(s3.Options{
			Region: "us-east-1", BaseEndpoint: aws.String(settings.Endpoint), UsePathStyle: true, Retryer: aws.NopRetryer{},
			Credentials: credentials.NewStaticCredentialsProvider("id", "key", ""), HTTPClient: &http.Client{
				Transport: bounded{answering{status, body}}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
			},
		})}
		var errs []error
		for _, err := range place.list(t.Context(), "a/") {
			errs = append(errs, err)
		}
		_, err := place.beginUpload(t.Context(), "a/x")
		errs = append(errs, err, place.sweep(t.Context(), "a/"), place.remove(t.Context(), remnant{key: "a/x", version: "1"}))
		for _, err := range place.below(t.Context(), "a/") {
			errs = append(errs, err)
		}
		for _, err := range errs {
			if err == nil {
				continue
			}
			if failure := place.explain(err, "a/x"); failure.Reason == contract.Internal || failure.Hint == "" || strings.Contains(failure.Message, "\u2603") {
				t.Errorf("%d %q is said as %+v", status, body, failure)
			}
		}
	})
}
