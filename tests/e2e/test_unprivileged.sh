#!/usr/bin/env bash
# Another user than the one who synchronised reads the snapshot; what anyone else may have written is
# not believed.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
((EUID == 0)) || skip 'needs root'
needs setpriv
world_start

get() {
  setpriv --reuid=nobody --regid=nogroup --clear-groups curl -sS --cacert "$pki/root.pem" "$1"
}
expect_accepted 'nobody: good' with_module get "$good"
expect_refused 'nobody: revoked' 'certificate revoked' with_module get "$revoked"

chmod g+w "$snapshot"
expect_accepted 'snapshot that a group may write' with_module get "$revoked"
chmod g-w "$snapshot"
chown daemon "$snapshot"
expect_accepted 'snapshot of another user' with_module get "$revoked"
chown root "$snapshot"
mv "$snapshot" "$snapshot.real"
ln -s snapshot.real "$snapshot"
expect_accepted 'snapshot that is a symbolic link' with_module get "$revoked"
mv "$snapshot.real" "$snapshot"
expect_refused 'nobody: revoked, all put right again' 'certificate revoked' with_module get "$revoked"
