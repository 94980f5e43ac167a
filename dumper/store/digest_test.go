package store

import (
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"

	"github.com/volcado-io/volcado/dumper/mounted"
	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/s3test"
)

// The value is that of the catalogue of parametrised CRC algorithms, https://reveng.sourceforge.io/crc-catalogue/17plus.htm.
func TestCRC64NVMEIsTheOneThatS3Means(t *testing.T) {
	crc := newCRC64NVME()
	crc.write([]byte("12345"))
	crc.write([]byte("6789"))
	want, err := hex.DecodeString("ae8b14860a799888")
	if err != nil {
		t.Fatal(err)
	}
	if got := crc.String(); got != base64.StdEncoding.EncodeToString(want) {
		t.Errorf("%s, want the base64 of %x", got, want)
	}
}

// telling is a store that keeps one object, and tells of it what it likes.
func telling(tell func(w http.ResponseWriter, content []byte)) http.HandlerFunc {
	b := &bucketInMemory{parts: map[string][]byte{}}
	return func(w http.ResponseWriter, r *http.Request) {
		switch r.Method {
		case http.MethodHead:
			if r.Header.Get("X-Amz-Checksum-Mode") == "ENABLED" {
				tell(w, b.whole)
			}
			sum := md5.Sum(b.whole)
			w.Header().Set("ETag", `"`+hex.EncodeToString(sum[:])+`"`)
			fallthrough
		case http.MethodGet:
			_, _ = w.Write(b.whole)
		default:
			b.ServeHTTP(w, r)
		}
	}
}

func TestAStoreIsBelievedWhereItTellsTheChecksumOfTheWhole(t *testing.T) {
	crc := func(w http.ResponseWriter, content []byte) {
		sum := newCRC64NVME()
		sum.write(content)
		w.Header().Set("X-Amz-Checksum-Crc64nvme", sum.String())
	}
	const text = "-- a dump"
	for sentence, c := range map[string]struct {
		tell func(w http.ResponseWriter, content []byte)
		want contract.Proof
	}{
		"it does":                         {crc, contract.ProofChecksum},
		"it has never heard of checksums": {func(http.ResponseWriter, []byte) {}, contract.ProofETag},
		"it refuses to be asked":          {func(w http.ResponseWriter, _ []byte) { w.WriteHeader(http.StatusNotImplemented) }, contract.ProofETag},
		"it tells another one":            {func(w http.ResponseWriter, content []byte) { crc(w, append(content, 0)) }, contract.ProofETag},
		"it forgets it when it matters":   {unless(text, crc, func(http.ResponseWriter, []byte) {}), contract.ProofReadBack},
		"it tells the one of the parts":   {unless(text, crc, func(w http.ResponseWriter, b []byte) { crc(w, b); w.Header().Set("X-Amz-Checksum-Type", "COMPOSITE") }), contract.ProofReadBack},
		"it tells a wrong one at the end": {unless(text, crc, func(w http.ResponseWriter, _ []byte) {
			w.Header().Set("X-Amz-Checksum-Crc64nvme", strings.Repeat("A", 900))
		}), contract.ProofReadBack},
	} {
		t.Run(sentence, func(t *testing.T) {
			s, _ := endpoint(t, telling(c.tell))
			if proof := store(t, s, []byte(text)); proof != c.want {
				t.Errorf("%s, want %s", proof, c.want)
			}
		})
	}
}

// unless the content is this one, tell one thing; of it tell another.
func unless(this string, tell, other func(http.ResponseWriter, []byte)) func(http.ResponseWriter, []byte) {
	return func(w http.ResponseWriter, content []byte) {
		if string(content) == this {
			tell = other
		}
		tell(w, content)
	}
}

// A real server tells it of an object that was put whole, and of one that was sent in parts.
func TestARealServerTellsTheChecksum(t *testing.T) {
	server := s3test.Start(t, s3test.Options{})
	s, _, err := OpenS3(t.Context(), S3{
		Bucket: s3test.Bucket, Endpoint: server.Endpoint, PathStyle: true,
		Credentials: &mounted.Secret{Dir: s3test.Credentials(t, s3test.AccessKeyID, s3test.SecretAccessKey)},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	for sentence, size := range map[string]int{"of a small object": 5, "of one in parts": 2*minPartBytes + 1} {
		t.Run(sentence, func(t *testing.T) {
			if proof := store(t, s, make([]byte, size)); proof != contract.ProofChecksum {
				t.Errorf("%s, want %s", proof, contract.ProofChecksum)
			}
		})
	}
}

// store the content as a dump is stored, and return what proves that it is there.
func store(t *testing.T, s *Store, content []byte) contract.Proof {
	t.Helper()
	const key = "shop/dump.sql.gz"
	if err := s.Probe(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	w, err := s.NewWriter(t.Context(), key, 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(content); err != nil {
		t.Fatal(err)
	}
	sum, err := w.Commit()
	if err != nil {
		t.Fatal(err)
	}
	proof, err := s.Verify(t.Context(), key, sum)
	if err != nil {
		t.Fatal(err)
	}
	return proof
}
