# shellcheck shell=bash
# Cluster, images, Volcado itself, and what the shop's team keeps in Git.

# What the demo runs; dumper-mysql is there for a visitor's own MySQL server.
DEMO_IMAGES=(manager bot dumper-mariadb dumper-mysql mariadb versitygw postgresql mattermost)
CRDS=(databasedumps databasesources dumpallowlists dumpstorages)
# The images that the cluster did not have yet.
CHANGED=' '

start_cluster() {
  # shellcheck disable=SC2153 # it is set in environment.sh
  if [[ $CLUSTER == existing ]]; then
    use_existing_cluster
    refuse_foreign_install
    # A tag that follows from what the images are made from, because a node never asks again for one that it has.
    TAG=${TAG:-demo-$(made_from)}
    return
  fi
  "$REPO/hack/cluster/cluster" packages build cluster images demo
  begin_fetch
  "$REPO/hack/cluster/cluster" up 2>&1 | tee -a -- "$LOG" | indent ||
    die "the cluster did not start; what it said is above, and in $LOG"
}

# begin_fetch gets what the images need from the network beside the cluster, because compiling Kubernetes needs only processors.
# build_images waits for it, and gets what is then still missing.
begin_fetch() {
  setsid "$REPO/hack/images/build" --fetch "${DEMO_IMAGES[@]}" &>>"$LOG" &
  # shellcheck disable=SC2064 # the process of now is meant
  trap "kill -- -$! 2>>'$LOG'" EXIT
}

made_from() (
  cd -- "$REPO" || exit
  { sed -n 's/^!//p' .dockerignore && printf '%s\n' Dockerfile hack/images hack/servers/{versitygw,mattermost}; } |
    xargs -d '\n' -I{} find {} -type f | sort | xargs -d '\n' sha256sum | sha256sum | cut -c1-12
)

name_context() {
  local context
  command -v kubectl >/dev/null || die "CLUSTER=existing needs kubectl on the PATH; install it from https://kubernetes.io/docs/tasks/tools"
  context=$(kubectl config current-context 2>/dev/null) ||
    die "there is no current kubeconfig context; choose one with: kubectl config use-context NAME"
  note "using the context $context of ${KUBECONFIG:-$HOME/.kube/config}"
}

# find_demo is for what needs it to be there already.
find_demo() {
  if [[ $CLUSTER == existing ]]; then
    name_context
  else
    "$REPO/hack/cluster/cluster" status >>"$LOG" 2>&1 || die "the demo's cluster does not run. make demo starts it and all that is in it."
  fi
}

use_existing_cluster() {
  name_context
  kubectl version >>"$LOG" 2>&1 || die "the cluster does not answer; try: kubectl version"
}

# refuse_foreign_install: the demo would let everybody be whoever they say, in somebody's real installation.
refuse_foreign_install() {
  [[ $REGISTRY != volcado.local ]] ||
    die "CLUSTER=existing needs a registry that this cluster pulls from: make demo CLUSTER=existing REGISTRY=registry.example.com/volcado"
  command -v openssl >/dev/null || die "the demo makes certificates with openssl, which is not on the PATH; install it."
  # All of them now, before anything is made.
  claim_namespace volcado-system
  claim_namespace shop
  claim_namespace object-storage
  claim_namespace chat
}

# claim_namespace stops the demo where a namespace of that name is somebody else's.
claim_namespace() {
  local labels
  labels=$(kubectl get namespace "$1" --ignore-not-found -o 'jsonpath={.metadata.labels}')
  [[ -z $labels || $labels == *'"app.kubernetes.io/part-of":"volcado-demo"'* || $CLUSTER$1 == localvolcado-system ]] ||
    die "the namespace $1 is there already and is not the demo's, which would mix its objects with yours. Use another cluster."
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
  good "${DEMO_IMAGES[*]}"
}

# load_images gives the cluster what it does not have. A cluster is known by the UID of a namespace that lives as long as
# it, an archive by the id of the image in it.
load_images() {
  local image there cluster
  local -a missing=()
  there=" $(kubectl get nodes -o 'jsonpath={.items[*].status.images[*].names[*]}') "
  cluster=$(kubectl get namespace kube-system -o 'jsonpath={.metadata.uid}')
  for image in "${DEMO_IMAGES[@]}"; do
    [[ $there != *" $REGISTRY/$image:$TAG "* || $(cat "$OUT/demo/$image.loaded" 2>/dev/null) != "$cluster $(image_id "$image")" ]] || continue
    missing+=("$OUT/images/$image.tar")
    CHANGED+="$image "
  done
  ((${#missing[@]})) || return 0
  "$REPO/hack/cluster/cluster" load "${missing[@]}" 2>&1 | tee -a -- "$LOG" | indent ||
    die "the images could not be loaded into the cluster; what was said is above, and in $LOG"
  for image in $CHANGED; do echo "$cluster $(image_id "$image")" >"$OUT/demo/$image.loaded"; done
}

image_id() { cat "$OUT/images/$1.tar.id"; }

install_volcado() {
  local crd
  claim "$REPO/config/default/namespace.yaml"
  for crd in "${CRDS[@]}"; do claim "$REPO/config/crd/bases/volcado.io_$crd.yaml"; done
  give_bot_token
  quietly "installing Volcado" "$REPO/hack/deploy/deploy" --registry "$REGISTRY" --tag "$TAG" --config config/demo --restart never \
    --bot-settings "$REPO/hack/demo/manifests/bot-settings.yaml"
  restart_changed volcado-system volcado-manager manager
  restart_changed volcado-system volcado-bot bot
  good "CRDs, admission policies, the manager, the bot; identities of the text console count, as only a demo should let them"
}

# claim <manifest> makes one object, unless it is there and somebody else's, with the demo's label from its first moment on.
# By this label hack/demo/down knows what was not there before, wherever the demo is interrupted.
claim() {
  local there
  there=$(kubectl get --ignore-not-found -f "$1" -o 'jsonpath={.metadata.name} {.metadata.labels}')
  [[ -z $there || $there == *'"app.kubernetes.io/part-of":"volcado-demo"'* ]] || return 0
  quietly "making what $1 describes" create_labelled "$1"
}

# create_labelled makes it in the name of hack/deploy/deploy, so that what a later version leaves out is removed then. The
# label has an owner of its own, or hack/deploy/deploy, which does not know it, would remove that as well.
create_labelled() {
  kubectl label --local -f "$1" "$OWNED" -o yaml |
    kubectl apply --server-side --force-conflicts --field-manager=volcado-deploy -f - &&
    kubectl create --dry-run=client -f "$1" -o 'go-template={{printf "apiVersion: %s\nkind: %s\nmetadata:\n  name: %s\n" .apiVersion .kind .metadata.name}}' |
    kubectl label --local -f - "$OWNED" -o yaml | kubectl apply --server-side --field-manager=volcado-demo -f -
}

# restart_changed <namespace> <deployment> <image>: where an image's tag is the same as before, a Deployment does not know
# that the image is another.
restart_changed() {
  [[ $CHANGED == *" $3 "* ]] || return 0
  quietly "restarting $2" kubectl -n "$1" rollout restart "deployment/$2"
  rolled_out "$1" "$2"
}

apply_git() {
  quietly "enrolling the namespace shop" kubectl apply -n shop -k "$REPO/config/enroll"
  # A team writes the id of its channel into the file; this one is new with each server.
  printf '   %s$%s kubectl kustomize hack/demo/manifests/git | sed s/CHANNEL_ID/%s/ | kubectl apply -f -\n' "$BOLD" "$PLAIN" "$CHANNEL"
  kubectl kustomize "$REPO/hack/demo/manifests/git" | sed "s/CHANNEL_ID/$CHANNEL/" | kubectl apply -f - 2>&1 | tee -a -- "$LOG" | indent ||
    die "the manifests in hack/demo/manifests/git were not accepted; why is above."
  quietly "waiting until every reference resolves" kubectl -n shop wait --for=condition=Ready --timeout=60s \
    databasesource/shop dumpstorage/dumps dumpallowlist/qa
}
