# shellcheck shell=bash
# The kubelet and kube-proxy.

start_kubelet() {
  wait_for_containerd
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

node_is_ready() {
  [[ $(kubectl get node "$CLUSTER" -o jsonpath='{.status.conditions[?(@.type=="Ready")].status}') == True ]]
}
