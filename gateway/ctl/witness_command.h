// slussctl witness list|add|status and slussctl log status: who outside watches the log, and how it
// stands with them.
//
// Exit codes: 0 done, or all in time; 1 the gateway did not answer or refused; 2 a file that cannot
// be read or written, or is wrong; 3 the witnesses or the timestamps are late; 4 the gateway takes
// duty reports only, because of them; 100 and above a command line that is wrong.
#ifndef SLUSS_GATEWAY_CTL_WITNESS_COMMAND_H_
#define SLUSS_GATEWAY_CTL_WITNESS_COMMAND_H_

#include <string>

#include "CLI/App.hpp"
#include "absl/status/statusor.h"
#include "gateway/ctl/gateway_connection.h"
#include "proto/log_admin.pb.h"

namespace sluss {

// After AddLogCommands. They write to standard output and error.
void AddWitnessCommands(CLI::App& app);

absl::StatusOr<v1::LogStanding> AskForStanding(const GatewayArguments& gateway);
// One sentence for whoever should act; empty where all is in time.
std::string StandingWarning(const v1::LogStanding& standing);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CTL_WITNESS_COMMAND_H_
