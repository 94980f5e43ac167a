# shellcheck shell=bash
# down: nothing is left but what was downloaded, built or installed.

down_as_root() {
  local kept=()
  lock
  end_strangers
  if [[ -n $(node_pid) || -e $RUN || -e /sys/class/net/$LINK || -d $STATE ]]; then
    end_node
    rm -rf --one-file-system -- "${STATE:?}"
    rmdir --ignore-fail-on-non-empty -- "$OUT/cluster" 2>/dev/null || true
    say "the cluster $CLUSTER is gone"
  else
    say "the cluster $CLUSTER does not run"
  fi
  [[ ! -d $BIN ]] || kept+=("the programs in $BIN")
  kept+=("Go's caches ($(go env GOMODCACHE), $(go env GOCACHE))" "the Debian packages of hack/cluster/packages")
  say "kept: $(IFS=';' && echo "${kept[*]}")"
}
