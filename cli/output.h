// What every command of `crlite` prints alike.
#pragma once

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "cascade/base/result.h"
#include "sync/help.h"

namespace crlite {

// The version of every JSON document that `crlite` prints: its member "schema". Members are only
// added within one version.
inline constexpr int kJsonSchema = 1;

// "crlite: <message>" on stderr.
void PrintMessage(std::string_view message);

// Prints the error and returns the exit code that belongs to it.
int Fail(const Error& error);

// Prints a document on stdout, indented, with a newline at the end.
void PrintJson(const nlohmann::ordered_json& document);

// The same on one line, for answers that come one by one.
void PrintJsonLine(const nlohmann::ordered_json& document);

// Flushes stdout. Returns `exit_code`, or that of an I/O error when not all output was written.
int FinishOutput(int exit_code);

// The option --json.
void AddJsonOption(CLI::App& command, bool* json);

}  // namespace crlite
