# shellcheck shell=bash
# The programs, from Go modules (hack/servers): pinned there, built here, once.

SERVERS=$REPO/hack/servers
KUBERNETES_VERSION=$(awk '$1 == "k8s.io/kubernetes" && $2 ~ /^v/ {print $2; exit}' "$SERVERS/go.mod")

# The sets that are built: a module's folder, what to build there, and the programs that come out.
declare -A SET_MODULE=(
  [envtest]=. [servers]=. [coredns]=coredns [versitygw]=versitygw [mattermost]=mattermost
)
declare -A SET_PACKAGES=(
  [envtest]="./etcd k8s.io/kubernetes/cmd/kube-apiserver k8s.io/kubernetes/cmd/kubectl"
  [servers]="./etcd ./certs ./packimage ./pause ./probe ./volumes k8s.io/kubernetes/cmd/kube-apiserver
    k8s.io/kubernetes/cmd/kube-controller-manager k8s.io/kubernetes/cmd/kube-scheduler k8s.io/kubernetes/cmd/kubelet
    k8s.io/kubernetes/cmd/kube-proxy k8s.io/kubernetes/cmd/kubectl"
  [coredns]=.
  [versitygw]=github.com/versity/versitygw/cmd/versitygw
  [mattermost]=github.com/mattermost/mattermost/server/v8/cmd/mattermost
)
# What a program reads while it runs: folders of the module that it comes from, and files of ours (in hack/servers). The set
# then has a folder of its own in $BIN, because the program looks for them beside itself.
declare -A SET_DATA_MODULE=([mattermost]=github.com/mattermost/mattermost/server/v8)
declare -A SET_DATA=([mattermost]="i18n templates fonts")
declare -A SET_OWN_DATA=([mattermost]=client/root.html)

declare -A SET_NAME=(
  [envtest]="etcd, kube-apiserver and kubectl $KUBERNETES_VERSION" [servers]="etcd and Kubernetes $KUBERNETES_VERSION"
  [coredns]=CoreDNS [versitygw]=versitygw [mattermost]=Mattermost
)

# What the cluster runs, and what tests need without a cluster.
# shellcheck disable=SC2034 # cluster builds it
SETS_OF_CLUSTER=(servers coredns versitygw)
SETS_OF_TESTS=(envtest versitygw mattermost)

# build_some <set...>
build_some() {
  local set
  check_sets "$@"
  for set; do build "$set"; done
}

# fetch_modules <set...>. go mod download would get whatever a go.mod names, and most of that is for others' tests.
fetch_modules() {
  local set
  local -a packages
  check_sets "$@"
  for set; do
    read -r -d '' -a packages <<<"${SET_PACKAGES[$set]}" || true
    GOFLAGS=-mod=readonly go -C "$SERVERS/${SET_MODULE[$set]}" list -deps "${packages[@]}" >/dev/null
  done
}

# check_sets <set...>, and that there is a Go to build them with.
check_sets() {
  local set
  for set; do
    [[ -n ${SET_NAME[$set]:-} ]] || die "there is nothing called \"$set\" to build; there are: ${SETS_OF_TESTS[*]}"
  done
  check_go
  report_problems
}

# fingerprint of everything that a set is made from.
fingerprint() {
  local module=$SERVERS/${SET_MODULE[$1]}
  {
    (cd -- "$module" && go version)
    echo "${SET_PACKAGES[$1]}" "$(ldflags)"
    # The modules inside of this one have fingerprints of their own.
    find "$module" -maxdepth 2 \( -name coredns -o -name versitygw -o -name mattermost \) ! -path "$module" -prune -o \
      \( -name '*.go' -o -name go.mod -o -name go.sum -o -name '*.html' \) -print0 | sort -z | xargs -0 cat
  } | sha256sum | cut -d' ' -f1
}

ldflags() {
  local version=$KUBERNETES_VERSION package=k8s.io/component-base/version
  local minor=${version#v*.}
  # Without these every version reads v0.0.0, which some clients refuse.
  echo "-s -w -X $package.gitVersion=$version -X $package.gitMajor=1 -X $package.gitMinor=${minor%%.*}"
}

# folder_of <set> in $BIN, with a slash, or nothing.
folder_of() { [[ -z ${SET_DATA_MODULE[$1]:-} ]] || echo "$1/"; }

# programs of a set, as paths in $BIN.
programs() {
  local package
  for package in ${SET_PACKAGES[$1]}; do
    if [[ $package == . ]]; then echo "${SET_MODULE[$1]}"; else echo "$(folder_of "$1")${package##*/}"; fi
  done
}

is_built() {
  local name
  [[ $(cat "$BIN/.$1.built" 2>/dev/null) == "$(fingerprint "$1")" ]] || return 1
  for name in $(programs "$1"); do [[ -x $BIN/$name ]] || return 1; done
  for name in ${SET_DATA[$1]:-}; do [[ -d $BIN/$1/$name ]] || return 1; done
  for name in ${SET_OWN_DATA[$1]:-}; do [[ -s $BIN/$1/$name ]] || return 1; done
}

# build <set>
build() {
  local set=$1 what=${SET_NAME[$1]} started=$SECONDS log=$OUT/log/build-$1.log
  ! is_built "$set" || return 0
  mkdir -p -- "$BIN" "$OUT/log"
  exec 8<"$BIN"
  flock 8
  if ! is_built "$set"; then # nobody else built it meanwhile
    say "building $what (minutes the first time; the log is $log)"
    compile "$set" 2>&1 | tee -- "$log" | progress ||
      { tail -n 20 -- "$log" >&2 && die "building $what failed. The log is $log"; }
    fingerprint "$set" >"$BIN/.$set.built"
    say "built $what in $((SECONDS - started)) s"
  fi
  exec 8<&-
}

# compile. Without debug information, which the linker would take out again (-s -w), and one thread per compiler, of which as
# many run as there are processors: together a quarter less work. The flags are those of the Dockerfile, so that what
# Kubernetes and Volcado have in common is compiled once; hack/align keeps both at the same versions of it.
compile() {
  local packages
  read -r -d '' -a packages <<<"${SET_PACKAGES[$1]}" || true
  cd -- "$SERVERS/${SET_MODULE[$1]}" || return
  CGO_ENABLED=0 GOFLAGS=-mod=readonly GOMAXPROCS=1 go build -p "$(nproc)" -v -trimpath -buildvcs=false \
    -gcflags=all=-dwarf=false -ldflags "$(ldflags)" -o "$BIN/$(folder_of "$1")" "${packages[@]}" || return
  [[ -z ${SET_DATA_MODULE[$1]:-} ]] || copy_data "$1"
}

# copy_data is called in the set's module. What was there may be of another version.
copy_data() {
  local from name
  from=$(GOFLAGS=-mod=readonly go list -m -f '{{.Dir}}' "${SET_DATA_MODULE[$1]}") || return
  for name in ${SET_DATA[$1]}; do
    rm -rf -- "${BIN:?}/$1/$name" || return
    # Go's cache is read-only, and $BIN is removed by whoever owns it.
    cp -r --no-preserve=mode -- "$from/$name" "$BIN/$1/$name" || return
  done
  for name in ${SET_OWN_DATA[$1]}; do install -D -m 644 -- "$name" "$BIN/$1/$name" || return; done
}

# go build -v writes a line a package.
progress() {
  awk '/^go: downloading/ {got++; if (got % 50 == 0) print "  " got " modules downloaded"; next}
       {made++; if (made % 200 == 0) print "  " made " packages compiled"}
       {fflush()}' >&2
}
