#!/usr/bin/env bash
# test_client.sh PROGRAM: an unmodified client program refuses the revoked site, and nothing else.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

curl_get() { curl -sS --cacert "$pki/root.pem" "$1"; }

python_get() {
  /usr/bin/python3 -c 'import ssl, sys, urllib.request as request
context = ssl.create_default_context(cafile=sys.argv[1])
print(request.urlopen(sys.argv[2], context=context).read().decode())' "$pki/root.pem" "$1"
}

s_client_get() {
  local address=${1#https://}
  printf 'GET / HTTP/1.0\r\n\r\n' | openssl s_client -quiet -verify_return_error \
    -verify_hostname localhost -CAfile "$pki/root.pem" -connect "${address%/}"
}

wget_get() { wget -nv -O - --ca-certificate="$pki/root.pem" "$1"; }

perl_get() {
  perl -MIO::Socket::SSL -e 'my ($ca, $port) = ($ARGV[0], $ARGV[1] =~ /:(\d+)/);
my $socket = IO::Socket::SSL->new(PeerAddr => "localhost:$port", SSL_ca_file => $ca)
  or die "$SSL_ERROR\n";
print $socket "GET / HTTP/1.0\r\n\r\n"; print while <$socket>;' "$pki/root.pem" "$1"
}

ruby_get() {
  ruby -ropen-uri -e 'print URI.open(ARGV[1], ssl_ca_cert: ARGV[0]).read' "$pki/root.pem" "$1"
}

php_get() {
  # shellcheck disable=SC2016  # PHP's variables
  php -r '$context = stream_context_create(["ssl" => ["cafile" => $argv[1]]]);
$answer = file_get_contents($argv[2], false, $context);
echo $answer;
exit($answer === false ? 1 : 0);' "$pki/root.pem" "$1"
}

node_get() {
  NODE_EXTRA_CA_CERTS=$pki/root.pem node -e 'require("https").get(process.argv[1], answer =>
answer.pipe(process.stdout)).on("error", error => { console.log(error.message); process.exit(1) })' \
    "$1"
}

text='certificate revoked'
case $1 in
  curl) needs curl ;;
  python) needs /usr/bin/python3 ;;
  s_client) needs openssl ;;
  wget)
    needs wget
    ldd "$(type -P wget)" | grep -q libssl || skip 'this wget does not use OpenSSL'
    ;;
  perl)
    perl -MIO::Socket::SSL -e1 2>/dev/null || skip 'IO::Socket::SSL is not installed'
    text='verify failed'
    ;;
  php) needs php; text='verify failed' ;;
  ruby | node) needs "$1" ;;
  *) fail "unknown program '$1'" ;;
esac
world_start
check_client "$text" "$1_get"
