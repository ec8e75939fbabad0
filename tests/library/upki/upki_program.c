/* A program that was written for upki's library: it prints the codes that it is given.
 *
 *   upki_program CONFIG CERTIFICATE...   codes of upki_config_new ("-": NULL) and of the check of
 * these DER files upki_program --null                  codes of calls without what they need */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "library/upki/upki.h"

#define MAX_CERTIFICATES 16

static upki_certificate_der read_file(const char* path) {
  upki_certificate_der certificate = {NULL, 0};
  uint8_t* data = malloc(1 << 16);
  FILE* file = fopen(path, "rb");
  if (data == NULL || file == NULL) {
    perror(path);
    exit(74);
  }
  certificate.data = data;
  certificate.len = fread(data, 1, 1 << 16, file);
  fclose(file);
  return certificate;
}

static int without_what_they_need(void) {
  upki_certificate_der certificate = {NULL, 0};
  upki_config* config = NULL;
  upki_config_free(NULL);
  printf("new %d, ", upki_config_new(NULL, NULL));
  if (upki_config_new(NULL, &config) != UPKI_OK) return 1;
  printf("no config %d, ", upki_check_revocation(NULL, &certificate, 1));
  printf("no certificates %d, ", upki_check_revocation(config, NULL, 1));
  printf("none of them %d, ", upki_check_revocation(config, &certificate, 0));
  printf("one of nothing %d\n", upki_check_revocation(config, &certificate, 1));
  upki_config_free(config);
  return 0;
}

int main(int argc, char** argv) {
  upki_certificate_der certificates[MAX_CERTIFICATES];
  upki_config* config = NULL;
  uintptr_t count = 0;
  int code;
  if (argc == 2 && strcmp(argv[1], "--null") == 0) return without_what_they_need();
  if (argc < 2 || argc > 2 + MAX_CERTIFICATES) return 64;
  while (count < (uintptr_t)argc - 2) {
    certificates[count] = read_file(argv[2 + count]);
    count++;
  }
  code = upki_config_new(strcmp(argv[1], "-") == 0 ? NULL : argv[1], &config);
  printf("%d", code);
  if (code == UPKI_OK) printf(" %d", upki_check_revocation(config, certificates, count));
  printf("\n");
  upki_config_free(config);
  while (count > 0) free((void*)certificates[--count].data);
  return 0;
}
