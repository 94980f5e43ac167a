#!/bin/sh
# Starts mariadbd with the options that it is given. DATA is the folder for its data.
set -eu

: "${DATA:=/var/lib/mariadb}"
mkdir -p "$DATA/db" "$DATA/tmp"
if [ ! -d "$DATA/db/mysql" ]; then
  # Who may enter this container administers the server, through its socket: there is no password that could leak.
  mariadb-install-db --no-defaults --datadir="$DATA/db" --tmpdir="$DATA/tmp" --skip-test-db --force \
    --auth-root-authentication-method=socket --auth-root-socket-user="$(id -un)" >"$DATA/install.log" 2>&1 ||
    { cat "$DATA/install.log" >&2 && exit 1; }
fi
exec mariadbd --no-defaults --datadir="$DATA/db" --tmpdir="$DATA/tmp" --socket="$DATA/socket" --pid-file="$DATA/pid" "$@"
