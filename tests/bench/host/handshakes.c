/* Full TLS 1.3 handshakes in a row between two processes: a client, which is measured, and its
 * server.
 *
 * handshakes ROOT CHAIN KEY COUNT: prints the nanoseconds that COUNT handshakes took, and the
 * nanoseconds of CPU time that the client spent on them. */
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { kWarmUp = 50 };

static void die(const char* what) {
  fprintf(stderr, "handshakes: %s\n", what);
  ERR_print_errors_fp(stderr);
  exit(1);
}

static long long now(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

/* One handshake, and one byte from the server: the client knows that the server has finished. */
static void shake(SSL_CTX* ctx, int fd, int is_server) {
  SSL* ssl = SSL_new(ctx);
  char byte = 0;
  if (ssl == NULL || SSL_set_fd(ssl, fd) != 1) die("no connection");
  if (is_server) {
    if (SSL_accept(ssl) != 1 || SSL_write(ssl, &byte, 1) != 1) die("the server failed");
  } else {
    if (SSL_set1_host(ssl, "localhost") != 1 || SSL_connect(ssl) != 1 ||
        SSL_read(ssl, &byte, 1) != 1)
      die("the client failed");
  }
  SSL_free(ssl);
}

static void serve(int fd, const char* chain, const char* key, int count) {
  SSL_CTX* ctx = SSL_CTX_new(TLS_server_method());
  if (SSL_CTX_use_certificate_chain_file(ctx, chain) != 1 ||
      SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM) != 1)
    die("bad certificate or key");
  SSL_CTX_set_num_tickets(ctx, 0); /* no resumption: each handshake verifies */
  for (int i = 0; i < count; ++i) shake(ctx, fd, 1);
  SSL_CTX_free(ctx);
}

static void ask(int fd, const char* root, int count) {
  SSL_CTX* ctx = SSL_CTX_new(TLS_client_method());
  if (SSL_CTX_load_verify_file(ctx, root) != 1) die("bad root");
  SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
  for (int i = 0; i < kWarmUp; ++i) shake(ctx, fd, 0);
  const long long begin = now(CLOCK_MONOTONIC), cpu_begin = now(CLOCK_PROCESS_CPUTIME_ID);
  for (int i = 0; i < count; ++i) shake(ctx, fd, 0);
  printf("%lld %lld\n", now(CLOCK_MONOTONIC) - begin, now(CLOCK_PROCESS_CPUTIME_ID) - cpu_begin);
  SSL_CTX_free(ctx);
}

int main(int argc, char** argv) {
  int fds[2], status = 1;
  if (argc != 5) die("usage: handshakes ROOT CHAIN KEY COUNT");
  const int count = atoi(argv[4]);
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) != 0) die("no sockets");
  const pid_t child = fork();
  if (child == 0) {
    close(fds[0]);
    serve(fds[1], argv[2], argv[3], count + kWarmUp);
    return 0;
  }
  close(fds[1]);
  ask(fds[0], argv[1], count);
  waitpid(child, &status, 0);
  return status == 0 ? 0 : 1;
}
