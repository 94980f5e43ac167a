#!/usr/bin/env bash
# Runs as process 1 of the node, in namespaces of its own (lib/node.sh), and prepares what is seen in there.
set -euo pipefail

cluster=$1 run=$2 bin=$3 state=$4

# hostname(1) is a package; this is not.
echo "$cluster" >/proc/sys/kernel/hostname

# No mount table is kept (-n): the folder for it is the one that is being hidden.
#
# A /run of its own: sockets with short paths, locks and network namespaces that are nobody else's.
mount -n -t tmpfs -o mode=755,nosuid,nodev tmpfs "$run/root"
mkdir -p "$run/root"/node/{bin,state,proc} "$run/root/lock"
mount -n --bind "$bin" "$run/root/node/bin"
mount -n --bind "$state" "$run/root/node/state"
mount -n --move "$run/root" /run
# And a /var: containerd, the kubelet and the network plugins keep their things where they always do.
mount -n --bind /run/node/state/var /var

# The kubelet insists on these settings of the kernel, which are the whole machine's, and would change them. They make no
# difference here, so it gets to read what it wants instead.
while read -r name value; do
  file=/run/node/proc/${name//\//.}
  echo "$value" >"$file"
  mount -n --bind "$file" "/proc/sys/$name"
done <<'SETTINGS'
vm/overcommit_memory 1
vm/panic_on_oom 0
kernel/panic 10
kernel/panic_on_oops 1
kernel/keys/root_maxkeys 1000000
kernel/keys/root_maxbytes 25000000
SETTINGS

# Volumes that a container shares with the node need this.
mount -n --make-rshared /

ip link set lo up
echo 1 >/proc/sys/net/ipv4/ip_forward

touch /run/node/state/node-is-up
exec /run/node/bin/pause "the node $cluster"
