# Compiler settings that every target of the project shares.

add_compile_options(-Wall -Wextra -Wconversion -Wshadow)
if(CRLITE_DEVELOPER)
  add_compile_options(-Werror)
endif()

if(CRLITE_SANITIZE)
  add_compile_options(-fsanitize=${CRLITE_SANITIZE} -fno-omit-frame-pointer
                      -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${CRLITE_SANITIZE})
elseif(CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
  # Debian's hardening, so that a build from this tree equals a packaged one.
  add_compile_options(-fstack-protector-strong -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
  add_link_options(-Wl,-z,relro,-z,now)
endif()

if(CRLITE_FUZZ)
  # Coverage counters for libFuzzer; its main function is for the targets alone (tests/fuzz).
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

if(CRLITE_COVERAGE)
  add_compile_options(--coverage)
  add_link_options(--coverage)
endif()

# The freestanding half: no C++ runtime may be needed by what is compiled with these. Distributions
# that harden what they build turn assertions on that live in libstdc++.
set(CRLITE_FREESTANDING_OPTIONS -fno-exceptions -fno-rtti -fno-threadsafe-statics
    -fvisibility=hidden -fvisibility-inlines-hidden -U_GLIBCXX_ASSERTIONS)
