# shellcheck shell=bash
# down: nothing is left but what was downloaded, built or installed. clean: what was built goes, too.

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
  kept+=("the Debian packages that hack/cluster/packages names; services that came with them are disabled")
  say "kept:"
  printf -- '- %s\n' "${kept[@]}" >&2
}

# clean_built removes by their names what building has made, because $OUT may be a folder that others use, too.
clean_built() {
  local clusters set program
  clusters=$(find "$OUT/cluster" -mindepth 1 -maxdepth 1 -printf ' %f' 2>/dev/null || true)
  [[ -z $clusters ]] || die "the programs are in use by:$clusters. End what runs first: VOLCADO_CLUSTER=NAME hack/cluster/cluster down"
  for set in "${!SET_MODULE[@]}"; do
    for program in $(programs "$set"); do rm -f -- "$BIN/$program"; done
    [[ -z $(folder_of "$set") ]] || rm -rf -- "${BIN:?}/$set"
    rm -f -- "$BIN/.$set.built" "$OUT/log/build-$set.log"
  done
  rm -f -- "$OUT/log/apt.log"
  rmdir -- "$OUT/cluster" "$BIN" "$OUT/log" "$OUT" 2>/dev/null || true # others' files may be in there
}
