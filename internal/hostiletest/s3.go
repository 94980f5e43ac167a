package hostiletest

import (
	"crypto/md5"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Operation of S3.
type Operation string

// Operations that a dump needs.
const (
	Put      Operation = "PutObject"
	Head     Operation = "HeadObject"
	Get      Operation = "GetObject"
	Delete   Operation = "DeleteObject"
	List     Operation = "ListObjectsV2"
	Uploads  Operation = "ListMultipartUploads"
	Create   Operation = "CreateMultipartUpload"
	Part     Operation = "UploadPart"
	Complete Operation = "CompleteMultipartUpload"
	Abort    Operation = "AbortMultipartUpload"
)

// S3 is a store on loopback with one bucket, in memory.
type S3 struct {
	URL string

	ways map[Operation]http.HandlerFunc

	mu      sync.Mutex
	objects map[string][]byte
	uploads map[string]map[string][]byte
}

// StartS3 for one test. A way takes the place of an operation's answer.
func StartS3(t testing.TB, ways map[Operation]http.HandlerFunc) *S3 {
	t.Helper()
	s := &S3{ways: ways, objects: map[string][]byte{}, uploads: map[string]map[string][]byte{}}
	server := httptest.NewServer(s)
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	s.URL = server.URL
	return s
}

// Keys of what can be seen in the bucket.
func (s *S3) Keys() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	keys := []string{}
	for key := range s.objects {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// Put an object there.
func (s *S3) Put(key string, data []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.objects[key] = data
}

// ServeHTTP is for the dumper, and for ways that go on as a right store.
func (s *S3) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	operation := operationOf(r)
	if way := s.ways[operation]; way != nil {
		way(w, r)
		return
	}
	s.Right(w, r)
}

// Right is the answer of a store that does nothing wrong.
func (s *S3) Right(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	_, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	s.mu.Lock()
	defer s.mu.Unlock()
	switch operationOf(r) {
	case Put:
		s.objects[key] = body
		w.Header().Set("ETag", etag(body))
	case Head, Get:
		s.read(w, key)
	case Delete:
		delete(s.objects, key)
		w.WriteHeader(http.StatusNoContent)
	case Create:
		s.uploads[key] = map[string][]byte{}
		fmt.Fprint(w, "<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>")
	case Part:
		s.uploads[key][r.URL.Query().Get("partNumber")] = body
		w.Header().Set("ETag", etag(body))
	case Complete:
		s.complete(w, key)
	case Abort:
		delete(s.uploads, key)
		w.WriteHeader(http.StatusNoContent)
	case List:
		s.list(w, r.URL.Query().Get("prefix"))
	default:
		fmt.Fprint(w, "<ListMultipartUploadsResult></ListMultipartUploadsResult>")
	}
}

func (s *S3) read(w http.ResponseWriter, key string) {
	data, found := s.objects[key]
	if !found {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	w.Header().Set("ETag", etag(data))
	w.Header().Set("Content-Length", fmt.Sprint(len(data)))
	w.Header().Set("Last-Modified", "Fri, 27 Nov 2026 12:00:00 GMT")
	_, _ = w.Write(data)
}

func (s *S3) complete(w http.ResponseWriter, key string) {
	var whole, sums []byte
	parts := s.uploads[key]
	for n := 1; n <= len(parts); n++ {
		part := parts[fmt.Sprint(n)]
		sum := md5.Sum(part)
		whole, sums = append(whole, part...), append(sums, sum[:]...)
	}
	s.objects[key] = whole
	delete(s.uploads, key)
	fmt.Fprintf(w, "<CompleteMultipartUploadResult><ETag>%s-%d</ETag></CompleteMultipartUploadResult>", strings.Trim(etag(sums), `"`), len(parts))
}

func (s *S3) list(w http.ResponseWriter, prefix string) {
	fmt.Fprint(w, "<ListBucketResult>")
	for key, data := range s.objects {
		if strings.HasPrefix(key, prefix) {
			fmt.Fprint(w, "<Contents><Key>")
			_ = xml.EscapeText(w, []byte(key))
			fmt.Fprintf(w, "</Key><Size>%d</Size><LastModified>2026-11-27T12:00:00Z</LastModified></Contents>", len(data))
		}
	}
	fmt.Fprint(w, "</ListBucketResult>")
}

func etag(data []byte) string {
	sum := md5.Sum(data)
	return `"` + hex.EncodeToString(sum[:]) + `"`
}

func operationOf(r *http.Request) Operation {
	query := r.URL.Query()
	switch {
	case r.Method == http.MethodPost && query.Has("uploads"):
		return Create
	case r.Method == http.MethodPost:
		return Complete
	case r.Method == http.MethodPut && query.Has("partNumber"):
		return Part
	case r.Method == http.MethodPut:
		return Put
	case r.Method == http.MethodHead:
		return Head
	case r.Method == http.MethodDelete && query.Has("uploadId"):
		return Abort
	case r.Method == http.MethodDelete:
		return Delete
	case query.Has("uploads"):
		return Uploads
	case query.Has("list-type"):
		return List
	}
	return Get
}
