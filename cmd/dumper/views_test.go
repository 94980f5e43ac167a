package main_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/dbtest"
)

// The client copies such views without a word; what is loaded then reads the original, or does not load.
func TestAViewThatTheCopyCannotHoldIsRefused(t *testing.T) {
	server := dbtest.Get(t)
	server.Client(t, `CREATE DATABASE beside; CREATE TABLE beside.o (id INT); CREATE DATABASE viewed; USE viewed;
		CREATE TABLE orders (id INT, placed DATE); CREATE TABLE viewed (id INT, orders INT);
		CREATE FUNCTION twice(n INT) RETURNS INT RETURN n * 2;
		CREATE VIEW both_ones AS SELECT a.id FROM orders a JOIN beside.o b; CREATE VIEW on_both AS SELECT id FROM both_ones;
		CREATE VIEW by_name AS SELECT viewed.twice(id) AS n FROM orders; CREATE VIEW others AS SELECT id FROM beside.o;
		CREATE VIEW total AS SELECT COUNT(*) AS n FROM orders; CREATE VIEW of_total AS SELECT n FROM total;
		CREATE VIEW same_name AS SELECT orders FROM viewed; CREATE VIEW calls AS SELECT twice(id) AS n FROM orders;
		CREATE VIEW looks AS SELECT ' from viewed.orders' AS x, EXTRACT(YEAR FROM placed) AS y FROM orders`)
	credentials := server.Account(t, "viewer", "pw", append(dbtest.WholeDump("viewed"), "EXECUTE ON viewed.*", "SELECT ON beside.*")...)
	weak := server.Account(t, "weak", "pw", append(dbtest.WholeDump("viewed"), "SELECT ON beside.*")...)
	run(t, append(flags(server, weak, "viewed"), into(t.TempDir())...)...).mustFail(t, contract.InsufficientPrivileges, "'viewed.twice'", "GRANT EXECUTE ON `viewed`.*")
	bad := []string{"--exclude=both_ones", "--exclude=on_both", "--exclude=by_name"}
	for name, test := range map[string]struct {
		flags    []string
		mentions []string // none: it succeeds and loads
	}{
		"views that name the database":         {nil, []string{`"both_ones", "by_name", "on_both"`, "would read the original", "--exclude"}},
		"one of them, through another":         {bad[:1], []string{`"on_both" reads`, `"both_ones"`}},
		"none of them":                         {bad, nil},
		"a view on a table that is not named":  {[]string{"--table=total"}, []string{`view "total" reads "orders"`, `name "orders" among the tables too`}},
		"a view on a view that is not named":   {[]string{"--table=of_total", "--table=orders"}, []string{`view "of_total" reads "total"`}},
		"a view with its table":                {[]string{"--table=total", "--table=orders"}, nil},
		"a view on a view with its table":      {[]string{"--table=of_total", "--table=total", "--table=orders"}, nil},
		"a view that calls a function":         {[]string{"--table=calls", "--table=orders"}, []string{`view "calls"`, `function "twice"`, "whole database"}},
		"a named view that names the database": {[]string{"--table=both_ones", "--table=orders"}, []string{`"both_ones"`, "would read the original"}},
		"a table called like the database":     {[]string{"--table=same_name", "--table=viewed"}, nil},
		"a view on another database alone":     {[]string{"--table=others"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			o := run(t, append(append(flags(server, credentials, "viewed"), into(folder)...), test.flags...)...)
			if test.mentions != nil {
				o.mustFail(t, contract.BrokenView, test.mentions...)
				nothingIn(t, folder)
				return
			}
			o.mustSucceed(t)
			restore(t, server, "viewed_copy", folder)
			got, want := server.Fingerprint(t, "viewed_copy"), server.Fingerprint(t, "viewed")
			for key := range want {
				if _, copied := got[key]; !copied && !strings.HasPrefix(key, "FUNCTION") {
					delete(want, key)
				}
			}
			// The fingerprint takes the database for its table of the same name.
			delete(want, "VIEW same_name")
			delete(got, "VIEW same_name")
			if strings.HasPrefix(test.flags[0], "--table") {
				delete(want, "FUNCTION twice")
			}
			if diff := cmp.Diff(want, got); diff != "" || len(got) == 0 {
				t.Errorf("the restored database differs (-want +got):\n%s", diff)
			}
		})
	}
}
