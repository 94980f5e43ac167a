package hostiletest

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/volcado-io/volcado/internal/contract"
)

// ReadingWays by a sentence about the store: the ways of S3Ways that concern whoever reads a copy, each as the answer to a
// read and to a list, and more that concern nobody else. Their Reason is not that of whoever reads.
func ReadingWays() map[string]S3Way {
	all := map[string]S3Way{}
	for sentence, way := range anyAnswer() {
		way.Operation = Get
		all["asked for an object, "+sentence] = way
		way.Operation = List
		all["asked for a list, "+sentence] = way
	}
	for _, some := range []map[string]S3Way{stored(), listings()} {
		maps.Copy(all, some)
	}
	maps.Copy(all, copies())
	maps.DeleteFunc(all, func(_ string, way S3Way) bool { return way.Operation != Get && way.Operation != List })
	return all
}

// copies are of the manifest and of the file that it vouches for.
func copies() map[string]S3Way {
	return map[string]S3Way{
		"its manifest has no end":                           {Get, of(contract.ManifestFile, endless(200, false, `{"version": 2, "files": [`, `{"name": "x"},`)), "", false},
		"its manifest claims 2 GiB":                         {Get, of(contract.ManifestFile, endless(200, true, `{"version": 2, "x": "`, "x")), "", false},
		"its manifest is large and no manifest":             {Get, of(contract.ManifestFile, whole(`{"version": 2, "x": "`+strings.Repeat("x", large))), "", false},
		"its manifest is one long name":                     {Get, of(contract.ManifestFile, whole(`{"version": 2, "attempt": "`+strings.Repeat("x", large)+`"}`)), "", false},
		"its manifest is one name of escapes":               {Get, of(contract.ManifestFile, whole(`{"version": 2, "attempt": "`+strings.Repeat(`\n`, large/2)+`"}`)), "", false},
		"its manifest has long names":                       {Get, of(contract.ManifestFile, grown(large/10_000, strings.Repeat("x", 9_990))), "", false},
		"its manifest has long names of control characters": {Get, of(contract.ManifestFile, grown(large/10_000, strings.Repeat(`\u0001`, 1_660))), "", false},
		"its manifest has as many names as it can":          {Get, of(contract.ManifestFile, grown(contract.MaxManifestNames, strings.Repeat("t", large/10_010))), "", false},
		"its manifest is nested without an end":             {Get, of(contract.ManifestFile, whole(strings.Repeat("[", 1_000_000))), "", false},
		"its manifest begins and does not end":              {Get, of(contract.ManifestFile, begun(`{"version": 2`)), "", true},
		"its copy has no end":                               {Get, of(artifact, endless(200, false, "\x1f\x8b\x08", "x")), "", false},
		"its copy begins and does not end":                  {Get, of(artifact, begun("\x1f\x8b\x08")), "", true},
		"its copy is empty":                                 {Get, of(artifact, body(200, "")), "", false},
		"its copy is somebody's page":                       {Get, of(artifact, body(200, "<html>welcome</html>")), "", false},
		"its copy is gone":                                  {Get, of(artifact, body(404, "")), "", false},
		"its list of manifests never ends":                  {List, manifests("by-hand/%d/" + contract.ManifestFile), "", false},
		"its list has long names without an end":            {List, manifests("by-hand/" + strings.Repeat("x", 900) + "/%d/" + artifact), "", false},
		"its list has one attempt of files without an end":  {List, manifests("by-hand/one/%d" + strings.Repeat("x", 900)), "", false},
	}
}

// large is nearly as much as a manifest can have.
const large = contract.MaxManifestBytes - 1<<20

// whole is an object with its length, without which nobody reads it.
func whole(text string) answerer {
	return func(w http.ResponseWriter, r *http.Request, right http.Handler) {
		w.Header().Set("Content-Length", strconv.Itoa(len(text)))
		body(http.StatusOK, text)(w, r, right)
	}
}

// grown is a right manifest with so many views of that name.
func grown(views int, name string) answerer {
	return func(w http.ResponseWriter, r *http.Request, right http.Handler) {
		was := httptest.NewRecorder()
		right.ServeHTTP(was, r)
		if was.Code != http.StatusOK {
			body(was.Code, was.Body.String())(w, r, right)
			return
		}
		more := `"tables": {"views": ["` + name + `"` + strings.Repeat(`, "`+name+`"`, views-1) + `], `
		whole(strings.Replace(was.Body.String(), `"tables": {`, more, 1))(w, r, right)
	}
}

// of one file alone.
func of(file string, a answerer) answerer {
	return func(w http.ResponseWriter, r *http.Request, right http.Handler) {
		if strings.HasSuffix(r.URL.Path, "/"+file) {
			a(w, r, right)
			return
		}
		right.ServeHTTP(w, r)
	}
}

// manifests are pages of keys without an end. Each is as long as S3's are.
func manifests(format string) answerer {
	var number atomic.Int64
	return func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		drain(r)
		page := number.Add(1)
		fmt.Fprintf(w, "<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>%d</NextContinuationToken>", page)
		for n := range int64(1000) {
			fmt.Fprintf(w, "<Contents><Key>"+format+"</Key><Size>1</Size></Contents>", page*1000+n)
		}
		fmt.Fprint(w, "</ListBucketResult>")
	}
}
