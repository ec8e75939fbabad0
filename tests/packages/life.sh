#!/usr/bin/env bash
# The life of the packages on one fresh system. Runs inside it, as root; run.sh starts it.
set -euo pipefail

release=$1
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
source "$root/examples/lib/build.sh"
source "$root/examples/lib/pki.sh"
source "$root/examples/lib/feed.sh"
source "$root/examples/lib/server.sh"
source "$root/tests/packages/report.sh"
share=/mnt/share results=/mnt/share/results
world=$share/world # all that is not of the system: a mount of its own, so no list of files has it
export PYTHONDONTWRITEBYTECODE=1
cnf=/etc/ssl/openssl.cnf stock=$world/stock.cnf # as Debian's package has it

# step NAME FUNCTION [ARGUMENT...]: a shell of its own, in which the first command that fails ends it.
step() {
  local status=0
  (set -euo pipefail; trap - EXIT; "${@:2}") >"$world/output" 2>&1 </dev/null &
  wait $! || status=$?
  if ((status == 0)); then
    report ok "$1"
  else
    tail -n 30 "$world/output" | sed 's/^/    /'
    report FAILED "$1"
  fi
}

nginx_pid=''
trap '[[ -z $nginx_pid ]] || kill "$nginx_pid"' EXIT
trap 'exit 130' INT TERM HUP

# ---------- The world: programs, a CA, two sites, and a signed source of filters

sites() {
  nginx_tls_site "$1" "$world/pki" good.test "root $world/site;"
  nginx_tls_site $(($1 + 1)) "$world/pki" revoked.test "root $world/site;"
  nginx_tls_site $(($1 + 2)) "$world/pki" source.test "root $world/source;
    location = /v1/ { try_files /v1/index =404; }"
}

make_world() {
  install_packages "${program_packages[@]}" python3 openssh-client nodejs gcc libc6-dev libssl-dev pkg-config
  pki_create "$world/pki"
  pki_issue "$world/pki" good.test 4000000000000000000000000000600d
  pki_issue "$world/pki" revoked.test 40000000000000000000000000000bad
  pki_issue_unlogged "$world/pki" source.test 40000000000000000000000000000001
  install -m 0644 "$world/pki/root.pem" /usr/local/share/ca-certificates/example.crt
  update-ca-certificates
  mkdir -p "$world/site/apt"
  echo hello >"$world/site/hello"
  : >"$world/site/apt/Packages"
  printf 'Date: %s\nSHA256:\n %s 0 Packages\n' "$(LC_ALL=C date -uR)" \
    "$(sha256sum </dev/null | cut -d' ' -f1)" >"$world/site/apt/Release"
  cp "$cnf" "$stock"
  local name
  for name in good.test revoked.test intermediate; do
    openssl x509 -in "$world/pki/$name.pem" -outform DER -out "$world/$name.der"
  done
}

remote_settings() { python3 "$root/tests/support/remote_settings.py" "$@"; }

# Needs crlite: a filter, a source that signs it, and an administrator who trusts that.
offer_data() {
  local pin
  crlite=crlite feed_build "$world/pki" "$world" 40000000000000000000000000000bad
  pin=$(remote_settings keys "$world/keys")
  remote_settings publish "$world/source" --keys "$world/keys" --timestamp "$(date +%s000)" \
    --base-url "$source_url" --filter "$(echo "$world"/mirror/*.filter):full"
  cat >>/etc/crlite/config.yaml <<CONFIG
sources:
  - type: remote-settings
    url: $source_url/v1
    root-sha256: $pin
CONFIG
}

# ---------- What programs do

with_curl() { curl -sS "$1"; }
with_python() {
  python3 -c 'import sys, urllib.request
print(urllib.request.urlopen(sys.argv[1]).read().decode().strip())' "$1"
}
with_node() {
  NODE_EXTRA_CA_CERTS=$world/pki/root.pem node -e 'require("https").get(process.argv[1],
    answer => answer.pipe(process.stdout)).on("error", error => {
      console.error(error.message); process.exit(1); })' "$1"
}

accepts() { [[ $("with_$1" "$2/hello") == hello ]]; }
# refuses PROGRAM URL: and says why.
refuses() {
  ! "with_$1" "$2/hello" >"$world/answer" 2>&1 || return
  grep 'certificate revoked' "$world/answer" || { cat "$world/answer"; return 1; }
}

is_protected() { accepts "$1" "$good" && refuses "$1" "$revoked"; }
is_unprotected() { accepts "$1" "$good" && accepts "$1" "$revoked"; }

# apt_update URL: of the repository there and no other.
apt_update() {
  echo "deb [trusted=yes] $1/apt ./" >"$world/apt.list"
  install -d -o _apt "$world/lists" "$world/lists/partial"
  apt-get update -o Dir::Etc::SourceList="$world/apt.list" -o Dir::Etc::SourceParts=/dev/null \
    -o Dir::State::Lists="$world/lists" -o APT::Update::Error-Mode=any
}

apt_is_protected() {
  apt_update "$good"
  ! apt_update "$revoked" >"$world/answer" 2>&1 || return
  grep 'certificate verify failed' "$world/answer"
}

others_work() {
  [[ $(openssl list -providers | grep -cE '^  (default|crlite)$') == 2 ]]
  [[ $(echo hello | openssl dgst -sha256 -r | cut -c1-8) == 5891b5b5 ]]
  ssh-keygen -q -t ed25519 -N '' -f "$world/ssh-key"
  ssh-keygen -q -t rsa -N '' -f "$world/ssh-key-rsa"
  ssh-keygen -y -f "$world/ssh-key" | grep '^ssh-ed25519'
}

# ---------- The package

install_deb() { apt-get install -y --no-install-recommends -o Dpkg::Options::="${2:---force-confdef}" "$1"; }

# repacked DEB SUFFIX [COMMAND...]: prints the path of the same package with a higher version, after
# COMMAND has run in its tree.
repacked() {
  local tree=$world/tree
  rm -rf "$tree"
  dpkg-deb --raw-extract "$1" "$tree"
  sed -i "/^Version:/s/\$/$2/" "$tree/DEBIAN/control"
  rm -f "$tree/DEBIAN/md5sums"
  (($# < 3)) || (cd "$tree" && "${@:3}")
  dpkg-deb --build --root-owner-group "$tree" "${1%.deb}$2.deb" >/dev/null
  echo "${1%.deb}$2.deb"
}

is_there() {
  [[ $(dpkg-query -W -f '${db:Status-Status}' crlite) == installed ]]
  dpkg --verify crlite
  cmp "$cnf" "$stock"
  getent passwd crlite crlite-mirror
  [[ $(readlink /etc/systemd/system/timers.target.wants/crlite-sync.timer) == \
    */lib/systemd/system/crlite-sync.timer ]]
  [[ ! -e /etc/systemd/system/timers.target.wants/crlite-mirror.timer ]]
  [[ $(stat -c '%a %U' /var/lib/crlite /var/lib/crlite/incoming) == $'755 root\n755 crlite' ]]
  [[ $(stat -c '%a %U' /usr/lib/*/ossl-modules/crlite.so) == '644 root' ]]
}

sync_data() {
  offer_data
  crlite-sync
  [[ -s /var/lib/crlite/snapshot ]]
  is_unprotected curl
}

enable() {
  crlite enable
  ! cmp -s "$cnf" "$stock"
}

is_well() {
  crlite doctor
  crlite status
}

# ---------- The libraries

install_libraries() {
  install_deb "$share/libcrlite1.deb"
  # They are for whoever builds programs; what a program runs with is what it was linked with.
  apt-get install -y --no-install-recommends "$share"/{libcrlite-openssl1,libcrlite-dev}.deb
  dpkg --verify libcrlite1 libcrlite-openssl1 libcrlite-dev
}

build_program() {
  local consumer=$root/tests/library/consumer strict=(-std=c99 -pedantic -Wall -Wextra -Werror)
  [[ $(pkg-config --cflags --libs crlite) =~ ^-lcrlite\ *$ ]]
  cc "${strict[@]}" -o "$world/program" "$consumer/main.c" -lcrlite
  # shellcheck disable=SC2046  # words are meant
  cc "${strict[@]}" -o "$world/attach" "$consumer/attach.c" $(pkg-config --cflags --libs crlite-openssl)
  "$world/attach"
  program_tells
}

program_says() { "$world/program" /var/lib/crlite/snapshot "$world/$1.der" "$world/intermediate.der"; }
program_tells() { [[ $(program_says good.test) == NotRevoked && $(program_says revoked.test) == Revoked ]]; }

run_without_development_files() {
  apt-get purge -y libcrlite-dev libcrlite-openssl1
  program_tells
}

install_upki() {
  local libraries
  install_deb "$share/crlite-upki.deb"
  libraries=$(echo /usr/lib/*/crlite-upki)
  ! ldconfig -p | grep upki || return # no program gets them unasked
  LD_LIBRARY_PATH=$libraries ldd "$libraries/libupki_openssl.so.1"
  apt-get purge -y crlite-upki
}

upgrade() {
  local before
  cp "$cnf" "$world/enabled.cnf"
  before=$(stat -c %Y%i /var/lib/crlite/last-publish.json)
  install_deb "$(repacked "$share/crlite.deb" +1)"
  cmp "$cnf" "$world/enabled.cnf"
  grep -q "$source_url" /etc/crlite/config.yaml
  [[ $(stat -c %Y%i /var/lib/crlite/last-publish.json) != "$before" ]] # published again
  [[ -L /etc/systemd/system/timers.target.wants/crlite-sync.timer ]]
  is_protected curl
}

# upgrade_openssl SUFFIX OPTION: Debian's package with another openssl.cnf, $world/new-stock.cnf.
upgrade_openssl() {
  if [[ ! -d $world/debian ]]; then
    mkdir "$world/debian"
    (cd "$world/debian" && apt-get download "$(dpkg -S "$cnf" | cut -d: -f1)")
    mv "$world"/debian/*.deb "$world/openssl.deb"
  fi
  # shellcheck disable=SC2016  # expanded by the inner shell
  install_deb "$(repacked "$world/openssl.deb" "$1" bash -c 'echo "# $1" >>etc/ssl/openssl.cnf &&
    cp etc/ssl/openssl.cnf "$2"' - "$1" "$world/new-stock.cnf")" "$2"
}

keeps_own_openssl_cnf() {
  upgrade_openssl +1 --force-confold
  cmp "$cnf" "$world/enabled.cnf"
  is_protected curl
  rm "$cnf.dpkg-dist"
}

takes_new_openssl_cnf() {
  upgrade_openssl +2 --force-confnew
  mv "$world/new-stock.cnf" "$stock"
  cmp "$cnf" "$stock"
  rm "$cnf.dpkg-old"
  is_unprotected curl
  local command
  for command in status doctor; do
    ! crlite "$command" >"$world/answer" 2>&1 || return
    cat "$world/answer"
    grep 'mend: crlite enable' "$world/answer"
  done
}

disable() {
  crlite disable
  cmp "$cnf" "$stock"
  is_unprotected curl
}

# A package that breaks ours stands for an upgrade of the system in which a library goes for a while.
deconfigure() {
  crlite enable --snapshot /var/lib/crlite/./snapshot
  mkdir -p "$world/breaker/DEBIAN"
  cat >"$world/breaker/DEBIAN/control" <<'CONTROL'
Package: crlite-breaker
Version: 1
Architecture: all
Maintainer: nobody <nobody@example.org>
Breaks: crlite
Description: breaks crlite
CONTROL
  dpkg-deb --build "$world/breaker" "$world/breaker.deb"
  dpkg --auto-deconfigure --install "$world/breaker.deb" || true # it could not configure crlite
  cmp "$cnf" "$stock"
  dpkg --remove crlite-breaker
  dpkg --configure crlite
  grep -x 'snapshot = /var/lib/crlite/.*snapshot' "$cnf" # with the options that it had
  is_protected curl
}

refuse_removal() {
  cp "$cnf" "$world/enabled.cnf"
  sed -i "/^# END crlite/d" "$cnf"
  ! apt-get remove -y crlite >"$world/answer" 2>&1 || return
  cat "$world/answer"
  grep 'still names the module' "$world/answer"
  is_protected curl
  cp "$world/enabled.cnf" "$cnf"
}

remove() {
  apt-get remove -y crlite
  cmp "$cnf" "$stock"
  is_unprotected curl
  [[ ! -e $(echo /usr/lib/*/ossl-modules/crlite.so) && -e /var/lib/crlite/snapshot ]]
}

# list_files: names, modes and owners; of /etc what is in them, too. Not dpkg's and apt's own, logs,
# and what the tools for users leave behind.
list_files() {
  find / -xdev \( -path /var/lib/dpkg -o -path /var/lib/apt -o -path /var/cache -o -path /var/log -o \
    -path /tmp -o -path /run -o -path /mnt -o -path /proc -o -path /dev \) -prune -o \
    ! -name '*-' ! -path /etc/.pwd.lock -printf '%p %y %m %u:%g %l\n' | sort
  find /etc -xdev -type f ! -name '*-' ! -path "$cnf" ! -path /etc/ld.so.cache -print0 | sort -z |
    xargs -0 sha256sum
}

purge() {
  # What it brought goes, too, even if something else recommends it.
  apt-get purge -y --autoremove -o APT::AutoRemove::RecommendsImportant=false \
    -o APT::AutoRemove::SuggestsImportant=false crlite libcrlite1
  ! getent passwd crlite crlite-mirror || return
  list_files >"$world/after"
  diff "$world/before" "$world/after"
}

# ---------- The life

rm -rf "$world"
mkdir "$world"
step 'programs, a CA and two sites' make_world
list_files >"$world/before"

step 'apt installs it; openssl.cnf is untouched' install_deb "$share/crlite.deb"
step 'users, directories and the timer are there' is_there
nginx_start "$world/nginx" sites
good=https://localhost:$nginx_port
revoked=https://localhost:$((nginx_port + 1))
source_url=https://localhost:$((nginx_port + 2))
step 'crlite-sync brings data; nothing is checked yet' sync_data
step 'crlite enable' enable
for program in curl python node; do
  step "$program refuses the revoked site alone" is_protected "$program"
done
if [[ $release != debian12 ]]; then # whose apt uses GnuTLS
  step 'apt update refuses the revoked site alone' apt_is_protected
fi
step 'openssl and ssh-keygen work' others_work
step 'crlite doctor and crlite status say that all is well' is_well
step 'apt installs libcrlite-dev and the libraries' install_libraries
step 'a C program is built with them and tells the revoked certificate' build_program
step 'it runs with libcrlite1 alone' run_without_development_files
step 'apt installs crlite-upki, whose libraries no program finds unasked' install_upki
step 'an upgrade of crlite keeps it enabled' upgrade
step "an upgrade of Debian's openssl.cnf, own one kept: enabled" keeps_own_openssl_cnf
step "an upgrade of Debian's openssl.cnf, new one taken: status and doctor tell" takes_new_openssl_cnf
step 'crlite enable mends that' enable
step 'curl refuses the revoked site again' is_protected curl
step "crlite disable leaves Debian's openssl.cnf, byte for byte" disable
step 'deconfigured by another package and configured again: enabled' deconfigure
step 'an openssl.cnf that cannot be mended keeps it from being removed' refuse_removal
step "apt remove leaves Debian's openssl.cnf, byte for byte" remove
step 'the C program asks the data that is left' program_tells
step 'apt purge leaves nothing' purge
