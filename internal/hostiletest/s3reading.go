package hostiletest

import (
	"fmt"
	"maps"
	"net/http"
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
		"its manifest has no end":                          {Get, of(contract.ManifestFile, endless(200, false, `{"version": 2, "files": [`, `{"name": "x"},`)), "", false},
		"its manifest claims 2 GiB":                        {Get, of(contract.ManifestFile, endless(200, true, `{"version": 2, "x": "`, "x")), "", false},
		"its manifest is large and no manifest":            {Get, of(contract.ManifestFile, body(200, `{"version": 2, "x": "`+strings.Repeat("x", 60<<20))), "", false},
		"its manifest is nested without an end":            {Get, of(contract.ManifestFile, body(200, strings.Repeat("[", 1_000_000))), "", false},
		"its manifest begins and does not end":             {Get, of(contract.ManifestFile, begun(`{"version": 2`)), "", true},
		"its copy has no end":                              {Get, of(artifact, endless(200, false, "\x1f\x8b\x08", "x")), "", false},
		"its copy begins and does not end":                 {Get, of(artifact, begun("\x1f\x8b\x08")), "", true},
		"its copy is empty":                                {Get, of(artifact, body(200, "")), "", false},
		"its copy is somebody's page":                      {Get, of(artifact, body(200, "<html>welcome</html>")), "", false},
		"its copy is gone":                                 {Get, of(artifact, body(404, "")), "", false},
		"its list of manifests never ends":                 {List, manifests("by-hand/%d/" + contract.ManifestFile), "", false},
		"its list has long names without an end":           {List, manifests("by-hand/" + strings.Repeat("x", 900) + "/%d/" + artifact), "", false},
		"its list has one attempt of files without an end": {List, manifests("by-hand/one/%d" + strings.Repeat("x", 900)), "", false},
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
