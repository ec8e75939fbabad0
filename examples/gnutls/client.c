/* A GnuTLS client that asks while it shakes hands, with the verify function of verify.h:
 *   cc client.c $(pkg-config --cflags --libs crlite gnutls) -o client
 *   ./client localhost 443 /etc/ssl/certs/ca-certificates.crt [SNAPSHOT]
 * Exit status: 0 served, 1 not connected, 2 refused, 64 wrong arguments. */
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "verify.h"

static int dial(const char* host, const char* port) {
  struct addrinfo *found = NULL, hints = {.ai_socktype = SOCK_STREAM};
  int fd = -1;
  if (getaddrinfo(host, port, &hints, &found) != 0) return -1;
  for (struct addrinfo* at = found; at != NULL && fd < 0; at = at->ai_next) {
    fd = socket(at->ai_family, at->ai_socktype, at->ai_protocol);
    if (connect(fd, at->ai_addr, at->ai_addrlen) != 0) {
      close(fd);
      fd = -1;
    }
  }
  freeaddrinfo(found);
  return fd;
}

static void get(gnutls_session_t session) {
  char text[4096] = "GET / HTTP/1.0\r\n\r\n";
  gnutls_record_send(session, text, strlen(text));
  for (ssize_t n; (n = gnutls_record_recv(session, text, sizeof text)) > 0;)
    fwrite(text, 1, (size_t)n, stdout);
}

int main(int argc, char** argv) {
  struct connection connection = {argc > 3 ? argv[1] : "", NULL, 0};
  if (argc < 4 || crlite_open(argv[4], 0, &connection.store) != CRLITE_OK) return 64;
  gnutls_certificate_credentials_t trust;
  gnutls_session_t session;
  gnutls_certificate_allocate_credentials(&trust);
  gnutls_certificate_set_x509_trust_file(trust, argv[3], GNUTLS_X509_FMT_PEM);
  gnutls_certificate_set_verify_function(trust, verify);
  gnutls_init(&session, GNUTLS_CLIENT);
  gnutls_set_default_priority(session);
  gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, trust);
  gnutls_server_name_set(session, GNUTLS_NAME_DNS, argv[1], strlen(argv[1]));
  gnutls_session_set_ptr(session, &connection);
  gnutls_session_set_verify_output_function(session, on_link);
  const int fd = dial(argv[1], argv[2]);
  gnutls_transport_set_int(session, fd);
  int error = gnutls_handshake(session);
  while (error != 0 && !gnutls_error_is_fatal(error)) error = gnutls_handshake(session);
  if (error == 0) get(session);
  if (error != 0) fprintf(stderr, "client: %s\n", gnutls_strerror(error));
  close(fd);
  gnutls_deinit(session);
  gnutls_certificate_free_credentials(trust);
  crlite_close(connection.store);
  return error == 0 ? 0 : connection.refused ? 2 : 1;
}
