# shellcheck shell=bash
# Certificates, etcd, the API server and its controllers.

make_certificates() {
  "$BIN/certs" -dir "$STATE/pki" -address "$NODE_IP" -service "$KUBERNETES_SERVICE" -node "$CLUSTER" -cluster "$CLUSTER"
  cmp -s "$STATE/pki/admin.kubeconfig" "$STATE/kubeconfig" ||
    install -m 600 -- "$STATE/pki/admin.kubeconfig" "$STATE/kubeconfig"
  give_back "$STATE/kubeconfig"
}

write_configs() {
  containerd_settings
  local template name file text
  mkdir -p -- "$STATE/config/cni"
  for template in "$HERE"/config/*; do
    name=${template##*/}
    file=$STATE/config/$name
    [[ $name != *.conflist ]] || file=$STATE/config/cni/$name
    text=$(render "$name")
    # Some servers watch their file and stop when it is written, even with the same text.
    [[ -e $file && $text == "$(<"$file")" ]] || printf '%s\n' "$text" >"$file"
  done
}

# start_etcd begins anew when it cannot read what a crash of the machine left: a cluster for tests that comes up empty is
# worth more than one that does not come up.
start_etcd() {
  local aside=$STATE/etcd-damaged
  serve_etcd
  until etcd_is_up || [[ -z $(running etcd) ]]; do sleep 0.1; done
  if [[ -z $(running etcd) && -e $STATE/var/lib/etcd/member ]]; then
    say "etcd cannot read its data any more, so the cluster starts empty; the data is in $aside"
    rm -rf -- "$aside" "$STATE/applied.yaml"
    mv -- "$STATE/var/lib/etcd" "$aside"
    serve_etcd
  fi
  wait_for_server 20 etcd start etcd_is_up
}

etcd_is_up() { http_ok 127.0.0.1 2379 /health 2>/dev/null; }

serve_etcd() {
  # Without fsync: what a crash of the machine takes is a test's.
  serve "$IN_BIN/etcd" --name "$CLUSTER" --data-dir /var/lib/etcd --unsafe-no-fsync --log-level warn \
    --listen-client-urls http://127.0.0.1:2379 --advertise-client-urls http://127.0.0.1:2379 \
    --listen-peer-urls http://127.0.0.1:2380 --initial-advertise-peer-urls http://127.0.0.1:2380 \
    --initial-cluster "$CLUSTER=http://127.0.0.1:2380"
}

start_apiserver() {
  local pki=$IN_STATE/pki
  serve "$IN_BIN/kube-apiserver" \
    --bind-address "$NODE_IP" --advertise-address "$NODE_IP" --secure-port 6443 \
    --etcd-servers http://127.0.0.1:2379 \
    --service-cluster-ip-range "$SERVICES" \
    --authorization-mode Node,RBAC --enable-admission-plugins NodeRestriction \
    --allow-privileged --anonymous-auth=true --profiling=false \
    --client-ca-file "$pki/ca.crt" --tls-cert-file "$pki/apiserver.crt" --tls-private-key-file "$pki/apiserver.key" \
    --service-account-issuer https://kubernetes.default.svc.cluster.local \
    --service-account-key-file "$pki/service-accounts.key" --service-account-signing-key-file "$pki/service-accounts.key" \
    --kubelet-certificate-authority "$pki/ca.crt" --kubelet-preferred-address-types InternalIP \
    --kubelet-client-certificate "$pki/apiserver-to-kubelet.crt" --kubelet-client-key "$pki/apiserver-to-kubelet.key" \
    --requestheader-client-ca-file "$pki/front-proxy-ca.crt" --requestheader-allowed-names front-proxy-client \
    --requestheader-username-headers X-Remote-User --requestheader-group-headers X-Remote-Group \
    --requestheader-extra-headers-prefix X-Remote-Extra- \
    --proxy-client-cert-file "$pki/front-proxy.crt" --proxy-client-key-file "$pki/front-proxy.key"
}

wait_for_apiserver() {
  wait_for_server 60 kube-apiserver "become ready" kubectl get --raw /readyz
}

start_controllers() {
  local pki=$IN_STATE/pki
  serve "$IN_BIN/kube-controller-manager" --kubeconfig "$pki/controller-manager.kubeconfig" \
    --authentication-kubeconfig "$pki/controller-manager.kubeconfig" \
    --authorization-kubeconfig "$pki/controller-manager.kubeconfig" \
    --bind-address 127.0.0.1 --leader-elect=false --use-service-account-credentials --profiling=false \
    --flex-volume-plugin-dir /var/lib/kubelet/volume-plugins \
    --root-ca-file "$pki/ca.crt" --service-account-private-key-file "$pki/service-accounts.key" \
    --cluster-signing-cert-file "$pki/ca.crt" --cluster-signing-key-file "$pki/ca.key"
  serve "$IN_BIN/kube-scheduler" --kubeconfig "$pki/scheduler.kubeconfig" \
    --authentication-kubeconfig "$pki/scheduler.kubeconfig" --authorization-kubeconfig "$pki/scheduler.kubeconfig" \
    --bind-address 127.0.0.1 --leader-elect=false --profiling=false
}

# apply_manifests sets what the cluster needs of itself, once for every version of it.
apply_manifests() {
  local manifest=$STATE/config/cluster.yaml applied=$STATE/applied.yaml
  ! cmp -s "$manifest" "$applied" || return 0
  kubectl apply --server-side --force-conflicts -f "$manifest" >"$STATE/log/apply.log" 2>&1 ||
    { cat "$STATE/log/apply.log" >&2 && die "the cluster's own objects could not be applied ($manifest)"; }
  cp -- "$manifest" "$applied"
}
