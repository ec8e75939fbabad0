/* idle FILE: initialises libssl, and then prints /proc/self/FILE. */
#include <openssl/ssl.h>
#include <stdio.h>

int main(int argc, char** argv) {
  static char text[1 << 18]; /* untouched until the kernel has written it */
  char path[64];
  if (argc != 2 || OPENSSL_init_ssl(0, NULL) != 1) return 1;
  snprintf(path, sizeof path, "/proc/self/%s", argv[1]);
  FILE* file = fopen(path, "r");
  if (file == NULL) return 1;
  const size_t size = fread(text, 1, sizeof text, file);
  return fwrite(text, 1, size, stdout) == size && size > 0 ? 0 : 1;
}
