// What is held against a log beside it: receipts that agencies kept, and the story of one message.
#ifndef SLUSS_GATEWAY_VERIFY_BESIDE_H_
#define SLUSS_GATEWAY_VERIFY_BESIDE_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/tlog/verifier.h"
#include "gateway/verify/log_source.h"
#include "gateway/verify/verify_receipts.h"
#include "nlohmann/json.hpp"

namespace sluss {

// As on the command line; empty where it was not given.
struct BesideArguments {
  std::string receipts;
  std::string receipts_since;
  std::string message;
};

struct Beside {
  std::optional<KeptReceipts> receipts;
  std::optional<MessageStory> message;
};

// `source` may be null: then receipts must be by `key` itself, since only the log can tell of one
// that followed from it.
absl::StatusOr<Beside> LoadBeside(const BesideArguments& arguments, const VerifierKey& key,
                                  const LogSource* source);
// Whether an error of LoadBeside means that something was asked for wrongly.
bool AskedWrongly(const absl::Status& status);

// `beside` outlives the checks.
LogChecks ChecksOf(Beside* beside, const std::optional<Checkpoint>& seen);

std::string BesideConclusion(const Beside& beside);
void AddBeside(const Beside& beside, nlohmann::ordered_json* json);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_VERIFY_BESIDE_H_
