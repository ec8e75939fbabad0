#!/bin/bash
# The ways to a server: through a proxy, and by IPv6.
source "$(dirname "$0")/signed.sh"
has_ipv6() { grep -q '^0\{31\}1 ' /proc/net/if_inet6 2>/dev/null; }
more_sites() {
  has_ipv6 || return 0
  cat <<END
  server { listen [::1]:$1 ssl; access_log $wire wire; root $tree; $(rs_info_location)
    ssl_certificate $pki/ipv6.test.pem; ssl_certificate_key $pki/ipv6.test.key; }
END
}
pki_create "$pki"
PKI_SAN=IP:::1 PKI_SCTS='' pki_sign "$pki" plain ipv6.test /CN=ipv6.test -set_serial 0x4006 \
  -CA "$pki/intermediate.pem" -CAkey "$pki/intermediate.key"
cat "$pki/intermediate.pem" >>"$pki/ipv6.test.pem"
rs_start
unset no_proxy NO_PROXY all_proxy ALL_PROXY HTTPS_PROXY

echo '- a proxy, which alone knows the name of the server'
mkfifo "$work/port"
/usr/bin/python3 "$(dirname "$0")/proxy.py" "$work/proxy.log" >"$work/port" &
pids+=("$!")
read -r proxy <"$work/port"
named=https://server.test:${server##*:}
rs_offer good --base-url "$named"
! getent hosts server.test || fail 'this machine knows it as well'
https_proxy=http://127.0.0.1:$proxy run_sync 0 --source "remote-settings+$named/v1" \
  --root-sha256 "$pin"
expect_answer NotRevoked
expect_text "CONNECT ${named#https://} HTTP/1.1" "$(<"$work/proxy.log")"

echo '- a proxy that is away'
rs_offer revoked --base-url "$named"
https_proxy=http://127.0.0.1:1 expect_refused_sync NotRevoked 'connect to' \
  --source "remote-settings+$named/v1" --root-sha256 "$pin"

echo '- IPv6'
if ! has_ipv6; then
  echo '  skipped: no ::1'
  exit
fi
server6="https://[::1]:$((nginx_port + 5))"
rs_offer revoked --base-url "$server6"
wire_clear
run_sync 0 --source "remote-settings+$server6/v1" --root-sha256 "$pin"
expect_answer Revoked
[[ $(wire_count '') == 5 ]] || fail "asked: $(<"$wire")"
