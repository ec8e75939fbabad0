#include "cli/process.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <memory>

#include "cascade/base/file.h"

namespace crlite {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kMaxOutput = 16u << 20;
constexpr size_t kMaxErrors = 64u << 10;
constexpr id_t kNobody = 65534;
// How long the end of a program that has closed its output may go unnoticed.
constexpr int kPollMs = 5;

struct Pipe {
  std::unique_ptr<Descriptor> read, write;
};

// Both ends above 2, so that making them stdout and stderr cannot close them.
Result<Pipe> OpenPipe() {
  std::array<int, 2> ends;
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return IoError("pipe", "cannot create", errno);
  const Descriptor read(ends[0]), write(ends[1]);
  Pipe pipe;
  pipe.read = std::make_unique<Descriptor>(fcntl(ends[0], F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
  pipe.write = std::make_unique<Descriptor>(fcntl(ends[1], F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
  if (pipe.read->get() >= 0 && pipe.write->get() >= 0) return pipe;
  return IoError("pipe", "cannot create", errno);
}

// Everything that the child needs, made before the fork: after it nothing may be allocated, as
// another thread may have held the allocator's lock.
class Plan {
 public:
  Plan(const std::vector<std::string>& arguments, const ProcessOptions& options)
      : arguments_(arguments), files_(Candidates(arguments[0])) {
    for (char** entry = environ; *entry != nullptr; entry++) {
      if (!IsReplaced(*entry, options)) environment_.emplace_back(*entry);
    }
    for (const auto& [name, value] : options.environment) {
      environment_.push_back(name + "=" + value);
    }
    for (std::string& argument : arguments_) argv_.push_back(argument.data());
    for (std::string& entry : environment_) envp_.push_back(entry.data());
    argv_.push_back(nullptr);
    envp_.push_back(nullptr);
  }

  // Returns errno only if no candidate could be executed.
  int Execute() const {
    int error = ENOENT;
    for (const std::string& file : files_) {
      execve(file.c_str(), argv_.data(), envp_.data());
      if (errno != ENOENT && errno != ENOTDIR) error = errno;
    }
    return error;
  }

 private:
  static std::vector<std::string> Candidates(const std::string& program) {
    if (program.find('/') != std::string::npos) return {program};
    const char* path = getenv("PATH");
    std::string_view rest = path != nullptr ? path : "/usr/bin:/bin";
    std::vector<std::string> files;
    while (!rest.empty()) {
      const size_t colon = std::min(rest.find(':'), rest.size());
      if (colon > 0) files.push_back(std::string(rest.substr(0, colon)) + "/" + program);
      rest.remove_prefix(std::min(colon + 1, rest.size()));
    }
    return files;
  }

  static bool IsReplaced(std::string_view entry, const ProcessOptions& options) {
    const std::string_view name = entry.substr(0, entry.find('='));
    for (const auto& [key, value] : options.environment) {
      if (name == key) return true;
    }
    return std::find(options.unset.begin(), options.unset.end(), name) != options.unset.end();
  }

  std::vector<std::string> arguments_;
  const std::vector<std::string> files_;
  std::vector<std::string> environment_;
  std::vector<char*> argv_, envp_;
};

// What kept the child from becoming the program; it crosses a pipe.
struct StartFailure {
  bool is_identity = false;
  int error = 0;
};

bool BecomeNobody() {
  const gid_t group = kNobody;
  return setgroups(1, &group) == 0 && setgid(group) == 0 && setuid(kNobody) == 0;
}

// In the child: async-signal-safe calls alone.
[[noreturn]] void BecomeProgram(const Plan& plan, const ProcessOptions& options, int output,
                                int errors, int report) {
  StartFailure failure;
  const int nothing = open("/dev/null", O_RDONLY);
  if (nothing > STDIN_FILENO) dup2(nothing, STDIN_FILENO);
  if (nothing > STDERR_FILENO) close(nothing);
  if (!options.has_terminal_output) {
    dup2(output, STDOUT_FILENO);
    dup2(errors, STDERR_FILENO);
  }
  // Whatever this process has inherited is none of the program's business. This closes `report`,
  // too, when the program starts.
  close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
  if (options.as_nobody) setsid();  // from the terminal
  failure.is_identity = options.as_nobody && !BecomeNobody();
  failure.error = failure.is_identity ? errno : plan.Execute();
  [[maybe_unused]] const ssize_t written = write(report, &failure, sizeof failure);
  _exit(127);
}

// Takes what is there, which is at most what a pipe can hold. False at the end. What is beyond the
// limit is read and dropped, so that the program is not stopped by a full pipe.
bool Drain(int fd, size_t limit, std::string* text) {
  std::array<char, 64u << 10> buffer;
  for (int round = 0; round < 16; round++) {
    const ssize_t got = read(fd, buffer.data(), buffer.size());
    if (got < 0) return errno == EAGAIN || errno == EINTR;
    if (got == 0) return false;
    text->append(buffer.data(), std::min(static_cast<size_t>(got), limit - text->size()));
  }
  return true;
}

int ExitStatus(int wait_status) {
  return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

// Reads both pipes until the program has ended; what it left running may hold them open longer.
void Attend(pid_t child, int output, int errors, const ProcessOptions& options,
            ProcessResult* result) {
  const Clock::time_point deadline = Clock::now() + std::chrono::seconds(options.timeout_s);
  std::array<pollfd, 2> pipes = {pollfd{output, POLLIN, 0}, pollfd{errors, POLLIN, 0}};
  bool has_ended = false;
  int wait_status = 0;
  while (!has_ended) {
    poll(pipes.data(), pipes.size(), kPollMs);
    pid_t ended = waitpid(child, &wait_status, WNOHANG);
    if (ended == 0 && Clock::now() >= deadline) {
      result->timed_out = true;
      kill(child, SIGKILL);
      do {
        ended = waitpid(child, &wait_status, 0);
      } while (ended < 0 && errno == EINTR);
    }
    has_ended = ended != 0;
    // A negative descriptor is passed over by poll.
    if (pipes[0].fd >= 0 && !Drain(output, kMaxOutput, &result->output)) pipes[0].fd = -1;
    if (options.on_output) {
      options.on_output(result->output);
      result->output.clear();
    }
    if (pipes[1].fd >= 0 && !Drain(errors, kMaxErrors, &result->errors)) pipes[1].fd = -1;
  }
  result->exit_status = ExitStatus(wait_status);
}

// Waits until the child has become the program.
Status AwaitStart(pid_t child, int report, const std::string& program) {
  StartFailure failure;
  ssize_t got = 0;
  do {
    got = read(report, &failure, sizeof failure);
  } while (got < 0 && errno == EINTR);
  if (got <= 0) return Status::Ok();
  while (waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
  return IoError(program, failure.is_identity ? "cannot become user nobody" : "cannot run",
                 failure.error);
}

}  // namespace

Result<ProcessResult> RunProcess(const std::vector<std::string>& arguments,
                                 const ProcessOptions& options) {
  const Plan plan(arguments, options);
  Result<Pipe> output = OpenPipe(), errors = OpenPipe(), report = OpenPipe();
  for (const Result<Pipe>* pipe : {&output, &errors, &report}) {
    if (!pipe->ok()) return pipe->error();
  }
  fcntl(output->read->get(), F_SETFL, O_NONBLOCK);
  fcntl(errors->read->get(), F_SETFL, O_NONBLOCK);
  const pid_t child = fork();
  if (child < 0) return IoError(arguments[0], "cannot start a process for it", errno);
  if (child == 0) {
    BecomeProgram(plan, options, output->write->get(), errors->write->get(), report->write->get());
  }
  for (Result<Pipe>* pipe : {&output, &errors, &report}) (*pipe)->write.reset();
  if (Status started = AwaitStart(child, report->read->get(), arguments[0]); !started.ok()) {
    return started.error();
  }
  ProcessResult result;
  Attend(child, output->read->get(), errors->read->get(), options, &result);
  return result;
}

}  // namespace crlite
