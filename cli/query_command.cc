#include "cli/query_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "cli/data_source.h"
#include "cli/line_reader.h"
#include "cli/output.h"
#include "cli/query_line.h"

namespace crlite {
namespace {

constexpr uint64_t kMaxMessages = 5;

struct QueryOptions {
  DataOptions data;
  bool json = false;
};

void PrintAnswer(const QueryOptions& options, const DataSource& source, const Verdict& verdict) {
  if (!options.json) {
    puts(OutcomeName(verdict.outcome));
    return;
  }
  nlohmann::ordered_json answer = {{"schema", kJsonSchema},
                                   {"outcome", OutcomeName(verdict.outcome)}};
  if (verdict.filter != Verdict::kNone) answer["filter"] = source.FilterName(verdict.filter);
  PrintJsonLine(answer);
}

void PrintRefusal(const QueryOptions& options, const std::string& problem) {
  if (!options.json) {
    puts("Error");
  } else {
    PrintJsonLine({{"schema", kJsonSchema}, {"outcome", "Error"}, {"error", problem}});
  }
}

int RunQuery(const QueryOptions& options) {
  const Result<DataSource> source = DataSource::Open(options.data);
  if (!source.ok()) return Fail(source.error());
  if (!source->problem().empty()) PrintMessage(source->problem());

  LineReader reader(STDIN_FILENO, kMaxQueryLine, [] { fflush(stdout); });
  QueryLine query;
  std::string_view line;
  uint64_t line_number = 0, num_malformed = 0;
  std::string damage;  // that an answer brought to light
  while (reader.Next(&line) && ferror(stdout) == 0) {
    ++line_number;
    if (query.Parse(line)) {
      const Verdict verdict = source->Check(query.query());
      PrintAnswer(options, *source, verdict);
      if (damage.empty() && source->snapshot() != nullptr && verdict.reason == Reason::kDamaged) {
        damage = source->ProblemOf(verdict);
        PrintMessage(damage);
      }
      continue;
    }
    PrintRefusal(options, query.problem());
    if (++num_malformed <= kMaxMessages) {
      PrintMessage(fmt::format("line {}: {}", line_number, query.problem()));
    }
  }
  if (!reader.status().ok()) return Fail(reader.status().error());
  if (num_malformed == 0) {
    return damage.empty() || source->is_system() ? 0 : ExitCodeOf(ErrorCode::kMalformed);
  }
  return Fail(MalformedError(
      fmt::format("standard input: {} of {} lines are malformed", num_malformed, line_number)));
}

}  // namespace

void AddQueryCommand(CLI::App& app, int* exit_code) {
  auto options = std::make_shared<QueryOptions>();
  CLI::App* command = app.add_subcommand(
      "query",
      "One query a line on standard input, one outcome a line on standard output. A line: "
      "ISSUER_SPKI_SHA256_HEX <TAB> SERIAL_HEX <TAB> LOGID_HEX:MS[,LOGID_HEX:MS...] (third field "
      "empty or '-': no SCT)");
  AddDataOptions(*command, &options->data);
  AddJsonOption(*command, &options->json);
  AddHelpSections(*command,
                  "0   every line was answered, whatever the answers\n"
                  "64  usage\n"
                  "65  a line was malformed (its outcome is Error), or a file is\n"
                  "74  a file, or standard input or output, failed",
                  "crlite query < queries.tsv\n"
                  "crlite query --json --snapshot ./snapshot < queries.tsv\n"
                  "crlite query --filter full.filter --filter new.filter.delta < queries.tsv");
  command->callback([options, exit_code] { *exit_code = RunQuery(*options); });
}

}  // namespace crlite
