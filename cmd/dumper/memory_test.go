package main_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/volcado-io/volcado/internal/agetest"
	"github.com/volcado-io/volcado/internal/children"
	"github.com/volcado-io/volcado/internal/dbtest"
	"github.com/volcado-io/volcado/internal/s3test"
)

// memoryBound is what the dumper may take, whatever the size of the database.
const memoryBound = 128 << 20

// 400 MB of text that hardly compresses, whatever size the server says that the database has: the parts of the upload are
// made for that. Nor does it grow with the processors of the node, which a pod without a limit sees all of.
func TestMemoryDoesNotGrowWithTheDatabase(t *testing.T) {
	server := dbtest.Get(t)
	server.Exec(t, "CREATE OR REPLACE DATABASE huge", "INSTALL SONAME 'ha_archive'", "CREATE TABLE huge.t (id INT) ENGINE=ARCHIVE")
	credentials := server.Account(t, "huge", "pw", dbtest.WholeDump("huge")...)
	s3 := s3test.Start(t, s3test.Options{})
	// The table cannot be read: its file is as large as it says, and hollow.
	script := `echo 'INSERT INTO t VALUES'; head -c 300000000 /dev/urandom | base64 -w 1000; echo ';'; echo '-- Dump completed'`
	for _, c := range []struct {
		gibibytes   int
		compression string
		processors  int
		flags       []string
	}{
		{0, "gzip", 2, nil}, {40, "gzip", 2, nil}, {460, "gzip", 64, nil}, {40, "zstd", 2, nil}, {40, "zstd", 64, nil},
		{460, "gzip", 64, []string{"--recipient=" + agetest.PostQuantum(t).Recipient}},
	} {
		t.Run(fmt.Sprintf("%d GiB as %s with %d processors and %d flags", c.gibibytes, c.compression, c.processors, len(c.flags)), func(t *testing.T) {
			size := max(c.gibibytes<<30, 8<<10)
			if err := os.Truncate(filepath.Join(server.Folder, "data", "huge", "t.ARZ"), int64(size)); err != nil {
				t.Fatal(err)
			}
			server.Exec(t, "FLUSH TABLES huge.t")
			e := prepare(t, slices.Concat(flags(server, credentials, "huge"), bucket(t, s3), []string{"--compression=" + c.compression}, c.flags)...).withClient(fakeClient(t, script))
			e.Env = append(e.Env, "GOMAXPROCS="+strconv.Itoa(c.processors))
			o := e.outcome(t, e.Run())
			artifact := o.mustSucceed(t)
			if artifact.SizeBytes < 300_000_000 {
				t.Fatalf("the artifact has only %d bytes", artifact.SizeBytes)
			}
			if estimate := fmt.Sprintf("estimatedBytes=%d ", size); !strings.Contains(o.stderr, estimate) {
				t.Fatalf("%s was not expected:\n%s", estimate, o.stderr)
			}
			peak := e.peakMemory()
			t.Logf("%d MiB at its peak", peak>>20)
			if peak > memoryBound {
				t.Errorf("it took %d MiB at its peak, the bound is %d MiB", peak>>20, memoryBound>>20)
			}
		})
	}
}

// peakMemory of an execution that has ended, in bytes. It is read once.
func (e *execution) peakMemory() int64 { return <-e.most }

// watchMemory sends the most memory that a process of ours has had by its end: of it alone, without its children. What
// wait4 tells of it can be that of the test, in whose memory it began.
func watchMemory(pid int) <-chan int64 {
	peak := make(chan int64, 1)
	go func() {
		var most int64
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		for ; ; <-tick.C {
			status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
			now := children.StatusBytes(string(status), "VmHWM")
			if err != nil || now == 0 { // it has ended
				peak <- most
				return
			}
			most = max(most, now)
		}
	}()
	return peak
}

// BenchmarkDump compares the dumper with what a person would type. VOLCADO_BENCH_ROWS rows have about 270 bytes of text
// each; see hack/bench/dumper.
func BenchmarkDump(b *testing.B) {
	rows := 400_000
	if value, err := strconv.Atoi(os.Getenv("VOLCADO_BENCH_ROWS")); err == nil {
		rows = value
	}
	server := dbtest.Get(b)
	server.Exec(b, "CREATE OR REPLACE DATABASE bench", "USE bench", `CREATE TABLE bench.events (id BIGINT PRIMARY KEY, customer INT, kind VARCHAR(20), at DATETIME,
		price DECIMAL(10,2), note VARCHAR(400), payload JSON)`,
		`INSERT INTO bench.events SELECT seq, seq*7919 % 100003, ELT(1+seq%5,'created','paid','shipped','returned','cancelled'),
		DATE_ADD('2020-01-01', INTERVAL seq SECOND), RAND()*1000, CONCAT('Order of customer ', seq*7919 % 100003, ' note ', MD5(seq),
		' lorem ipsum dolor sit amet ', LEFT(MD5(seq*3), 10)), JSON_OBJECT('a', seq, 'b', MD5(seq*5), 'tags', 'x,y,z', 'score', RAND())
		FROM mysql.seq_1_to_`+strconv.Itoa(rows))
	credentials := server.Account(b, "bench", "pw", dbtest.WholeDump("bench")...)
	s3 := s3test.Start(b, s3test.Options{})
	optionFile := filepath.Join(b.TempDir(), "client.cnf")
	if err := os.WriteFile(optionFile, []byte("[client]\nuser=bench\npassword=pw\n"), 0o400); err != nil {
		b.Fatal(err)
	}
	client := fmt.Sprintf("mariadb-dump --defaults-file=%s --protocol=TCP --host=127.0.0.1 --port=%d --ssl --ssl-ca=%s --single-transaction --quick --hex-blob bench",
		optionFile, server.Port, server.Authority.File)
	for _, line := range []string{" >/dev/null", " | gzip >" + filepath.Join(b.TempDir(), "out.gz")} {
		b.Run("mariadb-dump"+line[:min(len(line), 8)], func(b *testing.B) {
			for b.Loop() {
				if output, err := exec.Command("bash", "-o", "pipefail", "-c", client+line).CombinedOutput(); err != nil {
					b.Fatalf("%v\n%s", err, output)
				}
			}
		})
	}
	for name, place := range map[string][]string{"to a folder": into(b.TempDir()), "to a bucket": bucket(b, s3)} {
		b.Run("dumper "+name, func(b *testing.B) {
			var peak, bytes int64
			for b.Loop() {
				e := prepare(b, append(flags(server, credentials, "bench"), place...)...)
				bytes = e.outcome(b, e.Run()).mustSucceed(b).UncompressedBytes
				peak = max(peak, e.peakMemory())
			}
			b.SetBytes(bytes)
			b.ReportMetric(float64(peak)/(1<<20), "MiB-peak")
		})
	}
}
