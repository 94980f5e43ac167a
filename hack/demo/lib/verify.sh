# shellcheck shell=bash
# The copy is fetched, restored and compared with the original, by other means than those that made it.

# workbench <script> runs a shell script where a developer works.
workbench() { kubectl -n shop exec -i deployment/workbench -- bash -euo pipefail -c "$1"; }

# restore_copy runs the commands that how printed for Alice's copy, as they are, after dropping their target.
restore_copy() {
  local commands fetch sum
  # shellcheck disable=SC2153 # COPY is what alice_asks left
  commands=$(awk '/^Load it into a new database, / {here = 1} here && /^```/ {if (fenced++) exit; next} fenced' <<<"$COPY")
  [[ $commands == *"dumper cat "* ]] || die "the bot's answer, above, has no commands that load the copy."
  quietly "dropping the copy of an earlier demo" sql -e 'DROP DATABASE IF EXISTS shop_copy'
  note "what the bot said, run where a developer works:"
  while read -r line; do printf '\n   %sworkbench$%s %s' "$BOLD" "$PLAIN" "$line"; done <<<"$commands"
  printf '\n\n'
  workbench "$commands" 2>&1 | tee -a -- "$LOG" | indent || die "the copy could not be fetched and restored; what was said is above."
  good "fetched, compared with its manifest on the way, and restored into the database shop_copy"

  # What is in the bucket is as it was compressed, for no client.
  fetch=$(sed -n 's/^dumper cat --for mariadb \(.*\) | mariadb .*/dumper cat \1/p' <<<"$commands")
  sum=$(workbench "$fetch --raw | sha256sum")
  REACH=${fetch#dumper cat * }
  [[ $COPY == *"${sum%% *}"* ]] || die "sha256sum says ${sum%% *} of what is in the bucket, and that is not what the bot said."
  good "sha256sum of what is in the bucket is what the bot said: ${sum:0:16}…"
}

# describe <database> <file> writes everything that must be alike, without the database's own name and without who defined
# what: in the copy that is whoever loaded it.
describe() {
  sql --batch --raw --skip-column-names "$1" <"$REPO/hack/demo/data/describe.sql" >"$2.sql" &&
    sql --batch --raw "$1" <"$2.sql" | sed -E "s/^$1\./shop./; s/DEFINER=\`[^\`]*\`@\`[^\`]*\` ?//" >"$2"
}

compare_copy() {
  local original=$OUT/demo/original.txt copy=$OUT/demo/copy.txt difference=$OUT/demo/difference.txt
  describe shop "$original" &
  describe shop_copy "$copy" || die "the copy could not be described; what was said is above."
  wait $! || die "the original could not be described; what was said is above."
  if ! diff -u "$original" "$copy" >"$difference"; then
    head -n 40 "$difference" >&2
    die "the copy is not like the original. All of the difference is in $difference"
  fi
  count_alike | while read -r line; do good "$line"; done
  check_floor
}

# count_alike says how much there was to compare, so that nothing is not taken for alike.
count_alike() {
  sql --batch --skip-column-names shop_copy <<'EOF'
SELECT CONCAT('the same definitions: ', GROUP_CONCAT(CONCAT(n, ' ', kind) ORDER BY place SEPARATOR ', ')) FROM (
  SELECT 1 AS place, COUNT(*) AS n, 'tables' AS kind FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'
  UNION ALL SELECT 2, COUNT(*), 'views' FROM information_schema.views WHERE table_schema = DATABASE()
  UNION ALL SELECT 3, COUNT(*), 'triggers' FROM information_schema.triggers WHERE trigger_schema = DATABASE()
  UNION ALL SELECT 4, COUNT(*), 'routines' FROM information_schema.routines WHERE routine_schema = DATABASE()
  UNION ALL SELECT 5, COUNT(*), 'event' FROM information_schema.events WHERE event_schema = DATABASE()
  UNION ALL SELECT 6, COUNT(*), 'sequence' FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type = 'SEQUENCE'
) AS counted;
EOF
  awk -F'\t' 'of_rows {rows += $2; tables++; of_rows = 0} /^rows of\t/ {of_rows = 1}
    END {printf "the same rows and the same checksum of their values: %d rows in %d tables\n", rows, tables}' "$OUT/demo/copy.txt"
}

# check_floor sees to what the source keeps out of every copy. The original must have it, or this would prove nothing.
check_floor() {
  local found
  found=$(sql --batch --skip-column-names <<'EOF'
SELECT CONCAT_WS(' ', (SELECT COUNT(*) > 0 FROM shop.sessions), (SELECT COUNT(*) > 0 FROM shop.audit_log),
  (SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'shop_copy' AND table_name = 'sessions'),
  (SELECT COUNT(*) FROM shop_copy.audit_log));
EOF
  ) || die "the copy could not be searched for what must not be in it; audit_log should be in shop_copy."
  [[ $found == "1 1 0 0" ]] || die "the source excludes the table sessions and the rows of audit_log, and the copy holds some of that (found $found, expected 1 1 0 0)."
  good "not in the copy, as the source demands for everyone: the table sessions, and the rows of audit_log"
}

# expire_copy ends the time of the copy that kubectl asked for, and looks into the bucket before and after.
expire_copy() {
  local location before after
  # shellcheck disable=SC2153 # APPLIED is what apply_dump left
  location=$(kubectl -n shop get databasedump "$APPLIED" -o 'jsonpath={.status.artifact.uri}')
  location=${location%/*/*}
  before=$(workbench "dumper inspect $location $REACH")
  [[ $before == *'"complete": true'* ]] || die "there is no copy below $location, although the dump $APPLIED says so."
  good "in the bucket, until $(kubectl -n shop get databasedump "$APPLIED" -o 'jsonpath={.status.artifact.expiresAt}'): $location"
  printf '\n   %s$%s kubectl -n shop patch databasedump %s --type=merge -p '\''{"spec":{"ttl":"1s"}}'\''\n' "$BOLD" "$PLAIN" "$APPLIED"
  kubectl -n shop patch databasedump "$APPLIED" --type=merge -p '{"spec":{"ttl":"1s"}}' 2>&1 | tee -a -- "$LOG" | indent
  kubectl -n shop wait --for='jsonpath={.status.conditions[?(@.type=="ArtifactAvailable")].reason}=Expired' "databasedump/$APPLIED" --timeout=2m 2>&1 |
    tee -a -- "$LOG" | indent || die "the copy was not deleted: kubectl -n shop describe databasedump $APPLIED"
  after=$(workbench "dumper inspect $location $REACH")
  [[ $after == *'"attempts": []'* ]] || die "there is still something below $location: $after"
  good "gone from the bucket; the record stays: $(kubectl -n shop get databasedump "$APPLIED" -o 'jsonpath={.status.conditions[?(@.type=="ArtifactAvailable")].message}')"
}
