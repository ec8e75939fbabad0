# shellcheck shell=bash
# Makes the script that sources this run in a mount namespace of its own, with an empty /run, an
# empty /var/log/journal and a /dev without log: neither this machine's journal nor its syslog sees
# the test. Sourced first, with the script's arguments.
if [[ -z ${CRLITE_OWN_MOUNTS:-} ]]; then
  unshare --mount mount -t tmpfs tmpfs /run 2>/dev/null ||
    { echo 'skipped: may not mount in a namespace of its own'; exit 77; }
  CRLITE_OWN_MOUNTS=1 exec unshare --mount --propagation private "$0" "$@"
fi
unset CRLITE_OWN_MOUNTS

own_mounts() {
  local device
  mount -t tmpfs tmpfs /run
  mkdir -p /run/dev /run/systemd/journal
  [[ ! -d /var/log/journal ]] || mount -t tmpfs tmpfs /var/log/journal
  mount -t tmpfs tmpfs /run/dev
  for device in null zero full random urandom tty; do
    touch "/run/dev/$device"
    mount --bind "/dev/$device" "/run/dev/$device"
  done
  ln -s /proc/self/fd /run/dev/fd # bash: <(...)
  mount --move /run/dev /dev
}
own_mounts
