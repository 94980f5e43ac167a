#!/bin/sh
# Starts postgres with the options that it is given. DATA is the folder for its data, and for its socket.
set -eu

: "${DATA:=/var/lib/postgresql-data}"
PATH=$(echo /usr/lib/postgresql/*/bin):$PATH
if [ ! -s "$DATA/db/PG_VERSION" ]; then
  # Who may open the socket administers the server: there is no password that could leak.
  rm -rf "$DATA/db"
  initdb --pgdata="$DATA/db" --username="$(id -un)" --auth=trust --locale=C --encoding=UTF8 --no-sync >"$DATA/install.log" 2>&1 ||
    { cat "$DATA/install.log" >&2 && exit 1; }
fi
exec postgres -D "$DATA/db" -k "$DATA" "$@"
