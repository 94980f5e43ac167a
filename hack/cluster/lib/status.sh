# shellcheck shell=bash
# status: what runs, what does not, where to look. enter: look inside.

enter_as_root() {
  [[ -n $(node_pid) ]] || die "the cluster $CLUSTER does not run; start it with: hack/cluster/cluster up"
  (($# > 0)) || set -- bash
  in_node TERM="${TERM:-dumb}" "$@"
}

status_as_root() {
  local name alive ready=0
  if [[ -z $(node_pid) ]]; then
    say "the cluster $CLUSTER does not run; start it with: hack/cluster/cluster up"
    return 3
  fi
  if [[ $(cat "$RUN/state") != "$STATE" ]]; then
    say "the cluster $CLUSTER runs, but with its state in $(cat "$RUN/state"), not in $STATE"
    return 1
  fi
  alive=" $(running "${SERVER_NAMES[@]}" | tr '\n' ' ') "
  for name in "${SERVER_NAMES[@]}"; do
    if [[ $alive == *" $name "* ]]; then
      printf '%-24s runs\n' "$name"
    else
      printf '%-24s STOPPED, see %s\n' "$name" "$(log_of "$name")"
      ready=1
    fi
  done
  if node_is_ready && dns_is_ready; then
    printf '%-24s ready\n' "node and DNS"
  else
    printf '%-24s NOT READY\n' "node and DNS"
    ready=1
  fi
  printf '%-24s %s\n' kubeconfig "$STATE/kubeconfig" logs "$STATE/log" \
    pods "$PODS" Services "$SERVICES" "API server" "https://$NODE_IP:6443" "this machine, for pods" "$HOST_IP"
  return "$ready"
}
