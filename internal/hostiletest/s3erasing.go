package hostiletest

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"sync/atomic"
)

// ErasingWays by a sentence about the store: those that concern a deletion. Their Reason is not that of a deletion.
func ErasingWays() map[string]S3Way {
	all := map[string]S3Way{}
	for sentence, way := range anyAnswer() {
		for _, operation := range []Operation{Versioning, Versions, Delete} {
			way.Operation = operation
			all["asked for "+string(operation)+", "+sentence] = way
		}
	}
	maps.Copy(all, listings())
	maps.Copy(all, versions())
	return all
}

// versions are of a bucket that keeps them.
func versions() map[string]S3Way {
	own := "<Version><Key>by-hand/one/uid/a/" + artifact + "</Key><VersionId>1</VersionId></Version>"
	list := func(entries string) answerer {
		return body(200, "<ListVersionsResult>"+entries+"</ListVersionsResult>")
	}
	var pages atomic.Int64
	return map[string]S3Way{
		"its list of versions has no keys":                  {Versions, list(strings.Repeat("<Version></Version><DeleteMarker></DeleteMarker>", 100)), "", false},
		"its list of versions has no versions":              {Versions, list("<Version><Key>by-hand/one/uid/a/" + artifact + "</Key></Version>"), "", false},
		"its list of versions has a million":                {Versions, endless(200, false, "<ListVersionsResult>", "<Version/>"), "", false},
		"its list of versions has a million markers":        {Versions, endless(200, false, "<ListVersionsResult>", "<DeleteMarker/>"), "", false},
		"it removes a version and lists it still":           {Versions, list(own), "", false},
		"its list of versions goes on with the same marker": {Versions, list("<IsTruncated>true</IsTruncated><NextKeyMarker>x</NextKeyMarker>" + own), "", false},
		"its list of versions goes on without a marker":     {Versions, list("<IsTruncated>true</IsTruncated>" + own), "", false},
		"its versions are a whole story":                    {Versions, list("<Version><Key>by-hand/one/uid/a/" + artifact + "</Key><VersionId>" + strings.Repeat("once upon a time ", 10_000) + "</VersionId></Version>"), "", false},
		"its list of versions never ends": {Versions, func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
			drain(r)
			page := pages.Add(1)
			fmt.Fprintf(w, "<ListVersionsResult><IsTruncated>true</IsTruncated><NextKeyMarker>%d</NextKeyMarker>", page)
			for n := range 50 {
				fmt.Fprintf(w, "<Version><Key>by-hand/one/uid/%d-%d/%s</Key><VersionId>1</VersionId></Version>", page, n, artifact)
			}
			fmt.Fprint(w, "</ListVersionsResult>")
		}, "", false},
		"its answer on versioning is another": {Versioning, body(200, "<html>welcome</html>"), "", false},
		"it knows nothing of versioning":      {Versioning, body(501, "<Error><Code>NotImplemented</Code></Error>"), "", false},
		"its list of uploads never ends": {Uploads, func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
			drain(r)
			fmt.Fprintf(w, "<ListMultipartUploadsResult><IsTruncated>true</IsTruncated><NextKeyMarker>%d</NextKeyMarker>", pages.Add(1))
			_, _ = fmt.Fprint(w, strings.Repeat("<Upload><Key>by-hand/one/uid/a/"+artifact+"</Key><UploadId>1</UploadId></Upload>", 50), "</ListMultipartUploadsResult>")
		}, "", false},
	}
}

// Erasing are the operation's for a deletion. A list of versions is asked for where the bucket keeps them.
func (way S3Way) Erasing(right http.Handler) map[Operation]http.HandlerFunc {
	ways := way.Ways(right)
	if way.Operation == Versions {
		ways[Versioning] = func(w http.ResponseWriter, r *http.Request) {
			drain(r)
			fmt.Fprint(w, "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>")
		}
	}
	return ways
}
