# shellcheck shell=bash
# Cluster, images and Volcado itself.

# What the demo runs; dumper-mysql is there for a visitor's own MySQL server.
DEMO_IMAGES=(manager bot dumper-mariadb dumper-mysql mariadb versitygw)

start_cluster() {
  if [[ $CLUSTER == existing ]]; then
    use_existing_cluster
    return
  fi
  "$REPO/hack/cluster/cluster" up 2>&1 | tee -a -- "$LOG" | indent ||
    die "the cluster did not start; what it said is above, and in $LOG"
}

use_existing_cluster() {
  local context
  command -v kubectl >/dev/null || die "CLUSTER=existing needs kubectl on the PATH; install it from https://kubernetes.io/docs/tasks/tools"
  context=$(kubectl config current-context 2>/dev/null) ||
    die "there is no current kubeconfig context; choose one with: kubectl config use-context NAME"
  note "the context $context of ${KUBECONFIG:-~/.kube/config}"
  [[ $REGISTRY != volcado.local ]] ||
    die "CLUSTER=existing needs a registry that this cluster pulls from: make demo CLUSTER=existing REGISTRY=registry.example.com/volcado"
  kubectl version >>"$LOG" 2>&1 || die "the cluster of the context $context does not answer; see: kubectl version"
}

build_images() {
  "$REPO/hack/images/build" --registry "$REGISTRY" --tag "$TAG" "${DEMO_IMAGES[@]}" 2>&1 | tee -a -- "$LOG" | indent ||
    die "the images could not be built; what was said is above, and in $LOG"
  if [[ $CLUSTER == existing ]]; then
    "$REPO/hack/images/push" --registry "$REGISTRY" --tag "$TAG" "${DEMO_IMAGES[@]}" 2>&1 | tee -a -- "$LOG" | indent ||
      die "the images could not be pushed; what was said is above, and in $LOG"
  else
    load_images
  fi
}

# load_images gives the cluster what it does not have. A cluster is known by the UID of a namespace that lives as long as
# it, an archive by the id of the image in it.
load_images() {
  local image there cluster loaded
  local -a missing=()
  there=" $(kubectl get nodes -o 'jsonpath={.items[*].status.images[*].names[*]}') "
  cluster=$(kubectl get namespace kube-system -o 'jsonpath={.metadata.uid}')
  CHANGED=" "
  for image in "${DEMO_IMAGES[@]}"; do
    loaded="$cluster $(cat "$OUT/images/$image.tar.id")"
    if [[ $there != *" $REGISTRY/$image:$TAG "* || $(cat "$OUT/demo/$image.loaded" 2>/dev/null) != "$loaded" ]]; then
      missing+=("$OUT/images/$image.tar")
      CHANGED+="$image "
    fi
  done
  if ((${#missing[@]})); then
    "$REPO/hack/cluster/cluster" load "${missing[@]}" 2>&1 | tee -a -- "$LOG" | indent ||
      die "the images could not be loaded into the cluster; what was said is above, and in $LOG"
  fi
  mkdir -p -- "$OUT/demo"
  for image in $CHANGED; do echo "$cluster $(cat "$OUT/images/$image.tar.id")" >"$OUT/demo/$image.loaded"; done
  good "${DEMO_IMAGES[*]}"
}

install_volcado() {
  quietly "installing Volcado" "$REPO/hack/deploy/deploy" --registry "$REGISTRY" --tag "$TAG" --config config/demo
  if [[ ${CHANGED:-} == *" manager "* ]]; then
    # The tag is the same, so the Deployment does not know that its image is another.
    quietly "restarting the manager" kubectl -n volcado-system rollout restart deployment/volcado-manager
    rolled_out volcado-system volcado-manager
  fi
  good "CRDs, admission policies, the manager; it accepts identities from the console, which only a demo should"
}

apply_git() {
  quietly "enrolling the namespace shop" kubectl apply -n shop -k "$REPO/config/enroll"
  printf '   %s$%s kubectl apply -k hack/demo/manifests/git\n' "$BOLD" "$PLAIN"
  kubectl apply -k "$REPO/hack/demo/manifests/git" 2>&1 | tee -a -- "$LOG" | indent
  quietly "waiting until every reference resolves" kubectl -n shop wait --for=condition=Ready --timeout=60s \
    databasesource/shop dumpstorage/dumps dumpallowlist/qa
}
