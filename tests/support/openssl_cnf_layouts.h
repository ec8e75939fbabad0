// Layouts of openssl.cnf, short: what distributions ship and administrators write.
#pragma once

#include <string>
#include <vector>

namespace crlite {

struct CnfLayout {
  const char* name;
  std::string text;
};

inline std::vector<CnfLayout> CnfLayouts() {
  const std::string debian_12 =
      "HOME = .\nopenssl_conf = openssl_init\nconfig_diagnostics = 1\noid_section = new_oids\n"
      "[ new_oids ]\n[openssl_init]\n# providers = provider_sect\n# [provider_sect]\n"
      "# default = default_sect\n# [default_sect]\n# activate = 1\n\n[ ca ]\n"
      "default_ca = CA_default\n[req]\ndefault_bits = 2048\n";
  const std::string debian_13 =
      "openssl_conf = openssl_init\n[openssl_init]\nproviders = provider_sect\n[provider_sect]\n"
      "default = default_sect\n# fips = fips_sect\n[default_sect]\n# activate = 1\n\n[ ca ]\n"
      "default_ca = CA_default\n";
  const std::string fedora =
      "openssl_conf = openssl_init\n[openssl_init]\nproviders = provider_sect\n"
      "ssl_conf = ssl_module\nalg_section = evp_properties\n[evp_properties]\n"
      "[provider_sect]\ndefault = default_sect\n##legacy = legacy_sect\n[default_sect]\n"
      "activate = 1\n##[legacy_sect]\n##activate = 1\n[ssl_module]\nsystem_default = "
      "crypto_policy\n"
      "[crypto_policy]\n.include = /etc/crypto-policies/back-ends/opensslcnf.config\n"
      "[ ca ]\ndefault_ca = CA_default\n.include /etc/pki/tls/openssl.d\n";
  const std::string head =
      "nodejs_conf = init\nopenssl_conf = init\n[init]\nproviders = list\n[list]\n";
  const std::string crlf =
      "openssl_conf = i\r\n[i]\r\nproviders = p\r\n[p]\r\ndefault = d\r\n"
      "[d]\r\nactivate = 1\r\n";
  return {
      {"empty", ""},
      {"one empty line", "\n"},
      {"comment without newline", "# nothing"},
      {"no openssl_conf", "[req]\ndefault_bits = 2048\n"},
      {"openssl_conf without section", "openssl_conf = init\n"},
      {"providers without section", "openssl_conf = init\n[init]\nproviders = list\n"},
      {"openssl_conf with no section's name", "openssl_conf = a]b\n"},
      {"Debian 12", debian_12},
      {"Debian 13", debian_13},
      {"Fedora", fedora},
      {"pkcs11 beside default",
       head + "default = base\npkcs11 = token\n[base]\nactivate = 1\n[token]\nactivate = 1\n"
              "module = /usr/lib/pkcs11.so\n"},
      {"oqs alone", head + "oqsprovider = oqs\n[oqs]\nactivate = 1\n"},
      {"fips alone", head + "fips = f\nbase = b\n[f]\nactivate = 1\n[b]\nactivate = 1\n"},
      {"fips beside default",
       head + "default = d\nfips = f\n[f]\nactivate = 1\n[d]\nactivate = 1\n"},
      {"default inactive, in a shared section", head + "default = d\nlegacy = d\n[d]\nx = y\n"},
      {"default named, no section", head + "default = d\n"},
      {"names of our sections taken",
       "openssl_conf = crlite_init\n[crlite_init]\nproviders = crlite_providers\n"
       "[crlite_providers]\nlegacy = crlite_module\n[crlite_module]\nactivate = 1\n"},
      {"CRLF", crlf},
      {"CRLF without newline", crlf + "module = x"},
      {"no newline", debian_13.substr(0, debian_13.size() - 1)},
      {"ends in a carriage return", debian_13 + "[x]\ny = z\r"},
      {"ends in a backslash", debian_13 + "[x]\ny = z\\\n"},
      {"ends in a backslash, no newline", debian_13 + "[x]\ny = z\\"},
      {"comment that ends in a backslash", debian_13 + "# x\\\n"},
      {"ends in an empty section", debian_13 + "[ provider_sect ]\n\n\n"},
      {"prefixes", "openssl_conf = i\n[i]\nproviders.1 = p\n[p]\n1.default = d\n[d]\nactivate=1\n"},
      {"stray end marker", debian_12 + "# END crlite\n"},
  };
}

}  // namespace crlite
