package source_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/dumper/mounted"
	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/dumper/source"
	"github.com/volcado-io/volcado/internal/certtest"
	"github.com/volcado-io/volcado/internal/contract"
)

func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, value := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(value), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func pem(t *testing.T) string {
	t.Helper()
	authority, err := certtest.NewAuthority(t.TempDir(), "an authority")
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(authority.File)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestAPasswordBelongsToAHost(t *testing.T) {
	ours, theirs := pem(t), pem(t)
	const none = contract.Reason("")
	for sentence, c := range map[string]struct {
		secret    map[string]string
		change    func(*source.Server)
		authority string // of the source, in PEM
		want      contract.Reason
		says      string
	}{
		"the host":                             {secret: map[string]string{"host": "db.shop.svc"}, want: none},
		"the host on the second line":          {secret: map[string]string{"host": "a\n  db.shop.svc \r\n"}, want: none},
		"the host in upper case, with a point": {secret: map[string]string{"host": "DB.Shop.SVC."}, want: none},
		"another host":                         {secret: map[string]string{"host": "db"}, want: contract.HostNotBound, says: "does not name db.shop.svc"},
		"a host that begins like it":           {secret: map[string]string{"host": "db.shop.svc.attacker.example"}, want: contract.HostNotBound, says: "does not name db.shop.svc"},
		"no host":                              {secret: map[string]string{}, want: contract.HostNotBound, says: "add the key host with the value db.shop.svc to the Secret reader"},
		"an empty host":                        {secret: map[string]string{"host": "\n"}, want: contract.HostNotBound, says: "does not name"},
		"two hosts on one line":                {secret: map[string]string{"host": "db.shop.svc other"}, want: contract.HostNotBound, says: "does not name"},
		"an address that is written otherwise": {secret: map[string]string{"host": "2001:db8:0:0::1"}, change: func(s *source.Server) { s.Host = "2001:DB8::1" }, want: none},
		"an address of four bytes in sixteen":  {secret: map[string]string{"host": "::ffff:10.0.0.1"}, change: func(s *source.Server) { s.Host = "10.0.0.1" }, want: none},
		"another address":                      {secret: map[string]string{"host": "10.0.0.1"}, change: func(s *source.Server) { s.Host = "10.0.0.10" }, want: contract.HostNotBound, says: "does not name 10.0.0.10"},
		"the port":                             {secret: map[string]string{"host": "db.shop.svc", "port": "3307\n3306\n"}, want: none},
		"another port":                         {secret: map[string]string{"host": "db.shop.svc", "port": "3307"}, want: contract.HostNotBound, says: "does not name port 3306"},
		"a weaker mode than the source's":      {secret: map[string]string{"host": "db.shop.svc", "tls-mode": "VerifyCA"}, want: none},
		"a stronger mode than the source's": {
			secret: map[string]string{"host": "db.shop.svc", "tls-mode": "VerifyCA"}, change: func(s *source.Server) { s.TLSMode = v1alpha1.TLSRequired },
			want: contract.HostNotBound, says: "set tls.mode of the source to VerifyCA or stronger",
		},
		"a mode that there is not": {secret: map[string]string{"host": "db.shop.svc", "tls-mode": "verify"}, want: contract.CredentialsMissing, says: "write Disabled, Required, VerifyCA or VerifyIdentity there"},
		"an authority":             {secret: map[string]string{"host": "db.shop.svc", "ca.crt": ours}, want: none},
		"the source's authority":   {secret: map[string]string{"host": "db.shop.svc", "ca.crt": ours + theirs}, authority: theirs, want: none},
		"an authority, and another one of the source": {
			secret: map[string]string{"host": "db.shop.svc", "ca.crt": ours}, authority: ours + theirs, want: contract.HostNotBound, says: "remove tls.caSecretRef from the source",
		},
		"an authority, and a mode that does not ask for it": {
			secret: map[string]string{"host": "db.shop.svc", "ca.crt": ours}, change: func(s *source.Server) { s.TLSMode = v1alpha1.TLSRequired },
			want: contract.HostNotBound, says: "the key ca.crt of the Secret reader demands tls.mode VerifyCA or stronger",
		},
		"an authority that is none": {secret: map[string]string{"host": "db.shop.svc", "ca.crt": "x"}, authority: ours, want: contract.TLSAuthorityMissing, says: "the key ca.crt of the Secret reader holds no certificate"},
	} {
		t.Run(sentence, func(t *testing.T) {
			server := source.Server{Engine: v1alpha1.EngineMariaDB, Host: "db.shop.svc", Port: 3306, TLSMode: v1alpha1.TLSVerifyIdentity}
			if c.change != nil {
				c.change(&server)
			}
			secret := mounted.Secret{Dir: folder(t, c.secret), Name: "reader"}
			var authority mounted.Authority
			if c.authority != "" {
				authority = mounted.Authority{Path: filepath.Join(folder(t, map[string]string{"x": c.authority}), "x"), Secret: "shop-ca/ca.crt"}
			}
			bound, err := server.Bind(secret, authority)
			if c.want == none {
				if err != nil {
					t.Fatal(err)
				}
				if c.secret["ca.crt"] != "" && bound.Path == "" {
					t.Error("the Secret's authority does not count")
				}
				return
			}
			failure := result.FailureOf(err)
			if failure.Reason != c.want || !strings.Contains(failure.Message+" | "+failure.Hint, c.says) {
				t.Errorf("%+v", failure)
			}
		})
	}
}

func TestAFolderGivenByHandNeedsNoHostAndIsHeldToTheOneItHas(t *testing.T) {
	server := source.Server{Engine: v1alpha1.EngineMariaDB, Host: "db", Port: 3306, TLSMode: v1alpha1.TLSDisabled}
	if _, err := server.Bind(mounted.Secret{Dir: folder(t, nil)}, mounted.Authority{}); err != nil {
		t.Error(err)
	}
	_, err := server.Bind(mounted.Secret{Dir: folder(t, map[string]string{"host": "other"})}, mounted.Authority{})
	if err == nil || result.FailureOf(err).Reason != contract.HostNotBound {
		t.Errorf("%v", err)
	}
}
