// What every fuzz target asserts with: a broken property ends the process, so that libFuzzer and
// the replay both notice.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>

// CRLITE_PROPERTY(condition, text): `text`, a std::string, says what came out.
#define CRLITE_PROPERTY(condition, text)                                                  \
  do {                                                                                    \
    if (!(condition)) {                                                                   \
      fprintf(stderr, "%s:%d: property broken: %s: %s\n", __FILE__, __LINE__, #condition, \
              std::string(text).c_str());                                                 \
      abort();                                                                            \
    }                                                                                     \
  } while (false)
