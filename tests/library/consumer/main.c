/* main SNAPSHOT LEAF.der ISSUER.der: prints what the snapshot says of the leaf. */
#include <crlite/crlite.h>
#include <stdio.h>

static uint8_t octets[2][4096];

static crlite_certificate read_certificate(const char* path, uint8_t* buffer) {
  crlite_certificate certificate = {buffer, 0};
  FILE* file = fopen(path, "rb");
  if (file != NULL) {
    certificate.size = fread(buffer, 1, sizeof(octets[0]), file);
    fclose(file);
  }
  return certificate;
}

int main(int argc, char** argv) {
  if (argc != 4) return 64;
  crlite_certificate chain[2];
  chain[0] = read_certificate(argv[2], octets[0]);
  chain[1] = read_certificate(argv[3], octets[1]);
  crlite_store* store;
  crlite_error error = crlite_open(argv[1], 0, &store);
  crlite_result* result = crlite_result_new();
  if (error == CRLITE_OK) error = crlite_check_chain(store, chain, 2, CRLITE_NOW, result);
  if (error == CRLITE_OK) {
    puts(crlite_outcome_name(crlite_result_outcome(result)));
  } else {
    fprintf(stderr, "main: %s\n", crlite_error_text(error));
  }
  crlite_result_free(result);
  crlite_close(store);
  return error == CRLITE_OK ? 0 : 1;
}
