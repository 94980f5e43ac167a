# shellcheck shell=bash
# down: nothing is left but what was downloaded, built or installed.

down_as_root() {
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
}

# Apart, because as root `go` may be another one, with other caches.
say_what_is_kept() {
  local kept=()
  [[ ! -d $BIN ]] || kept+=("the programs in $BIN")
  if command -v go >/dev/null; then
    kept+=("Go's caches, $(go env GOMODCACHE) and $(go env GOCACHE)")
  fi
  kept+=("the Debian packages that hack/cluster/packages names")
  say "kept:"
  printf -- '- %s\n' "${kept[@]}" >&2
}
