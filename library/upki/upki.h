/* The binary interface of libupki, for a library of the same names that answers from the machine's
 * snapshot. Not installed: programs are compiled against upki's own header.
 *
 * Source: upki 1.0.0-beta.3, https://github.com/rustls/upki, its header and what its functions do
 * (docs/formats.md, "upki's C interface"). C99. */
#ifndef CRLITE_LIBRARY_UPKI_UPKI_H
#define CRLITE_LIBRARY_UPKI_UPKI_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#pragma GCC visibility push(default)
#endif

/* Below 16: an answer; from 16 on: an error. Those that this library never gives are here for
 * programs that name them. */
typedef enum upki_result {
  UPKI_OK = 0,
  UPKI_REVOCATION_NOT_COVERED = 1,
  UPKI_REVOCATION_REVOKED = 2,
  UPKI_REVOCATION_NOT_REVOKED = 3,

  UPKI_ERR_NULL_POINTER = 16,
  UPKI_ERR_CONFIG_PATH = 17, /* not UTF-8 */
  UPKI_ERR_UNKNOWN = 18,     /* here: no memory */
  UPKI_ERR_PANICKED = 19,    /* never */

  UPKI_ERR_CONFIG_DECODE = 32, /* never: what is in the file is not looked at */
  UPKI_ERR_CONFIG_READ = 33,
  UPKI_ERR_NO_CACHE_DIR = 34, /* never, nor the next two: nothing is searched for */
  UPKI_ERR_NO_CONFIG_DIR = 35,
  UPKI_ERR_NO_HOME_DIR = 36,

  UPKI_ERR_REVOCATION_CREATE_DIR = 64,    /* never */
  UPKI_ERR_REVOCATION_FILE_WRITE = 65,    /* never */
  UPKI_ERR_REVOCATION_FILE_DECODE = 66,   /* the snapshot is damaged */
  UPKI_ERR_REVOCATION_FILE_READ = 67,     /* there is none, or none with filters */
  UPKI_ERR_REVOCATION_HASH_MISMATCH = 68, /* never, nor the next two */
  UPKI_ERR_REVOCATION_HTTP_FETCH = 69,
  UPKI_ERR_REVOCATION_INVALID_BASE64 = 70,
  UPKI_ERR_REVOCATION_INVALID_END_ENTITY_CERT = 71,
  UPKI_ERR_REVOCATION_INVALID_INTERMEDIATE_CERT = 72,
  UPKI_ERR_REVOCATION_INVALID_LENGTH = 73,       /* never */
  UPKI_ERR_REVOCATION_INVALID_SCT_ENCODING = 74, /* never */
  UPKI_ERR_REVOCATION_INVALID_SCT_IN_CERT = 75,
  UPKI_ERR_REVOCATION_INVALID_TIMESTAMP = 76, /* never */
  UPKI_ERR_REVOCATION_MANIFEST_ENCODE = 77,   /* never */
  UPKI_ERR_REVOCATION_NO_ISSUER = 78,
  UPKI_ERR_REVOCATION_OUTDATED = 79,    /* the data is stale, and the policy denies that */
  UPKI_ERR_REVOCATION_REMOVE_FILE = 80, /* never */
  UPKI_ERR_REVOCATION_TOO_FEW_CERTS = 81
} upki_result;

typedef struct upki_config upki_config;

/* DER, borrowed during the call. */
typedef struct upki_certificate_der {
  const uint8_t* data;
  uintptr_t len;
} upki_certificate_der;

/* The machine's snapshot, whatever `path` is. A path must be UTF-8 and name a file that can be
 * read, as with upki; NULL needs none. *out is set on UPKI_OK alone; to be freed.
 * UPKI_ERR_NULL_POINTER, _CONFIG_PATH, _CONFIG_READ or _UNKNOWN. */
upki_result upki_config_new(const char* path, upki_config** out);

/* NULL is allowed. */
void upki_config_free(upki_config* config);

/* Asks about certificates[0]. The others are in any order; each whose subject is its issuer's name
 * is asked about, since a peer may have sent a forged one before the real one, and revoked under
 * one is revoked. No signature is checked: that is the caller's part. Any number of threads may use
 * one config. */
upki_result upki_check_revocation(const upki_config* config,
                                  const upki_certificate_der* certificates,
                                  uintptr_t certificates_len);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#ifdef __cplusplus
}
#endif

#endif
