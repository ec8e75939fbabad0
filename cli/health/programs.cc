#include "cli/health/programs.h"

#include <fmt/format.h>
#include <glob.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>

#include "cascade/base/text.h"
#include "cli/health/program_table.h"
#include "cli/health/root_only.h"
#include "cli/process.h"

namespace crlite {
namespace {

using Reach = Program::Reach;

// What `ldd -v` says: of each file the libraries that it itself names (those with versioned
// symbols), and of the program all that come along.
struct Dependencies {
  std::map<std::string, std::vector<std::string>> direct;  // by path
  std::vector<std::string> all;
};

std::string FirstMatch(const char* const* patterns, const char* const* end) {
  for (; patterns != end && *patterns != nullptr; ++patterns) {
    glob_t found{};
    std::string path;
    if (glob(*patterns, 0, nullptr, &found) == 0) path = found.gl_pathv[0];
    globfree(&found);
    if (!path.empty()) return path;
  }
  return "";
}

// Whether root alone decides what `path` is.
bool IsRootsAlone(const std::string& path) {
  struct stat status;
  return stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) && OnlyRootWrites(status);
}

// "libssl.so.3 (OPENSSL_3.0.0) => /lib/libssl.so.3", "libssl.so.3 => /lib/libssl.so.3 (0x7f...)":
// the path; empty: another kind of line.
std::string PathBehindArrow(const std::string& line) {
  const size_t arrow = line.find(" => /");
  if (arrow == std::string::npos) return "";
  const std::string path = line.substr(arrow + 4);
  return path.substr(0, path.find(" (0x"));
}

Dependencies ParseLdd(const std::string& output) {
  Dependencies result;
  std::istringstream lines(output);
  std::string line, subject;
  while (std::getline(lines, line)) {
    if (line.starts_with("\t/") && line.ends_with(":")) {
      subject = line.substr(1, line.size() - 2);
      continue;
    }
    const std::string path = PathBehindArrow(line);
    if (path.empty()) continue;
    (subject.empty() ? result.all : result.direct[subject]).push_back(path);
  }
  return result;
}

Dependencies AskLdd(const std::string& file) {
  ProcessOptions options;
  options.environment = {{"LC_ALL", "C"}};
  options.unset = {"LD_PRELOAD", "LD_LIBRARY_PATH", "LD_DEBUG"};
  options.timeout_s = 10;
  const Result<ProcessResult> ran = RunProcess({"ldd", "-v", file}, options);
  return ran.ok() ? ParseLdd(ran->output) : Dependencies();
}

std::string FileName(const std::string& path) {
  return std::filesystem::path(path).filename().string();
}

bool IsTlsLibrary(const std::string& path) {
  static constexpr const char* kNames[] = {"libssl.so",  "libgnutls.so",        "libssl3.so",
                                           "libnss3.so", "libmbedtls.so",       "libwolfssl.so",
                                           "libtls.so",  "libgnutls-openssl.so"};
  const std::string name = FileName(path);
  return std::any_of(std::begin(kNames), std::end(kNames),
                     [&](const char* known) { return name.starts_with(known); });
}

// The TLS library that is nearest to `start`: libraries for other purposes (Kerberos, LDAP) bring
// theirs along, which the program does not use for its own connections.
std::string NearestTls(const Dependencies& dependencies, std::vector<std::string> level) {
  std::set<std::string> seen;
  while (!level.empty()) {
    std::vector<std::string> next;
    for (const std::string& file : level) {
      if (!seen.insert(file).second) continue;
      const auto direct = dependencies.direct.find(file);
      if (direct == dependencies.direct.end()) continue;
      next.insert(next.end(), direct->second.begin(), direct->second.end());
    }
    const auto found = std::find_if(next.begin(), next.end(), IsTlsLibrary);
    if (found != next.end()) return *found;
    level = std::move(next);
  }
  return "";
}

std::string TlsLibraryOf(const std::string& file, const char* carrier) {
  const Dependencies dependencies = AskLdd(file);
  std::vector<std::string> start = {file};
  if (carrier != nullptr) {
    for (const std::string& library : dependencies.all) {
      if (FileName(library).starts_with(carrier)) start.push_back(library);
    }
  }
  const std::string nearest = NearestTls(dependencies, start);
  if (!nearest.empty()) return nearest;
  // A library without versioned symbols does not show in the first list.
  const auto any = std::find_if(dependencies.all.begin(), dependencies.all.end(), IsTlsLibrary);
  return any == dependencies.all.end() ? "" : *any;
}

bool IsInDirectoryOf(const std::string& path, const std::string& other) {
  std::error_code error;
  const std::filesystem::path a = std::filesystem::path(path).parent_path();
  const std::filesystem::path b = std::filesystem::path(other).parent_path();
  return a == b || std::filesystem::equivalent(a, b, error);
}

void Judge(const KnownProgram& known, const std::string& libcrypto, Program* program) {
  const std::string name = FileName(program->tls_library);
  const char* const instead = known.instead == nullptr ? "" : known.instead;
  program->reach = Reach::kNotReached;
  program->note = instead;
  if (name.empty()) {
    program->reach = Reach::kUnknown;
    program->note = std::string("brings its own TLS, or none") +
                    (*instead == 0 ? "" : std::string("; ") + instead);
  } else if (name == "libssl.so.3" || name == "libssl.so.4") {
    if (!libcrypto.empty() && !IsInDirectoryOf(program->tls_library, libcrypto)) {
      program->reach = Reach::kUnknown;
      program->note = "another copy of OpenSSL, which may read another openssl.cnf";
      return;
    }
    program->reach = Reach::kReached;
    program->note = known.also == nullptr ? "" : known.also;
  } else if (name.starts_with("libssl.so")) {
    program->note = "an OpenSSL without providers";
  }
}

const char* ReachText(Reach reach) {
  switch (reach) {
    case Reach::kReached:
      return "reached";
    case Reach::kNotReached:
      return "not reached";
    case Reach::kUnknown:
      return "unknown";
  }
  return "unknown";
}

}  // namespace

std::vector<Program> FindPrograms(const std::string& libcrypto) {
  std::vector<Program> programs;
  for (const KnownProgram& known : KnownPrograms()) {
    Program program;
    program.name = known.name;
    program.file = FirstMatch(std::begin(known.files), std::end(known.files));
    if (program.file.empty()) continue;
    if (IsRootsAlone(program.file)) {
      program.tls_library = TlsLibraryOf(program.file, known.carrier);
      Judge(known, libcrypto, &program);
    } else {
      program.note = program.file + ": others than root may change it, so it was not looked at";
    }
    programs.push_back(std::move(program));
  }
  return programs;
}

void PrintPrograms(const std::vector<Program>& programs) {
  for (const Program& program : programs) {
    const std::string library = program.tls_library.empty() ? "-" : FileName(program.tls_library);
    std::string line = fmt::format("{:<12} {:<15} {:<16} {}", ReachText(program.reach),
                                   program.name, library, program.note);
    line.erase(line.find_last_not_of(' ') + 1);
    fmt::print("{}\n", WithoutControls(line));
  }
}

nlohmann::ordered_json ProgramsToJson(const std::vector<Program>& programs) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Program& program : programs) {
    list.push_back({{"name", program.name},
                    {"file", WithoutControls(program.file)},
                    {"library", WithoutControls(program.tls_library)},
                    {"module", ReachText(program.reach)},
                    {"note", WithoutControls(program.note)}});
  }
  return list;
}

}  // namespace crlite
