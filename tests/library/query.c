/* Answers like `crlite query --snapshot FILE`, with nothing but the library and its header.
 *
 *   library_query FILE < queries
 *
 * A line: ISSUER_SPKI_SHA256_HEX <TAB> SERIAL_HEX <TAB> LOGID_HEX:MS[,LOGID_HEX:MS...], the last
 * field empty or "-" for none. One outcome a line; "Error" for a line that cannot be asked. */
#include <crlite/crlite.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_SCTS 256

static int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The number of octets that `text` stands for, or -1 when it is not their hexadecimal form. */
static long unhex(const char* text, size_t size, uint8_t* out, size_t room) {
  if (size % 2 != 0 || size / 2 > room) return -1;
  for (size_t i = 0; i < size; i += 2) {
    const int high = digit(text[i]), low = digit(text[i + 1]);
    if (high < 0 || low < 0) return -1;
    out[i / 2] = (uint8_t)(high * 16 + low);
  }
  return (long)(size / 2);
}

/* The number of SCTs of the comma-separated list, or -1 when it is none. */
static long parse_scts(char* text, crlite_sct* out) {
  long count = 0;
  if (strcmp(text, "") == 0 || strcmp(text, "-") == 0) return 0;
  for (char* item = strtok(text, ","); item != NULL; item = strtok(NULL, ",")) {
    char* const colon = strchr(item, ':');
    char* end = NULL;
    if (count == MAX_SCTS || colon == NULL) return -1;
    if (unhex(item, (size_t)(colon - item), out[count].log_id, CRLITE_HASH_SIZE) !=
        CRLITE_HASH_SIZE) {
      return -1;
    }
    out[count++].timestamp_ms = strtoumax(colon + 1, &end, 10);
    if (end == colon + 1 || *end != 0) return -1;
  }
  return count;
}

/* The outcome of a line without its end. */
static const char* answer(crlite_store* store, char* line, crlite_result* result) {
  static crlite_sct scts[MAX_SCTS];
  uint8_t issuer[CRLITE_HASH_SIZE], serial[1024];
  char* const first = strchr(line, '\t');
  char* const second = first == NULL ? NULL : strchr(first + 1, '\t');
  if (second == NULL) return "Error";
  *second = 0;
  const long issuer_size = unhex(line, (size_t)(first - line), issuer, sizeof issuer);
  const long serial_size = unhex(first + 1, strlen(first + 1), serial, sizeof serial);
  const long num_scts = parse_scts(second + 1, scts);
  if (issuer_size != CRLITE_HASH_SIZE || serial_size < 0 || num_scts < 0) return "Error";
  if (crlite_query(store, issuer, serial, (size_t)serial_size, scts, (size_t)num_scts, result) !=
      CRLITE_OK) {
    return "Error";
  }
  return crlite_outcome_name(crlite_result_outcome(result));
}

int main(int argc, char** argv) {
  static char line[65536];
  crlite_store* store = NULL;
  crlite_result* const result = crlite_result_new();
  const crlite_error error = crlite_open(argc == 2 ? argv[1] : "", 0, &store);
  if (error != CRLITE_OK || result == NULL) {
    fprintf(stderr, "library_query: %s\n", crlite_error_text(error));
    return 1;
  }
  while (fgets(line, sizeof line, stdin) != NULL) {
    line[strcspn(line, "\r\n")] = 0;
    puts(answer(store, line, result));
  }
  crlite_result_free(result);
  crlite_close(store);
  return 0;
}
