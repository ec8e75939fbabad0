# shellcheck shell=bash disable=SC2154  # pki_logs comes from pki.sh
# From known and revoked serials to a filter that crlite-sync can fetch. Sourced, after pki.sh;
# $crlite is the crlite tool.

# feed_build PKI DIR [SERIAL...]: writes the filter in which the given serials are revoked, and
# manifest.json, into DIR/mirror. Known are the certificates that PKI issued and 500 others of the
# same CA, of which each tenth is revoked: a filter for two certificates would prove little.
feed_build() {
  local pki=$1 dir=$2 issuer filter
  issuer=$(pki_spki_hash "$pki")
  filter=$(date -u +%Y%m%d)-0-default.filter
  mkdir -p "$dir/known" "$dir/revoked" "$dir/mirror"
  [[ -s $dir/others ]] || openssl rand -hex 8000 | fold -w 32 | sed 's/^./4/' >"$dir/others"
  {
    printf '@%x\n' $(($(date +%s) + 30 * 86400)) # when the following ones expire
    cat "$pki/serials" "$dir/others"
  } >"$dir/known/$issuer"
  # Each line: the CRL's reason code (00, unspecified), then the serial.
  { printf '%s\n' "${@:3}"; awk 'NR % 10 == 0' "$dir/others"; } |
    sed '/./!d; s/^/00/' >"$dir/revoked/$issuer"
  feed_ct_logs >"$dir/ct-logs.json"
  "${crlite:?}" build --known "$dir/known" --revoked "$dir/revoked" --ct-logs "$dir/ct-logs.json" \
    -o "$dir/mirror/$filter"
  printf '{"generated_at":%d,"comment":"example","files":[{"filename":"%s","size":%d,"hash":"%s"}]}' \
    "$(date +%s)" "$filter" "$(stat -c %s "$dir/mirror/$filter")" \
    "$(sha256sum <"$dir/mirror/$filter" | cut -d' ' -f1)" >"$dir/mirror/manifest.json"
}

# What the filter covers: both logs from 90 days ago until now. A log may take a day to show what it
# has signed (MMD), so certificates count as known up to a day before MaxTimestamp.
feed_ct_logs() {
  local log separator='' now
  now=$(date +%s)
  printf '['
  for log in "${pki_logs[@]}"; do
    printf '%s{"LogID":"%s","MinEntry":0,"MaxEntry":500,"MinTimestamp":%d,"MaxTimestamp":%d,"MMD":86400}' \
      "$separator" "$(feed_bytes "$log" | base64 -w0)" \
      $(((now - 90 * 86400) * 1000)) $(((now + 86400) * 1000))
    separator=,
  done
  printf ']\n'
}

# feed_bytes HEX: prints the bytes.
feed_bytes() {
  local hex=$1
  while [[ -n $hex ]]; do
    printf '%b' "\\x${hex:0:2}"
    hex=${hex:2}
  done
}
