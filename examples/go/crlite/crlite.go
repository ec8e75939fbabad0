// Package crlite refuses TLS connections to servers whose certificates are revoked, on Linux.
package crlite

// #cgo pkg-config: crlite
// #include <crlite/crlite.h>
// #include <stdlib.h>
// /* NULL, or why the certificate is to be refused. */
// static const char *refusal(crlite_store *store, const uint8_t *leaf, size_t leaf_size,
//                            const uint8_t *issuer, size_t issuer_size) {
//   crlite_certificate chain[] = {{leaf, leaf_size}, {issuer, issuer_size}};
//   crlite_result *result = crlite_result_new();
//   crlite_error error = crlite_check_chain(store, chain, 2, CRLITE_NOW, result);
//   const char *why = error == CRLITE_OK ? NULL : crlite_error_text(error);
//   if (error == CRLITE_OK) crlite_report(store, result);
//   if (error == CRLITE_OK && crlite_result_action(result) == CRLITE_REFUSE)
//     why = crlite_rule_name(crlite_result_rule(result));
//   crlite_result_free(result);
//   return why;
// }
import "C"

import (
	"crypto/tls"
	"errors"
	"unsafe"
)

// Store is the machine's revocation data, for any number of goroutines.
type Store struct{ store *C.crlite_store }

// Open opens the snapshot at an absolute path, for as long as the process lives.
func Open(snapshot string) (*Store, error) {
	path := C.CString(snapshot)
	defer C.free(unsafe.Pointer(path))
	s := new(Store)
	if code := C.crlite_open(path, 0, &s.store); code != C.CRLITE_OK {
		return nil, errors.New("crlite: " + C.GoString(C.crlite_error_text(code)))
	}
	return s, nil
}

// VerifyConnection is for the field of this name in tls.Config. It asks about every chain that was
// verified: what the server sent (PeerCertificates) may have a forged certificate in second place.
func (s *Store) VerifyConnection(state tls.ConnectionState) error {
	if len(state.VerifiedChains) == 0 {
		return errors.New("crlite: no chain was verified (InsecureSkipVerify?)")
	}
	for _, chain := range state.VerifiedChains {
		if len(chain) < 2 { // trusted by itself: no CA could revoke it
			continue
		}
		leaf, issuer := chain[0].Raw, chain[1].Raw
		if why := C.refusal(s.store, (*C.uint8_t)(&leaf[0]), C.size_t(len(leaf)),
			(*C.uint8_t)(&issuer[0]), C.size_t(len(issuer))); why != nil {
			return errors.New("crlite: certificate refused: " + C.GoString(why))
		}
	}
	return nil
}
