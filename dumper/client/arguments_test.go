package client_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/dumper/client"
	"github.com/volcado-io/volcado/dumper/mounted"
	"github.com/volcado-io/volcado/dumper/plan"
	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/dumper/source"
	"github.com/volcado-io/volcado/internal/contract"
)

const always = "--single-transaction --quick --skip-lock-tables --hex-blob --triggers --skip-dump-date --default-character-set=utf8mb4 --max-allowed-packet=1G"

func server(engine v1alpha1.Engine, mode v1alpha1.TLSMode) source.Server {
	return source.Server{Engine: engine, Host: "db", Port: 3306, Username: "u", Password: "p", TLSMode: mode, CA: mounted.Authority{Path: "/ca.crt"}}
}

func TestArgumentsOfEachPlan(t *testing.T) {
	const mysqlOnly = " --no-tablespaces --set-gtid-purged=OFF --column-statistics=0"
	for name, test := range map[string]struct {
		engine  v1alpha1.Engine
		plan    plan.Plan
		want    []string
		options []string
	}{
		"MariaDB, all of it": {
			engine: v1alpha1.EngineMariaDB, plan: plan.Plan{Routines: true, Events: true},
			want: []string{always + " --routines --events -- shop"},
		},
		"MySQL, all of it": {
			engine: v1alpha1.EngineMySQL, plan: plan.Plan{Routines: true, Events: true},
			want: []string{always + " --routines --events" + mysqlOnly + " -- shop"},
		},
		"MySQL with a client that dumps masking policies": {
			engine: v1alpha1.EngineMySQL, plan: plan.Plan{Routines: true, Events: true}, options: []string{"--skip-masking-policies"},
			want: []string{always + " --routines --events" + mysqlOnly + " --skip-masking-policies -- shop"},
		},
		"MariaDB, some excluded": {
			engine: v1alpha1.EngineMariaDB, plan: plan.Plan{Routines: true, Events: true, Excluded: []string{"a", "b"}, WithoutData: []string{"log"}},
			want: []string{always + " --routines --events --ignore-table=shop.a --ignore-table=shop.b --ignore-table-data=shop.log -- shop"},
		},
		"MySQL, some excluded: definitions come first": {
			engine: v1alpha1.EngineMySQL, plan: plan.Plan{Routines: true, Events: true, Excluded: []string{"a"}, WithoutData: []string{"log", "old"}},
			want: []string{
				always + " --skip-routines --skip-events" + mysqlOnly + " --no-data -- shop log old",
				always + " --routines --events" + mysqlOnly + " --ignore-table=shop.a --ignore-table=shop.log --ignore-table=shop.old -- shop",
			},
		},
		"MariaDB, named tables, one without data: the client would not leave its rows out": {
			engine: v1alpha1.EngineMariaDB, plan: plan.Plan{Only: []string{"t", "log"}, WithoutData: []string{"log"}},
			want: []string{
				always + " --skip-routines --skip-events --no-data -- shop log",
				always + " --skip-routines --skip-events --ignore-table=shop.log -- shop t",
			},
		},
		"MariaDB, a table that draws from a sequence: its rows cannot be loaded under a lock": {
			engine: v1alpha1.EngineMariaDB, plan: plan.Plan{Routines: true, Events: true, UsesSequences: true, Sequences: []string{"s"}},
			want: []string{always + " --routines --events --skip-add-locks -- shop"},
		},
		"MariaDB, named tables, one that draws from a sequence without data: the sequence comes first": {
			engine: v1alpha1.EngineMariaDB, plan: plan.Plan{Only: []string{"t", "s"}, WithoutData: []string{"t"}, UsesSequences: true, Sequences: []string{"s"}},
			want: []string{
				always + " --skip-routines --skip-events --no-data -- shop t s",
				always + " --skip-routines --skip-events --skip-add-locks --ignore-table=shop.t -- shop s",
			},
		},
		"named tables, all without data: the database is not dumped for want of a name": {
			engine: v1alpha1.EngineMySQL, plan: plan.Plan{Only: []string{"log"}, WithoutData: []string{"log"}},
			want: []string{always + " --skip-routines --skip-events" + mysqlOnly + " --no-data -- shop log"},
		},
		"MySQL, the schema alone": {
			engine: v1alpha1.EngineMySQL, plan: plan.Plan{Routines: true, Events: true, SchemaOnly: true, WithoutData: []string{"log"}},
			want: []string{always + " --routines --events --no-data" + mysqlOnly + " -- shop"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			test.plan.Database = "shop"
			var got []string
			for _, run := range client.Runs(test.engine, &client.Program{Options: test.options}, &test.plan) {
				arguments := run.Arguments("/run/client.cnf", []string{"CONNECTION"})
				if diff := cmp.Diff([]string{"--defaults-file=/run/client.cnf", "CONNECTION"}, arguments[:2]); diff != "" {
					t.Errorf("the beginning (-want +got):\n%s", diff)
				}
				got = append(got, strings.Join(arguments[2:], " "))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("arguments (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTLSModesAreMappedForEachClient(t *testing.T) {
	const verified = "--ssl --ssl-ca=/ca.crt --ssl-verify-server-cert"
	for name, test := range map[string]struct {
		engine  v1alpha1.Engine
		version string
		mode    v1alpha1.TLSMode
		want    string
		guard   bool
	}{
		"MySQL Disabled":                     {v1alpha1.EngineMySQL, "8.4.3", v1alpha1.TLSDisabled, "--ssl-mode=DISABLED --get-server-public-key", false},
		"MySQL Required":                     {v1alpha1.EngineMySQL, "8.4.3", v1alpha1.TLSRequired, "--ssl-mode=REQUIRED", false},
		"MySQL VerifyCA":                     {v1alpha1.EngineMySQL, "8.4.3", v1alpha1.TLSVerifyCA, "--ssl-mode=VERIFY_CA --ssl-ca=/ca.crt", false},
		"MySQL VerifyIdentity":               {v1alpha1.EngineMySQL, "8.4.3", v1alpha1.TLSVerifyIdentity, "--ssl-mode=VERIFY_IDENTITY --ssl-ca=/ca.crt", false},
		"MariaDB Disabled":                   {v1alpha1.EngineMariaDB, "10.11.19-MariaDB", v1alpha1.TLSDisabled, "--skip-ssl", false},
		"MariaDB Required":                   {v1alpha1.EngineMariaDB, "10.11.19-MariaDB", v1alpha1.TLSRequired, "--ssl --skip-ssl-verify-server-cert", true},
		"MariaDB 11.8 Required":              {v1alpha1.EngineMariaDB, "11.8.2-MariaDB", v1alpha1.TLSRequired, "--ssl --skip-ssl-verify-server-cert", true},
		"MariaDB 10.11 VerifyCA":             {v1alpha1.EngineMariaDB, "10.11.19-MariaDB", v1alpha1.TLSVerifyCA, "--ssl --ssl-ca=/ca.crt --skip-ssl-verify-server-cert", true},
		"MariaDB 11.3 VerifyCA":              {v1alpha1.EngineMariaDB, "11.3.2-MariaDB", v1alpha1.TLSVerifyCA, "--ssl --ssl-ca=/ca.crt --skip-ssl-verify-server-cert", true},
		"MariaDB 11.4 VerifyCA":              {v1alpha1.EngineMariaDB, "11.4.4-MariaDB", v1alpha1.TLSVerifyCA, verified, true},
		"MariaDB 11.6 VerifyCA":              {v1alpha1.EngineMariaDB, "11.6.2-MariaDB", v1alpha1.TLSVerifyCA, verified, true},
		"MariaDB 11.8 VerifyCA":              {v1alpha1.EngineMariaDB, "11.8.2-MariaDB", v1alpha1.TLSVerifyCA, verified, true},
		"MariaDB 12 VerifyCA":                {v1alpha1.EngineMariaDB, "12.0.2-MariaDB", v1alpha1.TLSVerifyCA, verified, true},
		"MariaDB of unknown release":         {v1alpha1.EngineMariaDB, "", v1alpha1.TLSVerifyCA, verified, true},
		"MariaDB VerifyIdentity":             {v1alpha1.EngineMariaDB, "10.11.19-MariaDB", v1alpha1.TLSVerifyIdentity, verified, false},
		"MariaDB 11.8 VerifyIdentity":        {v1alpha1.EngineMariaDB, "11.8.2-MariaDB", v1alpha1.TLSVerifyIdentity, verified, false},
		"MariaDB that is refused, all alike": {v1alpha1.EngineMariaDB, "11.4.2-MariaDB", v1alpha1.TLSVerifyCA, verified, true},
	} {
		t.Run(name, func(t *testing.T) {
			s := server(test.engine, test.mode)
			program := &client.Program{Software: contract.Software{Flavour: string(test.engine), Version: test.version}}
			got := strings.Join(program.Connection(s, s.Host, s.Port), " ")
			if diff := cmp.Diff("--protocol=TCP --host=db --port=3306 "+test.want, got); diff != "" {
				t.Errorf("options (-want +got):\n%s", diff)
			}
			if client.NeedsGuard(s) != test.guard {
				t.Errorf("guard %t", !test.guard)
			}
		})
	}
}

func TestAModeThatAClientCannotBeHeldToIsRefused(t *testing.T) {
	for version, refused := range map[string]bool{
		"10.5.8-MariaDB": false, "10.11.19-MariaDB": false, "11.3.2-MariaDB": false, "11.4.1-MariaDB": true, "11.4.3-MariaDB": true,
		"11.4.4-MariaDB": false, "11.5.2-MariaDB": true, "11.6.1-MariaDB": true, "11.6.2-MariaDB": false, "11.8.2-MariaDB": false, "": false,
	} {
		program := &client.Program{Path: "/usr/bin/mariadb-dump", Software: contract.Software{Flavour: "MariaDB", Version: version}}
		for mode, want := range map[v1alpha1.TLSMode]bool{v1alpha1.TLSRequired: false, v1alpha1.TLSVerifyCA: refused, v1alpha1.TLSVerifyIdentity: false} {
			err := program.CheckTLS(server(v1alpha1.EngineMariaDB, mode))
			if (err != nil) != want {
				t.Errorf("%q with %s: %v", version, mode, err)
			}
			if err != nil && result.FailureOf(err).Reason != contract.InvalidRequest {
				t.Errorf("%q with %s has reason %s", version, mode, result.FailureOf(err).Reason)
			}
		}
	}
}

// Whatever names a plan holds, they stand after -- or behind the = of an option, each in an entry of its own.
func TestNoNameIsEverAnOption(t *testing.T) {
	name := rapid.OneOf(rapid.StringN(1, 64, -1), rapid.SampledFrom([]string{"--result-file=x", "--", "-x", "=", "a.b", ";"}))
	names := rapid.SliceOfN(name, 0, 5)
	rapid.Check(t, func(r *rapid.T) {
		plan := plan.Plan{Database: name.Draw(r, "database"), Only: names.Draw(r, "only"), Excluded: names.Draw(r, "excluded"), WithoutData: names.Draw(r, "withoutData")}
		engine := rapid.SampledFrom([]v1alpha1.Engine{v1alpha1.EngineMariaDB, v1alpha1.EngineMySQL}).Draw(r, "engine")
		for _, run := range client.Runs(engine, &client.Program{}, &plan) {
			arguments := run.Arguments("f", nil)
			options := len(arguments) - len(run.Tables) - 2
			if arguments[options] != "--" || arguments[options+1] != plan.Database {
				r.Fatalf("the names do not come after --: %q", arguments)
			}
			for _, option := range arguments[len(run.Options)+1 : options] {
				if !strings.HasPrefix(option, "--ignore-table=") && !strings.HasPrefix(option, "--ignore-table-data=") {
					r.Fatalf("%q", option)
				}
			}
		}
	})
}
