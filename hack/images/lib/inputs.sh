# shellcheck shell=bash
# What each image is made from: its Dockerfile, its context, its build arguments, and one hash over all of that.

# The first four come from one Dockerfile and are its targets.
dockerfile() { if is_ours "$1"; then echo "$REPO/Dockerfile"; else echo "$REPO/hack/images/$1/Dockerfile"; fi; }
is_ours() { [[ " ${OURS[*]} " == *" $1 "* ]]; }

# context_of prints the folder that an image is built from.
context_of() {
  case $1 in
    versitygw) echo "$IMAGES/context/versitygw" ;;
    *) if is_ours "$1"; then echo "$REPO"; else echo "$REPO/hack/images/$1"; fi ;;
  esac
}

# prepare_contexts puts into a folder what is not in the repository. Where there is no local cluster, which comes with a
# versitygw, it is compiled here.
prepare_contexts() {
  [[ " ${WANTED[*]} " == *" versitygw "* ]] || return 0
  local program=$OUT/bin/versitygw folder=$IMAGES/context/versitygw
  mkdir -p -- "$folder"
  if [[ -x $program ]]; then
    [[ $folder/versitygw -nt $program ]] || cp -f -- "$program" "$folder/versitygw"
  elif [[ ! -x $folder/versitygw ]]; then
    say "compiling versitygw (about two minutes the first time; the log is $IMAGES/log/versitygw-compile.log)"
    quietly "compiling versitygw" "$IMAGES/log/versitygw-compile.log" env CGO_ENABLED=0 GOFLAGS=-mod=readonly \
      go build -C "$REPO/hack/servers/versitygw" -v -trimpath -buildvcs=false -o "$folder/versitygw" github.com/versity/versitygw/cmd/versitygw
  fi
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
      find "$(context_of "$1")" -type f ! -name versitygw -exec sha256sum {} + | sort
      find "$(context_of "$1")" -type f -name versitygw -printf '%p %s %T@\n' # 40 MB, so not read each time
    fi
  } | sha256sum | cut -d' ' -f1
}

go_version() { "$(go_folder GOROOT)/bin/go" version; }
