//go:build e2e

package e2e

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"strings"

	"github.com/go-sql-driver/mysql"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

const (
	// databasePrefix begins the name of every database and database user that these tests make.
	databasePrefix = "e2e"
	administrator  = databasePrefix + "_admin"
)

// inMariaDB is the command that talks to the demo's server as its administrator, whom the server knows by the socket.
func inMariaDB(ctx context.Context, args ...string) *exec.Cmd {
	command := []string{"-n", shopNamespace, "exec", "-i", "deployment/mariadb", "--",
		"mariadb", "--socket=/var/lib/mariadb/socket", "--default-character-set=utf8mb4", "--batch", "--skip-column-names", "--raw"}
	return exec.CommandContext(ctx, "kubectl", append(command, args...)...)
}

// openDatabase makes an administrator of the demo's server for this run, and connects as it. What an earlier run left on
// the server is dropped.
func openDatabase(ctx context.Context) (*sql.DB, error) {
	password := rand.Text()
	make := fmt.Sprintf("CREATE OR REPLACE USER %s@'%%' IDENTIFIED BY '%s' REQUIRE SSL; GRANT ALL ON *.* TO %[1]s@'%%' WITH GRANT OPTION;", administrator, password)
	if _, err := output(inMariaDB(ctx), strings.NewReader(make)); err != nil {
		return nil, err
	}
	var service corev1.Service
	var authority corev1.Secret
	err := errors.Join(
		env.client.Get(ctx, client.ObjectKey{Namespace: shopNamespace, Name: "mariadb"}, &service),
		env.client.Get(ctx, client.ObjectKey{Namespace: shopNamespace, Name: "shop-ca"}, &authority))
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(authority.Data["ca.crt"])
	config := mysql.NewConfig()
	config.User, config.Passwd, config.MultiStatements = administrator, password, true
	config.Net, config.Addr = "tcp", net.JoinHostPort(service.Spec.ClusterIP, "3306")
	config.TLS = &tls.Config{RootCAs: roots, ServerName: "mariadb.shop.svc"}
	connector, err := mysql.NewConnector(config)
	if err != nil {
		return nil, err
	}
	db := sql.OpenDB(connector)
	// What one set in its session (USE) is not for the next one.
	db.SetMaxIdleConns(0)
	return db, errors.Join(db.PingContext(ctx), dropAll(ctx, db))
}

// query runs statements and returns the rows of all of them, as lines of columns.
func query(ctx context.Context, db *sql.DB, statements string) (string, error) {
	rows, err := db.QueryContext(ctx, statements)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	var lines strings.Builder
	for more := true; more; more = rows.NextResultSet() {
		columns, err := rows.Columns()
		if err != nil {
			return "", err
		}
		values, pointers := make([]sql.NullString, len(columns)), make([]any, len(columns))
		for i := range values {
			pointers[i] = &values[i]
		}
		for rows.Next() {
			if err := rows.Scan(pointers...); err != nil {
				return "", err
			}
			for i, v := range values {
				if i > 0 {
					lines.WriteString("\t")
				}
				if !v.Valid {
					v.String = "NULL"
				}
				lines.WriteString(v.String)
			}
			lines.WriteString("\n")
		}
	}
	return lines.String(), rows.Err()
}

func dropAll(ctx context.Context, db *sql.DB) error {
	drops, err := query(ctx, db, `
SELECT CONCAT('DROP DATABASE ', '`+"`', schema_name, '`"+`;') FROM information_schema.schemata WHERE schema_name LIKE '`+databasePrefix+`%';
SELECT CONCAT('DROP USER ', QUOTE(user), '@', QUOTE(host), ';') FROM mysql.user WHERE user LIKE '`+databasePrefix+`%' AND user != '`+administrator+`';`)
	if err != nil || drops == "" {
		return err
	}
	_, err = query(ctx, db, drops)
	return err
}

// closeDatabase removes what this run made on the server.
func closeDatabase(ctx context.Context, db *sql.DB) error {
	err := dropAll(ctx, db)
	_, gone := db.ExecContext(ctx, "DROP USER "+administrator+"@'%'")
	return errors.Join(err, gone, db.Close())
}
