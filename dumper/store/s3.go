package store

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"time"
	"unicode"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"gocloud.dev/blob/s3blob"

	"github.com/volcado-io/volcado/dumper/foreign"
	"github.com/volcado-io/volcado/dumper/mounted"
	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/internal/contract"
)

// Keys of the Secret with the storage credentials.
const (
	KeyAccessKeyID     = "AWS_ACCESS_KEY_ID"
	KeySecretAccessKey = "AWS_SECRET_ACCESS_KEY"
	KeySessionToken    = "AWS_SESSION_TOKEN"
)

const (
	// requestAttempts of each request; a part is sent again from memory.
	requestAttempts   = 5
	requestMaxBackoff = 10 * time.Second
)

// S3 is a bucket and how it is reached. It is built from single values, never from a URL that somebody typed: such a
// URL could carry roles, profiles and anonymous access.
type S3 struct {
	Bucket    string
	Region    string
	Endpoint  string
	PathStyle bool
	// CA is the authority of the endpoint's certificate; without a path, the authorities of the web.
	CA mounted.Authority
	// Credentials is the mounted Secret, or nil for the environment's own identity.
	Credentials *mounted.Secret
}

// OpenS3 prepares the bucket. It does not connect.
func OpenS3(ctx context.Context, s S3) (*Store, []string, error) {
	transport, err := s.transport()
	if err != nil {
		return nil, nil, err
	}
	httpClient := &http.Client{
		Transport: bounded{transport},
		// The signed request, and the dump itself, would go wherever the answer says, even without TLS.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	configuration, secrets, err := s.configuration(ctx)
	if err != nil {
		return nil, nil, err
	}
	client := s3.NewFromConfig(configuration, func(o *s3.Options) {
		o.HTTPClient = httpClient
		o.UsePathStyle = s.PathStyle
		o.Retryer = retryer(requestAttempts, requestMaxBackoff)
		// Checksums that newer SDKs add by default break stores that do not know them.
		o.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired
		o.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired
		if s.Endpoint != "" {
			o.BaseEndpoint = aws.String(strings.TrimSuffix(s.Endpoint, "/"))
		}
	})
	bucket, err := s3blob.OpenBucket(ctx, client, s.Bucket, &s3blob.Options{RequestChecksumCalculation: aws.RequestChecksumCalculationWhenRequired})
	if err != nil {
		return nil, nil, result.Errorf(contract.InvalidRequest, "", "open the bucket: %w", err)
	}
	return &Store{bucket: bucket, place: &s3Place{S3: s, client: client, patience: probeTimeout, quote: s.quoting(secrets)}}, secrets, nil
}

func (s S3) transport() (*http.Transport, error) {
	transport := newTransport()
	if s.CA.Path == "" {
		return transport, nil
	}
	roots, err := s.CA.Pool()
	if e, ok := errors.AsType[*mounted.AuthorityError](err); ok {
		return nil, result.Errorf(contract.StorageTLSAuthorityMissing, e.Hint(), "%w", err)
	}
	if err != nil {
		return nil, err
	}
	transport.TLSClientConfig.RootCAs = roots
	return transport, nil
}

// configuration with credentials from the mounted Secret, which are also returned so that they can be kept out of
// messages, or from the environment: variables, shared files, a web identity, the machine's role.
func (s S3) configuration(ctx context.Context) (aws.Config, []string, error) {
	if s.Credentials == nil {
		var options []func(*config.LoadOptions) error
		if s.Region != "" {
			options = append(options, config.WithRegion(s.Region))
		}
		loaded, err := config.LoadDefaultConfig(ctx, options...)
		if err != nil {
			return aws.Config{}, nil, result.Errorf(contract.StorageCredentialsMissing, "correct the AWS configuration of this environment", "read the AWS configuration: %w", err)
		}
		if loaded.Region == "" {
			loaded.Region = anyRegion
		}
		// Only these are read without asking a server. They have the same names there.
		return loaded, unspeakable([3]string{os.Getenv(KeyAccessKeyID), os.Getenv(KeySecretAccessKey), os.Getenv(KeySessionToken)}), nil
	}
	secret := *s.Credentials
	secret.Keys = []string{KeyAccessKeyID, KeySecretAccessKey}
	var values [3]string
	for i, key := range []string{KeyAccessKeyID, KeySecretAccessKey, KeySessionToken} {
		value, err := secret.Value(key)
		missing, isMissing := errors.AsType[*mounted.MissingError](err)
		switch {
		case isMissing && key == KeySessionToken:
		case isMissing && missing.Whole:
			return aws.Config{}, nil, result.Errorf(contract.StorageSecretNotFound, missing.Hint(), "%w", err)
		case isMissing:
			return aws.Config{}, nil, result.Errorf(contract.StorageCredentialsMissing, missing.Hint(), "%w", err)
		case err != nil:
			return aws.Config{}, nil, result.Errorf(contract.StorageCredentialsMissing, "make it readable for the dumper's user", "%w", err)
		case value == "" && key != KeySessionToken:
			return aws.Config{}, nil, result.Errorf(contract.StorageCredentialsMissing, "put the value there", "%s is empty", secret.Describe(key))
		case strings.ContainsFunc(value, unicode.IsControl):
			return aws.Config{}, nil, result.Errorf(contract.StorageCredentialsMissing, "write the plain value there, on one line",
				"%s holds a line break or another control character", secret.Describe(key))
		}
		values[i] = value
	}
	if err := s.bound(secret); err != nil {
		return aws.Config{}, nil, err
	}
	return aws.Config{Region: cmp.Or(s.Region, anyRegion), Credentials: credentials.NewStaticCredentialsProvider(values[0], values[1], values[2])}, unspeakable(values), nil
}

// anyRegion is for stores that have no regions; Amazon's own says in its answer which one is right.
const anyRegion = "us-east-1"

// minKeyIDBytes of an access key id that is kept out of messages. Servers make them longer. A shorter one is a name that
// somebody chose, like the bucket's or the host's, and messages without that word could not be understood.
const minKeyIDBytes = 16

// unspeakable are the values that must not appear in messages.
func unspeakable(values [3]string) []string {
	if len(values[0]) < minKeyIDBytes {
		return values[1:]
	}
	return values[:]
}

// retryer of requests. A certificate that is not trusted will not be a second later, and an answer that is too large would be
// as large again.
func retryer(attempts int, maxBackoff time.Duration) aws.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts, o.MaxBackoff = attempts, maxBackoff
		untrusted := retry.IsErrorRetryableFunc(func(err error) aws.Ternary {
			if reason, _ := connectionReason(err); reason == contract.StorageTLSVerificationFailed || errors.Is(err, errTooMuch) {
				return aws.FalseTernary
			}
			return aws.UnknownTernary
		})
		o.Retryables = append([]retry.IsErrorRetryable{untrusted}, o.Retryables...)
	})
}

// quoting is the rule for the store's own texts: without TLS anybody on the way can write them.
func (s S3) quoting(secrets []string) foreign.Rule {
	return foreign.Rule{Verified: !strings.HasPrefix(strings.ToLower(s.Endpoint), "http:"), Secrets: secrets}
}

type s3Place struct {
	S3
	client *s3.Client
	quote  foreign.Rule
	// tells: the store tells the CRC64NVME of what it holds. The probe finds out.
	tells bool
	// patience with the probe.
	patience time.Duration
	// versioning of the bucket, once it is known.
	versioning atomic.Pointer[versioning]
}

func (p *s3Place) uri(key string) string { return "s3://" + p.Bucket + "/" + key }

func (p *s3Place) create(ctx context.Context, key string, expectedBytes int64) (object, digest, error) {
	sizes := sizesFor(expectedBytes)
	if p.tells {
		return p.begin(ctx, key, sizes), newCRC64NVME(), nil
	}
	return p.begin(ctx, key, sizes), newETag(sizes.of), nil
}

func (p *s3Place) checksum(ctx context.Context, key string) (string, error) {
	return p.crc64NVME(ctx, key)
}

func (p *s3Place) crc64NVME(ctx context.Context, key string, options ...func(*s3.Options)) (string, error) {
	held, err := p.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &p.Bucket, Key: &key, ChecksumMode: types.ChecksumModeEnabled}, options...)
	if err != nil || held.ChecksumType == types.ChecksumTypeComposite {
		return "", err
	}
	return aws.ToString(held.ChecksumCRC64NVME), nil
}
