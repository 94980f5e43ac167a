package hostiletest

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
	"sync/atomic"

	"github.com/volcado-io/volcado/internal/contract"
)

// artifact is the name of a copy's file.
var artifact = contract.DefaultFormat().File()

// S3Ways by a sentence about the store.
func S3Ways() map[string]S3Way {
	all := map[string]S3Way{}
	for _, some := range []map[string]S3Way{anyAnswer(), uploads(), stored(), listings()} {
		maps.Copy(all, some)
	}
	return all
}

// anyAnswer is of the first request.
func anyAnswer() map[string]S3Way {
	return map[string]S3Way{
		"it never answers":     {Put, silent, contract.RunDeadlineExceeded, true},
		"it hangs up":          {Put, reset, contract.StorageUnreachable, false},
		"it fails for ever":    {Put, body(503, "<Error><Code>SlowDown</Code></Error>"), contract.StorageError, false},
		"its error has 2 GiB":  {Put, endless(400, true, "<Error><Code>", "x"), contract.StorageError, false},
		"its error has no end": {Put, endless(403, false, "<Error><Message>", "x"), contract.StorageError, false},
		"its error begins and does not end": {Put, func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
			w.WriteHeader(400)
			begun("<Error>")(w, r, nil)
		}, contract.RunDeadlineExceeded, true},
		"its error is no XML":                     {Put, body(400, "\x00\xff<<<"), contract.StorageError, false},
		"its error is empty":                      {Put, body(400, ""), contract.StorageError, false},
		"its error has a code of a whole story":   {Put, body(400, "<Error><Code>"+strings.Repeat("once upon a time ", 1000)+"</Code></Error>"), contract.StorageError, false},
		"its error has nested entities":           {Put, body(400, entities+"<Error><Code>&c;</Code></Error>"), contract.StorageError, false},
		"its error is nested without an end":      {Put, endless(400, false, "<Error>", "<a>"), contract.StorageError, false},
		"its error has attributes without an end": {Put, endless(400, false, "<Error ", `a="b" `), contract.StorageError, false},
		"it redirects for ever":                   {Put, redirect(301), contract.StorageError, false},
		"it redirects and keeps the method":       {Put, redirect(307), contract.StorageError, false},
		"it redirects to nowhere":                 {Put, body(302, ""), contract.StorageError, false},
		"it answers with a header of 10 MB": {Put, raw(func(w io.Writer) {
			fmt.Fprintf(w, "HTTP/1.1 200 OK\r\nX-A: %s\r\n\r\n", strings.Repeat("x", 10_000_000))
		}), contract.StorageUnreachable, false},
		"it answers with headers without an end": {Put, raw(func(w io.Writer) { _, _ = io.WriteString(w, "HTTP/1.1 200 OK\r\n"); lines(w) }), contract.StorageUnreachable, false},
		"it does not speak HTTP":                 {Put, raw(func(w io.Writer) { _, _ = io.WriteString(w, "SSH-2.0-OpenSSH_9.2p1\r\n") }), contract.StorageUnreachable, false},
		"it has a status that is none":           {Put, raw(func(w io.Writer) { _, _ = io.WriteString(w, "HTTP/1.1 999 What\r\nContent-Length: 0\r\n\r\n") }), contract.StorageError, false},
		"it continues for ever":                  {Put, raw(func(w io.Writer) { informing(w) }), contract.StorageUnreachable, false},
	}
}

func lines(w io.Writer) {
	for {
		if _, err := io.WriteString(w, "X-A: "+strings.Repeat("x", 1000)+"\r\n"); err != nil {
			return
		}
	}
}

func informing(w io.Writer) {
	for {
		if _, err := io.WriteString(w, "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"); err != nil {
			return
		}
	}
}

// uploads are of an artifact that needs parts.
func uploads() map[string]S3Way {
	return map[string]S3Way{
		"its upload has no id":                        {Create, body(200, "<InitiateMultipartUploadResult></InitiateMultipartUploadResult>"), contract.StorageError, false},
		"its upload has an empty id":                  {Create, body(200, "<InitiateMultipartUploadResult><UploadId></UploadId></InitiateMultipartUploadResult>"), contract.StorageError, false},
		"its upload is an empty answer":               {Create, body(200, ""), contract.StorageError, false},
		"its upload is something else":                {Create, body(200, "<html>welcome</html>"), contract.StorageError, false},
		"its upload has an id without an end":         {Create, endless(200, false, "<InitiateMultipartUploadResult><UploadId>", "x"), contract.StorageError, false},
		"its part has no ETag":                        {Part, changed(func(h http.Header) { h.Del("ETag") }), contract.StorageError, false},
		"it refuses every part":                       {Part, body(403, denied), contract.StorageAccessDenied, false},
		"it accepts a part and loses it":              {Part, lost, contract.ArtifactDoubted, false},
		"it completes with an error in a good answer": {Complete, body(200, "<Error><Code>InternalError</Code><Message>no</Message></Error>"), contract.StorageError, false},
		"it completes and keeps nothing":              {Complete, body(200, "<CompleteMultipartUploadResult></CompleteMultipartUploadResult>"), contract.ArtifactDoubted, false},
		"it completes with blanks without an end":     {Complete, endless(200, false, "", " "), contract.StorageError, false},
		"it completes and never says so":              {Complete, silent, contract.RunDeadlineExceeded, true},
		"it cannot abort":                             {Abort, body(500, ""), contract.StorageError, false},
	}
}

// lost answers as if it had the part, and has it not.
func lost(w http.ResponseWriter, r *http.Request, right http.Handler) {
	sum := md5.New()
	_, _ = io.Copy(sum, r.Body)
	r.Body = io.NopCloser(strings.NewReader("lost"))
	right.ServeHTTP(w, r)
	w.Header().Set("ETag", `"`+hex.EncodeToString(sum.Sum(nil))+`"`)
}

// stored are of what is looked at and read back.
func stored() map[string]S3Way {
	return map[string]S3Way{
		"its objects have another ETag":        {Head, changed(func(h http.Header) { h.Set("ETag", `"00000000000000000000000000000000"`) }), "", false},
		"its objects have no ETag":             {Head, changed(func(h http.Header) { h.Del("ETag") }), "", false},
		"its objects have another size":        {Head, changed(func(h http.Header) { h.Set("Content-Length", "7") }), contract.ArtifactDoubted, false},
		"its objects have no size":             {Head, raw(func(w io.Writer) { _, _ = io.WriteString(w, "HTTP/1.1 200 OK\r\n\r\n") }), contract.ArtifactDoubted, false},
		"its objects have a size below zero":   {Head, raw(func(w io.Writer) { _, _ = io.WriteString(w, "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n") }), contract.StorageUnreachable, false},
		"its objects have a date that is none": {Head, changed(func(h http.Header) { h.Set("Last-Modified", "yesterday") }), contract.StorageError, false},
		"it has no object that it was given":   {Head, body(404, ""), contract.StorageError, false},
		"it reads back without an end":         {Get, endless(200, false, "", "x"), contract.ArtifactDoubted, false},
		"it reads back something else":         {Get, body(200, "something else"), contract.ArtifactDoubted, false},
		"it reads back an error of 2 GiB":      {Get, endless(500, true, "<Error>", "x"), contract.StorageError, false},
		"it claims more bytes than it sends": {Get, (func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
			w.Header().Set("Content-Length", "1000000")
			_, _ = io.WriteString(w, "x")
		}), contract.StorageError, false},
	}
}

// listings are of what earlier attempts left, which no dump depends on.
func listings() map[string]S3Way {
	var pages atomic.Int64
	object := "<Contents><Size>1</Size></Contents>"
	return map[string]S3Way{
		"its list has no keys":                 {List, body(200, "<ListBucketResult>"+strings.Repeat(object, 100)+"</ListBucketResult>"), "", false},
		"its list has no dates":                {List, body(200, "<ListBucketResult><Contents><Key>by-hand/old/"+artifact+"</Key></Contents></ListBucketResult>"), "", false},
		"its list has a million objects":       {List, endless(200, false, "<ListBucketResult>", object), "", false},
		"its list goes on with the same token": {List, body(200, "<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken>"+object+"</ListBucketResult>"), "", false},
		"its list goes on without a token":     {List, body(200, "<ListBucketResult><IsTruncated>true</IsTruncated>"+object+"</ListBucketResult>"), "", false},
		"its list never ends": {List, func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
			drain(r)
			fmt.Fprintf(w, "<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>%d</NextContinuationToken>", pages.Add(1))
			for n := range 1000 {
				fmt.Fprintf(w, "<Contents><Key>by-hand/%d-%d/%s</Key></Contents>", pages.Load(), n, artifact)
			}
			_, _ = io.WriteString(w, "</ListBucketResult>")
		}, "", false},
		"its list has nested entities":             {List, body(200, entities+"<ListBucketResult><Contents><Key>&c;</Key></Contents></ListBucketResult>"), "", false},
		"its list is nested without an end":        {List, endless(200, false, "<ListBucketResult>", "<a>"), "", false},
		"its list of uploads has no keys":          {Uploads, body(200, "<ListMultipartUploadsResult>"+strings.Repeat("<Upload></Upload>", 100)+"</ListMultipartUploadsResult>"), "", false},
		"its list of uploads has no ids":           {Uploads, body(200, "<ListMultipartUploadsResult><Upload><Key>by-hand/x/"+artifact+"</Key></Upload></ListMultipartUploadsResult>"), "", false},
		"its list of uploads has a million":        {Uploads, endless(200, false, "<ListMultipartUploadsResult>", "<Upload></Upload>"), "", false},
		"its list of uploads is an error of 2 GiB": {Uploads, endless(500, true, "<Error>", "x"), "", false},
	}
}
