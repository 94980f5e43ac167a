# shellcheck shell=bash
# Names: CoreDNS as a process of the node, on the node's address, which is every pod's name server.

start_dns() {
  serve "$IN_BIN/coredns" -conf "$IN_STATE/config/Corefile"
}

wait_for_dns() {
  wait_for_server 30 coredns "become ready" dns_is_ready
}

dns_is_ready() { http_ok "$NODE_IP" 8181 /ready; }
