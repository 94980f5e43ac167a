package main_test

import (
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volcado-io/volcado/internal/certtest"
	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/dbtest"
	"github.com/volcado-io/volcado/internal/s3test"
)

// replace the value of flags.
func replace(arguments []string, flags ...string) []string {
	replaced := slices.Clone(arguments)
	for _, flag := range flags {
		name, _, _ := strings.Cut(flag, "=")
		replaced = slices.DeleteFunc(replaced, func(a string) bool { return a == name || strings.HasPrefix(a, name+"=") })
	}
	return append(replaced, flags...)
}

// without a flag that has no value.
func without(arguments []string, flag string) []string {
	return slices.DeleteFunc(slices.Clone(arguments), func(a string) bool { return a == flag })
}

func TestEachMistakeHasAReasonOfItsOwn(t *testing.T) {
	server := dbtest.Get(t)
	server.Sample(t, "mistakes")
	server.Exec(t, "CREATE DATABASE hollow", "CREATE DATABASE broken", "CREATE TABLE broken.t (a INT, b INT)",
		"CREATE VIEW broken.fine AS SELECT a FROM broken.t", "CREATE VIEW broken.lost_a AS SELECT b FROM broken.t",
		"CREATE VIEW broken.lost_b AS SELECT b FROM broken.t", "ALTER TABLE broken.t DROP COLUMN b", "CREATE DATABASE hidden", "CREATE TABLE hidden.t (a INT)")
	credentials := server.Account(t, "mistaken", "right", append(dbtest.WholeDump("mistakes"), "ALL ON hollow.*", "ALL ON broken.*")...)
	good := slices.Clip(append(flags(server, credentials, "mistakes"), into(t.TempDir())...))
	port := "localhost:" + strconv.Itoa(server.Port)
	closed := closedPort(t)

	for name, test := range map[string]struct {
		arguments []string
		reason    contract.Reason
		mentions  []string
	}{
		"a wrong password":                     {replace(good, "--credentials-dir="+dbtest.Credentials(t, "mistaken", "wrong")), contract.AccessDenied, []string{port, `"mistaken"`, "1045"}},
		"an unknown user":                      {replace(good, "--credentials-dir="+dbtest.Credentials(t, "nobody", "right")), contract.AccessDenied, []string{port, `"nobody"`}},
		"a database that is not there":         {replace(good, "--database=nowhere"), contract.InsufficientPrivileges, []string{`"nowhere"`, port, "exists"}},
		"a database that the user may not see": {replace(good, "--database=hidden"), contract.InsufficientPrivileges, []string{`"hidden"`, "GRANT"}},
		"a table that is not there":            {append(good, "--table=custmers"), contract.TableNotFound, []string{`"custmers"`, `did you mean "customers"?`}},
		"a table in another case":              {append(good, "--table=CUSTOMERS"), contract.TableNotFound, []string{`did you mean "customers"?`}},
		"an excluded table by name":            {append(good, "--table=sessions", "--exclude=sess*"), contract.InvalidRequest, []string{`"sessions"`}},
		"everything excluded":                  {append(good, "--exclude=*"), contract.NothingToDump, []string{`"mistakes"`}},
		"an empty database":                    {replace(good, "--database=hollow"), contract.NothingToDump, []string{`"hollow"`}},
		"broken views":                         {replace(good, "--database=broken"), contract.BrokenView, []string{`"lost_a", "lost_b"`, "exclude"}},
		"a view on an excluded table":          {append(good, "--exclude=cust*"), contract.BrokenView, []string{`view "a_view_before_its_tables"`, `table "customers"`, "leave the view out too"}},
		"the server's own database":            {replace(good, "--database=mysql"), contract.InvalidRequest, []string{`"mysql"`}},
		"a port where nothing listens":         {replace(good, "--port="+strconv.Itoa(closed)), contract.ServerUnreachable, []string{"localhost:" + strconv.Itoa(closed)}},
		"a host that does not resolve":         {replace(good, "--host=no-such-host.invalid"), contract.ServerUnreachable, []string{"no-such-host.invalid", "resolve"}},
		"a Secret that does not exist":         {append(replace(good, "--credentials-dir="+t.TempDir()), "--source-secret=shop-reader"), contract.SecretNotFound, []string{"Secret shop-reader does not exist", "username"}},
		"a Secret without the password":        {append(replace(good, "--credentials-dir="+withoutFile(t, credentials, "password")), "--source-secret=shop-reader"), contract.CredentialsMissing, []string{"the Secret shop-reader has no key password"}},
		"an empty user name":                   {replace(good, "--credentials-dir="+dbtest.Credentials(t, "", "right")), contract.CredentialsMissing, []string{"username is empty"}},
		"an authority that does not exist":     {append(replace(good, "--tls-ca-file="+t.TempDir()+"/ca.crt"), "--source-ca-secret=shop-ca/root.pem"), contract.TLSAuthorityMissing, []string{"shop-ca", "root.pem"}},
		"an authority that is none":            {replace(good, "--tls-ca-file="+filepath.Join(credentials, "username")), contract.TLSAuthorityMissing, []string{"holds no certificate"}},
		"another engine":                       {replace(good, "--engine=MySQL"), contract.InvalidRequest, []string{"MySQL"}},
		"an unknown engine":                    {replace(good, "--engine=Oracle"), contract.InvalidRequest, []string{`"Oracle"`}},
		"an unknown TLS mode":                  {replace(good, "--tls-mode=Maybe"), contract.InvalidRequest, []string{`"Maybe"`}},
		"an unknown compression":               {append(good, "--compression=zip"), contract.InvalidRequest, []string{`"zip"`}},
		"a compression level that is none":     {append(good, "--compression-level=10"), contract.InvalidRequest, []string{"10"}},
		"a key prefix that climbs":             {append(good, "--key-prefix=a/../b"), contract.InvalidRequest, []string{"a/../b"}},
		"an attempt that kubelet left as is":   {append(good, "--attempt=$(POD_UID)"), contract.InvalidRequest, []string{"$(POD_UID)"}},
		"a name with a control character":      {replace(good, "--database=a\nb"), contract.InvalidRequest, nil},
		"a name of ten thousand characters":    {replace(good, "--database="+strings.Repeat("x", 10_000)), contract.InvalidRequest, nil},
		"no database":                          {replace(good, "--database="), contract.InvalidRequest, []string{"--database"}},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			o := run(t, replace(test.arguments, into(folder)...)...)
			o.mustFail(t, test.reason, test.mentions...)
			nothingIn(t, folder)
		})
	}
}

func TestADatabaseThatDoesNotExistIsSaidSo(t *testing.T) {
	server := dbtest.Get(t)
	credentials := server.Account(t, "global", "pw", "ALL ON *.*")
	folder := t.TempDir()
	o := run(t, append(flags(server, credentials, "nowhere"), into(folder)...)...)
	o.mustFail(t, contract.DatabaseNotFound, `"nowhere"`, "localhost:")
	nothingIn(t, folder)
}

// Without these privileges the client would leave something out without a word, or fail at the end.
func TestMissingPrivilegesAreFoundFirst(t *testing.T) {
	server := dbtest.Get(t)
	server.Sample(t, "private")
	for name, test := range map[string]struct {
		grants   []string
		flags    []string
		reason   contract.Reason // empty: it succeeds
		mentions []string
	}{
		"all that is needed":                       {grants: dbtest.WholeDump("private")},
		"everything on the database and routines":  {grants: []string{"ALL ON private.*", "SELECT ON mysql.proc"}},
		"SELECT on everything and the rest":        {grants: []string{"SELECT, SHOW VIEW, TRIGGER, EVENT ON *.*"}},
		"no SHOW VIEW":                             {[]string{"SELECT, TRIGGER, EVENT ON private.*", "SELECT ON mysql.proc"}, nil, contract.InsufficientPrivileges, []string{"SHOW VIEW", "GRANT SHOW VIEW ON `private`.* TO 'limited'@'%'"}},
		"no TRIGGER":                               {[]string{"SELECT, SHOW VIEW, EVENT ON private.*", "SELECT ON mysql.proc"}, nil, contract.InsufficientPrivileges, []string{"privilege TRIGGER"}},
		"no EVENT":                                 {[]string{"SELECT, SHOW VIEW, TRIGGER ON private.*", "SELECT ON mysql.proc"}, nil, contract.InsufficientPrivileges, []string{"privilege EVENT"}},
		"routines invisible":                       {[]string{"SELECT, SHOW VIEW, TRIGGER, EVENT ON private.*"}, nil, contract.InsufficientPrivileges, []string{"routines", "GRANT SELECT ON mysql.proc"}},
		"routines visible without their text":      {[]string{"SELECT, SHOW VIEW, TRIGGER, EVENT, EXECUTE ON private.*"}, nil, contract.InsufficientPrivileges, []string{"the text of the routines", "GRANT SELECT ON mysql.proc"}},
		"single tables, and the whole is wanted":   {[]string{"SELECT, TRIGGER ON private.customers", "EVENT ON private.*", "SELECT ON mysql.proc"}, nil, contract.InsufficientPrivileges, []string{"SELECT"}},
		"single tables, and one of them is wanted": {grants: []string{"SELECT, TRIGGER ON private.customers"}, flags: []string{"--table=customers"}},
		"a pattern that covers the database":       {grants: []string{"SELECT, SHOW VIEW, TRIGGER, EVENT ON `priv%`.*", "SELECT ON mysql.*"}},
	} {
		t.Run(name, func(t *testing.T) {
			credentials := server.Account(t, "limited", "pw", test.grants...)
			folder := t.TempDir()
			o := run(t, append(append(flags(server, credentials, "private"), into(folder)...), test.flags...)...)
			if test.reason == "" {
				o.mustSucceed(t)
				return
			}
			o.mustFail(t, test.reason, test.mentions...)
			nothingIn(t, folder)
		})
	}
}

func TestPrivilegesThroughARoleCount(t *testing.T) {
	server := dbtest.Get(t)
	server.Sample(t, "roled")
	server.Exec(t, "CREATE OR REPLACE ROLE copier")
	for _, grant := range dbtest.WholeDump("roled") {
		server.Exec(t, "GRANT "+grant+" TO copier")
	}
	credentials := server.Account(t, "actor", "pw")
	server.Exec(t, "GRANT copier TO actor@'%'", "SET DEFAULT ROLE copier FOR actor@'%'")
	run(t, append(flags(server, credentials, "roled"), into(t.TempDir())...)...).mustSucceed(t)
}

func TestTLSIsNeverWeakened(t *testing.T) {
	server := dbtest.Get(t)
	server.Exec(t, "CREATE DATABASE tls", "CREATE TABLE tls.t (id INT PRIMARY KEY)")
	credentials := server.Account(t, "tls", "pw", "ALL ON *.*")
	plain := dbtest.Start(t, dbtest.Options{WithoutTLS: true})
	plain.Exec(t, "CREATE DATABASE tls", "CREATE TABLE tls.t (id INT PRIMARY KEY)")
	plainCredentials := plain.Account(t, "tls", "pw", "ALL ON *.*")
	other, err := certtest.NewAuthority(t.TempDir(), "other")
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		plain  bool // against the server without TLS
		flags  []string
		reason contract.Reason // empty: it succeeds
	}{
		"Disabled with a server that has TLS":     {flags: []string{"--tls-mode=Disabled"}},
		"Required":                                {flags: []string{"--tls-mode=Required"}},
		"VerifyCA":                                {flags: []string{"--tls-mode=VerifyCA"}},
		"VerifyCA does not look at the name":      {flags: []string{"--tls-mode=VerifyCA", "--host=127.0.0.2"}},
		"VerifyIdentity":                          {flags: []string{"--tls-mode=VerifyIdentity"}},
		"VerifyIdentity by address":               {flags: []string{"--tls-mode=VerifyIdentity", "--host=127.0.0.1"}},
		"VerifyIdentity with another name":        {flags: []string{"--tls-mode=VerifyIdentity", "--host=127.0.0.2"}, reason: contract.TLSVerificationFailed},
		"VerifyIdentity with another authority":   {flags: []string{"--tls-mode=VerifyIdentity", "--tls-ca-file=" + other.File}, reason: contract.TLSVerificationFailed},
		"VerifyIdentity with the web's authority": {flags: []string{"--tls-mode=VerifyIdentity", "--tls-ca-file="}, reason: contract.TLSVerificationFailed},
		"VerifyCA with another authority":         {flags: []string{"--tls-mode=VerifyCA", "--tls-ca-file=" + other.File}, reason: contract.TLSVerificationFailed},
		"VerifyCA without an authority":           {flags: []string{"--tls-mode=VerifyCA", "--tls-ca-file="}, reason: contract.InvalidRequest},
		"Disabled without TLS":                    {plain: true, flags: []string{"--tls-mode=Disabled"}},
		"Required without TLS":                    {plain: true, flags: []string{"--tls-mode=Required"}, reason: contract.TLSUnavailable},
		"VerifyCA without TLS":                    {plain: true, flags: []string{"--tls-mode=VerifyCA"}, reason: contract.TLSUnavailable},
		"VerifyIdentity without TLS":              {plain: true, flags: []string{"--tls-mode=VerifyIdentity"}, reason: contract.TLSUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			arguments := flags(server, credentials, "tls")
			if test.plain {
				arguments = replace(arguments, "--port="+strconv.Itoa(plain.Port), "--credentials-dir="+plainCredentials)
			}
			folder := t.TempDir()
			o := run(t, append(replace(arguments, test.flags...), into(folder)...)...)
			if test.reason == "" {
				o.mustSucceed(t)
				return
			}
			o.mustFail(t, test.reason)
			nothingIn(t, folder)
		})
	}
}

func TestEachMistakeInStorageHasAReasonOfItsOwn(t *testing.T) {
	server := dbtest.Get(t)
	server.Exec(t, "CREATE DATABASE stored", "CREATE TABLE stored.t (id INT PRIMARY KEY)")
	credentials := server.Account(t, "storer", "pw", "ALL ON *.*")
	s3, secure := s3test.Start(t, s3test.Options{}), s3test.Start(t, s3test.Options{TLS: true})
	good := slices.Clip(append(flags(server, credentials, "stored"), bucket(t, s3)...))
	other, err := certtest.NewAuthority(t.TempDir(), "other")
	if err != nil {
		t.Fatal(err)
	}
	key := s3test.Credentials(t, s3test.AccessKeyID, s3test.SecretAccessKey)
	closed := "http://localhost:" + strconv.Itoa(closedPort(t))
	for name, test := range map[string]struct {
		arguments []string
		reason    contract.Reason // empty: it succeeds
		mentions  []string
	}{
		"a trusted endpoint":                  {append(replace(good, "--s3-endpoint="+secure.Endpoint), "--s3-ca-file="+secure.Authority.File), "", nil},
		"an endpoint of unknown authority":    {replace(good, "--s3-endpoint="+secure.Endpoint), contract.StorageTLSVerificationFailed, []string{secure.Endpoint, "caSecretRef"}},
		"an endpoint of another authority":    {append(replace(good, "--s3-endpoint="+secure.Endpoint), "--s3-ca-file="+other.File), contract.StorageTLSVerificationFailed, []string{secure.Endpoint}},
		"an authority that does not exist":    {append(replace(good, "--s3-endpoint="+secure.Endpoint), "--s3-ca-file=/nowhere/ca.crt", "--storage-ca-secret=dumps-ca/ca.crt"), contract.StorageTLSAuthorityMissing, []string{"dumps-ca", "ca.crt"}},
		"a bucket that does not exist":        {replace(good, "--s3-bucket=nowhere"), contract.BucketNotFound, []string{"bucket nowhere", s3.Endpoint}},
		"a wrong secret key":                  {append(replace(good, "--storage-credentials-dir="+s3test.Credentials(t, s3test.AccessKeyID, "wrong")), "--storage-secret=dumps-writer"), contract.StorageAccessDenied, []string{"Secret dumps-writer", "bucket " + s3test.Bucket}},
		"an unknown access key":               {replace(good, "--storage-credentials-dir="+s3test.Credentials(t, "nobody", "wrong")), contract.StorageAccessDenied, nil},
		"a Secret that does not exist":        {append(replace(good, "--storage-credentials-dir="+t.TempDir()), "--storage-secret=dumps-writer"), contract.StorageSecretNotFound, []string{"Secret dumps-writer does not exist", "AWS_ACCESS_KEY_ID"}},
		"a Secret without the secret key":     {append(replace(good, "--storage-credentials-dir="+withoutFile(t, key, "AWS_SECRET_ACCESS_KEY")), "--storage-secret=dumps-writer"), contract.StorageCredentialsMissing, []string{"the Secret dumps-writer has no key AWS_SECRET_ACCESS_KEY"}},
		"no credentials anywhere":             {slices.DeleteFunc(slices.Clone(good), func(a string) bool { return strings.HasPrefix(a, "--storage-credentials-dir") }), contract.StorageCredentialsMissing, []string{"credentialsSecretRef"}},
		"an endpoint where nothing listens":   {replace(good, "--s3-endpoint="+closed), contract.StorageUnreachable, []string{closed}},
		"an endpoint that does not resolve":   {replace(good, "--s3-endpoint=http://no-such-host.invalid"), contract.StorageUnreachable, []string{"no-such-host.invalid"}},
		"a bucket as part of the host name":   {replace(without(good, "--s3-path-style"), "--s3-endpoint=http://no-such-host.invalid"), contract.StorageUnreachable, []string{"pathStyle: true"}},
		"https where only http is spoken":     {replace(good, "--s3-endpoint="+strings.Replace(s3.Endpoint, "http:", "https:", 1)), contract.StorageUnreachable, []string{"http://"}},
		"an endpoint that is no URL":          {replace(good, "--s3-endpoint=s3.example.com"), contract.InvalidRequest, []string{"s3.example.com"}},
		"a folder below a file":               {append(flags(server, credentials, "stored"), into("/dev/null/folder")...), contract.VolumeNotWritable, []string{"/dev/null/folder"}},
		"a read-only file system":             {append(flags(server, credentials, "stored"), into("/proc/volcado")...), contract.VolumeNotWritable, []string{"/proc/volcado"}},
		"no place at all":                     {flags(server, credentials, "stored"), contract.InvalidRequest, []string{"--storage-directory"}},
		"both kinds, of which one was chosen": {append(replace(good, "--storage=file"), "--storage-directory="+t.TempDir()), "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			o := run(t, test.arguments...)
			if test.reason == "" {
				o.mustSucceed(t)
				return
			}
			o.mustFail(t, test.reason, test.mentions...)
			for _, server := range []*s3test.Server{s3, secure} {
				if uploads := server.Uploads(t); len(uploads) > 0 {
					t.Errorf("uploads were left: %q", uploads)
				}
			}
		})
	}
	if diff := cmp.Diff([]string{}, s3.Keys(t)); diff != "" {
		t.Errorf("keys in the bucket (-want +got):\n%s", diff)
	}
}

// Keys that may write and nothing else would be found out at the end, after all had been read.
func TestKeysThatMayNotDoAllThatADumpNeedsAreRefusedBeforeAnythingIsRead(t *testing.T) {
	server := dbtest.Get(t)
	server.Exec(t, "CREATE OR REPLACE DATABASE unread", "CREATE TABLE unread.t (id INT PRIMARY KEY)")
	credentials := server.Account(t, "unread", "pw", "ALL ON *.*")
	is := func(method, suffix, parameter string) func(*http.Request) bool {
		return func(r *http.Request) bool {
			return r.Method == method && strings.HasSuffix(r.URL.Path, suffix) && (parameter == "" || r.URL.Query().Has(parameter))
		}
	}
	for action, test := range map[string]struct {
		refused       func(*http.Request) bool
		mention       string
		keys, uploads []string // that stay
	}{
		"PutObject (s3:PutObject)":                       {is(http.MethodPut, "probe.tmp", ""), "s3:PutObject", []string{}, []string{}},
		"HeadObject (s3:GetObject)":                      {is(http.MethodHead, "probe.tmp", ""), "s3:GetObject", []string{}, []string{}},
		"DeleteObject (s3:DeleteObject)":                 {is(http.MethodDelete, "probe.tmp", ""), "the probe's object s3://dumps/unread/one/probe.tmp may have stayed", []string{"unread/one/probe.tmp"}, []string{}},
		"CreateMultipartUpload (s3:PutObject)":           {is(http.MethodPost, "dump.sql.gz", "uploads"), "below the prefix", []string{}, []string{}},
		"AbortMultipartUpload (s3:AbortMultipartUpload)": {is(http.MethodDelete, "dump.sql.gz", "uploadId"), "below the prefix", []string{}, []string{"unread/one/dump.sql.gz"}},
	} {
		t.Run(action, func(t *testing.T) {
			s3 := s3test.Start(t, s3test.Options{})
			proxy := faulty(t, s3, func(w http.ResponseWriter, r *http.Request, _ int32) bool {
				return test.refused(r) && answer(w, r, http.StatusForbidden)
			})
			read := filepath.Join(t.TempDir(), "read")
			arguments := append(flags(server, credentials, "unread"), replace(bucket(t, s3), "--s3-endpoint="+proxy, "--attempt=one", "--storage-secret=dumps-writer")...)
			e := prepare(t, arguments...).withClient(fakeClient(t, "touch "+read+`; exec "$REAL" "$@"`))
			e.outcome(t, e.Run()).mustFail(t, contract.StorageAccessDenied, "the store refuses "+action+" with the keys of the Secret dumps-writer for bucket dumps", test.mention)
			if _, err := os.Stat(read); err == nil {
				t.Error("the database was read")
			}
			if diff := cmp.Diff([][]string{test.keys, test.uploads}, [][]string{s3.Keys(t), s3.Uploads(t)}); diff != "" {
				t.Errorf("what stayed in the bucket, objects and uploads (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAFolderOfAnotherUserIsNotWritable(t *testing.T) {
	server := dbtest.Get(t)
	server.Exec(t, "CREATE DATABASE volume", "CREATE TABLE volume.t (id INT PRIMARY KEY)")
	credentials := server.Account(t, "volume", "pw", "ALL ON *.*")
	folder := t.TempDir()
	if err := os.Chmod(folder, 0o500); err != nil {
		t.Fatal(err)
	}
	e := prepare(t, append(flags(server, credentials, "volume"), into(folder)...)...)
	if os.Geteuid() == 0 {
		// Root may write everywhere unless it gives that up.
		e.Path, e.Args = lookPath(t, "setpriv"), append([]string{"setpriv", "--bounding-set=-dac_override", "--inh-caps=-dac_override", e.Path}, e.Args[1:]...)
		if err := os.Chown(folder, 1, 1); err != nil {
			t.Fatal(err)
		}
	}
	o := e.outcome(t, e.Run())
	o.mustFail(t, contract.VolumeNotWritable, folder)
}

func lookPath(t *testing.T, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Fatalf("this test needs %s: %v", program, err)
	}
	return path
}

// nothingIn fails the test if there is any file, or any folder of an attempt.
func nothingIn(t *testing.T, folder string) {
	t.Helper()
	if found := files(t, folder); len(found) > 0 {
		t.Errorf("there are files: %q", found)
	}
	attempts, err := filepath.Glob(filepath.Join(folder, "*", "*"))
	if err != nil || len(attempts) > 0 {
		t.Errorf("there are folders: %q %v", attempts, err)
	}
}

func withoutFile(t *testing.T, folder, name string) string {
	t.Helper()
	copied := t.TempDir()
	for _, file := range files(t, folder) {
		if file == name {
			continue
		}
		data, err := os.ReadFile(filepath.Join(folder, file))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(copied, file), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return copied
}

// closedPort is a port where nothing listens.
func closedPort(t *testing.T) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}
