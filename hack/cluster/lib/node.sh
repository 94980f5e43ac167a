# shellcheck shell=bash
# The node: a set of namespaces (mounts, network, processes, host name), in which all of the cluster runs.
#
# That is what makes it leave no trace. Its mounts, iptables rules, routes and sockets exist only in there, cannot
# collide with anything of the machine's, and are gone with the last process; and when the one process that holds the
# node is killed, the kernel kills all the others, whatever state they are in.

# node_pid prints the pid of the process that holds the node, if it lives: an `unshare`, parent of the node's process 1.
node_pid() {
  local pid
  pid=$(cat "$RUN/pid" 2>/dev/null) || return 0
  if is_node "$pid"; then echo "$pid"; fi
}

# A pid alone may be anybody's by now.
is_node() {
  local words
  [[ $1 =~ ^[0-9]+$ ]] || return 1
  { words=$(tr '\0' ' ' <"/proc/$1/cmdline"); } 2>/dev/null || return 1
  [[ $words == unshare\ --mount\ *"/node-init"*" $CLUSTER "* ]]
}

# in_node runs a command inside, with nothing of our environment: a proxy set there is not for the cluster.
in_node() {
  local pid
  pid=$(cat "$RUN/pid")
  # Process 1 and unshare, its parent, share all but the namespace of processes.
  nsenter --mount="/proc/$pid/ns/mnt" --net="/proc/$pid/ns/net" --uts="/proc/$pid/ns/uts" --ipc="/proc/$pid/ns/ipc" \
    --pid="/proc/$pid/ns/pid_for_children" -- env -i PATH="$IN_PATH" HOME=/root "$@" 9>&-
}

start_node() {
  [[ -z $(node_pid) ]] || return 0
  remove_leftovers
  mkdir -p -- "$RUN/root" "${STATE:?}"/{config,log,pids,volumes} "$STATE"/var/{lib,log,tmp,cache}
  ln -sfn /run "$STATE/var/run"
  make_cgroups
  rm -f -- "$STATE/node-is-up"
  say "starting the cluster $CLUSTER"
  # The same number in both places says that this state is this node's; see end_strangers.
  local id=$RANDOM$RANDOM$RANDOM
  echo "$STATE" >"$RUN/state"
  echo "$id" >"$RUN/id"
  echo "$id" >"$STATE/id"
  hold_node </dev/null >"$STATE/log/node.log" 2>&1 9>&- &
}

# hold_node becomes the process that holds the node. It writes its pid before that, so that there never is a node that
# nobody knows of, whenever we are killed.
hold_node() {
  cd /
  echo "$BASHPID" >"$RUN/pid"
  exec setsid unshare --mount --net --pid --uts --ipc --fork --kill-child --mount-proc --propagation slave \
    "$HERE/lib/node-init.sh" "$CLUSTER" "$RUN" "$BIN" "$STATE"
}

wait_for_node() {
  wait_for 20 "the node did not start (its log is $STATE/log/node.log)" node_is_up_or_dead
  [[ -e $STATE/node-is-up ]] || die "the node did not start: $(tail -n 5 "$STATE/log/node.log")"
}

node_is_up_or_dead() {
  local pid
  [[ ! -e $STATE/node-is-up ]] || return 0
  pid=$(cat "$RUN/pid") && [[ ! -e /proc/$pid ]]
}

# refuse_stranger stops where another clone of the repository runs a node of this name.
refuse_stranger() {
  local state
  state=$(state_of_node)
  [[ -z $state || $state == "$STATE" ]] || die "a cluster called $CLUSTER runs already, with its state in $state.
Use or end that one (VOLCADO_OUT=${state%/cluster/*} hack/cluster/cluster status, or down), or set VOLCADO_CLUSTER to another name."
}

# state_of_node prints where the running node of this name keeps its state. A state that was deleted under it is as good as none.
state_of_node() {
  local state
  [[ -n $(node_pid) ]] || return 0
  state=$(cat "$RUN/state")
  [[ ! -e $state/id || $(cat "$state/id") != "$(cat "$RUN/id")" ]] || echo "$state"
}

# end_strangers ends a node of this name whose state was deleted.
end_strangers() {
  local state
  refuse_stranger
  [[ -n $(node_pid) && -z $(state_of_node) ]] || return 0
  state=$(cat "$RUN/state")
  say "ending the cluster $CLUSTER, whose state in $state was deleted"
  end_node
}

# end_node kills the node; the kernel does the rest.
end_node() {
  local pid
  pid=$(node_pid)
  if [[ -n $pid ]]; then
    kill -KILL "$pid"
    wait_for 30 "the node's process $pid did not end" no_process "$pid"
  fi
  remove_leftovers
}

no_process() { [[ ! -e /proc/$1 ]]; }

# remove_leftovers of a node that is dead: what the kernel does not take away with its processes.
remove_leftovers() {
  disconnect_node
  wait_for 30 "processes are left in the cgroup $CGROUP" remove_cgroups
  rm -rf --one-file-system -- "${RUN:?}"
  rmdir --ignore-fail-on-non-empty -- /run/volcado 2>/dev/null || true
}

cgroup_version() {
  if [[ $(stat -f -c %T /sys/fs/cgroup) == cgroup2fs ]]; then echo 2; else echo 1; fi
}

# Every mounted hierarchy, version 1 or 2.
cgroup_roots() { awk '$3 ~ /^cgroup2?$/ {print $2}' /proc/self/mounts; }

make_cgroups() {
  local root controller
  while read -r root; do
    mkdir -p -- "$root/$CGROUP"
    [[ -e $root/cgroup.subtree_control ]] || continue
    cat "$root/cgroup.subtree_control" >"$RUN/controllers-before"
    # One by one, because some cannot be had and the others should.
    for controller in cpu cpuset memory pids io hugetlb; do
      echo "+$controller" >"$root/cgroup.subtree_control" 2>/dev/null || true
      echo "+$controller" >"$root/$CGROUP/cgroup.subtree_control" 2>/dev/null || true
    done
  done < <(cgroup_roots)
  [[ $(cgroup_version) == 1 || " $(cat "/sys/fs/cgroup/$CGROUP/cgroup.controllers") " == *" memory "* ]] ||
    die "the cgroup controllers cannot be handed on below /sys/fs/cgroup (inside a container: start it with --cgroupns=host)."
}

# remove_cgroups fails while a process is left in one.
remove_cgroups() {
  local root controller
  while read -r root; do
    [[ ! -d $root/$CGROUP ]] || find "$root/$CGROUP" -depth -type d -exec rmdir {} \; || return 1
    [[ -e $root/cgroup.subtree_control && -e $RUN/controllers-before ]] || continue
    for controller in $(<"$root/cgroup.subtree_control"); do
      [[ " $(<"$RUN/controllers-before") " == *" $controller "* ]] ||
        echo "-$controller" >"$root/cgroup.subtree_control" 2>/dev/null || true # somebody else uses it by now
    done
  done < <(cgroup_roots)
}
