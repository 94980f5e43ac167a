#!/bin/sh
# Starts postgres with the options that it is given. DATA is the folder for its data; its socket is in /run/postgresql.
set -eu

: "${DATA:=/var/lib/postgresql-data}"
PATH=$(echo /usr/lib/postgresql/*/bin):$PATH
if [ ! -d "$DATA/db" ]; then
  rm -rf "$DATA/begun" # and not ended
  # Who may open the socket administers the server: there is no password that could leak.
  initdb --pgdata="$DATA/begun" --username="$(id -un)" --auth=trust --locale=C --encoding=UTF8 --no-sync >"$DATA/install.log" 2>&1 ||
    { cat "$DATA/install.log" >&2 && exit 1; }
  mv "$DATA/begun" "$DATA/db"
fi
exec postgres -D "$DATA/db" "$@"
