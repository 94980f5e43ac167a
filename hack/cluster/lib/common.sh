# shellcheck shell=bash disable=SC2034 # other parts use these variables
# Names, paths and the few helpers that every part uses.

say() { printf '%s\n' "$*" >&2; }
die() {
  say "cluster: $*"
  exit 1
}

CLUSTER=${VOLCADO_CLUSTER:-volcado}
# An interface's name has 15 characters at most, and ours is the cluster's and a 0.
[[ $CLUSTER =~ ^[a-z][a-z0-9-]{0,11}$ ]] ||
  die "VOLCADO_CLUSTER=$CLUSTER is no name for a cluster: use up to 12 of a-z, 0-9 and -, and start with a letter."

OUT=$(realpath -m -- "${VOLCADO_OUT:-$REPO/out}")
BIN=$OUT/bin
STATE=$OUT/cluster/$CLUSTER
# Outside of $OUT, so that a cluster whose clone was deleted is still found, and can be ended.
RUN=/run/volcado/$CLUSTER
CGROUP=volcado-$CLUSTER
LINK=${CLUSTER}0

# Two clusters need two ranges. The first gets a fixed one, any other one that follows from its name.
default_network() {
  local sum
  if [[ $CLUSTER == volcado ]]; then
    echo 10.199
  else
    sum=$(cksum <<<"$CLUSTER")
    echo "10.$((140 + ${sum%% *} % 59))"
  fi
}
NETWORK=${VOLCADO_NETWORK:-$(default_network)}
[[ $NETWORK =~ ^[0-9]{1,3}\.[0-9]{1,3}$ ]] ||
  die "VOLCADO_NETWORK=$NETWORK must be the first two numbers of a private range of addresses, as in 10.199."

PODS=$NETWORK.0.0/17
SERVICES=$NETWORK.128.0/18
KUBERNETES_SERVICE=$NETWORK.128.1
HOST_IP=$NETWORK.255.1
NODE_IP=$NETWORK.255.2

# What a program inside the node sees (see lib/node.sh). Short, however deep the clone is: a socket's path has 108 bytes.
IN_BIN=/run/node/bin
IN_STATE=/run/node/state
IN_PATH=$IN_BIN:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

# as_root runs a command of this script, as root.
as_root() {
  if ((EUID == 0)); then
    main "$@"
    return
  fi
  command -v sudo >/dev/null || die "this needs root (namespaces, a network interface, cgroups). Run it as root, or install sudo."
  local name
  local -a proxies=()
  # The way out that apt-get may have to use; sudo forgets them. An empty one would mean another thing than none.
  for name in http_proxy https_proxy no_proxy; do [[ -z ${!name:-} ]] || proxies+=("$name=${!name}"); done
  sudo env "${proxies[@]}" VOLCADO_OUT="$OUT" VOLCADO_CLUSTER="$CLUSTER" VOLCADO_NETWORK="$NETWORK" "$HERE/cluster" "$@"
}

# lock lets one command at a time change clusters on this machine. The folder /run is what is locked, because a file of
# our own would have to be removed again while somebody may wait for it.
lock() {
  exec 9</run
  if ! flock --nonblock 9; then
    say "waiting for another cluster command to finish"
    flock 9
  fi
}

# wait_for <seconds> <what went wrong otherwise> <command...> polls until the command succeeds.
wait_for() {
  local limit=$1 what=$2 deadline
  shift 2
  deadline=$((SECONDS + limit))
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < deadline)) || die "$what after $limit s."
    sleep 0.1
  done
}

# wait_for_server <seconds> <server> <what it did not do> <command...> is the same, but gives up when that server dies,
# and shows the end of its log.
wait_for_server() {
  local limit=$1 server=$2 what=$3 deadline checked=$SECONDS
  shift 3
  deadline=$((SECONDS + limit))
  until "$@" >/dev/null 2>&1; do
    if ((SECONDS > checked + 1)); then
      checked=$SECONDS
      [[ -n $(running "$server") ]] || complain "$server" "$server stopped"
    fi
    ((SECONDS < deadline)) || complain "$server" "$server did not $what after $limit s"
    sleep 0.1
  done
}

complain() {
  tail -n 15 -- "$(log_of "$1")" >&2 || true
  die "$2. The end of its log is above; the whole of it is $(log_of "$1")"
}

# Its cache would else be in the home folder, and stay.
kubectl() { KUBECACHEDIR=$STATE/kubectl-cache "$BIN/kubectl" --kubeconfig "$STATE/kubeconfig" "$@"; }

# give_back makes files that root made for a person who used sudo that person's.
give_back() {
  [[ -z ${SUDO_UID:-} ]] || chown "$SUDO_UID:${SUDO_GID:?}" -- "$@"
}

# render fills in @NAMES@ of a template in config/.
render() {
  local text name
  text=$(<"$HERE/config/$1")
  for name in CLUSTER NETWORK PODS SERVICES HOST_IP NODE_IP IN_BIN IN_STATE CGROUP SNAPSHOTTER RESTRICT_OOM CNI_BIN PAUSE_IMAGE; do
    text=${text//@$name@/${!name:-}}
  done
  printf '%s\n' "$text"
}
