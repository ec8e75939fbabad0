# shellcheck shell=bash
# An openssl.cnf that loads the module. Sourced.

# openssl_cnf MODULE SNAPSHOT [LINE...]: prints it; the lines go into the module's section.
openssl_cnf() {
  cat <<EOF
nodejs_conf = openssl_init
openssl_conf = openssl_init
[openssl_init]
providers = provider_sect
[provider_sect]
default = default_sect
crlite = crlite_sect
[default_sect]
activate = 1
[crlite_sect]
activate = 1
module = $1
snapshot = $2
EOF
  (($# < 3)) || printf '%s\n' "${@:3}"
}
