# shellcheck shell=bash
# What each image is made from: its Dockerfile, its context, its build arguments, and one hash over all of that.

# The first four come from one Dockerfile and are its targets.
dockerfile() { if is_ours "$1"; then echo "$REPO/Dockerfile"; else echo "$REPO/hack/images/$1/Dockerfile"; fi; }
is_ours() { [[ " ${OURS[*]} " == *" $1 "* ]]; }

# context_of prints the folder that an image is built from.
context_of() {
  case $1 in
    mattermost | versitygw) echo "$IMAGES/context/$1" ;;
    *) if is_ours "$1"; then echo "$REPO"; else echo "$REPO/hack/images/$1"; fi ;;
  esac
}

# compiled_servers prints the wanted images whose program is compiled from a module of others (hack/servers).
compiled_servers() {
  local image
  for image in "${WANTED[@]}"; do
    case $image in mattermost | versitygw) echo "$image" ;; esac
  done
}

# prepare_contexts puts into a folder what is not in the repository: programs that are compiled from modules of others.
prepare_contexts() {
  local image bin context
  for image in $(compiled_servers); do
    bin=$("$REPO/hack/cluster/cluster" binaries "$image") || exit # it has said why
    context=$IMAGES/context/$image
    ! cmp -s -- "$bin/.$image.built" "$context.built" || continue
    rm -rf -- "$context" "$context.built"
    mkdir -p -- "$context"
    # A program, or a folder that also holds what the program reads.
    cp -r -- "$bin/$image" "$context/"
    cp -- "$bin/.$image.built" "$context.built"
  done
}

# sources lists what the Dockerfile compiles; .dockerignore is where that is said.
sources() {
  local roots
  mapfile -t roots < <(sed -n 's/^!//p' "$REPO/.dockerignore")
  (cd -- "$REPO" && find "${roots[@]}" -type f ! -name '*_test.go' ! -path '*/testdata/*' | sort)
}

# version is what the programs say of themselves. The local images' tag says nothing, and a commit's id would make every
# commit rebuild what it did not change.
version() { echo "$TAG"; }

# fingerprint of everything that an image is made from. It is compared, never kept for long, so paths may be in it.
fingerprint() {
  {
    echo "$(reference "$1")" "$(version)" "$(base_arguments "$1")"
    cat -- "$(dockerfile "$1")" "$REPO/hack/images/lib/local.sh"
    if is_ours "$1"; then
      go_version
      (cd -- "$REPO" && sources | xargs -d '\n' sha256sum)
    else
      # What stands for programs, or the files themselves.
      cat -- "$(context_of "$1").built" 2>/dev/null || find "$(context_of "$1")" -type f -exec sha256sum {} + | sort
    fi
  } | sha256sum | cut -d' ' -f1
}

go_version() { "$(go_folder GOROOT)/bin/go" version; }
