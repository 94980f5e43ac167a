#!/bin/sh
# Starts mysqld with the options that it is given. DATA is the folder for its data.
set -eu

: "${DATA:=/var/lib/mysql-data}"
mkdir -p "$DATA/tmp"
if [ ! -d "$DATA/db/mysql" ]; then
  # root may come in without a password, but only through the socket: who may enter this container administers the server.
  mysqld --no-defaults --initialize-insecure --datadir="$DATA/db" --tmpdir="$DATA/tmp" >"$DATA/install.log" 2>&1 ||
    { cat "$DATA/install.log" >&2 && exit 1; }
fi
exec mysqld --no-defaults --datadir="$DATA/db" --tmpdir="$DATA/tmp" --socket="$DATA/socket" --pid-file="$DATA/pid" \
  --mysqlx=OFF "$@"
