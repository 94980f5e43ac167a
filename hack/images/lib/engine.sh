# shellcheck shell=bash
# Building and pushing with docker or podman. They pull the Dockerfile's own base images.

build_with_engine() {
  local image
  local -a target
  engine_works "$TOOL" || die "$TOOL does not work here: \"$TOOL info\" failed. Start it, or use --tool local."
  prepare_contexts
  for image in "${WANTED[@]}"; do
    say "building $(reference "$image") with $TOOL"
    target=()
    ! is_ours "$image" || target=(--target "$image" --build-arg "VERSION=$(version)")
    "$TOOL" build --tag "$(reference "$image")" --file "$(dockerfile "$image")" "${target[@]}" "$(context_of "$image")" ||
      die "$TOOL could not build $(reference "$image"); what it said is above."
  done
}

push_with_engine() {
  local image
  engine_works "$TOOL" || die "$TOOL does not work here: \"$TOOL info\" failed. Start it, or use --tool local."
  for image in "${WANTED[@]}"; do
    "$TOOL" push "$(reference "$image")" ||
      die "could not push $(reference "$image"); build it first (hack/images/build --registry $REGISTRY --tag $TAG) and log in ($TOOL login ${REGISTRY%%/*})."
  done
}
