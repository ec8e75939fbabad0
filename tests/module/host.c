/* A host for the module: verifies one chain many times and shows what its process looks like.
 *
 * host ROOT CHAIN COUNT [wait]: between the lines "begin" and "end" on standard output does nothing
 * but COUNT verifications; then prints their result, and facts about the host. With "wait", says
 * "waiting" before them, reads a line, and does one more between "first" and "begin". */
#include <dirent.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void die(const char* what) {
  fprintf(stderr, "host: %s\n", what);
  exit(1);
}

static X509* read_certificate(BIO* bio) {
  X509* certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL);
  ERR_clear_error();
  return certificate;
}

/* What libcrypto allocates, for itself or because the module makes it. */
static unsigned long allocations;

static void* count_malloc(size_t size, const char* file, int line) {
  (void)file, (void)line;
  ++allocations;
  return malloc(size);
}

static void* count_realloc(void* old, size_t size, const char* file, int line) {
  (void)file, (void)line;
  ++allocations;
  return realloc(old, size);
}

static void plain_free(void* old, const char* file, int line) {
  (void)file, (void)line;
  free(old);
}

static unsigned long verification_allocations; /* in the last one */

static int verify(X509_STORE* store, X509* leaf, STACK_OF(X509) * untrusted) {
  X509_STORE_CTX* ctx = X509_STORE_CTX_new();
  if (ctx == NULL || X509_STORE_CTX_init(ctx, store, leaf, untrusted) != 1) die("no context");
  const unsigned long before = allocations;
  int ok = X509_verify_cert(ctx);
  verification_allocations = allocations - before;
  int result = ok == 1 ? X509_V_OK : X509_STORE_CTX_get_error(ctx);
  X509_STORE_CTX_free(ctx);
  return result;
}

static void say(const char* text) {
  if (write(STDOUT_FILENO, text, strlen(text)) < 0) die("cannot write");
}

static void wait_for_line(void) {
  char c = 0;
  say("waiting\n");
  while (c != '\n') {
    if (read(STDIN_FILENO, &c, 1) != 1) die("nothing to wait for");
  }
}

static int count_entries(const char* path) {
  DIR* directory = opendir(path);
  int count = 0;
  while (directory != NULL && readdir(directory) != NULL) ++count;
  closedir(directory);
  return count;
}

/* Prints the lines of /proc/self/status that begin with one of the names. */
static void print_status(void) {
  const char* names[] = {"Threads:", "SigBlk:", "SigIgn:", "SigCgt:", "Umask:", "NoNewPrivs:"};
  char line[512];
  FILE* status = fopen("/proc/self/status", "r");
  while (status != NULL && fgets(line, sizeof line, status) != NULL) {
    for (size_t i = 0; i < sizeof names / sizeof *names; ++i) {
      if (strncmp(line, names[i], strlen(names[i])) == 0) fputs(line, stdout);
    }
  }
  fclose(status);
}

static void print_maps(const char* wanted) {
  char line[4096];
  FILE* maps = fopen("/proc/self/maps", "r");
  int found = 0;
  while (maps != NULL && fgets(line, sizeof line, maps) != NULL)
    found |= strstr(line, wanted) != NULL;
  fclose(maps);
  printf("maps %s: %s\n", wanted, found ? "yes" : "no");
}

int main(int argc, char** argv) {
  if (argc != 4 && argc != 5) die("usage: host ROOT CHAIN COUNT [wait]");
  if (CRYPTO_set_mem_functions(count_malloc, count_realloc, plain_free) != 1) die("too late");
  BIO* root_file = BIO_new_file(argv[1], "r");
  BIO* chain_file = BIO_new_file(argv[2], "r");
  if (root_file == NULL || chain_file == NULL) die("cannot open the certificates");
  X509* root = read_certificate(root_file);
  X509* leaf = read_certificate(chain_file);
  STACK_OF(X509)* untrusted = sk_X509_new_null();
  for (X509* next; (next = read_certificate(chain_file)) != NULL;) sk_X509_push(untrusted, next);
  X509_STORE* store = X509_STORE_new();
  if (root == NULL || leaf == NULL || X509_STORE_add_cert(store, root) != 1)
    die("bad certificates");
  BIO_free(root_file);
  BIO_free(chain_file);

  int first = verify(store, leaf, untrusted); /* warms what libcrypto caches */
  if (argc == 5) {
    wait_for_line();
    say("first\n");
    first = verify(store, leaf, untrusted);
  }
  say("begin\n");
  for (int i = atoi(argv[3]); i > 0; --i) {
    if (verify(store, leaf, untrusted) != first) die("results differ");
  }
  say("end\n");
  printf("result: %d %s\n", first, X509_verify_cert_error_string(first));
  printf("error queue: %lu\n", ERR_peek_error());
  printf("allocations in a verification: %lu\n", verification_allocations);
  printf("descriptors: %d\n", count_entries("/proc/self/fd"));
  print_status();
  print_maps("/snapshot");
  print_maps("libstdc++");

  sk_X509_pop_free(untrusted, X509_free);
  X509_STORE_free(store);
  X509_free(root);
  X509_free(leaf);
  return 7; /* a module that meddles with the exit would change it */
}
