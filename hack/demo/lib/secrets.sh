# shellcheck shell=bash
# Passwords, keys and certificates, random and new for each set-up. They go from files that only this user can read, in
# memory where there is such a place, into Secrets, and never into an argument or onto the screen.

make_secrets() {
  local folder
  folder=$(mktemp -d -p "$(secret_place)" volcado-demo.XXXXXX)
  # shellcheck disable=SC2064 # the folder of now is meant
  trap "rm -rf -- '$folder'" EXIT
  (
    umask 077
    cd -- "$folder" || exit
    make_certificates
    make_passwords
    store_secrets
  )
  rm -rf -- "$folder"
  trap - EXIT
}

have_secrets() {
  kubectl -n object-storage get secret s3-tls s3-admin s3-accounts >/dev/null 2>&1 &&
    kubectl -n chat get secret mattermost-tls people >/dev/null 2>&1 &&
    kubectl -n shop get secret dumps-writer dumps-ca mariadb-tls shop-reader shop-developer shop-ca >/dev/null 2>&1
}

secret_place() { if [[ -d /dev/shm && -w /dev/shm ]]; then echo /dev/shm; else echo "${TMPDIR:-/tmp}"; fi; }

make_certificates() {
  quietly "making the certificates" openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 \
    -subj "/CN=Volcado demo" -keyout ca.key -out ca.crt
  certificate mariadb mariadb mariadb.shop mariadb.shop.svc mariadb.shop.svc.cluster.local
  certificate mattermost mattermost mattermost.chat mattermost.chat.svc mattermost.chat.svc.cluster.local
  # localhost is how this machine reaches it, through kubectl port-forward.
  certificate s3 s3 s3.object-storage s3.object-storage.svc s3.object-storage.svc.cluster.local localhost
}

# certificate <file> <host name...>
certificate() {
  local name=$1 hosts
  shift
  hosts=$(printf ',DNS:%s' "$@")
  quietly "making the certificate of $name" openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
    -subj "/CN=$1" -keyout "$name.key" -out "$name.csr"
  quietly "signing the certificate of $name" openssl x509 -req -in "$name.csr" -CA ca.crt -CAkey ca.key -CAcreateserial \
    -days 3650 -extfile <(printf 'subjectAltName=%s\nextendedKeyUsage=serverAuth\n' "${hosts#,}") -out "$name.crt"
}

make_passwords() {
  local key secret name
  printf volcado_reader >username
  # The password is sent to this host and to no other.
  printf mariadb.shop.svc >host
  # With everything in it that has broken an option file, a shell or a URL somewhere.
  # shellcheck disable=SC2016 # meant as they stand
  printf '%s %s' "$(openssl rand -hex 16)" '#"%;\$(x)&@:/'"'" >password
  # The developer's user is for the developer's own option file.
  openssl rand -hex 24 | tr -d '\n' >developer.password
  printf '[client]\nhost=mariadb.shop.svc\nuser=developer\npassword=%s\nssl-ca=/run/ca/ca.crt\nssl-verify-server-cert\ndefault-character-set=utf8mb4\n' \
    "$(<developer.password)" >my.cnf
  printf 'ADMIN%s' "$(openssl rand -hex 8)" >admin.id
  openssl rand -hex 24 | tr -d '\n' >admin.secret
  printf 'VOLCADO%s' "$(openssl rand -hex 8)" >writer.id
  openssl rand -hex 24 | tr -d '\n' >writer.secret
  key=$(<writer.id) secret=$(<writer.secret)
  printf '{"accessAccounts": {"%s": {"access": "%s", "secret": "%s", "role": "user"}}}' "$key" "$key" "$secret" >users.json
  for name in admin alice mallory; do openssl rand -hex 24 | tr -d '\n' >"$name"; done
}

store_secrets() {
  secret object-storage s3-tls tls.crt=s3.crt tls.key=s3.key ca.crt
  secret object-storage s3-admin AWS_ACCESS_KEY_ID=admin.id AWS_SECRET_ACCESS_KEY=admin.secret
  secret object-storage s3-accounts users.json
  secret chat mattermost-tls tls.crt=mattermost.crt tls.key=mattermost.key ca.crt
  secret chat people admin alice mallory
  secret shop dumps-writer AWS_ACCESS_KEY_ID=writer.id AWS_SECRET_ACCESS_KEY=writer.secret
  secret shop dumps-ca ca.crt
  secret shop mariadb-tls tls.crt=mariadb.crt tls.key=mariadb.key
  secret shop shop-reader username password host
  secret shop shop-developer my.cnf password=developer.password
  secret shop shop-ca ca.crt
}

# secret <namespace> <name> <file or key=file...>
secret() {
  local namespace=$1 name=$2 file
  local -a files=()
  shift 2
  for file in "$@"; do files+=("--from-file=$file"); done
  kubectl create secret generic "$name" --namespace "$namespace" "${files[@]}" --dry-run=client -o yaml |
    kubectl label --local -f - "$OWNED" -o yaml | kubectl apply -f - >/dev/null
}

# secret_value <namespace> <name> <key> prints a value, for a pipe or a variable.
secret_value() { kubectl -n "$1" get secret "$2" -o "go-template={{index .data \"$3\" | base64decode}}"; }
