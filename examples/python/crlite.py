"""Asks the machine's CRLite snapshot through libcrlite. Python 3.10 or later.
    answer = crlite.Store().check(crlite.verified_chain(tls_socket))
    if answer.action == "refused": ..."""
import _ssl
import types
import weakref
from ctypes import CDLL, Structure, byref, c_char_p, c_int64, c_size_t, c_uint64, c_void_p

_lib = CDLL("libcrlite.so.1")
_Handle = type("_Handle", (c_void_p,), {})  # stays a pointer; c_void_p becomes a number
_lib.crlite_result_new.restype = _Handle
_lib.crlite_result_generation.restype = _lib.crlite_result_data_age_ms.restype = c_uint64
for _name in "error_text outcome_name reason_text action_name data_state_name".split():
    getattr(_lib, "crlite_" + _name).restype = _lib.crlite_result_filter.restype = c_char_p


class _Certificate(Structure):
    _fields_ = [("data", c_char_p), ("size", c_size_t)]


def _raise(error):
    if error:
        raise ValueError("crlite: " + _lib.crlite_error_text(error).decode())


def verified_chain(tls):
    """What was verified, in DER; in what the peer sent, the issuer may be forged."""
    if hasattr(tls, "get_verified_chain"):  # Python 3.13
        return tls.get_verified_chain()
    return [one.public_bytes(_ssl.ENCODING_DER) for one in tls._sslobj.get_verified_chain() or []]


class Store:
    """The snapshot at an absolute path, or the system's. Any number of threads may use it."""

    def __init__(self, snapshot=None):
        self._handle = _Handle()
        _raise(_lib.crlite_open(snapshot and snapshot.encode(), 0, byref(self._handle)))
        weakref.finalize(self, _lib.crlite_close, self._handle).atexit = False  # threads may ask

    def check(self, chain, report=True):
        """Is chain[0] revoked, which chain[1] issued? `report`: tell the journal about it."""
        result = _lib.crlite_result_new()
        array = (_Certificate * len(chain))(*((der, len(der)) for der in chain))
        try:
            size, now = c_size_t(len(chain)), c_int64(-1)
            _raise(_lib.crlite_check_chain(self._handle, array, size, now, result))
            if report:
                _lib.crlite_report(self._handle, result)
            return types.SimpleNamespace(
                outcome=_lib.crlite_outcome_name(_lib.crlite_result_outcome(result)).decode(),
                reason=_lib.crlite_reason_text(_lib.crlite_result_reason(result)).decode(),
                action=_lib.crlite_action_name(_lib.crlite_result_action(result)).decode(),
                data=_lib.crlite_data_state_name(_lib.crlite_result_data_state(result)).decode(),
                filter=_lib.crlite_result_filter(result).decode(),
                generation=_lib.crlite_result_generation(result),
                age_seconds=_lib.crlite_result_data_age_ms(result) // 1000)
        finally:
            _lib.crlite_result_free(result)
