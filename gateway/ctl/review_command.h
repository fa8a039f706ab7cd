// `slussctl review`: officers of the exchange review samples of the log of a running gateway.
#ifndef SLUSS_GATEWAY_CTL_REVIEW_COMMAND_H_
#define SLUSS_GATEWAY_CTL_REVIEW_COMMAND_H_

#include "CLI/App.hpp"

namespace sluss {

// Adds `review draw`, `list`, `show`, `finding`, `close` and `statement`. Exit code 1: refused;
// 2: could not ask.
void AddReviewCommands(CLI::App& app);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CTL_REVIEW_COMMAND_H_
