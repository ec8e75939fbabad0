/* Certificate revocation from the machine's CRLite snapshot, for programs that ask by themselves.
 *
 * C99. The library needs libc alone, starts no thread, keeps no descriptor, writes nothing to
 * stdout or stderr, never aborts, and has no global state: everything hangs on a crlite_store.
 *
 *   crlite_store *store;
 *   crlite_result *result = crlite_result_new();
 *   if (crlite_open(NULL, 0, &store) != CRLITE_OK) ...
 *   if (crlite_check_chain(store, chain, 2, CRLITE_NOW, result) != CRLITE_OK) ...
 *   if (crlite_result_action(result) == CRLITE_REFUSE) ... close the connection
 *   crlite_result_free(result);
 *   crlite_close(store);
 *
 * Three things are kept apart: an error (crlite_error: the question could not be asked), an outcome
 * (crlite_outcome: what the data says) and an action (crlite_action: what the machine's policy
 * makes of it, exactly as in the OpenSSL module). That there is no data is an outcome, never an
 * error.
 *
 * ABI: symbols are versioned, values of enumerations never change, structures never grow. Link with
 * `pkg-config --libs crlite`. Each function has a page in section 3 of the manual. */
#ifndef CRLITE_CRLITE_H
#define CRLITE_CRLITE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#pragma GCC visibility push(default)
#endif

/* Why a question could not be asked. */
typedef enum crlite_error {
  CRLITE_OK = 0,
  CRLITE_ERR_ARGUMENT = 1, /* a null pointer, an unknown flag, an empty chain or a serial that is
                              longer than CRLITE_MAX_SERIAL_SIZE */
  CRLITE_ERR_PATH = 2,     /* the snapshot's path is not absolute, or too long */
  CRLITE_ERR_MEMORY = 3,
  CRLITE_ERR_LEAF = 4,  /* the first certificate is not the DER of a certificate */
  CRLITE_ERR_ISSUER = 5 /* the second one is not */
} crlite_error;

/* What the data says of a certificate. */
typedef enum crlite_outcome {
  CRLITE_REVOKED = 1,      /* some filter that covers the certificate lists it */
  CRLITE_NOT_REVOKED = 2,  /* filters cover it and know its issuer, and none lists it */
  CRLITE_NOT_ENROLLED = 3, /* filters cover its time, none knows its issuer */
  CRLITE_NOT_COVERED = 4,  /* no filter speaks about it: see crlite_reason */
  CRLITE_NO_DATA = 5       /* there is nothing to ask */
} crlite_outcome;

/* Why an outcome is what it is. */
typedef enum crlite_reason {
  CRLITE_REASON_FILTERS = 0,          /* the filters answered */
  CRLITE_REASON_CHAIN_TOO_SHORT = 1,  /* the leaf alone: a self-signed or directly trusted one */
  CRLITE_REASON_NO_SCT = 3,           /* no parseable embedded SCT: private PKI, mostly */
  CRLITE_REASON_OUTSIDE_VALIDITY = 5, /* expired or not yet valid: filters do not speak of those */
  CRLITE_REASON_NO_SNAPSHOT = 7,      /* CRLITE_NO_DATA: no snapshot, or one without filters */
  CRLITE_REASON_DAMAGED = 8           /* CRLITE_NO_DATA: the snapshot cannot be used */
} crlite_reason;

/* What the machine's policy makes of an outcome. Only CRLITE_REFUSE asks the caller to refuse. */
typedef enum crlite_action {
  CRLITE_ALLOW = 0,
  CRLITE_REPORT = 1,   /* let through; the policy wants it told (crlite_report) */
  CRLITE_EXEMPT = 2,   /* would be refused or told, but the administrator exempted it; to be told */
  CRLITE_WITHHOLD = 3, /* shadow mode: let through, and told what would have been refused */
  CRLITE_REFUSE = 4    /* refuse, and tell */
} crlite_action;

/* What an action other than CRLITE_ALLOW follows from. */
typedef enum crlite_rule {
  CRLITE_RULE_NONE = 0,
  CRLITE_RULE_REVOKED = 1,
  /* The three ways in which data can be missing, as config.yaml names them. */
  CRLITE_RULE_STALE = 2,
  CRLITE_RULE_NEVER_PROVISIONED = 3,
  CRLITE_RULE_DAMAGED = 4
} crlite_rule;

/* The state of the machine's data. */
typedef enum crlite_data_state {
  CRLITE_DATA_FRESH = 0,
  CRLITE_DATA_STALE = 1, /* older than the policy's stale-after; what it knows still counts */
  CRLITE_DATA_NEVER_PROVISIONED = 2,
  CRLITE_DATA_DAMAGED = 3
} crlite_data_state;

#define CRLITE_DEFAULT_SNAPSHOT "/var/lib/crlite/snapshot"
#define CRLITE_HASH_SIZE 32
#define CRLITE_MAX_SERIAL_SIZE 255
#define CRLITE_NOW ((int64_t)-1)

/* A certificate in DER. Borrowed: the library reads it during the call and keeps nothing of it. */
typedef struct crlite_certificate {
  const uint8_t* data;
  size_t size;
} crlite_certificate;

/* A signed certificate timestamp (RFC 6962), as far as a query needs it. */
typedef struct crlite_sct {
  uint8_t log_id[CRLITE_HASH_SIZE]; /* SHA-256 of the log's SubjectPublicKeyInfo */
  uint64_t timestamp_ms;            /* since the epoch */
} crlite_sct;

/* The snapshot at a path, with its successors: when crlite-sync has put a new one in force, the
 * next check answers from it. Reference-counted. All functions that take a store may be called from
 * any number of threads at once, and in a child after fork. */
typedef struct crlite_store crlite_store;

/* An answer with its evidence, all of it copied: it outlives the store. One thread at a time. */
typedef struct crlite_result crlite_result;

/* STORE */

/* For crlite_open: look at the data now and never again, so that later checks make no system call
 * (for programs that lock themselves into a sandbox). */
#define CRLITE_OPEN_NO_RELOAD 1u

/* Opens the snapshot at `snapshot`, an absolute path (NULL: CRLITE_DEFAULT_SNAPSHOT), and sets *out
 * to a store that the caller closes. A snapshot that is absent or cannot be used is no error:
 * checks then give CRLITE_NO_DATA until there is one, which is looked for once a minute. `flags`: 0
 * or CRLITE_OPEN_NO_RELOAD. CRLITE_MODE in the environment is read here (secure_getenv).
 * CRLITE_ERR_ARGUMENT, CRLITE_ERR_PATH or CRLITE_ERR_MEMORY; *out is then NULL. */
crlite_error crlite_open(const char* snapshot, unsigned flags, crlite_store** out);

/* Another reference to the same store, to be closed, too. Returns `store`, which may be NULL. */
crlite_store* crlite_ref(crlite_store* store);

/* Gives a reference up; the last one unmaps the snapshot. NULL is allowed. */
void crlite_close(crlite_store* store);

/* The generation of the snapshot in force, which grows with every publication; 0 when there is
 * none. Who keeps answers or long connections may ask again when it changed. NULL gives 0. */
uint64_t crlite_generation(crlite_store* store);

/* QUESTIONS */

/* Asks about chain[0], whose issuer is chain[1]; `count` certificates, of which no more than two
 * are looked at. The chain must be the one that was verified, not what the peer sent: the library
 * checks no signature, and a peer that chooses the issuer chooses the answer. `at`: the
 * verification time in seconds since the epoch, or CRLITE_NOW. Fills *result whatever the outcome.
 * CRLITE_ERR_ARGUMENT, CRLITE_ERR_LEAF or CRLITE_ERR_ISSUER; *result is then like a new one. */
crlite_error crlite_check_chain(crlite_store* store, const crlite_certificate* chain, size_t count,
                                int64_t at, crlite_result* result);

/* Asks the same with the fields taken from the certificates: SHA-256 of the issuer's
 * SubjectPublicKeyInfo (CRLITE_HASH_SIZE octets), the content octets of the leaf's serialNumber
 * exactly as in the certificate, and its embedded SCTs (those beyond 64 are ignored). No validity
 * is looked at, and exemptions by the leaf's key are not found. CRLITE_ERR_ARGUMENT as above. */
crlite_error crlite_query(crlite_store* store, const uint8_t* issuer_spki_sha256,
                          const uint8_t* serial, size_t serial_size, const crlite_sct* scts,
                          size_t num_scts, crlite_result* result);

/* Leaves the line in the system's journal that the OpenSSL module would leave about this answer, if
 * its action is not CRLITE_ALLOW. Who acts on answers should call it after each. Never blocks; at
 * most 20 lines a minute and store for revoked certificates, and as many for all else. */
void crlite_report(crlite_store* store, const crlite_result* result);

/* ANSWERS */

/* A result for any number of questions, one after the other: CRLITE_NO_DATA, CRLITE_ALLOW and no
 * evidence until then. NULL when there is no memory. */
crlite_result* crlite_result_new(void);
/* NULL is allowed. */
void crlite_result_free(crlite_result* result);

/* The accessors take a result that is not NULL. Texts live until the result is filled again or
 * freed. */
crlite_outcome crlite_result_outcome(const crlite_result* result);
crlite_reason crlite_result_reason(const crlite_result* result);
crlite_action crlite_result_action(const crlite_result* result);
crlite_rule crlite_result_rule(const crlite_result* result);

/* 1 when the policy insists: then nothing of the program's own, neither its configuration nor a
 * callback, should overrule CRLITE_REFUSE. */
int crlite_result_insists(const crlite_result* result);

/* The filter that says revoked, or the first that says not revoked; "" when none says either.
 * Printable ASCII, at most 32 characters. */
const char* crlite_result_filter(const crlite_result* result);
/* The certificate's first SCT that a filter covers: 1, with *out filled in, or 0 when there is
 * none. */
int crlite_result_sct(const crlite_result* result, crlite_sct* out);

/* The data that was asked. What was decided without it (CRLITE_NOT_COVERED for a reason other than
 * CRLITE_REASON_FILTERS) has all of this, too. */
crlite_data_state crlite_result_data_state(const crlite_result* result);
uint64_t crlite_result_generation(const crlite_result* result); /* 0: there is no snapshot */
/* When the data was made (ms since the epoch), by its maker's clock, and its age at the time of the
 * question (ms); both 0 when there is no data. */
uint64_t crlite_result_data_time_ms(const crlite_result* result);
uint64_t crlite_result_data_age_ms(const crlite_result* result);
/* Why the snapshot cannot be used, in one phrase; "" when it can. */
const char* crlite_result_trouble(const crlite_result* result);

/* WORDS */

/* Static strings, also for values that are none of the enumeration ("unknown"). */
const char* crlite_error_text(crlite_error error); /* a phrase: "not the DER of ..." */
const char* crlite_outcome_name(
    crlite_outcome outcome);                          /* "Revoked", as `crlite check` prints it */
const char* crlite_reason_text(crlite_reason reason); /* a phrase: "no parseable embedded SCT" */
const char* crlite_action_name(crlite_action action); /* "allowed", "reported", "exempted",
                                                         "withheld", "refused" */
const char* crlite_rule_name(crlite_rule rule); /* "none", "revoked", "stale", "never-provisioned",
                                                   "damaged" */
const char* crlite_data_state_name(crlite_data_state state); /* "fresh", "stale", ... */

/* The library's version, for example "0.1.0". */
const char* crlite_version(void);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#ifdef __cplusplus
}
#endif

#endif
