package crd_test

import "testing"

var storageVerdicts = map[string]verdict{
	"a name of 64 characters": {
		`metadata: {name: a23456789-123456789-123456789-123456789-123456789-123456789-1234}`,
		"the name of a DumpStorage is at most 63 lower-case letters, digits and dashes"},
	"a name with a dot": {
		`metadata: {name: a.b}`, "the name of a DumpStorage is at most 63 lower-case letters, digits and dashes"},
	"Amazon's S3 with the pod's own identity": {
		`spec: {s3: {endpoint: null, pathStyle: null, caSecretRef: null, region: null}, credentialsSecretRef: null}`, ""},
	"neither a bucket nor a volume": {
		`spec: {s3: null, credentialsSecretRef: null}`, "set exactly one of s3 and persistentVolumeClaim"},
	"both a bucket and a volume": {
		`spec: {persistentVolumeClaim: {claimName: dumps}}`, "set exactly one of s3 and persistentVolumeClaim"},
	"a volume": {
		`spec: {s3: null, credentialsSecretRef: null, persistentVolumeClaim: {claimName: dumps}}`, ""},
	"a volume with credentials, which nothing would use": {
		`spec: {s3: null, persistentVolumeClaim: {claimName: dumps}}`, "credentialsSecretRef is used only with s3"},

	"an endpoint with a port":               {`spec: {s3: {endpoint: "https://s3.example.com:9000"}}`, ""},
	"an endpoint with a slash at its end":   {`spec: {s3: {endpoint: "https://s3.example.com/"}}`, ""},
	"an endpoint by IPv6 address":           {`spec: {s3: {endpoint: "https://[fd00::7]:9000"}}`, ""},
	"a plain endpoint without an authority": {`spec: {s3: {endpoint: "http://s3.shop.svc:7070", caSecretRef: null}}`, ""},
	"a plain endpoint with an authority": {
		`spec: {s3: {endpoint: "http://s3.shop.svc:7070"}}`, "caSecretRef is used only with an https:// endpoint"},
	"an authority for Amazon's own endpoint": {
		`spec: {s3: {endpoint: null}}`, "caSecretRef is used only with an https:// endpoint"},
	"an endpoint without a scheme":  {`spec: {s3: {endpoint: "s3.example.com"}}`, "spec.s3.endpoint in body should match"},
	"an endpoint with a path":       {`spec: {s3: {endpoint: "https://s3.example.com/dumps"}}`, "spec.s3.endpoint in body should match"},
	"an endpoint with a password":   {`spec: {s3: {endpoint: "https://a:b@s3.example.com"}}`, "spec.s3.endpoint in body should match"},
	"an endpoint with a query":      {`spec: {s3: {endpoint: "https://s3.example.com?role=x"}}`, "spec.s3.endpoint in body should match"},
	"an endpoint of another scheme": {`spec: {s3: {endpoint: "file:///etc"}}`, "spec.s3.endpoint in body should match"},

	"no prefix":                          {`spec: {s3: {prefix: ""}}`, ""},
	"a prefix like Hive's partitions":    {`spec: {s3: {prefix: env=prod/kind=dump}}`, ""},
	"a prefix with a slash at its end":   {`spec: {s3: {prefix: prod/}}`, "spec.s3.prefix in body should match"},
	"a prefix with a slash before it":    {`spec: {s3: {prefix: /prod}}`, "spec.s3.prefix in body should match"},
	"a prefix that begins with a dash":   {`spec: {s3: {prefix: -prod}}`, "spec.s3.prefix in body should match"},
	"a folder that begins with a dash":   {`spec: {s3: {prefix: prod/-x}}`, "spec.s3.prefix in body should match"},
	"a prefix that climbs":               {`spec: {s3: {prefix: ../prod}}`, "spec.s3.prefix in body should match"},
	"a prefix that climbs in the middle": {`spec: {s3: {prefix: a/../b}}`, "spec.s3.prefix in body should match"},
	"a folder that climbs": {
		`spec: {s3: null, credentialsSecretRef: null, persistentVolumeClaim: {claimName: dumps, prefix: ../..}}`,
		"spec.persistentVolumeClaim.prefix in body should match"},
	"a bucket in capitals":       {`spec: {s3: {bucket: Dumps}}`, "spec.s3.bucket in body should match"},
	"a bucket with a query":      {`spec: {s3: {bucket: "dumps?x=y"}}`, "spec.s3.bucket in body should match"},
	"an unknown key":             {`spec: {s3: {path: x}}`, `unknown field "spec.s3.path"`},
	"a storage yet to come":      {`spec: {gcs: {bucket: dumps}}`, `unknown field "spec.gcs"`},
	"a region with a line break": {`spec: {s3: {region: "eu\n"}}`, "spec.s3.region in body should match"},
}

func TestDumpStorage(t *testing.T) { verdicts(t, "dumpstorage", storageVerdicts) }
