// `slussctl report`: statistics, and the record of processing activities.
#ifndef SLUSS_GATEWAY_EXPORTS_REPORT_COMMAND_H_
#define SLUSS_GATEWAY_EXPORTS_REPORT_COMMAND_H_

#include "CLI/App.hpp"

namespace sluss {

void AddReportCommands(CLI::App& app);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_EXPORTS_REPORT_COMMAND_H_
