package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

const (
	gibibyte = 1 << 30
	tebibyte = 1 << 40
)

// largest part of an artifact of that size, and how many there are.
func largest(s partSizes, artifactBytes int64) (partBytes int64, parts int) {
	for sent := int64(0); sent < artifactBytes; parts++ {
		partBytes = s.of(parts)
		sent += partBytes
	}
	return partBytes, parts
}

// Memory for parts is uploadBytes, or one part where that is more. docs/dumper.md has these bounds.
func TestTheMemoryOfAnUploadIsBoundedByTheSizeOfTheArtifact(t *testing.T) {
	for artifact := int64(mebibyte); artifact <= 5*tebibyte; artifact = artifact*5/4 + 1 {
		for sentence, test := range map[string]struct{ expected, bound int64 }{
			// S3's own bound is artifact/maxParts.
			"as large as expected":             {artifact, max(uploadBytes, artifact/7_000)},
			"a tenth of what was expected":     {artifact * 10, max(uploadBytes, artifact/700)},
			"of unknown size":                  {0, boundUpTo(256*gibibyte, artifact)},
			"far larger than expected":         {1, boundUpTo(80*gibibyte, artifact)},
			"ten times as large as expected":   {artifact / 10, boundUpTo(80*gibibyte, artifact)},
			"four fifths of what was expected": {artifact * 5 / 4, max(uploadBytes, artifact/5_600)},
		} {
			s := sizesFor(test.expected)
			partBytes, parts := largest(s, artifact)
			if parts > maxParts || partBytes > maxPartBytes || s.of(0) < 5*mebibyte || max(partBytes, uploadBytes) > test.bound {
				t.Errorf("%d MiB, %s: %d parts, up to %d MiB, the bound is %d MiB", artifact>>20, sentence, parts, partBytes>>20, test.bound>>20)
			}
		}
	}
}

// boundUpTo is for where nothing useful was expected: uploadBytes up to that size, and then as S3 permits.
func boundUpTo(size, artifact int64) int64 {
	if artifact <= size {
		return uploadBytes
	}
	return maxPartBytes
}

// bucketInMemory keeps what is uploaded, by part number.
type bucketInMemory struct {
	mu    sync.Mutex
	parts map[string][]byte
	whole []byte
}

func (b *bucketInMemory) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	b.mu.Lock()
	defer b.mu.Unlock()
	number := r.URL.Query().Get("partNumber")
	switch {
	case r.Method == http.MethodPut && number != "":
		b.parts[number] = body
		w.Header().Set("ETag", number)
	case r.Method == http.MethodPut:
		b.whole = body
	case r.URL.Query().Has("uploads"):
		fmt.Fprint(w, "<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>")
	case r.Method == http.MethodPost:
		for n := 1; strings.Contains(string(body), fmt.Sprintf("<PartNumber>%d</PartNumber>", n)); n++ {
			b.whole = append(b.whole, b.parts[fmt.Sprint(n)]...)
		}
		fmt.Fprint(w, "<CompleteMultipartUploadResult><ETag>x</ETag></CompleteMultipartUploadResult>")
	}
}

// The oracle is the hash of what was written, in pieces of any size.
func TestWhatIsWrittenInPiecesArrivesWhole(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, size := range []int{1, mebibyte - 1, mebibyte, mebibyte + 1, minPartBytes - 1, minPartBytes, minPartBytes + 1, 3 * minPartBytes, 70*mebibyte + 7} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			b := &bucketInMemory{parts: map[string][]byte{}}
			s, _ := endpoint(t, b.ServeHTTP)
			w, err := s.NewWriter(t.Context(), "x", 1)
			if err != nil {
				t.Fatal(err)
			}
			data := make([]byte, size)
			for i := range data {
				data[i] = byte(i>>20) ^ byte(i*7)
			}
			for rest := data; len(rest) > 0; {
				n, err := w.Write(rest[:min(len(rest), 1+random.IntN(3*mebibyte))])
				if err != nil {
					t.Fatal(err)
				}
				rest = rest[n:]
			}
			sum, err := w.Commit()
			if err != nil {
				t.Fatal(err)
			}
			hash := sha256.Sum256(data)
			if !bytes.Equal(b.whole, data) || sum.Bytes != int64(size) || sum.SHA256 != hex.EncodeToString(hash[:]) {
				t.Errorf("%d bytes arrived of %d", len(b.whole), size)
			}
			if parts := size / minPartBytes; parts > 0 != strings.Contains(sum.ETag, "-") {
				t.Errorf("the ETag %s is not of %d parts", sum.ETag, parts)
			}
		})
	}
}

func TestAStoreIsToldTheMediaTypeOfAnArtifact(t *testing.T) {
	for key, want := range map[string]string{
		"shop/one/dump.sql.gz": "application/gzip", "shop/one/dump.sql.zst": "application/zstd", "shop/one/dump.sql": "application/sql", "shop/one/manifest.json": "application/octet-stream",
	} {
		for size, how := range map[int]string{1: "put whole", minPartBytes + 1: "in parts"} {
			t.Run(key+" "+how, func(t *testing.T) {
				b := &bucketInMemory{parts: map[string][]byte{}}
				var told atomic.Value
				s, _ := endpoint(t, func(w http.ResponseWriter, r *http.Request) {
					if r.URL.Query().Has("uploads") || size == 1 {
						told.Store(r.Header.Get("Content-Type"))
					}
					b.ServeHTTP(w, r)
				})
				w, err := s.NewWriter(t.Context(), key, 1)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := w.Write(make([]byte, size)); err != nil {
					t.Fatal(err)
				}
				if _, err := w.Commit(); err != nil {
					t.Fatal(err)
				}
				if told.Load() != want {
					t.Errorf("%v, want %s", told.Load(), want)
				}
			})
		}
	}
}

func TestAPartLargerThanTheMemoryForPartsStillFits(t *testing.T) {
	pool := newBlockPool()
	pool.fit(2 * uploadBytes)
	c := &content{}
	ctx, cancel := context.WithCancelCause(t.Context())
	for c.bytes < 2*uploadBytes {
		if _, err := c.append(ctx, pool, make([]byte, 3*blockBytes/2), 2*uploadBytes-c.bytes); err != nil {
			t.Fatal(err)
		}
	}
	cancel(io.ErrClosedPipe)
	if _, err := pool.take(ctx); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("one more block: %v, want to have waited until it was stopped", err)
	}
	pool.give(c.blocks)
	if _, err := pool.take(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestAnUploadIsAbortedAfterThePartsOnTheirWayHaveArrived(t *testing.T) {
	received, aborted := make(chan struct{}), make(chan struct{})
	var tooEarly atomic.Bool
	s, _ := endpoint(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		switch {
		case r.URL.Query().Has("uploads"):
			fmt.Fprint(w, "<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>")
		case r.Method == http.MethodPut:
			close(received)
			select {
			case <-aborted:
				tooEarly.Store(true)
			case <-time.After(lastParts / 10):
			}
		case r.Method == http.MethodDelete:
			close(aborted)
		}
	})
	ctx, stop := context.WithCancel(t.Context())
	w, err := s.NewWriter(ctx, "x", 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(make([]byte, minPartBytes+1)); err != nil {
		t.Fatal(err)
	}
	<-received
	stop()
	w.Abort()
	<-aborted
	if tooEarly.Load() {
		t.Error("the upload was aborted while a part was on its way")
	}
}
