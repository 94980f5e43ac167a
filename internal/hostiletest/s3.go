package hostiletest

import (
	"crypto/md5"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/volcado-io/volcado/internal/certtest"
)

// Operation of S3.
type Operation string

// Operations that a dump or its deletion needs.
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
	// Versioning and Versions are asked for in a deletion.
	Versioning Operation = "GetBucketVersioning"
	Versions   Operation = "ListObjectVersions"
)

// S3 is a store on loopback with one bucket. Objects are files: the memory of a process that a test starts is measured, and
// begins with what the test itself has.
type S3 struct {
	URL string
	// Authority of its certificate; nil without TLS.
	Authority *certtest.Authority

	ways map[Operation]http.HandlerFunc

	mu      sync.Mutex
	folder  string
	objects map[string]string
	uploads map[string]map[string]string
}

// StartS3 for one test. A way takes the place of an operation's answer.
func StartS3(t testing.TB, ways func(right http.Handler) map[Operation]http.HandlerFunc) *S3 {
	t.Helper()
	s, server := newS3(t, ways)
	server.Start()
	s.URL = server.URL
	return s
}

// StartS3WithTLS is StartS3 with a certificate for 127.0.0.1. It offers HTTP/2, too.
func StartS3WithTLS(t testing.TB, ways func(right http.Handler) map[Operation]http.HandlerFunc) *S3 {
	t.Helper()
	s, server := newS3(t, ways)
	s.Authority, server.TLS = certified(t)
	server.EnableHTTP2 = true
	server.StartTLS()
	s.URL = server.URL
	return s
}

func newS3(t testing.TB, ways func(right http.Handler) map[Operation]http.HandlerFunc) (*S3, *httptest.Server) {
	t.Helper()
	s := &S3{folder: t.TempDir(), objects: map[string]string{}, uploads: map[string]map[string]string{}}
	if ways != nil {
		s.ways = ways(http.HandlerFunc(s.Right))
	}
	server := httptest.NewUnstartedServer(s)
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // of handshakes that a client gave up
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	return s, server
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
func (s *S3) Put(key, data string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.objects[key], _ = s.keep(strings.NewReader(data))
}

// keep what is read as a file, and return its path and its ETag.
func (s *S3) keep(data io.Reader) (path, etag string) {
	file, err := os.CreateTemp(s.folder, "")
	if err != nil {
		return "", ""
	}
	defer file.Close()
	sum := md5.New()
	_, _ = io.Copy(io.MultiWriter(file, sum), data)
	return file.Name(), `"` + hex.EncodeToString(sum.Sum(nil)) + `"`
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
	path, etag := s.keep(r.Body)
	_, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	s.mu.Lock()
	defer s.mu.Unlock()
	switch operationOf(r) {
	case Put:
		s.objects[key] = path
		w.Header().Set("ETag", etag)
	case Head, Get:
		s.read(w, key)
	case Delete:
		delete(s.objects, key)
		w.WriteHeader(http.StatusNoContent)
	case Create:
		s.uploads[key] = map[string]string{}
		fmt.Fprint(w, "<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>")
	case Part:
		if s.uploads[key] != nil {
			s.uploads[key][r.URL.Query().Get("partNumber")] = path
		}
		w.Header().Set("ETag", etag)
	case Complete:
		s.complete(w, key)
	case Abort:
		delete(s.uploads, key)
		w.WriteHeader(http.StatusNoContent)
	case List:
		s.list(w, r.URL.Query().Get("prefix"))
	case Versioning:
		fmt.Fprint(w, "<VersioningConfiguration/>")
	default:
		fmt.Fprint(w, "<ListMultipartUploadsResult></ListMultipartUploadsResult>")
	}
}

func (s *S3) read(w http.ResponseWriter, key string) {
	file, err := os.Open(s.objects[key])
	if err != nil {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	defer file.Close()
	sum := md5.New()
	size, _ := io.Copy(sum, file)
	_, _ = file.Seek(0, io.SeekStart)
	w.Header().Set("ETag", `"`+hex.EncodeToString(sum.Sum(nil))+`"`)
	w.Header().Set("Content-Length", fmt.Sprint(size))
	w.Header().Set("Last-Modified", "Fri, 27 Nov 2026 12:00:00 GMT")
	w.WriteHeader(http.StatusOK)
	_, _ = io.Copy(w, file)
}

func (s *S3) complete(w http.ResponseWriter, key string) {
	whole, err := os.CreateTemp(s.folder, "")
	if err != nil {
		return
	}
	defer whole.Close()
	parts := s.uploads[key]
	for n := 1; n <= len(parts); n++ {
		if part, err := os.Open(parts[fmt.Sprint(n)]); err == nil {
			_, _ = io.Copy(whole, part)
			_ = part.Close()
		}
	}
	s.objects[key] = whole.Name()
	delete(s.uploads, key)
	fmt.Fprint(w, "<CompleteMultipartUploadResult><ETag>x</ETag></CompleteMultipartUploadResult>")
}

func (s *S3) list(w http.ResponseWriter, prefix string) {
	fmt.Fprint(w, "<ListBucketResult>")
	for key, path := range s.objects {
		if strings.HasPrefix(key, prefix) {
			fmt.Fprint(w, "<Contents><Key>")
			_ = xml.EscapeText(w, []byte(key))
			size := int64(1)
			if info, err := os.Stat(path); err == nil {
				size = info.Size()
			}
			fmt.Fprintf(w, "</Key><Size>%d</Size><LastModified>2026-11-27T12:00:00Z</LastModified></Contents>", size)
		}
	}
	fmt.Fprint(w, "</ListBucketResult>")
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
	case query.Has("versioning"):
		return Versioning
	case query.Has("versions"):
		return Versions
	case query.Has("list-type"):
		return List
	}
	return Get
}
