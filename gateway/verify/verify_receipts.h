// What sluss-verify says of the receipts of agencies, and of one message.
#ifndef SLUSS_GATEWAY_VERIFY_VERIFY_RECEIPTS_H_
#define SLUSS_GATEWAY_VERIFY_VERIFY_RECEIPTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gateway/tlog/kept_receipts.h"
#include "nlohmann/json.hpp"

namespace sluss {

// Every "*.tlog-proof" below `directory`, so that those of several agencies can be looked at
// together, and nothing else there. NOT_FOUND where there is none; errors of ReadReceiptFile and of
// KeptReceipts.
absl::StatusOr<KeptReceipts> LoadReceipts(const std::string& directory, absl::Time since);

// As the end of a sentence about the log, or about the receipts alone.
std::string ReceiptsConclusion(const KeptReceipts& receipts, bool with_log);
nlohmann::ordered_json ReceiptsJson(const KeptReceipts& receipts);

// What the log tells of one message. Not thread-safe.
class MessageStory {
 public:
  // INVALID_ARGUMENT unless `id` is 32 hex digits.
  static absl::StatusOr<MessageStory> Of(absl::string_view id);

  absl::Status OnEntry(uint64_t index, absl::string_view entry);
  std::string Conclusion() const;
  nlohmann::ordered_json ToJson() const { return steps_; }

 private:
  explicit MessageStory(std::string id) : id_(std::move(id)) {}

  std::string id_;
  nlohmann::ordered_json steps_ = nlohmann::ordered_json::array();
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_VERIFY_VERIFY_RECEIPTS_H_
