#!/usr/bin/env bash
# examples/cpp/client.cc, with crlite.hpp as C++11.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
needs c++
pkg_flags crlite libcurl openssl
c++ -std=c++11 "${strict[@]}" -o "$work/client" "$root/examples/cpp/client.cc" "${flags[@]}"
world_start
forged_start

client() { "$work/client" "$1" "$pki/root.pem" "$2"; }
check_example client
