# shellcheck shell=bash disable=SC2034 # other parts use these variables
# containerd: the machine's program, with socket, root and state of its own. Any other containerd is not touched.

PAUSE_IMAGE=volcado.local/pause:1

start_containerd() {
  serve "$(command -v containerd)" --config "$IN_STATE/config/containerd.toml" --log-level info
}

ctr() { in_node ctr --namespace k8s.io "$@"; }

wait_for_containerd() {
  # Listing the plugins needs the socket only; the images need the CRI plugin, which comes up last.
  wait_for_server 30 containerd start ctr images list --quiet
}

# What differs from machine to machine.
containerd_settings() {
  CNI_BIN=/usr/lib/cni
  [[ -e $CNI_BIN/ptp ]] || CNI_BIN=/opt/cni/bin
  SNAPSHOTTER=overlayfs
  can_overlay || SNAPSHOTTER=native
  RESTRICT_OOM=false
  can_lower_oom_score || RESTRICT_OOM=true
}

# An overlay cannot lie on another one, which is what a container's own file system is.
can_overlay() {
  local dir=$STATE/try-overlay
  mkdir -p -- "$dir"/{lower,upper,work,merged}
  unshare --mount mount -n -t overlay -o "lowerdir=$dir/lower,upperdir=$dir/upper,workdir=$dir/work" overlay "$dir/merged" 2>/dev/null
  local result=$?
  rm -rf -- "$dir"
  return "$result"
}

# Where root has no CAP_SYS_RESOURCE (24), runc dies of not being allowed to lower a score.
can_lower_oom_score() {
  local effective
  effective=$(awk '$1 == "CapEff:" {print $2}' /proc/self/status)
  ((16#$effective >> 24 & 1))
}
