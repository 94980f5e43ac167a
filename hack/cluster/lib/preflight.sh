# shellcheck shell=bash
# What must be true before anything is changed. Every problem is told, not only the first.

problems=()
problem() { problems+=("$*"); }

report_problems() {
  ((${#problems[@]} > 0)) || return 0
  say "cluster: this machine cannot run the local cluster:"
  printf -- '- %s\n' "${problems[@]}" >&2
  exit 1
}

preflight() {
  check_system
  check_go
  report_problems # the next one asks Go where its caches are
  check_disk
  report_problems
  as_root check-as-root
}

# These see the truth only as root. The other clone's cluster is told of before minutes are spent on building.
preflight_as_root() {
  refuse_stranger
  check_memory
  check_cgroups
  check_namespaces
  check_network
  report_problems
}

check_system() {
  if [[ $(uname -s) != Linux ]]; then
    problem "it needs Linux and this is $(uname -s); use a Linux virtual machine."
    return
  fi
  [[ $(uname -m) =~ ^(x86_64|aarch64)$ ]] || problem "it needs an x86_64 or aarch64 processor and this is $(uname -m)."
  ((EUID == 0)) || command -v sudo >/dev/null || problem "it needs root (namespaces, a network interface, cgroups); run it as root, or install sudo."
  local missing
  missing=$(missing_packages cluster)
  if [[ -n $missing ]] && ! command -v apt-get >/dev/null; then
    problem "there is no apt-get to install what is missing; install these packages, or what your system calls them: ${missing//$'\n'/ }"
  fi
  local command
  for command in unshare nsenter flock sha256sum realpath; do
    command -v "$command" >/dev/null || problem "the command $command is missing; it is in the package util-linux or coreutils."
  done
}

check_go() {
  local needed version
  needed=$(awk '$1 == "go" {print $2}' "$REPO/go.mod")
  if ! command -v go >/dev/null; then
    problem "there is no go command; install Go $needed or newer from https://go.dev/dl and put it on PATH."
    return
  fi
  # Below the repository an older one only says what go.mod wants.
  version=$(cd / && GOTOOLCHAIN=local go env GOVERSION)
  if [[ $version =~ ^go[0-9.]+$ ]] && ! printf '%s\n' "$needed" "${version#go}" | sort -C -V; then
    problem "Volcado needs Go $needed or newer and $(command -v go) is $version; install a newer one from https://go.dev/dl"
  fi
}

# free_gib prints how many GiB are free where a folder is, or will be.
free_gib() {
  local folder=$1
  until [[ -d $folder ]]; do folder=$(dirname -- "$folder"); done
  echo $(($(stat -f -c '%a * %S' -- "$folder") / 1024 / 1024 / 1024))
}

check_disk() {
  local need=12 folder free
  # Compiling is what takes the space.
  ! is_built servers || need=3
  for folder in "$OUT" "$(go env GOCACHE)" "$(go env GOMODCACHE)"; do
    free=$(free_gib "$folder")
    ((free >= need)) || problem "$folder has $free GiB free and $need are needed; free some, or set VOLCADO_OUT, GOCACHE or GOMODCACHE to another disk."
  done
}

check_memory() {
  local kib
  kib=$(awk '$1 == "MemAvailable:" {print $2}' /proc/meminfo)
  [[ -n $(node_pid) ]] || ((kib >= 2 * 1024 * 1024)) || problem "$((kib / 1024)) MiB of memory are free and 2048 are needed."
}

check_cgroups() {
  local controllers name
  if [[ $(cgroup_version) == 2 ]]; then
    controllers=$(</sys/fs/cgroup/cgroup.controllers)
  else
    controllers=$(awk '$3 == "cgroup" {print $4}' /proc/self/mounts | tr ',\n' '  ')
  fi
  for name in cpu memory pids; do
    [[ " $controllers " == *" $name "* ]] ||
      problem "there is no cgroup controller \"$name\" below /sys/fs/cgroup; mount cgroups (inside a container: start it privileged, with --cgroupns=host)."
  done
}

check_namespaces() {
  unshare --mount --net --pid --uts --ipc --fork --kill-child --mount-proc true 2>/dev/null ||
    problem "it may not make namespaces (unshare failed); inside a container, that one must be privileged."
}

check_network() {
  local taken id
  taken=$(overlapping_route)
  [[ -z $taken ]] || problem "the addresses $NETWORK.0.0/16 are in use here (route: $taken); set VOLCADO_NETWORK to two other numbers, as in 10.77."
  id=$(cat /sys/class/net/"$LINK"/ifalias 2>/dev/null || true)
  [[ ! -e /sys/class/net/$LINK || $id == "volcado local cluster" ]] ||
    problem "a network interface called $LINK exists and is not ours; set VOLCADO_CLUSTER to another name."
}
