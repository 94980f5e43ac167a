# shellcheck shell=bash
# The network: a cable between the machine and the node, and routes for pods and Services over it.
#
# The node has no other interface and no default route, so nothing of the cluster gets further than this machine.

connect_node() {
  local pid
  pid=$(node_pid)
  if [[ ! -e /sys/class/net/$LINK ]]; then
    ip link add "$LINK" type veth peer name eth0 netns "$pid"
    ip link set "$LINK" alias "volcado local cluster"
    ip link set "$LINK" addrgenmode none
  fi
  ip addr replace "$HOST_IP/30" dev "$LINK"
  ip link set "$LINK" up
  in_node ip addr replace "$NODE_IP/30" dev eth0
  in_node ip link set eth0 up
  # The first host address as source: packets from anywhere else are dropped below.
  ip route replace "$NETWORK.0.0/16" via "$NODE_IP" dev "$LINK" src "$HOST_IP"
  # The node's own connections to Services are routed before kube-proxy's rules rewrite them. A packet that no rule
  # rewrote ends here, unanswered.
  in_node ip route replace "$SERVICES" dev eth0 src "$NODE_IP"
  only_from_this_machine
}

# A machine that forwards packets (one with Docker does) must not forward others' to the cluster.
only_from_this_machine() {
  local chain
  for chain in INPUT FORWARD; do
    in_node iptables -w -C "$chain" -i eth0 ! -s "$HOST_IP" -j DROP 2>/dev/null ||
      in_node iptables -w -I "$chain" -i eth0 ! -s "$HOST_IP" -j DROP
  done
}

disconnect_node() {
  # The kernel removes it with the node, but takes its time.
  [[ ! -e /sys/class/net/$LINK ]] || ip link del "$LINK" 2>/dev/null || true
}

# overlapping_route prints a route of the machine, not ours, that shares addresses with the cluster's range.
overlapping_route() {
  local ours route
  ours=$(to_number "$NETWORK.0.0")
  while read -r route; do
    # shellcheck disable=SC2086 # the words of a route
    if overlaps "$ours" $route; then
      echo "$route"
      return
    fi
  done < <(ip -4 route show table all 2>/dev/null | awk -v link="$LINK" '
    {for (i = 1; i < NF; i++) if ($i == "dev" && $(i + 1) == link) next}
    $1 ~ /^(local|broadcast|unreachable|blackhole|prohibit|unicast)$/ {$1 = ""}
    {sub(/^ /, ""); if ($1 ~ /^[0-9]/) print}')
}

# overlaps <our /16 as a number> <address[/length]> ...
overlaps() {
  local ours=$1 address=${2%/*} length=32
  [[ $2 != */* ]] || length=${2#*/}
  ((length <= 16)) || length=16
  local mask=$((0xffffffff << (32 - length) & 0xffffffff))
  ((($(to_number "$address") & mask) == (ours & mask)))
}

# A route may be written short (10/8), so missing numbers are 0.
to_number() {
  local a b c d
  IFS=. read -r a b c d <<<"$1"
  echo $(((a << 24) + (${b:-0} << 16) + (${c:-0} << 8) + ${d:-0}))
}
