// Package shop makes the database that the benchmark of dumps copies: a shop's, made of a fixed seed, so that every run copies
// the same rows. gzip -6 leaves about 30 % of its SQL text.
package shop

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"io"
	"math/rand/v2"

	"github.com/go-sql-driver/mysql"
	"golang.org/x/sync/errgroup"
)

// Database is the name of it.
const Database = "shop"

// textPerCustomer is how many bytes of SQL text there are for each customer, in all tables together.
const textPerCustomer = 3_358

// loaders at once; the server stores rows on as many processors.
const loaders = 2

// table of the shop, with the rows that it has for each thousand customers.
type table struct {
	name, definition string
	perThousand      int
	// row writes the values of the row with this number, the first is 1.
	row func(w *writer, number int)
	// columns that are loaded otherwise than as they are written.
	columns string
}

// Fill a new database with as many rows as have about so many bytes of SQL text.
func Fill(ctx context.Context, db *sql.DB, textBytes int64) error {
	if _, err := db.ExecContext(ctx, "CREATE DATABASE "+Database+" CHARACTER SET utf8mb4"); err != nil {
		return fmt.Errorf("make the database: %w", err)
	}
	customers := int(textBytes / textPerCustomer)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(loaders)
	for i, t := range tables {
		group.Go(func() error {
			if err := t.load(ctx, db, max(1, customers*t.perThousand/1000), uint64(i)); err != nil {
				return fmt.Errorf("fill the table %s: %w", t.name, err)
			}
			return nil
		})
	}
	return group.Wait()
}

func (t table) load(ctx context.Context, db *sql.DB, rows int, seed uint64) error {
	if _, err := db.ExecContext(ctx, fmt.Sprintf("CREATE TABLE %s.%s %s", Database, t.name, t.definition)); err != nil {
		return err
	}
	read, write := io.Pipe()
	defer read.Close()
	go func() { _ = write.CloseWithError(t.write(write, rows, seed)) }()
	mysql.RegisterReaderHandler(t.name, func() io.Reader { return read })
	defer mysql.DeregisterReaderHandler(t.name)
	_, err := db.ExecContext(ctx, fmt.Sprintf("LOAD DATA LOCAL INFILE 'Reader::%s' INTO TABLE %s.%s CHARACTER SET utf8mb4 %s", t.name, Database, t.name, t.columns))
	return err
}

func (t table) write(out io.Writer, rows int, seed uint64) error {
	w := &writer{out: bufio.NewWriterSize(out, 1<<20), Rand: rand.New(rand.NewPCG(seed, 10)), customers: max(1, rows*1000/t.perThousand)}
	for number := 1; number <= rows; number++ {
		w.line = w.line[:0]
		t.row(w, number)
		w.line[len(w.line)-1] = '\n' // where the last value's tab is
		if _, err := w.out.Write(w.line); err != nil {
			return err
		}
	}
	return w.out.Flush()
}
