# shellcheck shell=bash disable=SC2034 # other parts use these variables
# Starting and watching the servers inside the node.

SERVER_NAMES=(etcd containerd kube-apiserver kube-controller-manager kube-scheduler kubelet kube-proxy coredns volumes)

# serve <command> <arguments...> starts a server inside the node, unless it runs.
serve() {
  local name=${1##*/}
  [[ -z $(running "$name") ]] || return 0
  # shellcheck disable=SC2016 # expanded in there
  in_node bash -c '
    state=$1 name=$2
    shift 2
    cd /
    setsid "$@" </dev/null >>"$state/log/$name.log" 2>&1 &
    echo $! >"$state/pids/$name"' _ "$IN_STATE" "$name" "$@"
}

# running <name...> prints those that run. One call for all, because entering the node takes its time.
running() {
  [[ -n $(node_pid) ]] || return 0
  # A pid may be another process's after a restart, so the command has to fit too.
  # shellcheck disable=SC2016
  in_node bash -c '
    state=$1
    shift
    for name; do
      pid=$(cat "$state/pids/$name" 2>/dev/null) || continue
      read -r -d "" command <"/proc/$pid/cmdline" || continue
      [[ ${command##*/} != "$name" ]] || echo "$name"
    done 2>/dev/null' _ "$IN_STATE" "$@"
}

log_of() { echo "$STATE/log/$1.log"; }

# http_ok <address> <port> <path> asks a server for its health, by a port that is open only inside the node.
http_ok() {
  # shellcheck disable=SC2016
  in_node bash -c '
    exec 3<>"/dev/tcp/$1/$2" && printf "GET %s HTTP/1.0\r\nHost: node\r\n\r\n" "$3" >&3 && read -r -t 2 line <&3 &&
      [[ $line == *" 200 "* ]]' _ "$1" "$2" "$3"
}
