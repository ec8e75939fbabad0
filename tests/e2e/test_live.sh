#!/usr/bin/env bash
# A process that lives takes up a new snapshot without being told; one in a chroot keeps the
# generation that it started with.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
needs /usr/bin/python3
world_start
live_client=$root/tests/e2e/live_client.py

coproc free { with_module exec /usr/bin/python3 "$live_client" "$pki/root.pem"; }
# shellcheck disable=SC2154  # set by coproc
pids+=("$free_PID")
from=${free[0]} to=${free[1]}
ask "$from" "$to" "$good" accepted 'good'
ask "$from" "$to" "$revoked" 'refused: certificate revoked' 'revoked'

jailed_from='' jailed_to=''
if ((EUID == 0)); then
  mkdir "$work/jail"
  mkfifo "$work/questions" "$work/answers"
  with_module /usr/bin/python3 "$live_client" "$pki/root.pem" "$work/jail" \
    <"$work/questions" >"$work/answers" &
  pids+=("$!")
  exec {jailed_to}>"$work/questions" {jailed_from}<"$work/answers"
  ask "$jailed_from" "$jailed_to" "$good" accepted 'good, in a chroot'
  ask "$jailed_from" "$jailed_to" "$revoked" 'refused: certificate revoked' 'revoked, in a chroot'
fi

feed_build "$pki" "$work" "$good_serial"
world_sync
ask "$from" "$to" "$good" 'refused: certificate revoked' 'good, since revoked'
ask "$from" "$to" "$revoked" accepted 'revoked, since taken back'
if [[ -n $jailed_to ]]; then
  ask "$jailed_from" "$jailed_to" "$good" accepted 'good, since revoked, in a chroot'
  ask "$jailed_from" "$jailed_to" "$revoked" 'refused: certificate revoked' 'revoked, in a chroot'
fi

rm "$snapshot"
ask "$from" "$to" "$good" 'refused: certificate revoked' 'snapshot removed under a living process'
