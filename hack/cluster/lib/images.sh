# shellcheck shell=bash disable=SC2034 # other parts use these variables
# Images: loaded from archives, never pulled.

PROBE_IMAGE=volcado.local/probe:1
S3_IMAGE=volcado.local/versitygw:1

load_as_root() {
  local archive names
  lock
  [[ -n $(running containerd) ]] || die "the cluster $CLUSTER does not run; start it with: hack/cluster/cluster up"
  for archive; do
    [[ -r $archive && -f $archive ]] || die "there is no image archive at $archive."
    names=$(import_image "$archive") ||
      die "$archive could not be loaded; it must be a tar as \`docker save\` or \`buildah push docker-archive:\` writes it."
    [[ -n $names ]] || die "$archive names no image, so no pod can ask for it; write it with a name:tag."
    wait_for 20 "containerd did not give ${names//$'\n'/, } to the kubelet" kubelet_sees "$names"
    say "loaded ${names//$'\n'/, }"
  done
}

# import_image prints the names that came with an archive.
import_image() {
  local log
  containerd_settings
  log=$(ctr images import --snapshotter "$SNAPSHOTTER" - <"$1" 2>&1) || { say "$log" && return 1; }
  sed -n 's/^unpacking \([^ ]*\) .*/\1/p' <<<"$log"
}

# kubelet_sees wants the mark of the CRI plugin, which learns of an image a moment after containerd. A pod that is made in
# between would try to pull.
kubelet_sees() {
  local name images
  images=$(ctr images list)
  for name in $1; do
    grep -qE "^${name//./\\.} .*io\.cri-containerd\.image=managed" <<<"$images" || return 1
  done
}

# load_own_images gives the cluster the images that are made of this repository's and its pinned programs alone.
load_own_images() {
  local have
  wait_for_containerd
  have=$(ctr images list --quiet)
  own_image "$have" "$PAUSE_IMAGE" pause
  own_image "$have" "$PROBE_IMAGE" probe
  own_image "$have" "$S3_IMAGE" versitygw
}

# own_image <images that are there> <name> <program>
own_image() {
  local archive=$STATE/$3.tar digest stamp=$STATE/$3.image
  digest=$(stat -c '%s %Y' -- "$BIN/$3")
  [[ $1 != *"$2"* || $(cat "$stamp" 2>/dev/null) != "$digest" ]] || return 0
  "$BIN/packimage" -name "$2" -program "$BIN/$3" -out "$archive"
  import_image "$archive" >/dev/null || die "the image $2 could not be loaded; the log is $(log_of containerd)"
  rm -f -- "$archive"
  echo "$digest" >"$stamp"
}
