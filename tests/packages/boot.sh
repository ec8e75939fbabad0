#!/usr/bin/env bash
# The package where systemd runs. `boot.sh prepare`, in a root that is not booted: installs it and, as a
# service of the next boot, the rest of this script, which writes /boot-report and switches off.
set -euo pipefail

timer_link=/etc/systemd/system/timers.target.wants/crlite-sync.timer

prepare() {
  root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
  source "$root/examples/lib/build.sh"
  source "$root/examples/lib/pki.sh"
  source "$root/examples/lib/feed.sh"
  install_packages systemd systemd-sysv ca-certificates openssl
  cp /mnt/share/crlite.deb /crlite.deb
  apt-get install -y --no-install-recommends /crlite.deb
  [[ -L $timer_link ]]
  systemd-analyze verify --man=no /usr/lib/systemd/system/crlite-*

  pki_create /srv/pki
  pki_issue /srv/pki good.test 4000000000000000000000000000600d
  crlite=crlite feed_build /srv/pki /srv/feed
  cat >>/etc/crlite/config.yaml <<'CONFIG'
sources:
  - type: directory
    path: /srv/feed/mirror
    require-signature: false
CONFIG
  # Five minutes after boot, but now.
  mkdir -p /etc/systemd/system/crlite-sync.timer.d
  printf '[Timer]\nOnBootSec=\nOnBootSec=1s\nRandomizedDelaySec=0\nAccuracySec=1s\n' \
    >/etc/systemd/system/crlite-sync.timer.d/soon.conf

  cp "${BASH_SOURCE[0]}" /boot.sh
  cat >/etc/systemd/system/boot-check.service <<'UNIT'
[Service]
Type=oneshot
ExecStart=/bin/bash /boot.sh check
ExecStopPost=/bin/systemctl --no-block poweroff
[Install]
WantedBy=multi-user.target
UNIT
  systemctl enable boot-check.service
}

# show UNIT PROPERTY
show() { systemctl show --property "$2" --value "$1"; }

# seen WHAT CONDITION...: one line of the report.
seen() {
  if "${@:2}"; then echo "seen: $1"; return; fi
  echo "NOT SEEN: $1: ${*:2}"
  systemctl --no-pager status 'crlite-*' || true
  journalctl --no-pager --lines 20 --unit 'crlite-*' || true
  exit 1
}

is() { [[ $(show "$1" "$2") == "$3" ]]; }
is_linked() { [[ -L $timer_link ]]; }
is_not() { ! "$@"; }

has_run() {
  for _ in {1..60}; do
    [[ $(show "$1" ExecMainExitTimestampMonotonic) == 0 || $(show "$1" ActiveState) != inactive ]] ||
      return 0
    [[ $(show "$1" ActiveState) != failed ]] || return 1
    sleep 1
  done
  return 1
}

check() {
  seen 'the timer runs' is crlite-sync.timer ActiveState active
  seen "the mirror's does not" is crlite-mirror.timer ActiveState inactive
  seen 'crlite-publish.service has run' has_run crlite-publish.service
  seen 'it succeeded' is crlite-publish.service Result success
  seen 'crlite-fetch.service has run before' has_run crlite-fetch.service
  seen 'it succeeded' is crlite-fetch.service Result success
  seen 'there is a snapshot' test -s /var/lib/crlite/snapshot
  seen 'what was fetched is of crlite' test -O /var/lib/crlite -a \
    "$(stat -c %U /var/lib/crlite/incoming/last-fetch.json)" = crlite
  seen 'crlite enable' crlite enable

  dpkg --install /crlite.deb
  seen 'the timer runs after an upgrade' is crlite-sync.timer ActiveState active
  systemctl disable --now crlite-sync.timer
  dpkg --install /crlite.deb
  seen 'one that was disabled is not enabled by an upgrade' is_not is_linked
  systemctl enable --now crlite-sync.timer
  dpkg --remove crlite
  seen 'removed, the timer does not run' is crlite-sync.timer ActiveState inactive
  dpkg --install /crlite.deb
  seen 'installed again, it runs' is crlite-sync.timer ActiveState active
  dpkg --purge crlite
  seen 'purged, it is gone' is crlite-sync.timer LoadState not-found
  seen 'nor is there a link to it' is_not is_linked
  echo 'all is well'
}

case $1 in
  prepare) prepare ;;
  check) check >/boot-report 2>&1 ;;
esac
