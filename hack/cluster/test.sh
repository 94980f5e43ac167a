#!/usr/bin/env bash
# Tests the local cluster on this machine, under a name of its own, so that another one may run beside it. It needs root.
set -euo pipefail

HERE=$(cd -- "$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")" && pwd)
export VOLCADO_CLUSTER=cluster-test
VOLCADO_OUT=$(realpath -m -- "${VOLCADO_OUT:-$HERE/../../out}")
export VOLCADO_OUT
WORK=$VOLCADO_OUT/cluster-test
CLUSTER=$HERE/cluster
# shellcheck source=testdata/machine.sh
source "$HERE/testdata/machine.sh"

passed=0
ok() {
  passed=$((passed + 1))
  echo "ok   $*"
}
fail() {
  echo "FAIL $*" >&2
  exit 1
}

# expect <what> <command...>
expect() {
  local what=$1
  shift
  "$@" >"$WORK/last.log" 2>&1 || { cat "$WORK/last.log" >&2 && fail "$what"; }
  ok "$what"
}

# expect_failure <what> <words it must say> <command...>
expect_failure() {
  local what=$1 words=$2
  shift 2
  if "$@" >"$WORK/last.log" 2>&1; then fail "$what: it succeeded"; fi
  grep -qF -- "$words" "$WORK/last.log" || { cat "$WORK/last.log" >&2 && fail "$what: it does not say \"$words\""; }
  ok "$what"
}

# within <seconds> <what> <command...>
within() {
  local limit=$1 what=$2 started=$SECONDS
  shift 2
  expect "$what" "$@"
  ((SECONDS - started <= limit)) || fail "$what: it took $((SECONDS - started)) s, not $limit"
}

kubectl() { "$VOLCADO_OUT/bin/kubectl" --cache-dir "$WORK/cache" --kubeconfig "$("$CLUSTER" kubeconfig)" "$@"; }
test_kubectl() { kubectl --namespace cluster-test "$@"; }

# ask <image> <words of a probe, comma-separated> runs a probe in a pod and prints what it says.
ask() {
  local name=probe-$RANDOM
  sed "s|@NAME@|$name|; s|@IMAGE@|$1|; s|@ARGS@|$2|" "$HERE/testdata/probe.yaml" | kubectl apply -f -
  test_kubectl wait --for='jsonpath={.status.containerStatuses[0].state.terminated}' "pod/$name" --timeout=60s
  test_kubectl logs "$name"
  [[ $(test_kubectl get pod "$name" -o jsonpath='{.status.containerStatuses[0].state.terminated.exitCode}') == 0 ]]
}

stays_the_same() {
  local before
  before=$(sha256sum "$STATE"/pids/* "$STATE"/config/* "$STATE"/config/cni/* "$STATE"/pki/* "$STATE/kubeconfig" "/run/volcado/$VOLCADO_CLUSTER/pid" 2>/dev/null || true)
  "$CLUSTER" up
  [[ $before == "$(sha256sum "$STATE"/pids/* "$STATE"/config/* "$STATE"/config/cni/* "$STATE"/pki/* "$STATE/kubeconfig" "/run/volcado/$VOLCADO_CLUSTER/pid" 2>/dev/null || true)" ]]
}

restricted_pod_runs() {
  test_kubectl wait --for=condition=Ready pod/pause pod/s3 --timeout=60s
}

# A pod's readiness is the word of a kubelet that may be dead, so what counts is that its container was started again. The
# pod has another address then, which takes a moment to reach kube-proxy.
restricted_pod_runs_again() {
  test_kubectl wait --for='jsonpath={.status.containerStatuses[0].restartCount}=1' pod/pause pod/s3 --timeout=60s
  restricted_pod_runs
  for _ in {1..100}; do
    ! host_reaches || return 0
    sleep 0.2
  done
  return 1
}

host_reaches() {
  local pod service
  pod=$(test_kubectl get pod s3 -o jsonpath='{.status.podIP}')
  service=$(test_kubectl get service s3 -o jsonpath='{.spec.clusterIP}')
  timeout 10 bash -c "</dev/tcp/$pod/7070" && timeout 10 bash -c "</dev/tcp/$service/80"
}

kill_server() {
  local pid
  # In the host's numbers, which are not the pid file's; the executable's path holds only in the node.
  for pid in $(processes_of_cluster); do
    [[ $(tr '\0' ' ' <"/proc/$pid/cmdline") != "/run/node/bin/$1 "* ]] || kill -KILL "$pid"
  done 2>/dev/null # most of them are short-lived
}

kill_node() { kill -KILL "$(cat "/run/volcado/$VOLCADO_CLUSTER/pid")"; }

# another_clone makes a copy of what the cluster is made of, deeper than a socket's path may be long.
another_clone() {
  local name
  name=$WORK/clones/$(printf 'a-deep-folder-%.0s' {1..8})/$1
  mkdir -p -- "$name/hack" "$name/out"
  cp -a -- "$HERE" "$HERE/../servers" "$name/hack/"
  cp -al -- "$VOLCADO_OUT/bin" "$name/out/bin"
  echo "$name"
}

in_clone() { VOLCADO_OUT='' env -u VOLCADO_OUT "$1/hack/cluster/cluster" "${@:2}"; }

# root_writes_to_what_is_ours: a clone of somebody who is not root, with a sudo that says what it is asked and does nothing.
# What root makes in out/ could not be written to later.
root_writes_to_what_is_ours() {
  local clone
  clone=$(mktemp -d) # $WORK may be where others cannot go
  mkdir -- "$clone/hack" "$clone/programs"
  cp -a -- "$HERE" "$HERE/../servers" "$clone/hack/"
  echo 'missing-package /missing tests' >"$clone/hack/cluster/packages"
  printf '#!/bin/sh\necho sudo "$@"\n' >"$clone/programs/sudo"
  chmod +x "$clone/programs/sudo"
  chown -R nobody -- "$clone"
  env -u VOLCADO_OUT PATH="$clone/programs:$PATH" http_proxy=http://proxy.test:3128 \
    setpriv --reuid nobody --clear-groups "$clone/hack/cluster/cluster" packages tests >"$WORK/sudo.log" || return
  grep -F 'packages-as-root missing-package' "$WORK/sudo.log" && grep -F 'http_proxy=http://proxy.test:3128' "$WORK/sudo.log" || return
  [[ $(stat -c %U "$clone/out" "$clone/out/log" "$clone/out/log/apt.log" | sort -u) == nobody ]] || return
  rm -rf -- "$clone"
}

main() {
  local clone
  STATE=$VOLCADO_OUT/cluster/$VOLCADO_CLUSTER
  ((EUID == 0)) || fail "it needs root"
  "$CLUSTER" packages cluster
  "$CLUSTER" binaries >/dev/null
  rm -rf -- "$WORK" && mkdir -p -- "$WORK"
  trap '"$CLUSTER" down >/dev/null 2>&1 || true' EXIT
  "$CLUSTER" down 2>/dev/null
  describe_machine >"$WORK/before"

  expect "somebody with sudo owns what is made before root is asked, who gets their proxy" root_writes_to_what_is_ours
  expect "up" "$CLUSTER" up
  # About one second; more where others work the machine hard.
  within 10 "up again is quick and changes nothing" stays_the_same
  expect "status says that it is ready" "$CLUSTER" status
  expect "enter shows the node from inside" "$CLUSTER" enter ip link show eth0
  kubectl apply -f "$HERE/testdata/pods.yaml" >/dev/null
  expect "pods run under Pod Security restricted, with a volume" restricted_pod_runs
  expect "the machine reaches pods and Services" host_reaches
  expect "a pod resolves a Service in short" ask volcado.local/probe:1 'dns, s3.cluster-test.svc'
  expect "a pod reaches a Service by name" ask volcado.local/probe:1 'tcp, "s3:80"'
  expect "a pod reaches the API server" ask volcado.local/probe:1 'tcp, "kubernetes.default.svc.cluster.local:443"'
  expect_failure "a pod does not get out of the machine" unreachable ask volcado.local/probe:1 'tcp, "192.0.2.1:53"'
  expect "a tiny volume takes what fits" ask volcado.local/probe:1 'write, /full, "4000000"'
  expect_failure "and is full then" "no space left" ask volcado.local/probe:1 'write, /full, "9000000"'

  "$VOLCADO_OUT/bin/packimage" -name example.test/loaded:v1 -program "$VOLCADO_OUT/bin/probe" -out "$WORK/loaded.tar"
  expect_failure "an image that is not there is not pulled" "there is no image archive" "$CLUSTER" load "$WORK/none.tar"
  expect "load" "$CLUSTER" load "$WORK/loaded.tar"
  expect "a pod runs an image that was loaded" ask example.test/loaded:v1 'dns, kubernetes.default'

  kill_server kube-scheduler
  expect_failure "status says what has stopped" "kube-scheduler           STOPPED" "$CLUSTER" status
  expect "up starts what has stopped" "$CLUSTER" up
  expect "status after that" "$CLUSTER" status

  kill_node
  expect "up after everything was killed" "$CLUSTER" up
  expect "what was in the cluster is there again" restricted_pod_runs_again
  expect "and answers" ask volcado.local/probe:1 'tcp, "s3:80"'

  kill_node
  truncate --size 5000 "$STATE/var/lib/etcd/member/snap/db"
  expect "up after etcd's data was damaged" "$CLUSTER" up
  expect "the cluster is empty then, and works" kubectl apply -f "$HERE/testdata/pods.yaml"
  expect "with the images that were loaded" restricted_pod_runs

  clone=$(another_clone one)
  expect_failure "another clone is told who has the cluster" "runs already" in_clone "$clone" up
  expect "down" "$CLUSTER" down
  expect "up in a deep folder" in_clone "$clone" up
  # The kubelet in there writes while this deletes.
  for _ in {1..20}; do rm -rf -- "$WORK/clones" 2>/dev/null && break; done
  [[ ! -e $WORK/clones ]] || fail "the clone could not be deleted"
  expect "up after the clone that had it was deleted" "$CLUSTER" up
  kill_node
  expect "down of what is dead" "$CLUSTER" down
  expect "down again" "$CLUSTER" down

  describe_machine >"$WORK/after"
  expect "the machine is as it was before" diff "$WORK/before" "$WORK/after"
  rm -rf -- "$WORK"
  echo "passed: $passed"
}

main "$@"
