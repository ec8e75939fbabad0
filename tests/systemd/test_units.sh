#!/usr/bin/env bash
# The units as they are installed: systemd has nothing to say against them, they stand where it looks,
# and each may do what it has to and little else.
source "$(dirname "${BASH_SOURCE[0]}")/../e2e/lib.sh"
needs systemd-analyze
needs cmake

destination=$work/root
for part in conf sync; do
  DESTDIR=$destination cmake -P "$build/$part/cmake_install.cmake" >/dev/null
done
prefix=$destination$(sed -n 's/^CMAKE_INSTALL_PREFIX:[A-Z]*=//p' "$build/CMakeCache.txt")
units=$prefix/lib/systemd/system

echo '- each is installed'
for name in crlite-{fetch,publish,mirror}.service crlite-{sync,mirror,network}.timer \
  crlite-network.path; do
  [[ -f $units/$name ]] || fail "$units/$name is missing"
done
[[ $(find "$units" -type f | wc -l) == 7 ]] || fail "more than that: $(find "$units" -type f)"
[[ ! -e $destination/etc ]] || fail 'something was installed in /etc'

echo '- each program that they start is installed'
grep -h '^ExecStart=' "$units"/*.service >"$work/programs"
[[ $(wc -l <"$work/programs") == 3 ]] || fail "programs: $(<"$work/programs")"
while IFS='= ' read -r _ program _; do
  [[ -x $destination$program ]] || fail "$program is not there"
done <"$work/programs"

echo '- systemd-analyze verify is silent'
# It looks for the programs in this machine's tree.
sed -i "s,^ExecStart=,&$destination," "$units"/*.service
SYSTEMD_UNIT_PATH=$units: systemd-analyze verify --man=no "$units"/* >"$work/verify" 2>&1 ||
  fail "$(<"$work/verify")"
[[ ! -s $work/verify ]] || fail "$(<"$work/verify")"

echo '- nor has it against the drop-in of docs/operations.md'
mkdir "$units/crlite-publish.service.d"
# shellcheck disable=SC2016  # no command substitution
sed -n '/^```ini$/,/^```$/{/^```/!p}' "$root/docs/operations.md" >"$units/crlite-publish.service.d/upki.conf"
grep -q '^ExecStartPost=/usr/bin/crlite-sync export' "$units/crlite-publish.service.d/upki.conf" ||
  fail 'docs/operations.md has no such drop-in'
sed -i "s,^ExecStartPost=/usr,ExecStartPost=$prefix," "$units/crlite-publish.service.d/upki.conf"
SYSTEMD_UNIT_PATH=$units: systemd-analyze verify --man=no "$units/crlite-publish.service" >"$work/verify" 2>&1 ||
  fail "$(<"$work/verify")"
[[ ! -s $work/verify ]] || fail "$(<"$work/verify")"

echo '- it would tell what is wrong'
sed 's/^ProtectSystem=strict/ProtectSytem=strict/' "$units/crlite-fetch.service" \
  >"$work/crlite-wrong.service"
systemd-analyze verify --man=no "$work/crlite-wrong.service" >"$work/verify" 2>&1 || true
grep -q ProtectSytem "$work/verify" || fail 'a misspelt setting was not noticed'

echo '- exposure, in tenths'
for service in fetch publish mirror; do
  exposure=$(systemd-analyze security --offline=true --no-pager "$units/crlite-$service.service" |
    sed -n 's/.*Overall exposure level.*: \([0-9]*\)\.\([0-9]\).*/\1\2/p')
  echo "crlite-$service: $exposure"
  ((10#${exposure:-99} <= 20)) || fail "crlite-$service.service is more exposed than 2.0"
done

# setting SERVICE NAME: its values, one a line.
setting() { sed -n "s/^$2=//p" "$units/crlite-$1.service"; }

echo '- each may write its own place alone, and has no capability; publish has no network'
[[ $(setting fetch ReadWritePaths) == /var/lib/crlite/incoming ]] || fail 'fetch writes elsewhere'
[[ $(setting fetch User) == crlite ]] || fail 'fetch is not of crlite'
[[ -z $(setting publish User) ]] || fail 'publish is not of root'
[[ $(setting publish PrivateNetwork) == yes ]] || fail 'publish has the network'
[[ $(setting mirror User) == crlite-mirror ]] || fail 'mirror is not of crlite-mirror'
for service in fetch publish mirror; do
  grep -qx 'CapabilityBoundingSet=' "$units/crlite-$service.service" ||
    fail "crlite-$service has capabilities"
  [[ $(setting "$service" ProtectSystem) == strict ]] || fail "crlite-$service writes elsewhere"
done

echo '- users and directories'
mkdir -p "$destination/etc"
systemd-sysusers --root="$destination" "$prefix/lib/sysusers.d/crlite.conf" >"$work/sysusers" 2>&1 ||
  fail "$(<"$work/sysusers")"
grep -q '^crlite:' "$destination/etc/passwd" || fail 'no user crlite'
grep -q '^crlite-mirror:' "$destination/etc/passwd" || fail 'no user crlite-mirror'
((EUID == 0)) || skip 'needs root for the directories'
systemd-tmpfiles --root="$destination" --create "$prefix/lib/tmpfiles.d/crlite.conf" ||
  fail 'systemd-tmpfiles'
fetcher=$(sed -n 's/^crlite:[^:]*:\([0-9]*\):.*/\1/p' "$destination/etc/passwd")
[[ $(stat -c '%a %u' "$destination/var/lib/crlite") == '755 0' ]] || fail 'the state directory'
[[ $(stat -c '%a %u' "$destination/var/lib/crlite/incoming") == "755 $fetcher" ]] || fail incoming/
