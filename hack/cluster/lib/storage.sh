# shellcheck shell=bash
# Volumes: made on request by hack/servers/volumes for the StorageClasses of config/cluster.yaml.

start_volumes() {
  serve "$IN_BIN/volumes" -kubeconfig "$IN_STATE/pki/volumes.kubeconfig" -root "$IN_STATE/volumes" -node "$CLUSTER"
}
