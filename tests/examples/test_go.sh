#!/usr/bin/env bash
# examples/go.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
needs go
needs cc
pkg_flags crlite
cp -r "$root/examples/go" "$work/go"
(cd "$work/go" && GOCACHE=$build/tests/go-cache GOPROXY=off go build -o "$work/client") ||
  fail 'examples/go was not built'
world_start
forged_start

client() { "$work/client" "$1" "$pki/root.pem" "$2"; }
check_guard 'crlite: certificate refused: revoked' client
expect_refused 'snapshot by a relative path' 'not absolute' client "$good" state/snapshot
