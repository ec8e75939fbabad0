#!/bin/bash
# libupki.so.1 and libupki_openssl.so.1 on a machine of their own (test_upki.py).
source "$(dirname "${BASH_SOURCE[0]}")/../../support/own_mounts.sh"
mount -t tmpfs tmpfs /var/lib # the snapshot of this machine is not asked
mkdir /var/lib/crlite
export PYTHONDONTWRITEBYTECODE=1
exec /usr/bin/python3 "$(dirname "${BASH_SOURCE[0]}")/test_upki.py"
