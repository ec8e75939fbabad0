# shellcheck shell=bash
# nginx on free loopback ports, without a trace outside its directory. Sourced.

# nginx_start DIR HTTP: runs nginx in DIR. HTTP names a function that prints the content of the http
# block, given the first of ten ports to use; it is asked again if one of them was taken. Sets
# nginx_port to that first port and nginx_pid to the process to end.
nginx_start() {
  local dir=$1 http=$2
  mkdir -p "$dir"
  for _ in {1..10}; do
    nginx_port=$((20000 + RANDOM % 1200 * 10)) # below the range of outgoing connections
    rm -f "$dir/nginx.pid"
    nginx_config "$dir" "$("$http" "$nginx_port")" >"$dir/nginx.conf"
    nginx -p "$dir" -e "$dir/error.log" -c "$dir/nginx.conf" 2>"$dir/stderr" &
    nginx_pid=$!
    # nginx writes its pid only when it has all its ports.
    while kill -0 "$nginx_pid" 2>/dev/null; do
      [[ ! -s $dir/nginx.pid ]] || return 0
      sleep 0.02
    done
    grep -q 'Address already in use' "$dir/error.log" || break
  done
  cat "$dir/stderr" >&2
  return 1
}

# nginx_config DIR HTTP
nginx_config() {
  cat <<EOF
daemon off;
worker_processes 1;
pid $1/nginx.pid;
error_log $1/error.log;
events { worker_connections 64; }
http {
  access_log off;
  client_body_temp_path $1/tmp;
  proxy_temp_path $1/tmp;
  fastcgi_temp_path $1/tmp;
  uwsgi_temp_path $1/tmp;
  scgi_temp_path $1/tmp;
$2
}
EOF
}

# nginx_tls_site PORT PKI NAME CONTENT: a server block for the certificate that pki.sh issued to NAME.
nginx_tls_site() {
  cat <<EOF
  server {
    listen 127.0.0.1:$1 ssl;
    server_name $3;
    ssl_certificate $2/$3.pem;
    ssl_certificate_key $2/$3.key;
    location / { $4 }
  }
EOF
}
