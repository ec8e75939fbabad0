#include "cli/health/doctor_command.h"

namespace crlite {

void AddDoctorCommand(CLI::App&, int*) {}

}  // namespace crlite
