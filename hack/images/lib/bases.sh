# shellcheck shell=bash
# Base images of our own, made by mmdebstrap from Debian's archive, for machines without a registry.
#
#   debian   bookworm, as small as apt allows                 in the place of debian:bookworm-slim
#   go       the same; the build mounts this machine's Go     in the place of golang
#   static   nothing but certificate authorities              in the place of gcr.io/distroless/static
#   mysql    Debian unstable with MySQL's server and client,  in the place of mysql:8.4
#            because bookworm has none

# base_of prints the base images that an image needs, by Dockerfile argument.
base_of() {
  case $1 in
    manager | bot) echo "GO_BASE=go STATIC_BASE=static" ;;
    dumper-mariadb) echo "GO_BASE=go DEBIAN_BASE=debian" ;;
    dumper-mysql) echo "GO_BASE=go MYSQL_BASE=mysql" ;;
    mariadb | postgresql) echo "DEBIAN_BASE=debian" ;;
    mysql) echo "MYSQL_BASE=mysql" ;;
    mattermost | versitygw) echo "STATIC_BASE=static" ;;
  esac
}

# base_arguments prints the same with the images' names, one word each.
base_arguments() {
  local pair
  for pair in $(base_of "$1"); do echo "${pair%%=*}=$(base_image "${pair#*=}")"; done
}

# The tag follows from how a base is made, so that a change here makes new ones.
base_image() { echo "localhost/volcado-base/$1:$(sha256sum <"$REPO/hack/images/lib/bases.sh" | cut -c1-12)"; }

make_bases() {
  local image base
  local -A needed=()
  for image in "$@"; do
    for base in $(base_of "$image"); do needed[${base#*=}]=1; done
  done
  # The others are made from this one.
  [[ -z ${needed[go]:-}${needed[static]:-} ]] || needed[debian]=1
  for base in debian go static mysql; do
    [[ -z ${needed[$base]:-} ]] || make_base "$base"
  done
}

make_base() {
  local started=$SECONDS name
  name=$(base_image "$1")
  ! image_exists "$name" || return 0
  say "making the base image $1 (the log is $IMAGES/log/base-$1.log)"
  quietly "making the base image $1" "$IMAGES/log/base-$1.log" "fill_$1" "$name"
  say "made the base image $1 in $((SECONDS - started)) s"
}

# What Debian's own slim image leaves out, so that the local one is no bigger.
SLIM=(--variant=apt
  --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/locale/*'
  --dpkgopt='path-exclude=/usr/share/info/*' --dpkgopt='path-include=/usr/share/doc/*/copyright')

fill_debian() { debootstrap_image "$1" "${SLIM[@]}" --include=ca-certificates bookworm; }

# The data folder that the package makes is of no use (the server runs as another user, with a folder of its own) and
# takes 200 MB. A mirror's copy of unstable is now and then past the date until which it says that it is valid.
fill_mysql() {
  # shellcheck disable=SC2016 # $1 is for mmdebstrap's shell
  debootstrap_image "$1" "${SLIM[@]}" --aptopt='Acquire::Check-Valid-Until "false"' --include=ca-certificates,mysql-server,mysql-client \
    --customize-hook='rm -rf "$1"/var/lib/mysql/*' sid
}

# The functions below run where bash does not stop at an error (quietly asks how they ended), so each step has its &&. Without,
# a download that broke off would be committed as a base image.
debootstrap_image() {
  local name=$1 container folder
  shift
  container=$(store from scratch) && folder=$(store mount "$container") && mmdebstrap "$@" "$folder" &&
    store umount "$container" && store commit --quiet --rm "$container" "$name"
}

fill_go() {
  local container
  container=$(store from --pull-never "$(base_image debian)") &&
    store config --env PATH=/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin --env GOPATH=/go "$container" &&
    store commit --quiet --rm "$container" "$1"
}

fill_static() {
  local debian static from to
  debian=$(store from --pull-never "$(base_image debian)") && static=$(store from scratch) &&
    from=$(store mount "$debian") && to=$(store mount "$static") &&
    mkdir -p "$to/etc/ssl/certs" &&
    install -d -m 1777 "$to/tmp" &&
    cp "$from/etc/ssl/certs/ca-certificates.crt" "$to/etc/ssl/certs/" &&
    echo "nonroot:x:65532:65532::/:/sbin/nologin" >"$to/etc/passwd" &&
    echo "nonroot:x:65532:" >"$to/etc/group" &&
    store rm "$debian" &&
    store umount "$static" &&
    store commit --quiet --rm "$static" "$1"
}
