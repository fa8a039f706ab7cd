// slussctl report access: what a citizen has a right to know (GDPR Art. 15), asked by the data
// protection officer.
//
// Exit codes: 0 done; 1 refused, or something does not prove to be right; 2 nothing could be asked
// or read, or the connection was lost; 100 and above a command line that is wrong. Where it is not
// 0 there is no report: nothing partial is left under the name given.
#ifndef SLUSS_GATEWAY_CTL_ACCESS_REPORT_COMMAND_H_
#define SLUSS_GATEWAY_CTL_ACCESS_REPORT_COMMAND_H_

#include "CLI/App.hpp"

namespace sluss {

// After AddReportCommands, which makes `report`.
void AddAccessReportCommand(CLI::App& app);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CTL_ACCESS_REPORT_COMMAND_H_
