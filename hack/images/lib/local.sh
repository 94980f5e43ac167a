# shellcheck shell=bash
# Building without a container engine and without a registry: buildah, with a store of its own, into archives.

build_local() {
  local stale started=$SECONDS
  "$REPO/hack/cluster/cluster" packages build images
  prepare_contexts
  mapfile -t stale < <(stale_images)
  if needs_compiling "${stale[@]}"; then compile; fi
  ((${#stale[@]})) || return 0
  as_root build_local_as_root "${stale[@]}"
  say "built ${stale[*]} in $((SECONDS - started)) s"
}

fetch_local() {
  local -a compiled
  mapfile -t compiled < <(compiled_servers)
  "$REPO/hack/cluster/cluster" packages build images
  ((! ${#compiled[@]})) || "$REPO/hack/cluster/cluster" modules "${compiled[@]}"
  go -C "$REPO" list -deps ./cmd/manager ./cmd/bot ./cmd/dumper >/dev/null
  as_root make_bases_as_root "${WANTED[@]}"
}

make_bases_as_root() {
  open_store
  make_bases "$@"
}

# needs_compiling <stale image...>: for one of ours that is stale, or because its programs are not here any more.
needs_compiling() {
  local image
  for image in "$@"; do ! is_ours "$image" || return 0; done
  for image in "${WANTED[@]}"; do
    ! is_ours "$image" || [[ -x $REPO/bin/manager && -x $REPO/bin/bot && -x $REPO/bin/dumper ]] || return 0
  done
  return 1
}

# stale_images prints the wanted images whose archive is missing or made from something else.
stale_images() {
  local image
  for image in "${WANTED[@]}"; do
    [[ -s $(archive "$image") && $(cat "$(archive "$image").made-from" 2>/dev/null) == "$(fingerprint "$image")" ]] || echo "$image"
  done
}

archive() { echo "$IMAGES/$1.tar"; }

# compile builds the programs here before the Dockerfile builds them again from Go's caches: root then has nothing to
# download and nothing to compile (its flags are the same), and the console and the demo use these programs on this machine.
compile() {
  local started=$SECONDS
  say "compiling manager, bot and dumper (the log is $IMAGES/log/compile.log)"
  quietly "compiling" "$IMAGES/log/compile.log" \
    env -C "$REPO" CGO_ENABLED=0 GOMAXPROCS=1 go build -p "$(nproc)" -v -trimpath -buildvcs=false -gcflags=all=-dwarf=false \
    -ldflags "-s -w -X main.version=$(version)" -o "$REPO/bin/" ./cmd/manager ./cmd/bot ./cmd/dumper
  say "compiled in $((SECONDS - started)) s"
}

build_local_as_root() {
  local image
  open_store
  make_bases "$@"
  for image in "$@"; do build_image "$image"; done
  # Layers of earlier sources.
  store rmi --prune >/dev/null 2>&1 || true
  give_back_cache
}

# give_back_cache: what the Dockerfile's own compile added to Go's cache belongs to whom the cache belongs to.
give_back_cache() {
  [[ -z ${SUDO_UID:-} ]] || find "$(go_folder GOCACHE)" -uid 0 -exec chown -h -- "$SUDO_UID:${SUDO_GID:-}" {} +
}

build_image() {
  local image=$1 started=$SECONDS log=$IMAGES/log/$1.log
  local made_from
  local -a arguments
  # Now, and not afterwards: what is written while it is built is not in it.
  made_from=$(fingerprint "$image")
  mapfile -t arguments < <(image_arguments "$image")
  say "building $(reference "$image") (the log is $log)"
  quietly "building the image $image" "$log" store build --isolation chroot --layers --pull-never \
    --signature-policy "$IMAGES/policy.json" "${arguments[@]}" --tag "$(reference "$image")" \
    --file "$(dockerfile "$image")" "$(context_of "$image")"
  write_archive "$image"
  echo "$made_from" >"$(archive "$image").made-from"
  give_back "$(archive "$image")"*
  say "built $image in $((SECONDS - started)) s"
}

# image_arguments prints buildah's options for one image, one word a line.
image_arguments() {
  local pair
  for pair in $(base_arguments "$1"); do printf '%s\n' --build-arg "$pair"; done
  # apt-get in the Dockerfile may need the way out that this machine uses.
  for pair in "${PROXIES[@]}"; do
    [[ -z ${!pair:-} ]] || printf '%s\n' --build-arg "$pair=${!pair}"
  done
  is_ours "$1" || return 0
  printf '%s\n' --target "$1" --build-arg "VERSION=$(version)" --build-arg GOPROXY=off \
    --build-arg GOMODCACHE=/host/modules --build-arg GOCACHE=/host/cache \
    --volume "$(go_folder GOROOT):/usr/local/go:ro" --volume "$(go_folder GOMODCACHE):/host/modules:ro" --volume "$(go_folder GOCACHE):/host/cache"
}

# write_archive leaves either the old archive or the whole new one, never a part; an archive of the same image stays.
write_archive() {
  local image=$1 id file
  file=$(archive "$1")
  id=$(store images --no-trunc --quiet "$(reference "$image")")
  [[ ! -s $file || $(cat "$file.id" 2>/dev/null) != "$id" ]] || return 0
  rm -f -- "$file" "$file.part" "$file.id"
  store push --quiet --signature-policy "$IMAGES/policy.json" "$(reference "$image")" "docker-archive:$file.part:$(reference "$image")"
  mv -- "$file.part" "$file"
  echo "$id" >"$file.id"
}

push_local() {
  build_local
  as_root push_local_as_root "${WANTED[@]}"
}

# A registry on this machine has no certificate.
needs_tls() { if [[ $REGISTRY =~ ^(localhost|127\.0\.0\.1)[:/] ]]; then echo false; else echo true; fi; }

push_local_as_root() {
  local image
  open_store
  for image in "$@"; do
    say "pushing $(reference "$image")"
    store push --quiet --signature-policy "$IMAGES/policy.json" "--tls-verify=$(needs_tls)" "$(reference "$image")" "docker://$(reference "$image")" ||
      die "could not push $(reference "$image"); log in with: sudo buildah login ${REGISTRY%%/*}"
  done
}

# The store. Its run folder is beside it and not in /run, so that nothing of ours is left there.

store() { TMPDIR=$IMAGES/tmp buildah --root "$IMAGES/store" --runroot "$IMAGES/run" --storage-driver "$(storage_driver)" "$@"; }

image_exists() { [[ -n $(store images --quiet "$1" 2>/dev/null) ]]; }

# overlay is many times faster; vfs works on a file system that cannot carry overlays (another overlay, for one).
storage_driver() {
  [[ -s $IMAGES/storage-driver ]] || probe_overlay >"$IMAGES/storage-driver"
  cat "$IMAGES/storage-driver"
}

probe_overlay() {
  local probe=$IMAGES/probe
  mkdir -p "$probe"/{lower,upper,work,merged}
  if mount -t overlay overlay -o "lowerdir=$probe/lower,upperdir=$probe/upper,workdir=$probe/work" "$probe/merged" 2>/dev/null; then
    umount "$probe/merged"
    echo overlay
  else
    echo vfs
  fi
  rm -rf -- "$probe"
}

# open_store waits for another build to end.
open_store() {
  mkdir -p -- "$IMAGES/log" "$IMAGES/tmp"
  give_back "$IMAGES" "$IMAGES/log"
  exec 7<"$IMAGES"
  if ! flock --nonblock 7; then
    say "waiting for another build of images to finish"
    flock 7
  fi
  # What a killed build counted as mounted is not.
  rm -rf -- "$IMAGES/run"
  # Debian's buildah comes without one when recommended packages are not installed.
  echo '{"default": [{"type": "insecureAcceptAnything"}]}' >"$IMAGES/policy.json"
  hide_shared_folder
}

# hide_shared_folder keeps buildah from writing its cache of digests to where it cannot be told not to.
hide_shared_folder() {
  local folder=/var/lib/containers
  if mkdir -- "$folder" 2>/dev/null; then
    # shellcheck disable=SC2064 # the folder of now is meant
    trap "umount -- $folder && rmdir -- $folder" EXIT
  fi
  mount -t tmpfs volcado "$folder"
}

# remove_store removes everything that building has left.
remove_store() { rm -rf -- "$IMAGES"; }
