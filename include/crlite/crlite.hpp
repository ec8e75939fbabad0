// crlite/crlite.h for C++: what was opened closes itself, errors are exceptions.
//
// C++11, header only: the ABI is the C library's. Outcomes are never exceptions, missing data among
// them; the enumerations and their names are C's.
//
//   crlite::store store;
//   crlite::result result = store.check({leaf_der, issuer_der});  // of the verified chain
//   store.report(result);
//   if (result.action() == CRLITE_REFUSE) ... close the connection
#ifndef CRLITE_CRLITE_HPP
#define CRLITE_CRLITE_HPP

#include <crlite/crlite.h>

#include <array>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>
#if defined(__has_include)
#if __has_include(<version>)
#include <version>
#endif
#endif
#ifdef __cpp_lib_span
#include <span>
#endif

namespace crlite {

// The question could not be asked.
class error : public std::runtime_error {
 public:
  explicit error(crlite_error code)
      : std::runtime_error(std::string("crlite: ") + crlite_error_text(code)), code_(code) {}
  crlite_error code() const noexcept { return code_; }

 private:
  crlite_error code_;
};

// Octets of the caller's: a certificate in DER, a serial. They must outlive the call.
struct octets : crlite_certificate {
  octets(const uint8_t* octets_data, size_t octets_size) noexcept
      : crlite_certificate{octets_data, octets_size} {}
  octets(const std::vector<uint8_t>& vector) noexcept : octets(vector.data(), vector.size()) {}
#ifdef __cpp_lib_span
  octets(std::span<const uint8_t> span) noexcept : octets(span.data(), span.size()) {}
#endif
};

using hash = std::array<uint8_t, CRLITE_HASH_SIZE>;

// An answer with its evidence. Movable; what was moved from may only be assigned to or destroyed.
class result {
 public:
  crlite_outcome outcome() const noexcept { return crlite_result_outcome(get()); }
  crlite_reason reason() const noexcept { return crlite_result_reason(get()); }
  crlite_action action() const noexcept { return crlite_result_action(get()); }
  crlite_rule rule() const noexcept { return crlite_result_rule(get()); }
  bool insists() const noexcept { return crlite_result_insists(get()) != 0; }
  std::string filter() const { return crlite_result_filter(get()); }
  // Whether a filter covers the certificate's time; *out is the first SCT that says so.
  bool sct(crlite_sct* out) const noexcept { return crlite_result_sct(get(), out) != 0; }
  crlite_data_state data_state() const noexcept { return crlite_result_data_state(get()); }
  uint64_t generation() const noexcept { return crlite_result_generation(get()); }
  uint64_t data_time_ms() const noexcept { return crlite_result_data_time_ms(get()); }
  uint64_t data_age_ms() const noexcept { return crlite_result_data_age_ms(get()); }
  std::string trouble() const { return crlite_result_trouble(get()); }

  const crlite_result* get() const noexcept { return handle_.get(); }

 private:
  friend class store;
  result() : handle_(crlite_result_new(), crlite_result_free) {
    if (!handle_) throw error(CRLITE_ERR_MEMORY);
  }
  std::unique_ptr<crlite_result, void (*)(crlite_result*)> handle_;
};

// The machine's data. Movable like a result; all else may be called from any number of threads.
class store {
 public:
  // `snapshot`: an absolute path, or null for the system's; `flags`: 0 or CRLITE_OPEN_NO_RELOAD.
  explicit store(const char* snapshot = nullptr, unsigned flags = 0)
      : handle_(nullptr, crlite_close) {
    crlite_store* opened = nullptr;
    throw_unless_ok(crlite_open(snapshot, flags, &opened));
    handle_.reset(opened);
  }

  // Asks about chain[0], issued by chain[1], as crlite_check_chain does: give it the chain that was
  // verified, not the one that the peer sent.
  result check(const std::vector<octets>& chain, int64_t at = CRLITE_NOW) const {
    const std::vector<crlite_certificate> certificates(chain.begin(), chain.end());
    result answer;
    throw_unless_ok(crlite_check_chain(get(), certificates.data(), certificates.size(), at,
                                       answer.handle_.get()));
    return answer;
  }

  // Asks by the certificate's fields, as crlite_query does.
  result query(const hash& issuer_spki_sha256, octets serial,
               const std::vector<crlite_sct>& scts) const {
    result answer;
    throw_unless_ok(crlite_query(get(), issuer_spki_sha256.data(), serial.data, serial.size,
                                 scts.data(), scts.size(), answer.handle_.get()));
    return answer;
  }

  // Tells the system's journal, unless the action is CRLITE_ALLOW.
  void report(const result& answer) const noexcept { crlite_report(get(), answer.get()); }

  uint64_t generation() const noexcept { return crlite_generation(get()); }

  // Stays this object's; crlite_ref makes a reference to keep.
  crlite_store* get() const noexcept { return handle_.get(); }

 private:
  static void throw_unless_ok(crlite_error code) {
    if (code != CRLITE_OK) throw error(code);
  }
  std::unique_ptr<crlite_store, void (*)(crlite_store*)> handle_;
};

}  // namespace crlite

#endif
