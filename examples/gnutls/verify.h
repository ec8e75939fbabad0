/* A verify function for GnuTLS (3.7 or later) that refuses revoked certificates. Include it in one
 * source file; see client.c for its use. */
#include <crlite/crlite.h>
#include <gnutls/x509.h>
#include <stdio.h>

struct connection { /* what gnutls_session_get_ptr gives */
  const char* host; /* never NULL, which would verify no name */
  crlite_store* store;
  int refused; /* by crlite; set by verify */
};

/* Of the chain that this thread is verifying: on_link gets no pointer of ours. */
static _Thread_local gnutls_datum_t leaf, issuer;

/* GnuTLS shows each link that it verifies. The leaf's tells who issued it, which the peer's list
 * (gnutls_certificate_get_peers) does not: its second certificate may be forged, and a peer that
 * chooses the issuer chooses the answer. For gnutls_session_set_verify_output_function. */
static int on_link(gnutls_x509_crt_t subject, gnutls_x509_crt_t by, gnutls_x509_crl_t crl,
                   unsigned trouble) {
  if (by == NULL || crl != NULL || !gnutls_x509_crt_equals2(subject, &leaf)) return 0;
  gnutls_free(issuer.data); /* of an attempt that did not reach a root */
  issuer.size = 0;
  return trouble == 0 ? gnutls_x509_crt_export2(by, GNUTLS_X509_FMT_DER, &issuer) : 0;
}

static int ask(struct connection* connection) {
  const crlite_certificate chain[] = {{leaf.data, leaf.size}, {issuer.data, issuer.size}};
  crlite_result* result = crlite_result_new();
  connection->refused = 1; /* if it cannot be asked */
  if (crlite_check_chain(connection->store, chain, 2, CRLITE_NOW, result) == CRLITE_OK) {
    connection->refused = crlite_result_action(result) == CRLITE_REFUSE;
    crlite_report(connection->store, result);
    printf("crlite: %s (%s), %s\n", crlite_outcome_name(crlite_result_outcome(result)),
           crlite_reason_text(crlite_result_reason(result)),
           crlite_action_name(crlite_result_action(result)));
  }
  crlite_result_free(result);
  return connection->refused ? GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR : 0;
}

/* For gnutls_certificate_set_verify_function. */
static int verify(gnutls_session_t session) {
  struct connection* connection = gnutls_session_get_ptr(session);
  unsigned trouble = 0, count = 0;
  const gnutls_datum_t* sent = gnutls_certificate_get_peers(session, &count);
  if (count == 0) return GNUTLS_E_NO_CERTIFICATE_FOUND;
  leaf = sent[0];
  int error = gnutls_certificate_verify_peers3(session, connection->host, &trouble);
  if (error == 0 && trouble != 0) error = GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR;
  if (error == 0) error = ask(connection);
  gnutls_free(issuer.data);
  leaf = issuer = (gnutls_datum_t){NULL, 0};
  return error;
}
