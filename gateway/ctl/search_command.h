// `slussctl log search`: an officer of the exchange searches the log of a running gateway.
#ifndef SLUSS_GATEWAY_CTL_SEARCH_COMMAND_H_
#define SLUSS_GATEWAY_CTL_SEARCH_COMMAND_H_

#include <string>
#include <vector>

#include "CLI/App.hpp"
#include "absl/status/statusor.h"
#include "proto/review.pb.h"

namespace sluss {

// What names a filter on the command line.
struct FilterOptions {
  std::string from, to, officer;
  std::vector<std::string> agency, sender, recipient, rule, paragraph, purpose, category, passed,
      withheld, verdict, kind, outcome, message, consent, parent, procedure;
};

// `options` must outlive the command.
void AddFilterOptions(CLI::App* command, FilterOptions* options);
// INVALID_ARGUMENT names the option.
absl::StatusOr<v1::SearchFilter> FilterOf(const FilterOptions& options);

// Of commands that ask a gateway: 1 where it refuses, 2 where it cannot be asked.
[[noreturn]] void FailToAsk(const absl::Status& status);

// Adds `log search`; `log` must be there.
void AddSearchCommand(CLI::App& app);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CTL_SEARCH_COMMAND_H_
