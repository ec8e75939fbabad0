// Makes the manual pages and shell completions of the tools from the descriptions of their command
// lines. Runs while the project is built.
//
//   generate TEMPLATES OUTPUT DATE PAGE...
//
// A page is TEMPLATES/PAGE.in, in which
//   @VERSION@, @DATE@     stand anywhere,
//   @SYNOPSIS@, @COMMANDS@, @OPTIONS@, @EXIT STATUS@, @EXAMPLES@
//                         stand on lines of their own and become those of the tool that the page is
//                         about (its name up to the first period), or of one of its commands:
//                         "@OPTIONS exempt add@",
//   @SECTIONS@            becomes a section for each command: the prose of
//   TEMPLATES/TOOL/COMMAND.in,
//                         then options, exit status and examples.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>

#include "cli/commands.h"
#include "man/command.h"
#include "man/completion.h"
#include "man/roff.h"
#include "sync/crlite_sync_app.h"
#include "sync/mirror/crlite_mirror_app.h"

namespace crlite {
namespace {

namespace fs = std::filesystem;

using Tools = std::map<std::string, Command>;  // by name

Tools ReadTools() {
  Tools tools;
  int exit_code = 0;
  CLI::App crlite("", "crlite");
  AddCommands(crlite, &exit_code);
  SyncArguments sync_arguments;
  CLI::App sync("", "crlite-sync");
  DescribeSync(&sync, &sync_arguments);
  MirrorArguments mirror_arguments;
  CLI::App mirror("", "crlite-mirror");
  DescribeMirror(&mirror, &mirror_arguments);
  for (const CLI::App* app : {&crlite, &sync, &mirror}) tools[app->get_name()] = ReadCommand(*app);
  return tools;
}

void Replace(const std::string& what, const std::string& with, std::string* text) {
  for (size_t at = text->find(what); at != std::string::npos; at = text->find(what, at)) {
    text->replace(at, what.size(), with);
  }
}

// The part that "@OPTIONS check@" asks for.
std::string Part(const std::string& line, const Command& tool) {
  using Maker = std::string (*)(const Command&);
  static const std::map<std::string, Maker> makers = {{"SYNOPSIS", RoffSynopsis},
                                                      {"COMMANDS", RoffCommands},
                                                      {"OPTIONS", RoffOptions},
                                                      {"EXIT STATUS", RoffExitStatus},
                                                      {"EXAMPLES", RoffExamples}};
  const std::string wanted = line.substr(1, line.size() - 2);
  for (const auto& [title, make] : makers) {
    if (!wanted.starts_with(title)) continue;
    const std::string path = wanted.substr(std::min(title.size() + 1, wanted.size()));
    if (const Command* command = tool.Find(path)) return make(*command);
    throw std::runtime_error(line + ": " + tool.path + " has no command '" + path + "'");
  }
  throw std::runtime_error(line + ": no such part");
}

// A command without prose of its own has its description.
std::string Sections(const Command& tool, const fs::path& templates) {
  std::string sections;
  for (const Command& command : tool.commands) {
    std::string title = command.name();
    for (char& c : title) c = static_cast<char>(toupper(c));
    sections += ".SH " + title + "\n";
    std::ifstream prose(templates / tool.path / (command.name() + ".in"));
    std::string line;
    if (!prose) sections += RoffText(command.description) + ".\n";
    while (std::getline(prose, line)) sections += line + "\n";
    sections += RoffReference(command);
  }
  return sections;
}

std::string Filled(std::istream& page, const Command* tool, const fs::path& templates,
                   const std::string& date) {
  std::string filled, line;
  while (std::getline(page, line)) {
    Replace("@VERSION@", CRLITE_VERSION, &line);
    Replace("@DATE@", date, &line);
    const bool is_part = line.size() > 2 && line.front() == '@' && line.back() == '@';
    if (is_part && tool == nullptr) throw std::runtime_error(line + ": the page is about no tool");
    if (line == "@SECTIONS@") {
      filled += Sections(*tool, templates);
    } else {
      filled += is_part ? Part(line, *tool) : line + "\n";
    }
  }
  return filled;
}

void Write(const fs::path& path, const std::string& content) {
  fs::create_directories(path.parent_path());
  std::ofstream file(path, std::ios::binary);
  file << content;
  if (!file.flush()) throw std::runtime_error(path.string() + ": cannot write");
}

void MakePage(const fs::path& templates, const fs::path& output, const std::string& name,
              const std::string& date, const Tools& tools) {
  const fs::path path = templates / (name + ".in");
  std::ifstream page(path);
  if (!page) throw std::runtime_error(path.string() + ": cannot read");
  // crlite.yaml(5) is about a file, not about crlite.
  const auto tool = tools.find(fs::path(name).stem());
  try {
    Write(output / name,
          Filled(page, tool == tools.end() ? nullptr : &tool->second, templates, date));
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(path.string() + ": " + error.what());
  }
}

void Generate(int argc, char** argv) {
  if (argc < 4) throw std::runtime_error("usage: generate TEMPLATES OUTPUT DATE PAGE...");
  const fs::path templates = argv[1], output = argv[2];
  const Tools tools = ReadTools();
  for (int i = 4; i < argc; i++) MakePage(templates, output, argv[i], argv[3], tools);
  for (const auto& [name, tool] : tools) {
    Write(output / "completions" / name, BashCompletion(tool));
    Write(output / "completions" / ("_" + name), ZshCompletion(tool));
    Write(output / "completions" / (name + ".fish"), FishCompletion(tool));
  }
}

}  // namespace
}  // namespace crlite

int main(int argc, char** argv) {
  try {
    crlite::Generate(argc, argv);
    return 0;
  } catch (const std::exception& error) {
    fprintf(stderr, "generate: %s\n", error.what());
    return 1;
  }
}
