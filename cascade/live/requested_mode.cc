#include "cascade/live/requested_mode.h"

namespace crlite {

bool ReadMode(const char* subject, const char* text, Journal* journal, RequestedMode* out) {
  if (text == nullptr) return false;
  if (ParseMode(text, &out->mode)) {
    out->is_set = true;
    return true;
  }
  journal->SendTrouble(subject, "neither enforce nor shadow nor off, ignored");
  return false;
}

}  // namespace crlite
