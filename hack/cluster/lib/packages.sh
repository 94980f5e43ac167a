# shellcheck shell=bash
# Debian packages: only what is missing, said before it is done.

# missing_packages <what for...> prints each once.
missing_packages() {
  local package evidence purpose
  while read -r package evidence purpose; do
    [[ $package != \#* && " $* " == *" $purpose "* ]] || continue
    if [[ $evidence == /* ]]; then
      [[ -n $(compgen -G "$evidence") || ($evidence == /usr/lib/cni/* && -e /opt/cni/bin/${evidence##*/}) ]] || echo "$package"
    else
      # Debian keeps some of them where only root looks.
      PATH=$PATH:/usr/sbin:/sbin command -v "$evidence" >/dev/null || echo "$package"
    fi
  done <"$HERE/packages" | sort -u
}

# install_packages <what for...>
install_packages() {
  local missing
  missing=$(missing_packages "$@")
  [[ -n $missing ]] || return 0
  command -v apt-get >/dev/null || die "there is no apt-get; install these packages, or what your system calls them: ${missing//$'\n'/ }"
  # Root only writes to it: what root made in $OUT, or $OUT itself, whoever used sudo could not write to later.
  mkdir -p -- "$OUT/log"
  rm -f -- "$OUT/log/apt.log"
  : >"$OUT/log/apt.log"
  # shellcheck disable=SC2086 # one word a package
  as_root packages-as-root $missing
}

install_packages_as_root() {
  export DEBIAN_FRONTEND=noninteractive LC_ALL=C
  local plan added log=$OUT/log/apt.log
  say "missing Debian packages: $*"
  say "fetching Debian's lists of packages (apt-get update)"
  apt-get update -qq || say "apt-get update failed; going on with the lists that are there"
  plan=$(apt-get install --simulate --no-install-recommends "$@") ||
    die "apt-get cannot install $*; run: apt-get install --simulate --no-install-recommends $*"
  awk '$1 == "Remv" {remove = remove " " $2}
       $1 == "Inst" {if ($3 ~ /^\[/) upgrade = upgrade " " $2; else add = add " " $2}
       END {
         if (add) print "will be installed:" add
         if (upgrade) print "will be upgraded:" upgrade
         if (remove) print "would be removed:" remove
       }' <<<"$plan" >&2
  if grep -q '^Remv' <<<"$plan"; then
    die "not doing that, because it would remove packages. Install these yourself: $*"
  fi
  added=$(awk '$1 == "Inst" && $3 !~ /^\[/ {print $2}' <<<"$plan")
  trap put_back EXIT
  keep_services_stopped
  [[ $added != *postgresql* ]] || keep_postgresql_without_data
  apt-get install --yes --no-install-recommends -qq -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@" >"$log" 2>&1 ||
    { tail -n 15 -- "$log" >&2 && die "apt-get could not install $*; its log is $log"; }
  put_back
  # shellcheck disable=SC2086 # one word a package
  disable_services $added
}

put_back() {
  allow_services
  allow_postgresql_data
}

# A package that brings a service starts it, and we use our own containerd. policy-rc.d is Debian's way to say no; one
# that is there already is the machine's owner's, and stays.
keep_services_stopped() {
  policy=/usr/sbin/policy-rc.d
  [[ ! -e $policy ]] || return 0
  printf '#!/bin/sh\n# volcado: removed when the packages are installed\nexit 101\n' >"$policy"
  chmod 755 "$policy"
}

allow_services() {
  ! grep -qs '^# volcado: removed' /usr/sbin/policy-rc.d || rm -f /usr/sbin/policy-rc.d
}

# PostgreSQL's package makes a server's data in /var/lib at once. Only its programs are used here, with data of our own. This is
# Debian's way to say no.
POSTGRESQL_SAYS_NO=/etc/postgresql-common/createcluster.d/volcado.conf
keep_postgresql_without_data() {
  mkdir -p -- "${POSTGRESQL_SAYS_NO%/*}"
  echo 'create_main_cluster = false' >"$POSTGRESQL_SAYS_NO"
}

allow_postgresql_data() {
  rm -f -- "$POSTGRESQL_SAYS_NO"
  # What others have in there stays.
  rmdir -p -- "${POSTGRESQL_SAYS_NO%/*}" 2>/dev/null || true
}

# disable_services <package that was not there before...>: a package that brings a service also has the next boot start it.
disable_services() {
  local unit
  local -a units=()
  command -v systemctl >/dev/null || return 0 # then nothing starts them
  for unit in $(dpkg --listfiles "$@" | sed -nE 's#^(/usr)?/lib/systemd/system/([^/@]+\.(service|socket))$#\2#p' | sort -u); do
    # Quiet, because it also speaks of units that cannot be enabled.
    [[ $(systemctl is-enabled "$unit" 2>/dev/null) != enabled ]] || units+=("$unit")
  done
  ((${#units[@]})) || return 0
  systemctl disable --quiet -- "${units[@]}"
  say "services that came with them are stopped and will not start at boot (systemctl disable): ${units[*]}"
}
