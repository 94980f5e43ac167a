# shellcheck shell=bash
# What building and pushing share: the names of the images, where things go, how problems are told.

say() { printf '%s\n' "$*" >&2; }
die() {
  say "images: $*"
  exit 1
}

[[ $(uname -s) == Linux ]] ||
  die "this script needs Linux. Elsewhere use the Dockerfile itself: docker build --target manager . (or bot, dumper-mariadb, dumper-mysql)"

# A defect of these scripts is told, too, and not only an exit status.
trap 'say "images: line $LINENO of ${BASH_SOURCE[0]} failed: $BASH_COMMAND"' ERR

# What is installed in somebody's cluster, and what only demo and tests run.
OURS=(manager bot dumper-mariadb dumper-mysql)
SERVERS=(mariadb mattermost mysql postgresql versitygw)

OUT=$(realpath -m -- "${VOLCADO_OUT:-$REPO/out}")
# Where archives, base images and buildah's store are. Kept out of the way of other users of buildah on this machine.
# shellcheck disable=SC2034 # used in the other files
IMAGES=$OUT/images
REGISTRY=volcado.local
TAG=dev
TOOL=${CONTAINER_TOOL:-}
FETCH_ONLY=
WANTED=()
# The way out that this machine may have to use; sudo forgets them.
PROXIES=(http_proxy https_proxy no_proxy)

# parse_arguments sets TOOL, REGISTRY, TAG, FETCH_ONLY and WANTED.
# shellcheck disable=SC2034 # build uses FETCH_ONLY
parse_arguments() {
  while (($#)); do
    case $1 in
      --tool) TOOL=${2:-} && shift ;;
      --registry) REGISTRY=${2:-} && shift ;;
      --tag) TAG=${2:-} && shift ;;
      --fetch) FETCH_ONLY=yes ;;
      -h | --help) sed -n '2,/^set -/{/^set -/d;s/^# \{0,1\}//;p}' "$0" && exit 0 ;;
      -*) die "$1 is not an option; see $0 --help" ;;
      *) WANTED+=("$1") ;;
    esac
    shift || die "the last option lacks its value; see $0 --help"
  done
  REGISTRY=${REGISTRY%/}
  [[ -n $TOOL ]] || TOOL=$(default_tool)
  ((${#WANTED[@]})) || WANTED=("${OURS[@]}")
  check_names
}

default_tool() {
  if [[ $REGISTRY == volcado.local ]]; then
    echo local
  elif engine_works docker; then
    echo docker
  elif engine_works podman; then
    echo podman
  else
    echo local
  fi
}

# A docker command may be there with no engine behind it, so the engine itself is asked.
engine_works() { command -v "$1" >/dev/null && timeout 10 "$1" info >/dev/null 2>&1; }

check_names() {
  local name
  [[ $TOOL =~ ^(local|docker|podman)$ ]] || die "--tool is local, docker or podman, not \"$TOOL\""
  [[ $REGISTRY =~ ^[a-z0-9][A-Za-z0-9._:/-]*$ && $TAG =~ ^[A-Za-z0-9_][A-Za-z0-9._-]*$ ]] ||
    die "$REGISTRY/NAME:$TAG cannot be the name of an image"
  for name in "${WANTED[@]}"; do
    [[ " ${OURS[*]} ${SERVERS[*]} " == *" $name "* ]] || die "there is no image \"$name\"; there are: ${OURS[*]} ${SERVERS[*]}"
  done
}

reference() { echo "$REGISTRY/$1:$TAG"; }

# quietly <what> <log> <command...> keeps a command's output in a log and shows the end of it when the command fails.
quietly() {
  local what=$1 log=$2
  shift 2
  mkdir -p -- "$(dirname -- "$log")"
  if ! "$@" >"$log" 2>&1; then
    tail -n 25 -- "$log" >&2
    die "$what failed. The whole log is $log"
  fi
}

# as_root <function> [argument...] runs a function of these files as root, because buildah and mmdebstrap make files of
# other users, and in a mount namespace of its own, so that no mount of theirs is ever the machine's, however they end.
# What is compiled is compiled as whoever asked, before, so that Go's caches stay theirs.
as_root() {
  local name
  local -a become=()
  if ((EUID != 0)); then
    command -v sudo >/dev/null || die "building images without a container engine needs root; run this as root, or install sudo."
    # Else root would make them, and with them the folder that all is in.
    mkdir -p -- "$IMAGES/log"
    become=(sudo env VOLCADO_GO="$(go env GOROOT GOMODCACHE GOCACHE | paste -sd:)")
    for name in "${PROXIES[@]}"; do become+=("$name=${!name:-}"); done
  fi
  "${become[@]}" env VOLCADO_OUT="$OUT" unshare --mount "$REPO/hack/images/build" as-root "$REGISTRY" "$TAG" "$@" ||
    exit # it has said why
}

# go_folder GOROOT|GOMODCACHE|GOCACHE prints that folder of whoever asked; root's own are others, and root may have no go.
go_folder() {
  local goroot modules cache
  if [[ -z ${VOLCADO_GO:-} ]]; then
    go env "$1"
    return
  fi
  IFS=: read -r goroot modules cache <<<"$VOLCADO_GO"
  case $1 in GOROOT) echo "$goroot" ;; GOMODCACHE) echo "$modules" ;; GOCACHE) echo "$cache" ;; esac
}

# give_back makes files that root made for a person who used sudo that person's.
give_back() { [[ -z ${SUDO_UID:-} ]] || chown -- "$SUDO_UID:${SUDO_GID:-}" "$@"; }
