# shellcheck shell=bash
# Where things are, for all of the demo's scripts.

[[ $(uname -s) == Linux ]] || {
  echo "demo: the demo needs Linux, and this is $(uname -s); use a Linux virtual machine." >&2
  exit 1
}

OUT=$(realpath -m -- "${VOLCADO_OUT:-$REPO/out}")
export VOLCADO_OUT=$OUT
CLUSTER=${CLUSTER:-local}
REGISTRY=${REGISTRY:-volcado.local}
# On everything that the demo puts into a cluster, so that it can be told from what others put there.
# shellcheck disable=SC2034 # used in the other files
OWNED=app.kubernetes.io/part-of=volcado-demo

LOG=$OUT/log/${0##*/}.log
mkdir -p -- "$OUT/log" "$OUT/demo"
: >"$LOG"

if [[ $CLUSTER == local ]]; then
  # The cluster's own kubectl, first.
  PATH=$OUT/bin:$PATH
  KUBECONFIG=$("$REPO/hack/cluster/cluster" kubeconfig)
  export PATH KUBECONFIG
  TAG=${TAG:-dev}
elif [[ $CLUSTER != existing ]]; then
  printf 'demo: CLUSTER is local or existing, and not "%s"\n' "$CLUSTER" >&2
  exit 1
fi
