# shellcheck shell=bash
# The kubelet and kube-proxy.

start_kubelet() {
  [[ -z $(running kubelet) ]] || return 0
  wait_for_containerd
  date -u +%FT%TZ >"$STATE/kubelet-started"
  serve "$IN_BIN/kubelet" --config "$IN_STATE/config/kubelet.yaml" --kubeconfig "$IN_STATE/pki/node.kubeconfig" \
    --hostname-override "$CLUSTER" --node-ip "$NODE_IP" --root-dir /var/lib/kubelet
}

start_proxy() {
  serve "$IN_BIN/kube-proxy" --config "$IN_STATE/config/kube-proxy.yaml"
}

wait_until_ready() {
  wait_for_server 60 kubelet "make the node Ready" node_is_ready
  wait_for_server 30 kube-controller-manager "make the default ServiceAccount" \
    kubectl get serviceaccount default
  wait_for_dns
}

# node_is_ready wants the word of this kubelet: what its predecessor said stays for a while.
node_is_ready() {
  local ready since
  ready=$(kubectl get node "$CLUSTER" \
    -o jsonpath='{range .status.conditions[?(@.type=="Ready")]}{.status} {.lastHeartbeatTime}{end}')
  since=$(cat "$STATE/kubelet-started" 2>/dev/null || true)
  [[ ${ready% *} == True && ! ${ready#* } < $since ]]
}
