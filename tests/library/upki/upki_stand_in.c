/* In the place of upki's own library, with which programs were linked: it knows nothing. */
#include "library/upki/upki.h"

upki_result upki_config_new(const char* path, upki_config** out) {
  (void)path;
  (void)out;
  return UPKI_ERR_PANICKED;
}

void upki_config_free(upki_config* config) { (void)config; }

upki_result upki_check_revocation(const upki_config* config,
                                  const upki_certificate_der* certificates,
                                  uintptr_t certificates_len) {
  (void)config;
  (void)certificates;
  (void)certificates_len;
  return UPKI_ERR_PANICKED;
}
