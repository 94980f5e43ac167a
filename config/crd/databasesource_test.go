package crd_test

import "testing"

// What a DatabaseSource cannot set on its Jobs, whatever the manager allows.
const (
	reservedLabels      = "controller-uid, job-name and labels of the domains kubernetes.io, k8s.io and volcado.io, and of those below them, are set by Kubernetes and the manager; remove them"
	reservedAnnotations = "controller-uid, job-name and annotations of the domains kubernetes.io, k8s.io and volcado.io, and of those below them, are set by Kubernetes and the manager; remove them"
)

var sourceVerdicts = map[string]verdict{
	"a name of 63 characters": {
		`metadata: {name: a23456789-123456789-123456789-123456789-123456789-123456789-123}`, ""},
	"a name of 64 characters": {
		`metadata: {name: a23456789-123456789-123456789-123456789-123456789-123456789-1234}`,
		"the name of a DatabaseSource is at most 63 lower-case letters, digits and dashes"},
	"a name with a dot, which nothing could refer to": {
		`metadata: {name: shop.eu}`, "the name of a DatabaseSource is at most 63 lower-case letters, digits and dashes"},
	"only what is required": {
		`spec: {port: null, tls: null, exclude: null, encryption: null, limits: null, job: null}`, ""},

	"a host by IPv4 address":                   {`spec: {host: 10.0.0.7}`, ""},
	"a host by IPv6 address":                   {`spec: {host: "fd00::7"}`, ""},
	"the IPv6 loopback address":                {`spec: {host: "::1"}`, ""},
	"a host with an underscore":                {`spec: {host: my_db.shop.svc}`, ""},
	"a host with a port":                       {`spec: {host: "mariadb:3307"}`, `Invalid value: "mariadb:3307": spec.host in body should match`},
	"an address with a port":                   {`spec: {host: "10.0.0.7:3307"}`, "spec.host in body should match"},
	"a host that would be an option":           {`spec: {host: "--result-file=x"}`, "spec.host in body should match"},
	"a host with a shell's metacharacters":     {`spec: {host: "db;rm"}`, "spec.host in body should match"},
	"a host with a line break at the end":      {`spec: {host: "db\n"}`, "spec.host in body should match"},
	"a port as text":                           {`spec: {port: "3306"}`, "spec.port in body must be of type integer"},
	"a Secret of another namespace by a slash": {`spec: {credentialsSecretRef: {name: other/secret}}`, "spec.credentialsSecretRef.name in body should match"},
	"a Secret's key with a slash":              {`spec: {tls: {caSecretRef: {key: ../ca.crt}}}`, "spec.tls.caSecretRef.key in body should match"},

	"verification by an authority of one's own": {`spec: {tls: {mode: VerifyCA}}`, ""},
	"verification by the image's authorities":   {`spec: {tls: {mode: VerifyIdentity, caSecretRef: null}}`, ""},
	"VerifyCA without the authority":            {`spec: {tls: {mode: VerifyCA, caSecretRef: null}}`, "mode VerifyCA needs caSecretRef, the authority to verify against"},
	"an authority that would not be looked at":  {`spec: {tls: {mode: Required}}`, "caSecretRef is used only with mode VerifyCA or VerifyIdentity; remove it or set such a mode"},
	"no TLS, said plainly":                      {`spec: {tls: {mode: Disabled, caSecretRef: null}}`, ""},

	"every database":                      {`spec: {databases: ["*"]}`, ""},
	"a database in Cyrillic":              {`spec: {databases: [магазин]}`, ""},
	"a database with a dash and a dollar": {`spec: {databases: ["shop-eu$1"]}`, ""},
	"the server's own accounts": {
		`spec: {databases: [shop, MySQL]}`, "mysql, sys, performance_schema and information_schema are never copied; remove them from databases"},
	"a database that would be an option": {`spec: {databases: ["-shop"]}`, "spec.databases[0] in body should match"},
	"a database with a dot":              {`spec: {databases: ["shop.orders"]}`, "spec.databases[0] in body should match"},
	"a database with a quote":            {"spec: {databases: [\"sh`op\"]}", "spec.databases[0] in body should match"},
	"a database with a space at the end": {`spec: {databases: ["shop "]}`, "spec.databases[0] in body should match"},
	"a database of 64 characters":        {`spec: {databases: [a234567890123456789012345678901234567890123456789012345678901234]}`, ""},
	"a database of 64 Chinese characters": {
		`spec: {databases: [店店店店店店店店店店店店店店店店店店店店店店店店店店店店店店店店店店店店店店店店店店店店店店店店店店店店店店店店店店店店店店店店]}`, ""},

	"a floor of tables alone": {`spec: {exclude: {data: null}}`, ""},
	"an empty floor": {
		`spec: {exclude: {tables: null, data: null}}`, "exclude needs tables or data: is a key misspelt? Remove exclude if nothing is to be left out"},
	"a floor without the database":                             {`spec: {exclude: {tables: [sessions]}}`, "spec.exclude.tables[0] in body should match"},
	"a floor of everything everywhere":                         {`spec: {exclude: {data: ["*.*"]}}`, ""},
	"a floor that a space at its end would keep from matching": {`spec: {exclude: {tables: ["shop.sessions "]}}`, "spec.exclude.tables[0] in body should match"},
	"a floor with a space before its dot":                      {`spec: {exclude: {tables: ["shop .sessions"]}}`, "spec.exclude.tables[0] in body should match"},

	"an SSH key with a comment":    {`spec: {encryption: {recipients: ["ssh-rsa AAAA Jörg <joerg@example.com>"]}}`, ""},
	"a recipient on two lines":     {`spec: {encryption: {recipients: ["age1\nage1"]}}`, "a recipient is one line without control characters"},
	"an empty recipient":           {`spec: {encryption: {recipients: [""]}}`, "spec.encryption.recipients[0] in body should be at least 1 chars long"},
	"no recipient":                 {`spec: {encryption: {recipients: []}}`, "spec.encryption.recipients in body should have at least 1 items"},
	"encryption for nobody":        {`spec: {encryption: {recipients: null}}`, "spec.encryption.recipients: Required value"},
	"the same recipient twice":     {`spec: {encryption: {recipients: [a, a]}}`, "spec.encryption.recipients[1]: Duplicate value"},
	"age's private key":            {`spec: {encryption: {recipients: [AGE-SECRET-KEY-1GOQXYZ]}}`, "a recipient is a public key, and one of recipients is a private key: give the public key, and do not use this private key any more"},
	"age's post-quantum identity":  {`spec: {encryption: {recipients: [AGE-SECRET-KEY-PQ-1GOQXYZ]}}`, "a recipient is a public key, and one of recipients is a private key"},
	"the first line of an SSH key": {`spec: {encryption: {recipients: ["-----BEGIN OPENSSH PRIVATE KEY-----"]}}`, "a recipient is a public key, and one of recipients is a private key"},

	"the shortest deadlines":                    {`spec: {limits: {startDeadline: 1s, runDeadline: 1s}}`, ""},
	"the longest deadlines":                     {`spec: {limits: {startDeadline: 24h, runDeadline: 168h}}`, ""},
	"a deadline in parts":                       {`spec: {limits: {runDeadline: 1h30m15.5s}}`, ""},
	"a start deadline that is too short":        {`spec: {limits: {startDeadline: 999ms}}`, "startDeadline must be between 1s and 24h"},
	"a start deadline that is too long":         {`spec: {limits: {startDeadline: 24h1s}}`, "startDeadline must be between 1s and 24h"},
	"a run deadline that is too short":          {`spec: {limits: {runDeadline: 0s}}`, "runDeadline must be between 1s and 168h"},
	"a run deadline that is too long":           {`spec: {limits: {runDeadline: 169h}}`, "runDeadline must be between 1s and 168h"},
	"a deadline in days, which Go cannot read":  {`spec: {limits: {runDeadline: 1d}}`, "spec.limits.runDeadline in body should match"},
	"a deadline in words, which Go cannot read": {`spec: {limits: {runDeadline: 10 minutes}}`, "spec.limits.runDeadline in body should match"},
	"a deadline below zero":                     {`spec: {limits: {runDeadline: -1h}}`, "spec.limits.runDeadline in body should match"},
	"the longest ttl":                           {`spec: {limits: {maxTTL: 8760h}}`, ""},
	"a ttl that is too long":                    {`spec: {limits: {maxTTL: 8761h}}`, "maxTTL must be between 1s and 8760h"},
	"a ttl and none":                            {`spec: {limits: {maxTTL: 24h, unlimited: true}}`, "set maxTTL or unlimited, not both"},
	"a deadline that is a number":               {`spec: {limits: {runDeadline: 60}}`, "spec.limits.runDeadline in body must be of type string"},
	"a deadline beyond what can be counted":     {`spec: {limits: {runDeadline: 9999999999999h}}`, "spec.limits.runDeadline in body should match"},

	"resources in whole numbers":                          {`spec: {job: {resources: {requests: {cpu: 1}}}}`, ""},
	"a limit below zero":                                  {`spec: {job: {resources: {limits: {memory: -1Gi}}}}`, "limits must be quantities such as 500m or 1Gi, and not negative"},
	"a limit that Go cannot read":                         {`spec: {job: {resources: {limits: {memory: 1e1.5}}}}`, "limits must be quantities such as 500m or 1Gi, and not negative"},
	"a request below zero":                                {`spec: {job: {resources: {requests: {cpu: -1}}}}`, "requests must be quantities such as 500m or 1Gi, and not negative"},
	"a limit that is a word":                              {`spec: {job: {resources: {limits: {memory: plenty}}}}`, "spec.job.resources.limits.memory"},
	"a node selector with a broken key":                   {`spec: {job: {nodeSelector: {"a b": "1"}}}`, "the keys of nodeSelector are label keys"},
	"a label with a broken key":                           {`spec: {job: {labels: {"a/b/c": "1"}}}`, "the keys of labels are an optional DNS prefix"},
	"an annotation with a broken key":                     {`spec: {job: {annotations: {"-a": "1"}}}`, "the keys of annotations are an optional DNS prefix"},
	"a label that would hide the Job":                     {`spec: {job: {labels: {app.kubernetes.io/managed-by: me}}}`, reservedLabels},
	"a label that names another dump":                     {`spec: {job: {labels: {volcado.io/dump: other}}}`, reservedLabels},
	"a label that names another Job":                      {`spec: {job: {labels: {batch.kubernetes.io/job-name: other}}}`, reservedLabels},
	"a label that names another Job, as it was once said": {`spec: {job: {labels: {job-name: other}}}`, reservedLabels},
	"a label that makes the pod another Job's":            {`spec: {job: {labels: {controller-uid: other}}}`, reservedLabels},
	"a label of Kubernetes' other domain":                 {`spec: {job: {labels: {k8s.io/x: other}}}`, reservedLabels},
	"an annotation that would take the pod's confinement away": {
		`spec: {job: {annotations: {container.apparmor.security.beta.kubernetes.io/dumper: unconfined}}}`, reservedAnnotations},
	"an annotation of the manager's":                      {`spec: {job: {annotations: {volcado.io/request: "{}"}}}`, reservedAnnotations},
	"an annotation of the bot's":                          {`spec: {job: {annotations: {chat.volcado.io/delivery: "{}"}}}`, reservedAnnotations},
	"an annotation that only names the Job":               {`spec: {job: {annotations: {job-name: other}}}`, reservedAnnotations},
	"an annotation that keeps the pod's node":             {`spec: {job: {annotations: {cluster-autoscaler.kubernetes.io/safe-to-evict: "false"}}}`, ""},
	"an annotation beside that one":                       {`spec: {job: {annotations: {cluster-autoscaler.kubernetes.io/x: "false"}}}`, reservedAnnotations},
	"an annotation of a domain that only ends like one":   {`spec: {job: {annotations: {notkubernetes.io/x: "1", xvolcado.io/y: "1"}}}`, ""},
	"an annotation of a domain that only begins like one": {`spec: {job: {annotations: {kubernetes.io.example.com/x: "1"}}}`, ""},
	"an annotation and a label that a manager may not allow": {
		`spec: {job: {annotations: {sidecar.istio.io/inject: "false"}, labels: {azure.workload.identity/use: "true"}}}`, ""},
	"a label whose value has a space":    {`spec: {job: {labels: {team: "a b"}}}`, "spec.job.labels.team in body should match"},
	"another service account by a slash": {`spec: {job: {serviceAccountName: other/admin}}`, "spec.job.serviceAccountName in body should match"},
	"an unknown key, strictly decoded":   {`spec: {exlude: {tables: ["shop.people"]}}`, `unknown field "spec.exlude"`},
	"a field of a version yet to come":   {`spec: {masking: {columns: []}}`, `unknown field "spec.masking"`},
}

func TestDatabaseSource(t *testing.T) { verdicts(t, "databasesource", sourceVerdicts) }

func TestADatabaseSourceMayBeChanged(t *testing.T) {
	transitions(t, "databasesource", map[string]transition{
		"to another host":                    {`{}`, `spec: {host: replica.shop.svc}`, ""},
		"so that it has no floor":            {`{}`, `spec: {exclude: null}`, ""},
		"so that other keys open its copies": {`{}`, `spec: {encryption: {recipients: [other]}}`, ""},
		"but not so that it breaks a rule": {`{}`, `spec: {databases: [sys]}`,
			"mysql, sys, performance_schema and information_schema are never copied"},
	})
}
