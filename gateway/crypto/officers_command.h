// `slussctl officers`: who may attest for an agency, kept at that agency.
#ifndef SLUSS_GATEWAY_CRYPTO_OFFICERS_COMMAND_H_
#define SLUSS_GATEWAY_CRYPTO_OFFICERS_COMMAND_H_

#include "CLI/App.hpp"

namespace sluss {

// officers enrol, renew, remove, list. They change files only; the agency's adapter sees the change
// within its poll and tells the gateway. Each exits with 1 and the error's text on failure.
void AddOfficersCommands(CLI::App& app);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CRYPTO_OFFICERS_COMMAND_H_
