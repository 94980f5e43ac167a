package main_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/volcado-io/volcado/internal/dbtest"
	"github.com/volcado-io/volcado/internal/s3test"
)

func TestWhoeverRunsItByHandIsToldWhichFlagToCorrect(t *testing.T) {
	server, s3 := dbtest.Get(t), s3test.Start(t, s3test.Options{})
	server.Exec(t, "CREATE OR REPLACE DATABASE by_hand", "CREATE TABLE by_hand.t (id INT PRIMARY KEY)")
	source := flags(server, server.Account(t, "by_hand", "pw", dbtest.WholeDump("by_hand")...), "by_hand")
	good := slices.Concat(source, bucket(t, s3))
	mysql := dbtest.Releases[2].Clients(t)
	closed := strconv.Itoa(closedPort(t))
	for flag, arguments := range map[string][]string{
		"--host and --port":                     replace(good, "--port="+closed),
		"--tls-ca-file":                         replace(good, "--tls-ca-file="),
		"--credentials-dir":                     replace(good, "--credentials-dir="+dbtest.Credentials(t, "by_hand", "wrong")),
		"--engine":                              append(slices.Clone(good), "--engine=MySQL"),
		"--exclude":                             append(slices.Clone(good), "--run-deadline=1ns"),
		"--s3-bucket":                           replace(good, "--s3-bucket=nowhere"),
		"--s3-endpoint":                         replace(good, "--s3-endpoint=http://localhost:"+closed),
		"the keys in --storage-credentials-dir": replace(good, "--storage-credentials-dir="+s3test.Credentials(t, "nobody", "wrong")),
		"check the path":                        slices.Concat(source, into("/proc/volcado")),
	} {
		t.Run(flag, func(t *testing.T) {
			e := prepare(t, arguments...).withClient(mysql)
			o := e.outcome(t, e.Run())
			_, hint, _ := strings.Cut(o.stderr, "hint: ")
			if o.exit == 0 || !strings.Contains(hint, flag) {
				t.Errorf("exit code %d: %s", o.exit, o.stderr)
			}
			for _, word := range []string{"source", "Secret", "DumpStorage", "pod"} {
				if strings.Contains(hint, word) {
					t.Errorf("%q is in the hint: %s", word, hint)
				}
			}
		})
	}
}
