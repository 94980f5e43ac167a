# shellcheck shell=bash
# What `cluster down` must restore, as text that can be compared.

# processes_of_cluster prints the pids (the machine's) of all that belongs to the test's node.
processes_of_cluster() {
  local node
  node=$(readlink "/proc/$(cat "/run/volcado/$VOLCADO_CLUSTER/pid" 2>/dev/null || echo none)/ns/net" || echo none)
  for pid in /proc/[0-9]*; do
    if [[ $(readlink "$pid/ns/net") == "$node" ]] || grep -qs "/volcado-$VOLCADO_CLUSTER/" "$pid/cgroup"; then
      echo "${pid#/proc/}"
    fi
  done 2>/dev/null || true
}

describe_machine() (
  # Some of it is missing on some machines.
  set +eo pipefail
  echo "== processes that are the cluster's"
  processes_of_cluster
  grep -sl "node-init.sh.$VOLCADO_CLUSTER" /proc/[0-9]*/cmdline
  echo "== interfaces and addresses"
  # Numbers and counters differ when anything else happens here.
  ip -o addr | sed 's/^[0-9]*: //; s/valid_lft.*//'
  ip -o link | sed 's/^[0-9]*: //'
  echo "== routes and rules"
  ip route show table all
  ip rule
  echo "== iptables"
  iptables-save | sed '/^#/d; s/\[[0-9:]*\]//'
  ip6tables-save | sed '/^#/d; s/\[[0-9:]*\]//'
  echo "== mounts"
  cat /proc/self/mounts
  echo "== named network namespaces"
  ls /run/netns /var/run/netns 2>/dev/null || true
  echo "== kernel settings"
  # The ones left out are counters, random numbers, and what comes with a kernel module, which stays loaded.
  find /proc/sys -type f -readable ! -path '*/kernel/random/*' ! -name '*-state' ! -name '*-nr' ! -name ns_last_pid \
    ! -path '*/fs/aio-nr' ! -path '*/pty/nr' ! -path '/proc/sys/net/netfilter/*' ! -path '*/binfmt_misc/*' ! -path '*/fs/quota/*' \
    -exec grep -H '' {} + 2>/dev/null | sort
  echo "== cgroups"
  # Deeper ones belong to whoever owns these.
  find /sys/fs/cgroup -maxdepth 2 -type d | sort
  echo "== folders"
  find / /etc /opt /run /run/volcado /root /tmp/hostpath_pv /var/lib /var/log /var/run/ /usr/libexec /usr/libexec/kubernetes /opt/cni /etc/cni \
    -maxdepth 1 -type d 2>/dev/null | sort
  ls -d ~/.kube/cache 2>/dev/null || true
)
