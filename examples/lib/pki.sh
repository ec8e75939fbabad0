# shellcheck shell=bash
# A certificate hierarchy like the public one: a root, an intermediate, and server certificates that
# carry embedded SCTs (RFC 6962, section 3.3). Sourced.

# The two CT logs of this little world. A real log's id is the SHA-256 of its public key.
pki_logs=("$(printf 'log one' | sha256sum | cut -d' ' -f1)"
          "$(printf 'log two' | sha256sum | cut -d' ' -f1)")

# pki_create DIR: DIR/root.pem and DIR/intermediate.pem with their keys.
pki_create() {
  mkdir -p "$1"
  cat >"$1/pki.cnf" <<'EOF'
[req]
distinguished_name = empty
[empty]
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[plain]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth, clientAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = $ENV::PKI_SAN
[logged]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth, clientAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = $ENV::PKI_SAN
1.3.6.1.4.1.11129.2.4.2 = $ENV::PKI_SCTS
EOF
  : >"$1/serials"
  PKI_SAN='' PKI_SCTS='' pki_sign "$1" ca root '/CN=Example Root CA'
  PKI_SAN='' PKI_SCTS='' pki_sign "$1" ca intermediate '/CN=Example Intermediate CA' \
    -CA "$1/root.pem" -CAkey "$1/root.key"
}

# pki_issue DIR NAME SERIAL: DIR/NAME.pem, the chain for a server called NAME or localhost, whose
# certificate has SERIAL (hex) and an SCT of each log; and DIR/NAME.key. The serial is noted in
# DIR/serials, as the logs would show it.
pki_issue() {
  PKI_SCTS=DER:$(pki_sct_extension) pki_issue_as logged "$@"
  echo "$3" >>"$1/serials"
}

# pki_issue_unlogged DIR NAME SERIAL: the same without SCTs, as a private CA issues them.
pki_issue_unlogged() {
  PKI_SCTS='' pki_issue_as plain "$@"
}

# pki_issue_as SECTION DIR NAME SERIAL
pki_issue_as() {
  PKI_SAN=DNS:$3,DNS:localhost pki_sign "$2" "$1" "$3" "/CN=$3" -set_serial "0x$4" \
    -CA "$2/intermediate.pem" -CAkey "$2/intermediate.key"
  cat "$2/intermediate.pem" >>"$2/$3.pem"
}

# pki_sign DIR SECTION NAME SUBJECT [OPTION...]: a new key and a certificate for it.
pki_sign() {
  PKI_SAN=$PKI_SAN PKI_SCTS=$PKI_SCTS OPENSSL_CONF='' openssl req -x509 -config "$1/pki.cnf" \
    -extensions "$2" -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days 30 \
    -keyout "$1/$3.key" -out "$1/$3.pem" -subj "$4" "${@:5}" 2>"$1/openssl.log" ||
    { cat "$1/openssl.log" >&2; return 1; }
}

# The value of the SCT extension in hex: a DER OCTET STRING around the list, one SCT of each log with
# a time stamp of an hour ago. The signature is eight bytes of nothing: no TLS client that looks up
# revocations checks it, for the CA's signature covers the extension.
pki_sct_extension() {
  local log list=''
  for log in "${pki_logs[@]}"; do
    # item length, version 1, log, milliseconds, no extensions, ECDSA with SHA-256, signature
    list+=$(printf '003700%s%016x000004030008%016x' "$log" $((($(date +%s) - 3600) * 1000)) 0)
  done
  printf '04%02x%04x%s' $((${#list} / 2 + 2)) $((${#list} / 2)) "$list"
}

# pki_spki_hash DIR: how filters name the intermediate, in base64 (URL alphabet).
pki_spki_hash() {
  openssl x509 -in "$1/intermediate.pem" -noout -pubkey | openssl pkey -pubin -outform DER |
    openssl dgst -sha256 -binary | base64 -w0 | tr +/ -_
}
