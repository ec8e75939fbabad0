#include "conf/openssl_cnf/edit.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace crlite {
namespace {

constexpr std::string_view kBegin =
    "# BEGIN crlite: added by 'crlite enable', taken out by 'crlite disable'";
constexpr std::string_view kNoNewline = " (no newline before)";
constexpr std::string_view kEnd = "# END crlite";

struct Line {
  size_t begin = std::string_view::npos;  // npos: there is none
  size_t next = 0;                        // where the line after it begins
  std::string_view text;                  // without its end
  bool exists() const { return begin != std::string_view::npos; }
};

Line LineAt(std::string_view text, size_t begin) {
  const size_t newline = text.find('\n', begin);
  const size_t next = newline == std::string_view::npos ? text.size() : newline + 1;
  size_t end = newline == std::string_view::npos ? text.size() : newline;
  if (end < next && end > begin && text[end - 1] == '\r') end--;
  return {begin, next, text.substr(begin, end - begin)};
}

// The first line from `from` on, where a line begins, that is `wanted` or `wanted` with `suffix`.
Line FindLine(std::string_view text, size_t from, std::string_view wanted,
              std::string_view suffix = {}) {
  while (from < text.size()) {
    const Line line = LineAt(text, from);
    if (line.text == wanted) return line;
    if (line.text.starts_with(wanted) && line.text.substr(wanted.size()) == suffix) return line;
    from = line.next;
  }
  return {};
}

Line FindBegin(std::string_view text, size_t from = 0) {
  return FindLine(text, from, kBegin, kNoNewline);
}

// What ends the last whole line of the text.
std::string_view LineEndOf(std::string_view text) {
  const size_t newline = text.rfind('\n');
  const bool is_crlf =
      newline != std::string_view::npos && newline > 0 && text[newline - 1] == '\r';
  return is_crlf ? "\r\n" : "\n";
}

bool RemoveEnd(std::string_view* text, std::string_view end) {
  if (!text->ends_with(end)) return false;
  text->remove_suffix(end.size());
  return true;
}

// A path as a value: what libcrypto would take for its own syntax is escaped.
std::string Escaped(std::string_view path) {
  std::string value;
  for (const char c : path) {
    if (std::string_view("\\\"'`#$").find(c) != std::string_view::npos) value += '\\';
    value += c;
  }
  return value;
}

// Whether libcrypto reads the name back from a [name] line. One that it does not names no section.
bool IsSectionName(std::string_view name) {
  const auto is_plain = [](unsigned char c) {
    return isalnum(c) != 0 ||
           std::string_view("_-./+@ ").find(static_cast<char>(c)) != std::string_view::npos;
  };
  return !name.empty() && !name.starts_with(' ') && !name.ends_with(' ') &&
         std::all_of(name.begin(), name.end(), is_plain);
}

// The lines between the markers, section by section.
class Block {
 public:
  void Section(std::string_view name) { lines_.push_back(fmt::format("[{}]", name)); }
  void Set(std::string_view key, std::string_view value) {
    lines_.push_back(fmt::format("{} = {}", key, value));
  }
  const std::vector<std::string>& lines() const { return lines_; }

 private:
  std::vector<std::string> lines_;
};

bool IsShared(const OpensslCnf& cnf, const CnfProvider& provider) {
  return std::count_if(cnf.providers.begin(), cnf.providers.end(), [&](const CnfProvider& other) {
           return other.section == provider.section;
         }) > 1;
}

Block BlockFor(const OpensslCnf& cnf, const CnfAddition& addition) {
  const auto own = [&](std::string_view stem) {
    return fmt::format("crlite_{}{}", stem, cnf.name_suffix);
  };
  const bool has_init = IsSectionName(cnf.init_section);
  const bool has_list = has_init && IsSectionName(cnf.providers_section);
  const std::string init = has_init ? cnf.init_section : own("init");
  const std::string list = has_list ? cnf.providers_section : own("providers");
  const CnfProvider* base = cnf.Find("default");
  // Its own section is used if there is one, unless that would switch on another provider, too.
  const bool has_entry =
      has_list && base != nullptr && IsSectionName(base->section) && !IsShared(cnf, *base);
  const bool adds_default =
      !cnf.IsActive("default") && (addition.needs_default || !cnf.IsActive("fips"));

  Block block;
  if (!has_init || cnf.nodejs_section.empty()) block.Section("default");
  if (!has_init) block.Set("openssl_conf", init);
  if (cnf.nodejs_section.empty()) block.Set("nodejs_conf", init);
  if (!has_list) {
    block.Section(init);
    block.Set("providers", list);
  }
  block.Section(list);
  // Before ours: it is activated first.
  if (adds_default && !has_entry) block.Set("default", own("default"));
  block.Set("crlite", own("module"));
  if (adds_default) {
    block.Section(has_entry ? base->section : own("default"));
    block.Set("activate", "1");
  }
  block.Section(own("module"));
  block.Set("activate", "1");
  if (!addition.module.empty()) block.Set("module", Escaped(addition.module));
  if (!addition.snapshot.empty()) block.Set("snapshot", Escaped(addition.snapshot));
  return block;
}

// Takes out the block that begins at `begin`.
Result<std::string> WithoutBlockAt(std::string_view text, const Line& begin) {
  const Line end = FindLine(text, begin.next, kEnd);
  const Line second = FindBegin(text, begin.next);
  if (!end.exists() || (second.exists() && second.begin < end.begin)) {
    return Error{ErrorCode::kConfiguration,
                 fmt::format("'{}' has no line '{}' after it; put that line where crlite's lines "
                             "end, and try again",
                             begin.text, kEnd)};
  }
  const std::string_view line_end = LineEndOf(text.substr(0, begin.next));
  std::string_view before = text.substr(0, begin.begin);
  const std::string_view after = text.substr(end.next);
  // The empty line above the marker is ours, unless somebody has taken it out.
  std::string_view above = before;
  if (RemoveEnd(&above, line_end) && (above.empty() || above.ends_with('\n'))) before = above;
  if (begin.text.ends_with(kNoNewline) && after.empty()) RemoveEnd(&before, line_end);
  return std::string(before).append(after);
}

}  // namespace

bool HasCrliteBlock(std::string_view text) { return FindBegin(text).exists(); }

Result<std::string> WithoutCrliteBlock(std::string_view text) {
  std::string rest(text);
  for (Line begin = FindBegin(rest); begin.exists(); begin = FindBegin(rest)) {
    Result<std::string> shorter = WithoutBlockAt(rest, begin);
    if (!shorter.ok()) return shorter;
    rest = std::move(*shorter);
  }
  return rest;
}

bool IsPlainPath(std::string_view path) {
  return !path.starts_with(' ') && !path.ends_with(' ') &&
         std::none_of(path.begin(), path.end(),
                      [](unsigned char c) { return c < ' ' || c == 0x7f; });
}

std::string WithCrliteBlock(std::string_view text, const OpensslCnf& cnf,
                            const CnfAddition& addition) {
  const std::string_view line_end = LineEndOf(text);
  const bool lacks_newline = !text.empty() && !text.ends_with('\n');
  std::string result(text);
  if (lacks_newline) result.append(line_end);
  // An empty line: the last one may end in a backslash, which takes the next one into it.
  if (!text.empty()) result.append(line_end);
  result.append(kBegin).append(lacks_newline ? kNoNewline : "").append(line_end);
  const Block block = BlockFor(cnf, addition);
  for (const std::string& line : block.lines()) {
    result.append(line).append(line_end);
  }
  return result.append(kEnd).append(line_end);
}

}  // namespace crlite
