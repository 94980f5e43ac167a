# shellcheck shell=bash
# The servers of the demo (a database, an object storage, a chat), and what is in them. Their data is in emptyDirs, so each
# thing is looked for first, and made when it is not there (any more).

start_servers() {
  # shellcheck disable=SC2034 # see die in output.sh
  CLAIMED=yes
  claim_namespace shop
  claim_namespace object-storage
  claim_namespace chat
  apply_demo namespaces
  if ! have_secrets; then
    make_secrets
    # What still runs from a set-up that was broken off knows other ones.
    quietly "stopping servers with other secrets" kubectl delete deployment --ignore-not-found --all-namespaces --selector "$OWNED"
  fi
  apply_demo chat
  apply_demo object-storage
  apply_demo database
  apply_demo workbench
  rolled_out object-storage s3
  rolled_out shop mariadb
  rolled_out shop workbench
  restart_changed shop workbench dumper-mariadb
  make_bucket
  make_users
  make_shop
  rolled_out chat mattermost
  make_people
}

# apply_demo <manifest's name>
apply_demo() {
  local file=$REPO/hack/demo/manifests/$1.yaml
  quietly "applying $file" kubectl apply -f <(with_our_images <"$file")
}

with_our_images() { sed -E "s#volcado\.local/([a-z-]+):dev#$REGISTRY/\1:$TAG#"; }

# rolled_out <namespace> <deployment> waits until its pods are ready.
rolled_out() {
  if ! kubectl -n "$1" rollout status "deployment/$2" --timeout=180s >>"$LOG" 2>&1; then
    kubectl -n "$1" get pods -o wide >&2 || true
    kubectl -n "$1" get events --field-selector type=Warning >&2 || true
    die "$2 in the namespace $1 did not become ready; its pods and what went wrong are above."
  fi
}

s3_admin() { kubectl -n object-storage exec deployment/s3 -- /usr/local/bin/versitygw admin "$@"; }

make_bucket() {
  # Not grep -q, which ends as soon as it knows and fails what still writes.
  if ! s3_admin list-buckets 2>>"$LOG" | grep -w dumps >/dev/null; then
    quietly "making the bucket dumps" s3_admin create-bucket --bucket dumps --owner "$(secret_value shop dumps-writer AWS_ACCESS_KEY_ID)"
  fi
  good "S3: https://s3.object-storage.svc, with a bucket called dumps and an account that owns it"
}

# sql runs what comes in on the demo's server as its administrator, whom the server knows by the socket.
sql() {
  kubectl -n shop exec -i deployment/mariadb -- mariadb --comments --socket=/var/lib/mariadb/socket --default-character-set=utf8mb4 "$@"
}

# make_users gives the source's user what a whole copy needs and nothing else: mysql.proc holds the text of routines, and
# EXECUTE is for views that call one. The developer has rights on the copy's database, and that is enough to load it.
make_users() {
  local reader developer
  reader=$(sql_secret shop-reader)
  developer=$(sql_secret shop-developer)
  quietly "making the database's users" sql <<EOF
CREATE OR REPLACE USER volcado_reader@'%' IDENTIFIED BY $reader REQUIRE SSL;
GRANT SELECT, SHOW VIEW, TRIGGER, EVENT, EXECUTE ON shop.* TO volcado_reader@'%';
GRANT SELECT ON mysql.proc TO volcado_reader@'%';
CREATE OR REPLACE USER developer@'%' IDENTIFIED BY $developer REQUIRE SSL;
GRANT ALL PRIVILEGES ON shop_copy.* TO developer@'%';
EOF
  good "MariaDB: mariadb.shop.svc, TLS only; the user volcado_reader may read the database shop and nothing else"
}

# sql_secret prints the password in a Secret of the shop's, quoted as SQL wants it.
sql_secret() {
  local password quote="'"
  password=$(secret_value shop "$1" password)
  password=${password//\\/\\\\}
  printf "'%s'" "${password//$quote/$quote$quote}"
}

make_shop() {
  local began=$EPOCHREALTIME sum
  sum=$(sha256sum <"$REPO/hack/demo/data/shop.sql")
  if [[ $(sql --skip-column-names -e 'SELECT sum FROM demo.made' 2>/dev/null) != "${sum%% *}" ]]; then
    note "filling the database shop (about ten seconds)"
    quietly "filling the database shop" sql <"$REPO/hack/demo/data/shop.sql"
    # Written last: it says that the database is whole, and what it was made by.
    quietly "marking the database shop" sql -e "CREATE OR REPLACE TABLE demo.made (sum CHAR(64)) AS SELECT '${sum%% *}' AS sum"
    note "filled in $(since "$began") s"
  fi
  sql --batch --skip-column-names <<'EOF' | indent
SELECT CONCAT('the database shop: ', COUNT(*), ' tables, about ', FORMAT(SUM(table_rows), 0), ' rows, ',
  ROUND(SUM(data_length + index_length) / 1000000), ' MB')
FROM information_schema.tables WHERE table_schema = 'shop' AND table_type = 'BASE TABLE'
EOF
}
