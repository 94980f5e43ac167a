# shellcheck shell=bash
# Taking the demo away.

remove_local() {
  local stays
  # What it says that it keeps is removed, or said, below.
  "$REPO/hack/cluster/cluster" down 2>&1 | sed '/^kept:/,$d'
  "$REPO/hack/images/clean"
  rm -rf -- "$OUT/demo" "$REPO"/bin/{manager,bot,dumper}
  # Programs and logs are shared with other local clusters, if there are any.
  rmdir -- "$OUT/cluster" 2>/dev/null || true
  [[ -e $OUT/cluster ]] || "$REPO/hack/clean" out
  rmdir -- "$OUT" "$REPO/bin" 2>/dev/null || true
  stays=$(find "$OUT" "$REPO/bin" -mindepth 1 -maxdepth 1 2>/dev/null | paste -sd' ' || true)
  cat <<END
Gone: the cluster with everything in it, images, the programs that were built, logs.
What stays, because other things may use it by now:
  Debian packages   $(awk '$3 ~ /^(build|cluster|images|demo)$/ {printf "%s ", $1}' "$REPO/hack/cluster/packages")(those of them that were not there before;
                    services that came with them, as containerd.service, are disabled)
  Go's caches       $(go env GOMODCACHE GOCACHE | paste -sd' ')
END
  [[ -z $stays ]] || echo "  not the demo's    $stays"
}

# remove_from_existing_cluster takes away what the demo labelled as its own when it made it; see claim. Each
# thing that bears the label is deleted after what it stands for, so what was interrupted can be run again.
remove_from_existing_cluster() {
  use_existing_cluster
  local context namespaces crds
  context=$(kubectl config current-context)
  namespaces=$(kubectl get namespaces --selector "$OWNED" -o 'jsonpath={.items[*].metadata.name}')
  crds=$(kubectl get customresourcedefinitions --selector "$OWNED" -o 'jsonpath={.items[*].metadata.name}')
  if [[ -z $namespaces$crds ]]; then
    echo "There is nothing of the demo's in the context $context."
    return
  fi
  echo "Removing from the context $context: the namespaces ${namespaces:-(none)} with everything in them"
  # Dumps first, while the manager is there to end their Jobs.
  if [[ " $namespaces " == *" shop "* && -n $(kubectl get customresourcedefinition databasedumps.volcado.io --ignore-not-found -o name) ]]; then
    quietly "deleting the dumps" kubectl -n shop delete databasedumps --all --ignore-not-found
  fi
  if [[ " $namespaces " == *" volcado-system "* ]]; then
    echo "  and Volcado, which the demo installed"
    quietly "deleting Volcado" "$REPO/hack/deploy/undeploy"
  fi
  # shellcheck disable=SC2086 # one word a namespace
  [[ -z $namespaces ]] || quietly "deleting the namespaces" kubectl delete namespace --ignore-not-found $namespaces
  remove_crds "$crds"
  echo "Gone. Images that were pushed to a registry stay there."
}

# remove_crds deletes the CRDs that the demo made, unless somebody has made objects of them since.
remove_crds() {
  local crd
  for crd in $1; do
    if [[ -n $(kubectl get "$crd" --all-namespaces --ignore-not-found -o name) ]]; then
      echo "  the CRD $crd stays: there are objects of it that are not the demo's"
    else
      quietly "deleting the CRD $crd" kubectl delete customresourcedefinition "$crd"
      echo "  the CRD $crd, which the demo made and nobody else uses"
    fi
  done
}
